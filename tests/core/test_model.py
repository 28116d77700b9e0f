"""The nouns: secrets that do not show, numbers, headers without case, and the state of an account."""

from __future__ import annotations

import dataclasses

import pytest

from smsdialog.core.model import Account, Headers, InboundSms, IncomingMail, Key, Part, PhoneNumber, Secret

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
    ("domains", "address", "admitted"),
    [
        ((), "anna@andet.example", True),
        (("firma.example",), "anna@firma.example", True),
        (("firma.example",), "anna@post.firma.example", False),
        (("firma.example",), "anna@xfirma.example", False),
        ((".firma.example",), "anna@post.firma.example", True),
        ((".firma.example",), "anna@firma.example", False),
        ((".firma.example", "andet.example"), "anna@andet.example", True),
    ],
)
def test_a_key_admits_the_domains_that_it_names_or_all(domains, address, admitted):
    assert Key(1, "kaaaaaa", "Firma", True, 0, domains=domains).admits(address) is admitted


def test_an_sms_that_comes_again_has_the_same_digest_and_another_text_another():
    sms = InboundSms("main", "1", "+4520123456", "459192000123", "Ja \ud83d")
    again = dataclasses.replace(sms, gateway="other", gateway_id="2", sent_at=1.0)
    assert sms.digest == again.digest
    assert len(sms.digest) == 64
    for change in ({"sender": "+4520123457"}, {"to": "459192000124"}, {"text": "Nej"}):
        assert dataclasses.replace(sms, **change).digest != sms.digest


@pytest.mark.parametrize(
    ("gateway_id", "sent_at", "identity"),
    [
        ("7", 1795338001.0, "7"),
        ("", 1795338001.0, "sent at 1795338001.0"),
        ("", 1795338000.0, ""),  # perhaps a minute or a day
        ("", None, ""),
    ],
)
def test_an_sms_without_an_id_is_known_by_the_second_that_it_was_sent_in(gateway_id, sent_at, identity):
    assert InboundSms("main", gateway_id, "+4520123456", "459192000123", "Ja", sent_at).identity == identity


@pytest.mark.parametrize(
    ("enabled", "closed_at", "state"),
    [(True, None, "open"), (False, None, "paused"), (True, 0.0, "closed"), (False, 1.0, "closed")],
)
def test_an_account_is_open_paused_or_closed(enabled, closed_at, state):
    assert dataclasses.replace(ACCOUNT, enabled=enabled, closed_at=closed_at).state == state
