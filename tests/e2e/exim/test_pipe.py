"""What Exim hands to the pipe under the shipped configuration, seen by a command that writes it down."""

from __future__ import annotations

import os
import signal
import smtplib
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.e2e.daemons import CHECKOUT, base_directory, own, processes_naming, product_user, wait_for
from tests.e2e.exim.server import INTERNET_CLIENT, PROGRAM, SHIPPED, Exim, SingleFileExim
from tests.e2e.people import Mailboxes
from tests.e2e.postfix import OPERATOR
from tests.e2e.recorder import Recorder

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("exim")]
ANNA = "anna@firma.example"
MAIL = b"From: anna@firma.example\r\nTo: kunde@sendmailsms.dk\r\nSubject: 20123456\r\n\r\nHej\r\n"
WITHOUT_ANSWER = [1, 2, 64, 70, 75, 78, 126, 127, 255]


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with base_directory("pipe") as base:
        # Only the product's user may write here: a call that is recorded was that user's.
        own(base / "calls", product_user())
        yield Recorder(base)


@pytest.fixture(scope="module")
def exim(recorder: Recorder) -> Iterator[Exim]:
    with base_directory("exim") as base:
        instance = Exim(base, [str(recorder.script)])
        try:
            instance.start()
            yield instance
        finally:
            instance.stop()


@pytest.fixture(scope="module")
def single_file(recorder: Recorder) -> Iterator[Exim]:
    """From Debian's one large file, and impatient."""
    with base_directory("exim") as base:
        instance = SingleFileExim(base, [str(recorder.script)])
        instance.run_timeout = "2s"
        try:
            instance.start()
            yield instance
        finally:
            instance.stop()


@pytest.fixture(autouse=True)
def _fresh(recorder: Recorder) -> None:
    recorder.forget()


def test_the_command_gets_recipient_sender_and_queue_id(exim: Exim, recorder: Recorder) -> None:
    """The recipient as its argument, the rest in the environment, the mail as it is."""
    exim.submit(ANNA, ["KeyKey@sendmailsms.dk"], MAIL)
    (call,) = recorder.calls(1)
    assert call.recipients == ["KeyKey@sendmailsms.dk"], "the case of the local part is kept"
    assert call.environment["RECIPIENT"] == "KeyKey@sendmailsms.dk"
    assert call.environment["SENDER"] == ANNA
    assert call.environment["SASL_USERNAME"] == ""
    assert call.environment["CLIENT_ADDRESS"] == "127.0.0.1"
    assert f"id {call.environment['MESSAGE_ID']}\n".encode() in call.stdin
    assert call.stdin.startswith(b"Received: ")
    assert call.stdin.endswith(b"\n\nHej\n")
    assert b"\r" not in call.stdin


def test_octets_arrive_as_they_were_written(exim: Exim, recorder: Recorder) -> None:
    """Eight bits, NUL, a line with a lone dot and one that looks like an mbox line."""
    body = b"bl\xe5b\xe6r\0\nFrom here\n.\n.dot\n"
    exim.submit(ANNA, ["20123456@sendmailsms.dk"], MAIL + body.replace(b"\n", b"\r\n"))
    (call,) = recorder.calls(1)
    assert call.stdin.endswith(b"\n\nHej\n" + body)


def test_a_login_and_a_foreign_client_are_handed_over(exim: Exim, recorder: Recorder) -> None:
    """The mail server's word on the sender reaches the product."""
    exim.submit(ANNA, ["20123456@sendmailsms.dk"], MAIL, sasl_username="anna", client=INTERNET_CLIENT)
    (call,) = recorder.calls(1)
    assert call.environment["SASL_USERNAME"] == "anna"
    assert call.environment["CLIENT_ADDRESS"] == INTERNET_CLIENT


def test_a_login_with_colons_is_one_value(exim: Exim, recorder: Recorder) -> None:
    """What the command finds in its environment is a list with colons for Exim; no login name adds to it."""
    forged = "anna:CLIENT_ADDRESS=127.0.0.1:SENDER=boss@firma.example"
    exim.submit(ANNA, ["20123456@sendmailsms.dk"], MAIL, sasl_username=forged, client=INTERNET_CLIENT)
    (call,) = recorder.calls(1)
    assert call.environment["SASL_USERNAME"] == forged
    assert call.environment["CLIENT_ADDRESS"] == INTERNET_CLIENT
    assert call.environment["SENDER"] == ANNA


def test_an_ipv6_client_is_one_value(exim: Exim, recorder: Recorder) -> None:
    """Its address has colons, too; root may tell Exim that a mail came from there."""
    command = [
        PROGRAM,
        "-C",
        str(exim.config),
        "-oMa",
        "2001:db8::7",
        "-i",
        "-f",
        ANNA,
        "--",
        "20123456@sendmailsms.dk",
    ]
    subprocess.run(command, input=MAIL, check=True)
    (call,) = recorder.calls(1)
    assert call.environment["CLIENT_ADDRESS"] == "2001:db8::7"


