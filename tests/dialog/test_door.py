"""At the door: who hears what before a mail is taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smsdialog.core import address
from smsdialog.dialog import account
from smsdialog.dialog.door import STRANGE, Caller, Door
from smsdialog.store import door
from tests.dialog.stage import Stage

UNKNOWN_KEY = f"k{'a' * 32}"
ENGLISH = 'language = "en"'


@pytest.fixture
def here(build: Callable[..., Stage]) -> Stage:
    stage = build(top=ENGLISH)
    stage.administrator.opens_account(stage.anna)
    return stage


def asks(
    stage: Stage,
    to: str,
    *,
    sender: str = "anna@firma.example",
    login: str = "",
    client: str = "192.0.2.9",
    size: int = 0,
) -> str:
    """What the door says; empty: come in."""
    recipient = to if "@" in to else f"{to}@sendmailsms.dk"
    verdict = Door(stage.service).judge(recipient, Caller(sender, login, client, size))
    return verdict.line if verdict else ""


def said_to_anna(stage: Stage, to: str, **more: object) -> str:
    """What she hears who has logged in."""
    return asks(stage, to, login="anna", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("to", [
    "status", "gruppe-kunder", "group-nobody-made-it", "skabelon-klar", "template-klar", "fortryd-1.aaaaaaaaaaaaaaaa",
    "subscribe", "TILMELD", "unsubscribe", "afmeld", "help", "hjaelp", "postmaster", "abuse", "20123456",
    "4520123456", "+4520123456", "p4520123456", "004520123456", "someone@elsewhere.example",
])  # fmt: skip
@pytest.mark.parametrize("sender", ["", "kunde@elsewhere.example", "bounce+x=y@list.example"])
def test_what_may_become_something_comes_in_whoever_sends_it(here: Stage, to: str, sender: str) -> None:
    assert asks(here, to, sender=sender) == ""


@pytest.mark.parametrize(
    "to",
    ["nobody", UNKNOWN_KEY, "112", "1234", "99999999999999", "459192999999", "", '"a b"', "æ", "b.1.aaaaaaaaaaaaaaaa"],
)
def test_what_is_nothing_is_refused_and_a_stranger_hears_no_more(here: Stage, to: str) -> None:
    assert asks(here, to) == STRANGE.line == "550 5.1.1 no such address here"


def test_a_key_opens_the_door_and_a_disabled_one_is_as_good_as_none(here: Stage) -> None:
    assert asks(here, here.key) == asks(here, here.key.upper()) == ""
    here.administrator.disables("Firma")
    assert asks(here, here.key) == asks(here, UNKNOWN_KEY) == STRANGE.line
    assert said_to_anna(here, here.key).startswith(
        "550 5.7.1 Your account is paused, because its API key has been disabled."
    )


def test_a_disabled_and_an_unknown_key_are_the_same_work_for_a_stranger(
    here: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look-up each, of the same statement."""
    asked: list[str] = []
    monkeypatch.setattr(door, "key_is_enabled", lambda tx, secret_hash, now: asked.append(secret_hash) or False)
    monkeypatch.setattr(door, "key_exists", lambda *_: pytest.fail("a second look-up"))
    here.administrator.disables("Firma")
    for key in (here.key, UNKNOWN_KEY):
        asks(here, key)
    assert asked == [address.hash_key(here.key), address.hash_key(UNKNOWN_KEY)]


def test_after_a_rotation_both_keys_open_for_a_while(here: Stage) -> None:
    from smsdialog.dialog import key

    fresh = key.rotate(here.service, "Firma", overlap_days=7)[1].reveal()
    assert asks(here, here.key) == asks(here, fresh) == ""
    here.clock.passes(days=8)
    assert (asks(here, here.key), asks(here, fresh)) == (STRANGE.line, "")


NOT_TEXTED = "is not a number that can be texted:"


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("112", f'550 5.1.3 "112" {NOT_TEXTED} it is an emergency number.'),
        ("1234", f'550 5.1.3 "1234" {NOT_TEXTED} it is a short number, which cannot be texted from here.'),
        ("+12025550123", f'550 5.1.3 "+12025550123" {NOT_TEXTED} SMS to that country are not allowed here.'),
        ("nobody", '550 5.1.1 There is no address "nobody" here. Write to help@sendmailsms.dk'),
        ("1919.aaaaaaaaaaaaaaaa", "550 5.1.3 The SMS that you answered came from a sender that cannot be answered."),
    ],
)
def test_our_own_hear_why(here: Stage, to: str, said: str) -> None:
    assert said_to_anna(here, to).startswith(said)


