"""What will not become an SMS: employees are told why in Danish, strangers get nothing, nothing bounces."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest

from tests.e2e.office import Key, Office
from tests.e2e.people import Customer, Employee, text_of

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postfix"), pytest.mark.needs("kannel")]

DANISH = re.compile(r"\b(din|ikke|nummer|højst|besked)\b", re.IGNORECASE)
UNKNOWN_KEY = "kabcdefghijklmnopqrstuvwxyz234567"
THIRTY_MEGABYTES = 30_000_000


def told(employee: Employee) -> str:
    """The text of the notice that the employee got: in Danish, and without a word from the inside."""
    mail = employee.receives()
    text = text_of(mail)
    assert DANISH.search(text), text
    assert "Traceback" not in mail.as_string()
    assert mail["Auto-Submitted"], "other machines must know it for a machine's"
    return text


@pytest.mark.parametrize("wrong", ["2012345", "201234567890123456", "kunde", "112", "20123456 lokal 12", ""])
def test_one_wrong_number_and_nothing_is_sent(anna: Employee, key: Key, customer: Customer, wrong: str) -> None:
    """The employee is told which, and the right number beside it gets nothing either."""
    subject = f"{customer.national}, {wrong}" if wrong else ""
    anna.writes(to=[key.secret], subject=subject, text="Hej")
    assert wrong in told(anna)
    customer.receives_nothing()
    anna.receives_nothing()


def test_an_unknown_key_tells_only_those_who_are_proven(anna: Employee, customer: Customer) -> None:
    """From the internet it is worth nothing, not even an answer; from our own network the employee is told."""
    anna.writes(to=[UNKNOWN_KEY], subject=customer.national, text="Hej")
    anna.receives_nothing()
    anna.writes(to=[UNKNOWN_KEY], subject=customer.national, text="Hej", inside=True)
    told(anna)
    customer.receives_nothing()


def test_a_disabled_key_is_named_to_the_accounts_owner(office: Office, customer: Customer) -> None:
    """It sends nothing any more."""
    key = office.key("disabled")
    anna = office.employee(key)
    office.installation.run("key", "disable", key.label)
    anna.writes(to=[key.secret], subject=customer.national, text="Hej")
    told(anna)
    customer.receives_nothing()


def test_who_has_the_key_and_no_account_is_told_to_subscribe(office: Office, key: Key, customer: Customer) -> None:
    """The key is right, the sender is new."""
    newcomer = office.somebody("ny")
    newcomer.writes(to=[key.secret], subject=customer.national, text="Hej")
    assert re.search(r"\b(subscribe|tilmeld)@sendmailsms\.dk", told(newcomer))
    customer.receives_nothing()


def test_a_stranger_learns_nothing(office: Office, anna: Employee, customer: Customer) -> None:
    """No key, no account: no SMS, no answer, no bounce, whatever address they try."""
    stranger = office.somebody("fremmed", "elsewhere.example")
    for local_part in (UNKNOWN_KEY, customer.national, anna.number, "ukendt", "afmeld", "tilmeld", "help"):
        stranger.writes(to=[local_part], subject=customer.national, text="Hej")
    stranger.receives_nothing()
    customer.receives_nothing()
    assert not office.mta.waits_for(stranger.address)


def test_a_forged_sender_without_a_proof_is_a_stranger(anna: Employee, office: Office, customer: Customer) -> None:
    """Anna's address in From is not enough, and Anna hears nothing of it."""
    stranger = office.somebody("fremmed", "elsewhere.example")
    mail = EmailMessage()
    mail["From"] = anna.address
    mail["To"] = f"{customer.national}@sendmailsms.dk"
    mail.set_content("Hej")
    stranger.submits(mail.as_bytes(), [customer.national])
    customer.receives_nothing()
    anna.receives_nothing()
    stranger.receives_nothing()


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_text_is_refused(anna: Employee, key: Key, customer: Customer, text: str) -> None:
    """Nothing that a human wrote: nothing is sent."""
    anna.writes(to=[key.secret], subject=customer.national, text=text)
    told(anna)
    customer.receives_nothing()