def test_a_bounce_has_an_empty_sender(exim: Exim, recorder: Recorder) -> None:
    """SENDER is there, and empty."""
    exim.submit("", ["20123456@sendmailsms.dk"], MAIL)
    (call,) = recorder.calls(1)
    assert call.environment["SENDER"] == ""


def test_every_recipient_has_a_run_of_its_own_under_one_queue_id(exim: Exim, recorder: Recorder) -> None:
    """`batch_max` is 1."""
    recipients = [f"2012345{digit}@sendmailsms.dk" for digit in range(5)]
    exim.submit(ANNA, recipients, MAIL)
    calls = recorder.calls(5)
    assert sorted(recipient for call in calls for recipient in call.recipients) == recipients
    assert len({call.environment["MESSAGE_ID"] for call in calls}) == 1


@pytest.mark.parametrize(
    "local_part",
    [
        "+4520123456",
        "004520123456",
        "p4520123456",
        "4520123456.Ab3",
        "a+b",
        "-rf",
        "--config=x",
        "a/b",
        "a'b",
        "~",
        "*",
    ],
)
def test_local_parts_arrive_as_they_were_written(exim: Exim, recorder: Recorder, local_part: str) -> None:
    """No shell, no expansion and no option parser touches them."""
    exim.submit(ANNA, [f"{local_part}@sendmailsms.dk"], MAIL)
    (call,) = recorder.calls(1)
    assert call.argv == ["--", f"{local_part}@sendmailsms.dk"]


@pytest.mark.parametrize("local_part", ['"a b"', '"$(id)"', '"${run{/usr/bin/id}}"', '";id;"', '"\'"', '"\\\\"', "$x"])
def test_what_a_shell_would_read_does_no_harm(exim: Exim, recorder: Recorder, local_part: str) -> None:
    """They are one argument, as quoted as the sender did."""
    exim.submit(ANNA, [f"{local_part}@sendmailsms.dk"], MAIL)
    (call,) = recorder.calls(1)
    assert call.argv == ["--", f"{local_part}@sendmailsms.dk"]


@pytest.mark.parametrize("local_part", ["a`id`", "|id", "/etc/passwd", "a!b", "x%y", "#a", "a?"])
def test_what_debians_exim_refuses_does_not_come_in(exim: Exim, recorder: Recorder, local_part: str) -> None:
    """Its check of recipients goes before ours."""
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        exim.submit(ANNA, [f"{local_part}@sendmailsms.dk"], MAIL)
    assert recorder.calls(0) == []


@pytest.mark.parametrize("local_part", ["postmaster", "abuse", "Hostmaster", "MAILER-DAEMON", "root"])
def test_the_reserved_addresses_are_the_operators(exim: Exim, recorder: Recorder, local_part: str) -> None:
    """They end in the operator's mailbox, and no command runs."""
    before = len(mails_for(exim, OPERATOR))
    exim.submit(ANNA, [f"{local_part}@sendmailsms.dk"], MAIL)
    wait_for(lambda: len(mails_for(exim, OPERATOR)) == before + 1, "a mail for the operator", explain=exim.tail)
    assert recorder.calls(0) == []


@pytest.mark.parametrize("status", [*WITHOUT_ANSWER, -signal.SIGKILL, -signal.SIGSEGV, -signal.SIGTERM])
def test_trouble_of_the_installation_waits_in_the_queue(exim: Exim, recorder: Recorder, status: int) -> None:
    """No bounce for an end that says nothing of the mail, not even for a traceback or a kill; it is tried again."""
    recorder.answers(status, "Traceback (most recent call last):\n")
    exim.submit(ANNA, ["20123456@sendmailsms.dk"], MAIL)
    wait_for(exim.deferred, "a deferred mail", explain=exim.tail)
    assert exim.frozen() == []
    recorder.answers(0)
    exim.flush()
    assert exim.queue() == []
    first, second = recorder.calls(2)
    assert first.environment["MESSAGE_ID"] == second.environment["MESSAGE_ID"]
    assert mails_for(exim, ANNA) == []


def test_a_recipient_in_trouble_does_not_send_the_others_again(exim: Exim, recorder: Recorder) -> None:
    """Of three, one is tried again."""
    recorder.answers(75, "4.3.0 later", to="20123457@sendmailsms.dk")
    recipients = [f"2012345{digit}@sendmailsms.dk" for digit in (6, 7, 8)]
    exim.submit(ANNA, recipients, MAIL)
    recorder.calls(3)
    exim.wait_until_idle()
    recorder.answers(0)
    exim.flush()
    calls = recorder.calls(4)
    assert calls[-1].recipients == ["20123457@sendmailsms.dk"]


