"""What Postfix hands to the pipe under the shipped configuration, seen by a command that writes it down."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.e2e.daemons import base_directory, own, product_user, wait_for
from tests.e2e.postfix import Postfix
from tests.e2e.recorder import Recorder

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postfix")]
MAIL = b"From: anna@firma.example\r\nTo: kunde\r\nSubject: 20123456\r\n\r\nHej\r\n"


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with base_directory("pipe") as base:
        own(base / "calls", product_user())
        yield Recorder(base)


@pytest.fixture(scope="module")
def postfix(recorder: Recorder) -> Iterator[Postfix]:
    with base_directory("postfix") as base:
        instance = Postfix(base, [str(recorder.script)])
        try:
            instance.start()
            yield instance
        finally:
            instance.stop()


@pytest.fixture(autouse=True)
def _fresh(recorder: Recorder) -> None:
    recorder.forget()


def test_the_command_gets_sender_queue_id_and_one_recipient(postfix: Postfix, recorder: Recorder) -> None:
    """Each word of the shipped argv arrives, empty ones as empty words."""
    postfix.submit("anna@firma.example", ["KeyKey@sendmailsms.dk"], MAIL)
    (call,) = recorder.calls(1)
    assert call.options["--sender"] == "anna@firma.example"
    assert len(call.options["--queue-id"]) > 11, "long queue ids are never used again"
    assert call.options["--sasl-username"] == ""
    assert call.options["--client-address"] == "127.0.0.1"
    assert call.recipients == ["KeyKey@sendmailsms.dk"], "the case of the local part is kept"
    assert b"\r" not in call.stdin
    assert call.stdin.endswith(b"\n\nHej\n")
    assert not call.stdin.startswith(b"From ")


def test_a_login_and_a_foreign_client_are_handed_over(postfix: Postfix, recorder: Recorder) -> None:
    """The MTA's word on the sender reaches the product."""
    postfix.submit("anna@firma.example", ["20123456@sendmailsms.dk"], MAIL, sasl_username="anna", client="192.0.2.7")
    (call,) = recorder.calls(1)
    assert call.options["--sasl-username"] == "anna"
    assert call.options["--client-address"] == "192.0.2.7"


def test_a_bounce_has_an_empty_sender(postfix: Postfix, recorder: Recorder) -> None:
    """`null_sender=` hands the null sender over as an empty word."""
    postfix.submit("", ["20123456@sendmailsms.dk"], MAIL)
    (call,) = recorder.calls(1)
    assert call.options["--sender"] == ""


def test_every_recipient_has_a_run_of_its_own_under_one_queue_id(postfix: Postfix, recorder: Recorder) -> None:
    """`smsdialog_destination_recipient_limit = 1`."""
    recipients = [f"2012345{digit}@sendmailsms.dk" for digit in range(5)]
    postfix.submit("anna@firma.example", recipients, MAIL)
    calls = recorder.calls(5)
    assert sorted(recipient for call in calls for recipient in call.recipients) == recipients
    assert len({call.options["--queue-id"] for call in calls}) == 1


@pytest.mark.parametrize(
    "local_part", ["+4520123456", "004520123456", "p4520123456", "4520123456.Ab3", "a+b", "a/b'$`|", '"a b"']
)
def test_local_parts_arrive_as_they_were_written(postfix: Postfix, recorder: Recorder, local_part: str) -> None:
    """No shell, no delimiter and no table touches them."""
    postfix.submit("anna@firma.example", [f"{local_part}@sendmailsms.dk"], MAIL)
    (call,) = recorder.calls(1)
    assert call.recipients == [f"{local_part}@sendmailsms.dk"]


@pytest.mark.parametrize("local_part", ["postmaster", "abuse", "Hostmaster", "MAILER-DAEMON", "root"])
def test_the_reserved_addresses_are_the_operators(postfix: Postfix, recorder: Recorder, local_part: str) -> None:
    """They end in the operator's mailbox, and no command runs."""
    before = mails_for_the_operator(postfix)
    postfix.submit("anna@firma.example", [f"{local_part}@sendmailsms.dk"], MAIL)
    wait_for(lambda: mails_for_the_operator(postfix) == before + 1, "a mail for the operator", explain=postfix.tail)
    assert recorder.calls(0) == []


@pytest.mark.parametrize("status", [1, 2, 70, 75, 78, 126, 127])
def test_trouble_of_the_installation_waits_in_the_queue(postfix: Postfix, recorder: Recorder, status: int) -> None:
    """No bounce for an exit status that says nothing of the mail, not even for a traceback; it is tried again."""
    recorder.answers(status, "Traceback (most recent call last):")
    postfix.submit("anna@firma.example", ["20123456@sendmailsms.dk"], MAIL)
    wait_for(postfix.deferred, "a deferred mail", explain=postfix.tail)
    recorder.answers(0)
    postfix.flush()
    wait_for(lambda: not postfix.queue(), "an empty queue", explain=postfix.tail)
    first, second = recorder.calls(2)
    assert first.options["--queue-id"] == second.options["--queue-id"]


@pytest.mark.parametrize(("status", "code"), [(67, "5.1.1"), (77, "5.7.0")])
def test_a_refusal_bounces_with_the_commands_words(
    postfix: Postfix, recorder: Recorder, status: int, code: str
) -> None:
    """67 and 77 stay what they are."""
    recorder.answers(status, f"{code} not for you")
    mail = EmailMessage()
    mail["From"] = "anna@firma.example"
    postfix.submit("anna@firma.example", ["20123456@sendmailsms.dk"], mail.as_bytes())
    wait_for(lambda: not postfix.queue(), "an empty queue", explain=postfix.tail)
    assert f"dsn={code}, status=bounced (not for you)" in postfix.log.read_text()


def test_a_mail_that_the_smtp_server_refuses_is_not_ours(postfix: Postfix) -> None:
    """A local part that begins with a dash does not come in; behind `--` it could do no harm either."""
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        postfix.submit("anna@firma.example", ["-rf@sendmailsms.dk"], MAIL)


def mails_for_the_operator(postfix: Postfix) -> int:
    folder: Path = postfix.mail / "new"
    mails = [path.read_text(errors="replace") for path in folder.iterdir()] if folder.exists() else []
    return sum("Delivered-To: operator@firma.example" in mail for mail in mails)