def test_in_their_language_as_far_as_smtp_has_letters(stage: Stage) -> None:
    said = said_to_anna(stage, "112")
    assert said.isascii()
    assert said.startswith("550 5.1.3 ")
    assert said != asks(stage, "112")
    assert "is not a number" not in said


def test_a_trusted_network_is_one_of_our_own(here: Stage) -> None:
    assert asks(here, "112", client="127.0.0.1") == said_to_anna(here, "112")


def test_a_number_of_an_account_is_an_address_while_it_is_open(
    here: Stage,
) -> None:
    number = here.anna.number
    assert asks(here, number) == ""
    account.close(here.service, number)
    assert asks(here, number) == STRANGE.line


def test_reply_addresses_come_in_whoever_writes(here: Stage) -> None:
    """Whether the token is good is seen when From is known: the envelope sender may be another."""
    here.customer.texts(here.anna, "Hej")
    to = here.anna.receives()["Reply-To"].addresses[0].addr_spec
    assert asks(here, to) == asks(here, to, sender="") == asks(here, to, sender="srs0=x@relay.example") == ""


def test_a_bounce_of_our_own_comes_in_and_a_forged_one_does_not(here: Stage) -> None:
    good = address.bounce_local_part(here.service.secrets[0], "7")
    assert asks(here, good, sender="") == ""
    assert asks(here, good[:-1] + ("a" if good[-1] != "a" else "b"), sender="") == STRANGE.line


def test_a_closed_account_is_told_to_its_owner_and_to_nobody_else(here: Stage) -> None:
    account.close(here.service, here.anna.number)
    for to in ("20123456", here.key):
        assert said_to_anna(here, to).startswith("550 5.7.1 Your SMS account is closed.")
        assert asks(here, to) == ""
    assert said_to_anna(here, "subscribe") == ""


def test_an_envelope_sender_without_an_account_is_let_in(here: Stage) -> None:
    """From decides who somebody is."""
    assert said_to_anna(here, "20123456", sender="crm@firma.example") == ""
    assert said_to_anna(here, here.key, sender="") == ""


def test_who_is_over_the_limit_is_told_for_now(build: Callable[..., Stage]) -> None:
    stage = build(top=ENGLISH, tables="[limits]\nsms_per_account_per_hour = 2")
    stage.administrator.opens_account(stage.anna)
    stage.anna.writes(stage.key, "20123456, 30123456", "Hej")
    assert said_to_anna(stage, "20123456") == "452 4.7.1 You have sent as many SMS as you may for now. Try again later."
    assert asks(stage, "20123456") == ""
    assert said_to_anna(stage, "help") == ""
    stage.clock.passes(hours=1, seconds=1)
    assert said_to_anna(stage, "20123456") == ""


def test_a_mail_that_is_too_large_is_refused_by_its_declared_size(build: Callable[..., Stage]) -> None:
    stage = build(top=ENGLISH, tables="[limits]\nrecipients_per_mail = 50")
    most = stage.service.config.mail.max_bytes
    assert asks(stage, "20123456", size=most) == ""
    assert asks(stage, "20123456", size=most + 1).startswith("552 5.3.4 The mail is too big.")
    assert asks(stage, "nobody", size=most + 1) == STRANGE.line


def test_nothing_that_was_typed_breaks_out_of_the_line(here: Stage) -> None:
    for to in ("1\r\naction=ok", "\x00", "x" * 5000, "\ud800", f"{here.key}x"):
        said = said_to_anna(here, f"{to}@sendmailsms.dk")
        assert said.isprintable()
        assert said.isascii()
        assert len(said) < 450
        assert here.key not in said


def test_a_deputy_comes_in_whatever_became_of_accounts_of_his_own(here: Stage) -> None:
    """Whose customer he answers is not known before the mail is read."""
    bo = here.employee("bo@firma.example")
    here.administrator.opens_account(bo)
    account.edit(here.service, here.anna.address, deliver_to=[bo.address])
    account.close(here.service, bo.address)
    here.customer.texts(here.anna, "Hej")
    reply_address = here.post.taken()[-1]["Reply-To"].addresses[0].addr_spec
    assert asks(here, reply_address, sender=bo.address, login="bo") == ""
    account.edit(here.service, here.anna.address, deliver_to=[])
    assert "closed" in asks(here, reply_address, sender=bo.address, login="bo")


def test_the_number_of_a_forwarded_account_is_still_an_address(here: Stage) -> None:
    account.forward(here.service, here.anna.address, 30, ["bo@firma.example"])
    assert asks(here, here.anna.number) == ""
    here.clock.passes(days=31)
    assert asks(here, here.anna.number) == STRANGE.line
