"""An SMS becomes one plain mail, whatever it says and whoever sent it."""

from __future__ import annotations

from email.utils import getaddresses
from typing import Any

import pytest

from smsdialog.core.model import InboundSms
from smsdialog.dialog.receive import receive
from tests.dialog.stage import Administrator, Clock, Customer, Employee, PostOffice, Stage, body_of

HEADERS = [
    "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "X-SMSDialog-Loop", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
]  # fmt: skip


def test_an_sms_becomes_one_plain_mail(anna: Employee, customer: Customer) -> None:
    assert customer.texts(anna, "Hej Anna\nKan du nå det? 🙂\n\næøå €") == 200
    mail = anna.receives()
    assert body_of(mail) == "Hej Anna\nKan du nå det? 🙂\n\næøå €"
    assert mail.get_content_type() == "text/plain"
    assert mail["Subject"] == "SMS fra +45 20 12 34 56"
    anna.receives_nothing()


def test_from_and_reply_to_are_the_customers_signed_address(anna: Employee, customer: Customer) -> None:
    customer.texts(anna, "Hej")
    mail = anna.receives()
    assert mail["From"] == mail["Reply-To"]
    (address,) = mail["From"].addresses
    assert address.display_name == "+45 20 12 34 56 (SMS)"
    number, _, token = address.username.partition(".")
    assert (number, address.domain) == ("4520123456", "sendmailsms.dk")
    assert token.isascii()
    assert token == token.lower()
    assert len(address.username) <= 64


def test_the_subject_of_a_dialog_never_changes(stage: Stage, anna: Employee, customer: Customer) -> None:
    for text in ("Et", "To"):
        customer.texts(anna, text)
    other = stage.customer_with("+4530123456")
    other.texts(anna, "Tre")
    subjects = [mail["Subject"] for mail in anna.mailbox()]
    assert subjects == ["SMS fra +45 20 12 34 56"] * 2 + ["SMS fra +45 30 12 34 56"]


def test_the_mails_of_a_dialog_refer_to_each_other_and_those_of_another_do_not(
    stage: Stage, anna: Employee, customer: Customer
) -> None:
    customer.texts(anna, "Et")
    customer.texts(anna, "To")
    stage.customer_with("+4530123456").texts(anna, "Tre")
    first, second, other = anna.mailbox()
    assert second["In-Reply-To"] == first["Message-ID"]
    assert first["Message-ID"] in second["References"]
    assert not set(other["References"].split()) & {*first["References"].split(), first["Message-ID"]}


def test_a_machine_can_see_that_the_mail_is_from_a_machine(anna: Employee, customer: Customer) -> None:
    customer.texts(anna, "Hej")
    mail = anna.receives()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply, RN, NRN"


def test_sendmail_is_called_with_an_argument_list_and_a_signed_envelope_sender(
    anna: Employee, customer: Customer, post: PostOffice
) -> None:
    customer.texts(anna, "Hej")
    ((minus_i, minus_f, sender, end, recipient),) = post.arguments()
    assert (minus_i, minus_f, end, recipient) == ("-i", "-f", "--", anna.address)
    assert sender.startswith("b.1.")
    assert sender.endswith("@sendmailsms.dk")


def test_the_same_sms_twice_from_the_gateway_is_one_mail(anna: Employee, customer: Customer) -> None:
    for _ in range(3):
        assert customer.texts(anna, "Hej", gateway_id="smsc-17") == 200
    anna.receives()
    anna.receives_nothing()


def test_the_same_sms_twice_without_an_id_is_one_mail_if_the_gateway_says_when_it_was_sent(
    stage: Stage, anna: Employee
) -> None:
    for sent_at in (1795338001.0, 1795338001.0, 1795338002.0):
        receive(stage.service, InboundSms("main", "", "+4520123456", anna.number, "Ja", sent_at))
    assert [body_of(mail) for mail in anna.mailbox()] == ["Ja", "Ja"]


def test_two_sms_alike_with_ids_of_their_own_are_two_mails(anna: Employee, customer: Customer) -> None:
    customer.texts(anna, "Hej")
    customer.texts(anna, "Hej")
    assert len({mail["Message-ID"] for mail in anna.mailbox()}) == 2


