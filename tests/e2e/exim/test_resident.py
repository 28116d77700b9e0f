"""Exim with the real resident beside: it refuses at the door, takes mails by LMTP, and may be away."""

from __future__ import annotations

import os
import signal
import smtplib
from collections.abc import Iterator

import pytest

from tests.e2e.daemons import base_directory, listens, wait_for
from tests.e2e.exim.server import INTERNET_CLIENT, Exim
from tests.e2e.office import Key, Office
from tests.e2e.people import Customer, Employee, text_of

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("exim"), pytest.mark.needs("kannel")]
UNKNOWN_KEY = "kabcdefghijklmnopqrstuvwxyz234567"


class LmtpExim(Exim):
    """A second Exim in front of the same product, which hands mails to the resident itself."""

    transport = "smsdialog_lmtp"


@pytest.fixture
def resident(office: Office) -> Iterator[None]:
    """`smsdialog serve` runs."""
    office.start_resident()
    yield
    office.resident.stop()


@pytest.fixture(scope="module")
def lmtp(office: Office) -> Iterator[LmtpExim]:
    with base_directory("exim") as base:
        instance = LmtpExim(base, ["/nonexistent"])
        instance.policy_port = office.policy_port
        instance.lmtp_socket = str(office.lmtp_socket)
        try:
            instance.start()
            yield instance
        finally:
            instance.stop()


@pytest.fixture
def bodil(office: Office, key: Key, lmtp: LmtpExim) -> Employee:
    """An employee with an account, whose mails go by LMTP; she reads where everybody does."""
    employee = office.employee(key, "bodil")
    employee.mta = lmtp
    return employee


def refusal(person: Employee, to: str, *, inside: bool) -> str:
    """What the mail server tells somebody who writes to this one address."""
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        person.writes(to=[to], subject="20123456", text="Hej", inside=inside)
    ((code, text),) = refused.value.recipients.values()
    return f"{code} {text.decode()}"


@pytest.mark.usefixtures("resident")
def test_a_mail_goes_through_the_open_door(anna: Employee, key: Key, customer: Customer) -> None:
    """The pipe, with the resident behind it."""
    anna.writes(to=[key.secret, customer.national], text="Hej gennem døren")
    assert customer.receives().text == "Hej gennem døren"
    customer.texts(anna.number, "Hej igen")
    anna.replies(anna.receives(), "Farvel")
    assert customer.receives().text == "Farvel"
    customer.receives_nothing()


@pytest.mark.usefixtures("resident")
def test_an_employee_is_refused_in_words_that_he_understands(anna: Employee) -> None:
    """From our own network, in the language of the house, and nothing but SMTP can say."""
    words = refusal(anna, "ukendt", inside=True)
    assert words.startswith("550 5.1.1 ")
    assert "hjaelp@sendmailsms.dk" in words or "ikke" in words
    assert words.isascii()
    anna.receives_nothing()


@pytest.mark.usefixtures("resident")
def test_a_stranger_learns_only_that_there_is_no_such_address(office: Office) -> None:
    """The same for a key that nobody has and for one that is disabled."""
    stranger = office.somebody("fremmed", "elsewhere.example")
    disabled = office.key("disabled-at-the-door")
    office.installation.run("key", "disable", disabled.label)
    answers = {refusal(stranger, to, inside=False) for to in ("ukendt", UNKNOWN_KEY, disabled.secret)}
    assert len(answers) == 1
    assert answers.pop().startswith("550 5.1.1 ")
    stranger.receives_nothing()


@pytest.mark.usefixtures("resident")
def test_a_login_is_one_of_ours_at_the_door(office: Office, exim: Exim, anna: Employee) -> None:
    """Exim tells the resident who logged in: so words, and not only a number."""
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        exim.submit(anna.address, ["112@sendmailsms.dk"], b"\r\n", sasl_username="anna", client=INTERNET_CLIENT)
    ((code, text),) = refused.value.recipients.values()
    assert (code, text.decode()) != (550, "5.1.1 no such address here")
    assert "112" in text.decode()


