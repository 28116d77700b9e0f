"""Mail becomes SMS and SMS becomes mail, through a real Postfix and a real Kannel."""

from __future__ import annotations

import re
import time
from email.utils import getaddresses

import pytest

from tests.e2e.office import Key, Office
from tests.e2e.people import Customer, Employee, text_of

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postfix"), pytest.mark.needs("kannel")]

DANISH = "Hej Søren\n\nVi ses på åen kl. 10.30 – nå, ja: pris 100 €.\nÆØÅ æøå"
# The dash would double the price of the SMS; it comes as its plain form.
DANISH_AS_SMS = DANISH.replace("–", "-")
LONG_DANISH = " ".join(f"Sætning nummer {number} om blåbærgrød på Ærø." for number in range(1, 12))[:400]
# On an idle machine both ways take well under 2 s; the tests are lenient, and print what they measured.
PATIENCE_SECONDS = 10.0


def test_a_mail_to_the_key_reaches_the_customer_in_the_subject(anna: Employee, key: Key, customer: Customer) -> None:
    """KEY@ with the number in the subject: one SMS from the account's number, line breaks and letters intact."""
    anna.writes(to=[key.secret], subject=customer.national, text=DANISH)
    sms = customer.receives()
    assert sms.text == DANISH_AS_SMS
    assert sms.sender == anna.number
    customer.receives_nothing()
    anna.receives_nothing()


def test_a_phone_address_needs_only_the_key_in_the_header(anna: Employee, key: Key, customer: Customer) -> None:
    """PHONE@ is the only envelope recipient; the key stands in To."""
    anna.writes(to=[customer.national, key.secret], text="Hej", deliveries=[[customer.national]])
    assert customer.receives().text == "Hej"
    customer.receives_nothing()


@pytest.mark.parametrize("way", ["{national}", "45{national}", "+45{national}", "0045{national}", "p45{national}"])
def test_every_way_of_writing_a_phone_address_is_that_phone(
    anna: Employee, key: Key, customer: Customer, way: str
) -> None:
    """With and without the country's code, its plus sign, or a letter before it."""
    anna.writes(to=[key.secret, way.format(national=customer.national)], text="Hej")
    assert customer.receives().text == "Hej"
    customer.receives_nothing()


def test_key_and_phone_in_one_delivery_are_one_sms(anna: Employee, key: Key, customer: Customer) -> None:
    """Postfix runs the pipe twice under one queue id; the customer hears once."""
    anna.writes(to=[key.secret, customer.national], subject="Aftale", text="Hej")
    customer.receives()
    customer.receives_nothing()
    anna.receives_nothing()


def test_key_and_phone_in_two_deliveries_are_one_sms(anna: Employee, key: Key, customer: Customer) -> None:
    """The same mail comes in two SMTP transactions, one for each recipient, under two queue ids."""
    to = [key.secret, customer.national]
    anna.writes(to=to, subject="Aftale", text="Hej", deliveries=[[recipient] for recipient in to])
    customer.receives()
    customer.receives_nothing()
    anna.receives_nothing()


def test_subject_and_addresses_together_reach_each_customer_once(anna: Employee, key: Key, office: Office) -> None:
    """Two in the subject, two in the addresses, one of them in both: three customers, three SMS."""
    bo, carl, dina = office.customer(), office.customer(), office.customer()
    subject = f"+45 {bo.national[:4]} {bo.national[4:]}, {carl.national}"
    anna.writes(to=[key.secret, f"p45{carl.national}", dina.national], subject=subject, text="Hej alle")
    for customer in (bo, carl, dina):
        sms = customer.receives()
        assert (sms.text, sms.sender) == ("Hej alle", anna.number)
        customer.receives_nothing()


def test_the_same_mail_delivered_again_is_not_sent_again(anna: Employee, key: Key, customer: Customer) -> None:
    """An MTA before ours that lost our answer sends its mail once more."""
    to = [key.secret, customer.national]
    anna.writes(to=to, text="Hej", deliveries=[to, to])
    customer.receives()
    customer.receives_nothing()


def test_an_html_mail_is_what_its_reader_sees(anna: Employee, key: Key, customer: Customer) -> None:
    """The plain text is blank: the HTML part is rendered."""
    html = "<html><head><title>x</title></head><body><p>Hej S&oslash;ren</p><p>Vi ses<br>i morgen</p></body></html>"
    anna.writes(to=[key.secret], subject=customer.national, text=" \n", html=html)
    assert customer.receives().text == "Hej Søren\n\nVi ses\ni morgen"