@pytest.mark.parametrize(("status", "line"), [(67, "5.1.1 no such address"), (77, "5.7.1 no SMS account")])
def test_a_refusal_bounces_with_the_commands_words(exim: Exim, recorder: Recorder, status: int, line: str) -> None:
    """67 and 77 stay what they are."""
    recorder.answers(status, f"{line}\n")
    sender = f"sender{status}@firma.example"
    exim.submit(sender, ["20123456@sendmailsms.dk"], MAIL)
    (bounce,) = wait_for(lambda: mails_for(exim, sender), "a bounce", explain=exim.tail)
    assert bounce.get_content_type() == "multipart/report"
    assert line in bounce.as_bytes().decode("utf-8", "replace")
    exim.wait_until_idle()
    assert exim.queue() == []


def test_a_second_run_begins_while_the_first_goes_on(exim: Exim, recorder: Recorder) -> None:
    """Exim is killed while a command runs: after its start the same mail is handed over again, under the same id."""
    recorder.answers(0, takes=2)
    exim.submit(ANNA, ["20123456@sendmailsms.dk"], MAIL)
    recorder.calls(1)
    exim.daemon.stop()
    exim.daemon.start(exim.port)
    recorder.answers(0)
    exim.flush()
    first, second = recorder.calls(2)
    assert first.environment["MESSAGE_ID"] == second.environment["MESSAGE_ID"]


def test_debians_single_file_does_the_same(single_file: Exim, recorder: Recorder) -> None:
    """The lines of mta-config/README.md in exim4.conf.template, in place of the split configuration."""
    single_file.submit(ANNA, ["KeyKey@sendmailsms.dk"], MAIL, sasl_username="anna")
    (call,) = recorder.calls(1)
    assert call.recipients == ["KeyKey@sendmailsms.dk"]
    assert call.environment["SASL_USERNAME"] == "anna"


def test_a_run_that_hangs_is_killed_and_tried_again(single_file: Exim, recorder: Recorder) -> None:
    """After the transport's `timeout`, with all its processes; nothing bounces."""
    recorder.answers(0, takes=20)
    single_file.submit(ANNA, ["20123456@sendmailsms.dk"], MAIL)
    wait_for(single_file.deferred, "a deferred mail", explain=single_file.tail)
    wait_for(lambda: not processes_naming(str(recorder.script)), "the end of the command")
    recorder.answers(0)
    single_file.flush()
    assert single_file.queue() == []
    recorder.calls(2)


def test_a_shell_that_is_killed_keeps_the_mail(exim: Exim, recorder: Recorder) -> None:
    """The one end that cannot be made a 75: the mail is frozen, which the operator is told, and not bounced."""
    recorder.answers(0, takes=2)
    exim.submit(ANNA, ["20123456@sendmailsms.dk"], MAIL)
    recorder.calls(1)
    (shell,) = processes_naming(f"{recorder.script} --")
    os.kill(shell, signal.SIGKILL)
    wait_for(exim.frozen, "a frozen mail", explain=exim.tail)
    assert mails_for(exim, ANNA) == []
    wait_for(lambda: mails_for(exim, "postmaster@mx.firma.example"), "a mail to the operator of the mail server")
    recorder.answers(0)
    exim.flush()
    assert exim.queue() == []
    recorder.calls(2)


def test_what_waits_is_tried_again_soon(exim: Exim) -> None:
    """Our retry rule comes before Debian's."""
    command = [PROGRAM, "-C", str(exim.config), "-brt", "20123456@sendmailsms.dk"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert told.startswith("Retry rule: sendmailsms.dk  *  F,1h,1m;")


@pytest.mark.parametrize("local_part", ["4520123456", "KeyKey", "hjaelp"])
def test_exim_says_where_an_address_goes(exim: Exim, local_part: str) -> None:
    """What mta-config/README.md has the administrator look for."""
    assert "router = smsdialog, transport = smsdialog_pipe" in route(exim, f"{local_part}@sendmailsms.dk")
    assert OPERATOR in route(exim, "postmaster@sendmailsms.dk")


def test_the_manual_names_every_file() -> None:
    """The lines for Debian's single file, in mta-config/README.md."""
    manual = (CHECKOUT / "mta-config/README.md").read_text()
    shipped = sorted(path.relative_to(CHECKOUT / "mta-config/exim") for path in CHECKOUT.glob("mta-config/exim/*/*/*"))
    assert [f".include /etc/exim4/{path}" in manual for path in shipped] == [True] * len(SHIPPED)


def route(exim: Exim, address: str) -> str:
    """How Exim would deliver to this address, in its own words."""
    command = [PROGRAM, "-C", str(exim.config), "-bt", address]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def mails_for(exim: Exim, address: str) -> list[EmailMessage]:
    return Mailboxes(exim.mail).of(address)