def test_the_door_is_open_while_the_resident_is_down(office: Office, key: Key, customer: Customer) -> None:
    """It ran, and is gone: mails are taken and sent all the same, by the pipe alone."""
    office.start_resident()
    office.resident.stop()
    anna = office.employee(key)
    anna.writes(to=[key.secret], subject=customer.national, text="Uden dørmand")
    assert customer.receives().text == "Uden dørmand"


@pytest.mark.usefixtures("resident")
def test_a_mail_by_lmtp_reaches_each_customer_once(bodil: Employee, key: Key, office: Office) -> None:
    """Several recipients in one transaction; and the dialog goes on."""
    bo, carl = office.customer(), office.customer()
    bodil.writes(to=[key.secret, bo.national, carl.national], text="Hej gennem LMTP\næøå\n.\n")
    for customer in (bo, carl):
        sms = customer.receives()
        assert (sms.text, sms.sender) == ("Hej gennem LMTP\næøå\n.", bodil.number)
        customer.receives_nothing()
    bo.texts(bodil.number, "Hej Bodil")
    bodil.replies(bodil.receives(), "Hej igen")
    assert bo.receives().text == "Hej igen"


@pytest.mark.usefixtures("resident")
def test_two_mails_alike_are_two_sms_by_lmtp(bodil: Employee, key: Key, customer: Customer) -> None:
    """Without Date and Message-ID; LMTP hands no queue id over, so the transport writes a Message-ID."""
    mail = f"From: {bodil.address}\r\nTo: {key.secret}@sendmailsms.dk\r\nSubject: {customer.national}\r\n\r\nHej\r\n"
    for _ in range(2):
        bodil.submits(mail.encode(), [key.secret])
        assert customer.receives().text == "Hej"


@pytest.mark.usefixtures("resident")
def test_lmtp_says_nothing_of_the_client(bodil: Employee, customer: Customer) -> None:
    """What mta-config/README.md warns of: on our own network a phone address alone will not do there."""
    bodil.writes(to=[customer.national], text="Hej herinde fra", inside=True)
    customer.receives_nothing()
    bodil.receives_nothing()


def test_a_mail_by_lmtp_waits_for_the_resident(
    bodil: Employee, key: Key, customer: Customer, office: Office, lmtp: LmtpExim
) -> None:
    """Nobody there: deferred, not bounced; one SMS when he is back."""
    bodil.writes(to=[key.secret], subject=customer.national, text="Tålmodighed")
    wait_for(lambda: lmtp.defers(bodil.address), "a deferred mail", explain=lmtp.tail)
    office.start_resident()
    try:
        lmtp.flush()
        assert customer.receives().text == "Tålmodighed"
        assert not lmtp.waits_for(bodil.address)
    finally:
        office.resident.stop()
    bodil.receives_nothing()


def test_a_resident_that_is_killed_at_the_gateway_leaves_nothing_untold(
    bodil: Employee, key: Key, customer: Customer, office: Office, lmtp: LmtpExim
) -> None:
    """Exim brings the mail to the next one, who does not send what may have been sent, but says so; a resend does."""
    office.start_resident()
    smsbox = office.kannel.smsbox.process
    assert smsbox is not None
    os.killpg(smsbox.pid, signal.SIGSTOP)
    try:
        bodil.writes(to=[key.secret], subject=customer.national, text="Midt i det hele")
        wait_for(lambda: office.installation.messages(text="Midt i det hele", state="sending"), "a call to the gateway")
        assert office.resident.process is not None
        os.killpg(office.resident.process.pid, signal.SIGKILL)
        wait_for(office.resident.died, "the end of the resident")
        wait_for(lambda: not listens(office.policy_port), "the end of its children")
    finally:
        os.killpg(smsbox.pid, signal.SIGCONT)
    office.start_resident()
    try:
        wait_for(lambda: lmtp.defers(bodil.address), "a deferred mail", explain=lmtp.tail)
        lmtp.flush()
        assert not lmtp.waits_for(bodil.address), lmtp.tail()
        assert "måske sendt, måske ikke" in text_of(bodil.receives())
        customer.receives_nothing()  # smsbox does nothing for a caller who has gone
        (message,) = office.installation.messages(text="Midt i det hele")
        office.installation.run("message", "resend", message["id"])
        assert customer.receives().text == "Midt i det hele"
        customer.receives_nothing()
    finally:
        office.resident.stop()