def test_only_an_attachment_is_refused(anna: Employee, key: Key, customer: Customer) -> None:
    """The employee learns that attachments are left out."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = anna.address, f"{key.secret}@sendmailsms.dk", customer.national
    mail["Message-ID"] = f"<{customer.number}@firma.example>"
    mail.set_content("\n")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="tilbud.pdf")
    anna.submits(mail.as_bytes(), [key.secret])
    told(anna)
    customer.receives_nothing()


def test_a_mail_of_thirty_megabytes_is_refused(anna: Employee, key: Key, customer: Customer, office: Office) -> None:
    """The employee is told, and no half of it is sent."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = anna.address, f"{key.secret}@sendmailsms.dk", customer.national
    mail.set_content("Hej")
    mail.add_attachment(b"\0" * (THIRTY_MEGABYTES * 3 // 4), maintype="image", subtype="jpeg", filename="ferie.jpg")
    anna.submits(mail.as_bytes(), [key.secret])
    assert told(anna)
    customer.receives_nothing()
    assert not office.mta.waits_for(anna.address)


def test_a_text_of_too_many_parts_is_refused(anna: Employee, key: Key, customer: Customer) -> None:
    """More than six parts, and the employee is told so."""
    anna.writes(to=[key.secret], subject=customer.national, text="Blåbærgrød. " * 100)
    assert re.search(r"\b6\b|\bseks\b", told(anna))
    customer.receives_nothing()


def test_bytes_in_no_charset_are_read_as_danes_meant_them(anna: Employee, key: Key, customer: Customer) -> None:
    """Eight-bit octets that are not UTF-8, without a charset or with a wrong one."""
    head = f"From: {anna.address}\r\nTo: {key.secret}@sendmailsms.dk\r\nSubject: {customer.national}\r\n"
    anna.submits(head.encode() + b"\r\nHej S\xf8ren, bl\xe5b\xe6r\r\n", [key.secret])
    assert customer.receives().text == "Hej Søren, blåbær"
    claimed = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    anna.submits(head.encode() + claimed + b"\r\n\xc6bler fra S\xf8ren\r\n", [key.secret])
    assert customer.receives().text == "Æbler fra Søren"


def test_a_mail_with_hardly_a_header_is_still_a_mail(anna: Employee, key: Key, customer: Customer) -> None:
    """No Date, no Message-ID, no To, no Subject: From and the envelope suffice on our own network."""
    anna.submits(f"From: {anna.address}\r\n\r\nHej\r\n".encode(), [customer.national], inside=True)
    assert customer.receives().text == "Hej"


@pytest.mark.parametrize("mail", [b"", b"\r\n", b"Hej\r\n", b"\xff\xfe\x00\x01\r\n", b"Subject: x\r\n\r\nHej\r\n"])
def test_a_mail_without_a_sender_is_dropped(anna: Employee, office: Office, customer: Customer, mail: bytes) -> None:
    """Nobody to tell, nothing to send, nothing left in the queue."""
    anna.submits(mail, [customer.national])
    customer.receives_nothing()
    anna.receives_nothing()
    assert not office.mta.waits_for(anna.address)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List-Id": "<nyheder.firma.example>"},
        {"X-Loop": "smsdialog", "Auto-Submitted": "auto-generated"},
    ],
)
def test_mail_from_machines_is_dropped(anna: Employee, key: Key, customer: Customer, headers: dict[str, str]) -> None:
    """An out-of-office answer never becomes an SMS, and gets no answer either."""
    anna.writes(to=[key.secret], subject=customer.national, text="Jeg holder ferie", headers=headers)
    customer.receives_nothing()
    anna.receives_nothing()


def test_a_bounce_is_dropped(office: Office, customer: Customer, anna: Employee) -> None:
    """A mail from the null sender, to a reply address."""
    customer.texts(anna.number, "Hej")
    reply_address = anna.receives()["Reply-To"].addresses[0].addr_spec
    mail = b"From: MAILER-DAEMON@mx.firma.example\r\nSubject: Undelivered\r\n\r\nYour mail came back\r\n"
    office.mta.submit("", [reply_address], mail)
    customer.receives_nothing()
    assert not office.mta.waits_for(reply_address)


def test_notices_are_not_repeated_within_the_hour(anna: Employee, key: Key) -> None:
    """The same mistake twice is told once."""
    for _ in range(2):
        anna.writes(to=[key.secret], subject="2012345", text="Hej")
    told(anna)
    anna.receives_nothing()


def test_our_own_network_is_told_by_the_mail_server(office: Office) -> None:
    """Somebody there without an account mistypes an address: the one case of a bounce, with one plain line."""
    colleague = office.somebody("kollega")
    colleague.writes(to=["ukendt"], text="Hej", inside=True)
    bounce = colleague.receives()
    assert bounce.get_content_type() == "multipart/report"
    assert "5.1.1" in bounce.as_string()
    assert "Traceback" not in bounce.as_string()


def test_nothing_else_bounced_and_no_traceback_was_seen(office: Office) -> None:
    """The mail log of all of this names no failure of the pipe."""
    office.settle()
    log = office.mta.log.read_text(errors="replace")
    pipe = [line for line in log.splitlines() if "relay=smsdialog" in line]
    assert pipe
    assert [line for line in pipe if "status=bounced" in line and "to=<ukendt@" not in line] == []
    assert "Traceback" not in log