def test_an_sms_reaches_the_mailbox(anna: Employee, customer: Customer) -> None:
    """One plain mail, whose reply address is the customer's, signed for this account."""
    customer.texts(anna.number, "Hej Anna, æøå ÆØÅ € & <b>fed</b>")
    mail = anna.receives()
    ((name, address),) = getaddresses([mail["From"]])
    assert name == f"{shown(customer)} (SMS)"
    assert re.fullmatch(rf"{customer.number}\.[A-Za-z0-9_-]+@sendmailsms\.dk", address)
    assert getaddresses([mail["Reply-To"]])[0][1] == address
    assert mail["Subject"] == f"SMS fra {shown(customer)}"
    assert mail.get_content_type() == "text/plain"
    assert text_of(mail) == "Hej Anna, æøå ÆØÅ € & <b>fed</b>"
    anna.receives_nothing()
    customer.receives_nothing()


def test_an_sms_with_signs_beyond_gsm_keeps_them(anna: Employee, customer: Customer) -> None:
    """UCS-2 comes as UTF-16 from Kannel: line breaks, Cyrillic and an emoji."""
    customer.texts(anna.number, "Hej\nПривет 🙂\n\nÆØÅ")
    assert text_of(anna.receives()) == "Hej\nПривет 🙂\n\nÆØÅ"


def test_a_plain_reply_goes_back_to_the_customer(anna: Employee, customer: Customer) -> None:
    """Reply in the mail client, no key anywhere; only what is new is sent, from the account's number."""
    customer.texts(anna.number, "Hvornår har I åbent?")
    anna.replies(anna.receives(), "Fra kl. 9.\nVelkommen!")
    sms = customer.receives()
    assert sms.text == "Fra kl. 9.\nVelkommen!"
    assert sms.sender == anna.number
    customer.receives_nothing()
    anna.receives_nothing()


def test_a_dialog_is_one_thread(anna: Employee, customer: Customer) -> None:
    """The subject stays, and each mail refers to those before, as mail clients thread."""
    customer.texts(anna.number, "Et")
    first = anna.receives()
    anna.replies(first, "Svar")
    customer.receives()
    customer.texts(anna.number, "To")
    second = anna.receives()
    assert second["Subject"] == first["Subject"]
    assert second["Message-ID"] != first["Message-ID"]
    assert first["Message-ID"] in second["References"]


def test_the_accounts_number_is_an_address_too(anna: Employee, customer: Customer) -> None:
    """A reply to NUMBER@, the customer in its subject; the sender is on our own network, which is proof enough."""
    anna.writes(to=[anna.number], subject=f"SV: SMS fra {shown(customer)}", text="Hej igen", inside=True)
    assert customer.receives().text == "Hej igen"


def test_a_phone_address_alone_will_do_on_our_own_network(anna: Employee, customer: Customer) -> None:
    """The MTA's word on the client's address is proof enough, no key is wanted."""
    anna.writes(to=[customer.national], text="Hej herinde fra", inside=True)
    assert customer.receives().text == "Hej herinde fra"


def test_a_long_danish_text_arrives_whole(anna: Employee, key: Key, customer: Customer) -> None:
    """400 characters in three parts out, and back in."""
    assert len(LONG_DANISH) == 400
    anna.writes(to=[key.secret], subject=customer.national, text=LONG_DANISH)
    sms = customer.receives()
    assert " ".join(sms.text.split()) == LONG_DANISH
    assert sms.parts == 3
    customer.texts(anna.number, LONG_DANISH)
    assert " ".join(text_of(anna.receives()).split()) == LONG_DANISH
    anna.receives_nothing()


def test_an_sms_from_a_name_says_that_it_cannot_be_answered(anna: Employee, office: Office) -> None:
    """Alphanumeric senders have no number."""
    office.phones.texts("POSTEN", anna.number, "Din pakke er her")
    mail = anna.receives()
    assert "POSTEN" in mail["From"]
    assert "Din pakke er her" in text_of(mail)
    assert not re.search(r"\d{8}\.[A-Za-z0-9]+@", mail["Reply-To"] or mail["From"])


def test_both_ways_are_quick(anna: Employee, key: Key, customer: Customer, figures: list[str]) -> None:
    """From SMTP to the phone, and from the phone to the mailbox; the medians are printed."""
    out, back = [], []
    for number in range(5):
        began = time.monotonic()
        anna.writes(to=[key.secret], subject=customer.national, text=f"Hej nummer {number}")
        out.append(customer.receives().at - began)
        began = time.monotonic()
        customer.texts(anna.number, f"Svar nummer {number}")
        anna.receives()
        back.append(time.monotonic() - began)
    figures.append(f"mail to SMS: {sorted(out)[2]:.2f} s, SMS to mail: {sorted(back)[2]:.2f} s (medians of 5)")
    assert max(out + back) < PATIENCE_SECONDS


def shown(customer: Customer) -> str:
    """The number as a Danish mail shows it."""
    digits = customer.national
    return f"+45 {digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}"
