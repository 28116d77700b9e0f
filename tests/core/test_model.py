"""The nouns: secrets that do not show, numbers, headers without case, and the state of an account."""

from __future__ import annotations

import dataclasses

import pytest

from smsdialog.core.model import Account, Headers, IncomingMail, Part, PhoneNumber, Secret

ACCOUNT = Account(1, "anna@firma.example", "459192000123", 1, "Firma", True, None)


def test_a_secret_does_not_show_unless_it_is_asked():
    secret = Secret("abc")
    assert f"{secret} {secret!s} {secret!r} {secret:>5} {[secret]} %s" % secret == "*** *** '***'   *** ['***'] ***"
    assert secret.reveal() == "abc"
    assert type(secret.reveal()) is str
    assert secret == "abc"


def test_a_number_is_also_known_without_its_plus_sign():
    assert PhoneNumber("+4520123456").digits == "4520123456"


def test_headers_are_found_without_case_in_their_order():
    headers = Headers((("To", "a"), ("SUBJECT", "b"), ("to", "c")))
    assert headers.all("TO") == ("a", "c")
    assert headers.first("subject") == "b"
    assert headers.first("Cc") is None
    assert headers.all("Cc") == ()


@pytest.mark.parametrize(
    ("pairs", "message_id"), [((("Message-Id", " <1@firma.example> "),), "<1@firma.example>"), ((), "")]
)
def test_a_mail_has_a_message_id_or_none(pairs, message_id):
    assert IncomingMail(Headers(pairs), "", Part(), 0).message_id == message_id


@pytest.mark.parametrize(
    ("enabled", "closed_at", "state"),
    [(True, None, "open"), (False, None, "paused"), (True, 0.0, "closed"), (False, 1.0, "closed")],
)
def test_an_account_is_open_paused_or_closed(enabled, closed_at, state):
    assert dataclasses.replace(ACCOUNT, enabled=enabled, closed_at=closed_at).state == state