@pytest.mark.parametrize("sender", ["Tandlæge", "1919", "FIRMA", "", "+", "x" * 200])
def test_a_sender_that_is_no_phone_cannot_be_answered_and_the_mail_says_so(
    stage: Stage, anna: Employee, sender: str
) -> None:
    assert stage.sms_comes_in(sender, anna.number, "Husk din tid") == 200
    mail = anna.receives()
    assert body_of(mail).startswith("Husk din tid\n")
    assert "ikke kan besvares" in body_of(mail)
    assert mail["Reply-To"].addresses[0].username.startswith("noreply.")


def test_an_sms_to_a_number_that_nobody_has_is_held(stage: Stage, administrator: Administrator) -> None:
    assert stage.customer.texts("459192555555", "Hallo?") == 200
    assert [(row.state, row.text) for row in administrator.sms_in()] == [("held", "Hallo?")]
    assert stage.post.arguments() == []


def test_a_mail_that_sendmail_does_not_take_is_kept_and_retried_with_the_same_message_id(
    anna: Employee, customer: Customer, administrator: Administrator, post: PostOffice, clock: Clock
) -> None:
    post.goes_down()
    assert customer.texts(anna, "Hej") == 200
    assert [row.state for row in administrator.sms_in()] == ["received"]
    post.comes_back()
    clock.passes(minutes=2)
    administrator.flushes()
    (refused,) = post.refused()
    assert anna.receives()["Message-ID"] == refused["Message-ID"]
    anna.receives_nothing()


def test_sms_are_mailed_in_their_order_also_after_trouble(anna: Employee, customer: Customer, post: PostOffice) -> None:
    post.goes_down()
    customer.texts(anna, "Et")
    customer.texts(anna, "To")
    post.comes_back()
    customer.texts(anna, "Tre")
    assert [body_of(mail) for mail in anna.mailbox()] == ["Et", "To", "Tre"]


HOSTILE = {
    "encoded-word": "=?utf-8?q?a=0ABcc:_fremmed@andet.example?=",
    "header": "Hej\r\nBcc: fremmed@andet.example\r\n\r\nX",
    "dot": "Hej\n.\nresten",
    "from": "From fremmed\n>From fremmed",
    "option": "-t -oQ/tmp",
    "shell": "`id` $(id) ; rm -rf / | cat",
    "controls": "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029Hej",
    "nul": "a\x00b",
    "surrogate": "a\ud83db",
    "bidi": "\u202eabc\u2066\ufeff",
    "long-line": "x" * 5000,
    "mime": "--===============0==\nContent-Type: text/html\n\n<b>Hej</b>",
    "empty": "",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_reaches_a_header_or_an_argument(stage: Stage, anna: Employee, text: str) -> None:
    assert stage.customer.texts(anna, text) == 200
    assert_nothing_leaked(stage, anna)


@pytest.mark.parametrize("sender", [*HOSTILE.values(), "Bænk <ceo@corp.example>", '"a" <b@c.example>, d', "'\"\\"])
def test_no_sender_reaches_more_than_the_display_name(stage: Stage, anna: Employee, sender: str) -> None:
    assert stage.sms_comes_in(sender, anna.number, "Hej") == 200
    mail = assert_nothing_leaked(stage, anna)
    assert body_of(mail).startswith("Hej\n")


def assert_nothing_leaked(stage: Stage, anna: Employee) -> Any:
    """Exactly our headers, exactly our addresses, exactly one recipient."""
    mail = anna.receives()
    assert mail.keys() == HEADERS
    (octets,) = stage.post.octets()
    block = octets.partition(b"\n\n")[0]
    assert block.isascii()
    assert b"\r" not in block
    assert max(map(len, octets.split(b"\n"))) < 998
    for name in ("From", "Reply-To"):
        ((_, address),) = getaddresses([str(mail[name])])
        assert address.endswith("@sendmailsms.dk")
    assert getaddresses([str(mail["To"])]) == [("", anna.address)]
    ((*_, recipient),) = stage.post.arguments()
    assert recipient == anna.address
    assert not mail.defects
    return mail


@pytest.mark.parametrize(
    ("text", "as_mailed"),
    [("Hej\n.\nresten", "Hej\n.\nresten"), ("From mig\nHej ", "From mig\nHej "), ("  to  blanke  ", "  to  blanke  ")],
)
def test_nothing_of_the_text_is_lost(anna: Employee, customer: Customer, text: str, as_mailed: str) -> None:
    customer.texts(anna, text)
    assert body_of(anna.receives()) == as_mailed
