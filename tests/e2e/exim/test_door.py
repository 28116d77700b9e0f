"""What Exim asks at RCPT time under the shipped configuration, and what it makes of the answer."""

from __future__ import annotations

import smtplib
import socketserver
import threading
from collections.abc import Iterator

import pytest

from tests.e2e.daemons import LOOPBACK, base_directory, own, product_user
from tests.e2e.exim.server import INTERNET_CLIENT, Exim
from tests.e2e.recorder import Recorder

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("exim")]
ANNA = "anna@firma.example"
PHONE = "20123456@sendmailsms.dk"
MAIL = b"From: anna@firma.example\r\nTo: 20123456@sendmailsms.dk\r\n\r\nHej\r\n"


class Resident:
    """A policy service that keeps what it is asked, and answers `answer`."""

    def __init__(self, port: int) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer = b"action=dunno\n\n"
        self.silent = threading.Event()
        resident = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                lines = self.rfile.read().decode().split("\n")
                assert lines[-2:] == ["", ""], "an empty line ends the request"
                resident.asked.append(dict(line.split("=", 1) for line in lines[:-2]))
                if resident.silent.is_set():
                    threading.Event().wait(6)
                self.wfile.write(resident.answer)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server((LOOPBACK, port), Handler)
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with base_directory("pipe") as base:
        own(base / "calls", product_user())
        yield Recorder(base)


@pytest.fixture(scope="module")
def exim(recorder: Recorder) -> Iterator[Exim]:
    with base_directory("exim") as base:
        instance = Exim(base, [str(recorder.script)])
        instance.policy_timeout = "2s"
        try:
            instance.start()
            yield instance
        finally:
            instance.stop()


@pytest.fixture
def resident(exim: Exim) -> Iterator[Resident]:
    running = Resident(exim.policy_port)
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _fresh(exim: Exim, recorder: Recorder) -> None:
    exim.wait_until_idle()
    recorder.forget()


def refusal(exim: Exim, address: str) -> tuple[int, str]:
    """How Exim refuses this one recipient."""
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        exim.submit(ANNA, [address], MAIL)
    code, text = refused.value.recipients[address]
    return code, text.decode()


def test_the_resident_is_asked_all_that_it_judges_by(exim: Exim, resident: Resident) -> None:
    """Sender, recipient, login, client, size; a Postfix would ask the same."""
    exim.submit(ANNA, [PHONE], MAIL, sasl_username="anna", client=INTERNET_CLIENT)
    assert resident.asked == [
        {
            "request": "smtpd_access_policy",
            "protocol_state": "RCPT",
            "sender": ANNA,
            "recipient": PHONE,
            "client_address": INTERNET_CLIENT,
            "sasl_username": "anna",
            "size": str(len(MAIL)),
        }
    ]


def test_of_a_stranger_it_hears_that_he_is_one(exim: Exim, resident: Resident) -> None:
    """No login, and the null sender is empty."""
    exim.submit("", [PHONE], MAIL, client=INTERNET_CLIENT)
    (asked,) = resident.asked
    assert (asked["sasl_username"], asked["sender"]) == ("", "")


def test_a_login_adds_no_lines_to_the_question(exim: Exim, resident: Resident) -> None:
    """Exim spells line ends out."""
    exim.submit(ANNA, [PHONE], MAIL, sasl_username="anna\nsender=boss@firma.example\r\n\n")
    (asked,) = resident.asked
    assert asked["sender"] == ANNA
    assert asked["sasl_username"] == r"anna\nsender=boss@firma.example\r\n\n"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("550 5.1.1 no such address; write to help@ to see how the service is used", 550),
        ("550 5.7.1 your key is disabled (${run{/usr/bin/id}} $local_part)", 550),
        ("452 4.7.1 too many SMS this hour, please try again later", 452),
    ],
)
def test_a_refusal_is_in_the_residents_words(
    exim: Exim, resident: Resident, recorder: Recorder, answer: str, code: int
) -> None:
    """Code, enhanced code and text as they were answered; no mail is taken, and no command runs."""
    resident.answer = f"action={answer}\n\n".encode()
    assert refusal(exim, PHONE) == (code, answer[4:])
    assert recorder.calls(0) == []


def test_one_refused_recipient_leaves_the_others(exim: Exim, resident: Resident, recorder: Recorder) -> None:
    """Each is asked for; here all in our domain are refused, and a person's address is not asked for."""
    resident.answer = b"action=550 5.1.1 no such address\n\n"
    exim.submit(ANNA, [PHONE, "bo@firma.example", "postmaster@sendmailsms.dk"], MAIL)
    assert [asked["recipient"] for asked in resident.asked] == [PHONE]
    assert recorder.calls(0) == []


@pytest.mark.parametrize(
    "answer", [b"action=dunno\n\n", b"", b"\n\n", b"action=\n\n", b"action=550\n\n", b"500 Error\n", b"\xff\xfe" * 9000]
)
def test_any_other_answer_opens_the_door(exim: Exim, resident: Resident, recorder: Recorder, answer: bytes) -> None:
    """Also one that nobody understands."""
    resident.answer = answer
    exim.submit(ANNA, [PHONE], MAIL)
    assert len(resident.asked) == 1
    recorder.calls(1)


def test_without_a_resident_the_door_is_open(exim: Exim, recorder: Recorder) -> None:
    """Nobody listens: the mail is taken, and the command decides."""
    exim.submit(ANNA, [PHONE], MAIL)
    recorder.calls(1)


def test_a_resident_that_does_not_answer_leaves_the_door_open(
    exim: Exim, resident: Resident, recorder: Recorder
) -> None:
    """After the time that the question may take; made short here."""
    resident.silent.set()
    resident.answer = b"action=550 5.1.1 too late\n\n"
    exim.submit(ANNA, [PHONE], MAIL)
    recorder.calls(1)


def test_what_debian_refuses_is_not_asked_for(exim: Exim, resident: Resident) -> None:
    """Its own check goes first: nobody gets at the resident who would not get in anyway."""
    code, _ = refusal(exim, "a!b@sendmailsms.dk")
    assert code == 550
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        exim.submit(ANNA, ["somebody@elsewhere.test"], MAIL, client=INTERNET_CLIENT)
    assert resident.asked == []
