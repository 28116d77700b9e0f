"""Over a limit an SMS is held, and the employee is told."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate

import pytest

from tests.dialog.stage import Stage, body_of


@pytest.fixture
def limited(build: Callable[..., Stage]) -> Stage:
    """Two SMS an hour for an account, three a day for a key."""
    stage = build(tables="[limits]\nsms_per_account_per_hour = 2\nsms_per_key_per_day = 3")
    stage.administrator.opens_account(stage.anna)
    return stage


def states(stage: Stage) -> list[str]:
    return [row.state for row in stage.administrator.sms_out()]


def test_over_the_limit_of_an_hour_sms_are_held_and_told_once(limited: Stage) -> None:
    for number in range(3):
        posted = limited.anna.writes(limited.key, f"2012345{number}", "Hej")
        assert posted.statuses == [0]
    assert posted.again().statuses == [0]
    assert states(limited) == ["sent", "sent", "held"]
    assert "+45 20 12 34 52: holdt tilbage" in body_of(limited.anna.receives())
    limited.anna.receives_nothing()
    assert limited.administrator.checks() == []


def test_a_mail_to_more_customers_than_are_left_is_held_as_a_whole(limited: Stage) -> None:
    limited.anna.writes(limited.key, "20123450, 20123451, 20123452", "Hej")
    assert states(limited) == ["held"] * 3
    assert limited.network.tried == []


def test_the_next_hour_is_a_new_one_and_what_was_held_stays_held(limited: Stage) -> None:
    limited.anna.writes(limited.key, "20123450, 20123451, 20123452", "Hej")
    limited.clock.passes(hours=1, seconds=1)
    limited.anna.writes(limited.key, "20123453", "Hej")
    limited.administrator.flushes()
    assert states(limited) == ["held"] * 3 + ["sent"]


def test_the_limit_of_a_key_counts_all_its_accounts_for_a_day(limited: Stage) -> None:
    bo = limited.employee("bo@firma.example")
    limited.administrator.opens_account(bo)
    for employee in (limited.anna, bo):
        employee.writes(limited.key, "20123450", "Hej")
        employee.writes(limited.key, "20123451", "Hej")
    assert states(limited) == ["sent", "sent", "sent", "held"]
    limited.clock.passes(days=1, seconds=1)
    bo.writes(limited.key, "20123451", "Hej")
    assert states(limited)[-1] == "sent"


def test_an_administrator_can_release_what_is_held(limited: Stage) -> None:
    limited.anna.writes(limited.key, "20123450, 20123451, 20123456", "Hej")
    assert limited.administrator.sends_again(limited.administrator.sms_out()[-1])
    assert limited.customer.receives().text == "Hej"


@pytest.mark.parametrize(("hours", "state"), [(13, "held"), (11, "sent")])
def test_a_mail_that_the_mta_had_for_half_a_day_is_held(limited: Stage, hours: int, state: str) -> None:
    taken_at = formatdate(limited.clock() - hours * 3600)
    headers = {"Received": f"from klient.firma.example by mx.firma.example; {taken_at}"}
    limited.anna.writes(limited.key, "20123456", "Hej", headers=headers)
    assert states(limited) == [state]
    assert len(limited.anna.mailbox()) == (state == "held")
