"""A healthy installation has nothing, and what cannot be seen is said."""

from __future__ import annotations


def test_a_healthy_installation_has_nothing(ward):
    ward.opens_accounts(2)
    ward.anna_writes()
    ward.is_well()
    assert {unchecked.subject for unchecked in ward.examined().unchecked} == {"DKIM"}
