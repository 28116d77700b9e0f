"""Postfix and the resident: the thin pipe, LMTP, and refusals at the door."""

from __future__ import annotations

import os
import signal
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.daemons import base_directory, wait_for
from tests.e2e.postfix import Postfix
from tests.e2e.resident import LmtpPostfix, ProbingPostfix, Served, ServedPostfix

ANNA, STRANGER = "anna@firma.example", "kunde@elsewhere.example"
pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postfix")]


@pytest.fixture(scope="module")
def served(programs: Path) -> Iterator[Served]:
    with base_directory("served") as base:
        running = Served(base / "product", programs)
        running.installation.run("key", "create", "Firma")
        running.installation.run("account", "create", ANNA, "--key", "Firma", "--number", "459192000001")
        running.start()
        yield running
        running.stop()


@pytest.fixture(scope="module", params=[ServedPostfix, LmtpPostfix], ids=["pipe", "lmtp"])
def postfix(served: Served, request: pytest.FixtureRequest) -> Iterator[Postfix]:
    with base_directory("served-postfix") as base:
        running = request.param(base / "postfix", served)
        try:
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture
def key(served: Served) -> Iterator[str]:
    """A key of the test's own, with Anna on it, that can be disabled."""
    label = f"key {os.urandom(4).hex()}"
    secret = served.installation.json("key", "create", label)["secret"]
    served.installation.run("account", "create", ANNA, "--key", label)
    yield f"{secret}@sendmailsms.dk"
    served.installation.run("key", "disable", label)


def mail(to: str, subject: str = "20123456") -> bytes:
    head = f"From: {ANNA}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{os.urandom(8).hex()}@firma.example>"
    return f"{head}\r\n\r\nHej\r\n".encode()


def refusal(postfix: Postfix, recipient: str, sender: str = STRANGER, **how: str) -> str:
    """What the SMTP server says to this recipient."""
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        postfix.submit(sender, [recipient], mail(recipient), **how)
    ((code, words),) = caught.value.recipients.values()
    return f"{code} {words.decode()}"


def test_a_mail_is_an_sms(postfix: Postfix, served: Served, key: str) -> None:
    before = len(served.sms())
    postfix.submit(ANNA, [key], mail(key), client="192.0.2.25")
    wait_for(lambda: len(served.sms()) == before + 1, "an SMS", 30, postfix.tail)
    postfix.wait_until_idle()
    assert postfix.queue() == []


def test_a_plain_number_is_enough_from_the_own_network(postfix: Postfix, served: Served, key: str) -> None:
    """The pipe is told so, and over LMTP by XFORWARD."""
    before = len(served.sms())
    postfix.submit(ANNA, ["30123456@sendmailsms.dk"], mail("30123456@sendmailsms.dk", "Hej"), client="127.0.0.1")
    wait_for(lambda: served.sms()[before:] == ["+4530123456"], "an SMS", 30, postfix.tail)


def test_a_stranger_is_refused_at_the_door(postfix: Postfix) -> None:
    for recipient in ("nobody@sendmailsms.dk", f"k{'a' * 32}@sendmailsms.dk", "112@sendmailsms.dk"):
        said = refusal(postfix, recipient, client="192.0.2.9")
        assert said == f"550 5.1.1 <{recipient}>: Recipient address rejected: no such address here"


def test_an_employee_hears_why_at_once(postfix: Postfix) -> None:
    said = refusal(postfix, "112@sendmailsms.dk", ANNA, sasl_username="anna")
    assert said.endswith('"112" is not a number that can be texted: it is an emergency number.')


def test_mail_for_people_and_commands_is_let_in(postfix: Postfix, key: str) -> None:
    for recipient in ("postmaster", "help", "subscribe", "20123456"):
        postfix.submit(STRANGER, [f"{recipient}@sendmailsms.dk"], mail(recipient), client="192.0.2.9")
    postfix.submit("", [key], mail(key), client="192.0.2.9")
    postfix.wait_until_idle()
    assert postfix.queue() == []


def test_while_the_resident_is_down_the_door_is_open(postfix: Postfix, served: Served, key: str) -> None:
    """The pipe does the work itself; over LMTP the mail waits, and comes through when the resident is back."""
    before = len(served.sms())
    served.stop()
    try:
        postfix.submit(ANNA, [key], mail(key), client="192.0.2.25")
        if isinstance(postfix, LmtpPostfix):
            wait_for(postfix.deferred, "a mail that waits", 30, postfix.tail)
        else:
            wait_for(lambda: len(served.sms()) == before + 1, "an SMS", 30, postfix.tail)
    finally:
        served.start()
    postfix.flush()
    wait_for(lambda: len(served.sms()) == before + 1, "an SMS", 30, postfix.tail)
    wait_for(lambda: not postfix.queue(), "an empty queue", 30, postfix.tail)


def test_a_worker_that_is_killed_costs_no_mail(postfix: Postfix, served: Served, key: str) -> None:
    """What was in hand is handed over again; the ledger has each once."""
    before = len(served.sms())
    assert served.daemon.process
    pid = served.daemon.process.pid
    for number in range(20):
        postfix.submit(ANNA, [key], mail(key), client="192.0.2.25")
        if number % 7 == 3:
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
    wait_for(lambda: postfix.flush() or not postfix.queue(), "an empty queue", 60, postfix.tail, pause=2)  # type: ignore[func-returns-value]
    told = [m for m in served.installation.messages() if m["direction"] == "out" and m["state"] in ("sent", "unknown")]
    assert len([m for m in told if m["parts"]]) >= before + 20
    assert served.installation.run("db", "check")


def test_postfix_may_probe_recipients_instead(served: Served) -> None:
    """reject_unverified_recipient asks by LMTP what the policy service would have said."""
    with base_directory("probing") as base:
        postfix = ProbingPostfix(base / "postfix", served)
        try:
            postfix.start()
            assert "no such address here" in refusal(postfix, "nobody@sendmailsms.dk", client="192.0.2.9")
            postfix.submit(STRANGER, ["20123456@sendmailsms.dk"], mail("20123456@sendmailsms.dk"), client="192.0.2.9")
        finally:
            postfix.stop()
