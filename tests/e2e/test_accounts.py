"""Subscribing and leaving by mail, through a real Postfix."""

from __future__ import annotations

import re

import pytest

from tests.e2e.office import Key, Office
from tests.e2e.people import Customer, Employee, text_of

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postfix"), pytest.mark.needs("kannel")]

NUMBER = re.compile(r"\b45(?: ?\d){10}\b")


@pytest.fixture
def berit(office: Office) -> Employee:
    """An employee without an account."""
    return office.somebody("berit")


def number_in(mail_text: str) -> str:
    """The service number that a confirmation names."""
    match = NUMBER.search(mail_text)
    assert match, mail_text
    return re.sub(r"\s", "", match[0])


def accounts_of(office: Office, employee: Employee) -> list[dict[str, str]]:
    """The open accounts with this address."""
    accounts = office.installation.json("account", "list")
    return [one for one in accounts if one["email"] == employee.address and one["state"] == "open"]


@pytest.mark.parametrize("word", ["subscribe", "tilmeld", "SUBSCRIBE"])
def test_a_subscriber_gets_a_number_and_its_picture(office: Office, key: Key, word: str) -> None:
    """The confirmation holds the number and a QR code, and the account works at once."""
    berit, customer = office.somebody("berit"), office.customer()
    berit.writes(to=[word], subject=key.secret)
    mail = berit.receives()
    number = number_in(text_of(mail))
    assert [account["number"] for account in accounts_of(office, berit)] == [number]
    assert any(part.get_content_maintype() == "image" for part in mail.walk())
    assert key.secret not in mail.as_string()
    customer.texts(number, "Velkommen")
    assert text_of(berit.receives()) == "Velkommen"


def test_subscribing_twice_gives_one_account(office: Office, key: Key, berit: Employee) -> None:
    """The same answer, the same number."""
    berit.writes(to=["subscribe"], subject=key.secret)
    first = number_in(text_of(berit.receives()))
    berit.writes(to=["subscribe"], subject=key.secret)
    assert number_in(text_of(berit.receives())) == first
    assert len(accounts_of(office, berit)) == 1


def test_an_account_made_by_the_administrator_is_closed_by_mail(
    office: Office, key: Key, anna: Employee, customer: Customer
) -> None:
    """Its number is dead at once: what is texted to it is kept, and nobody gets a mail."""
    anna.writes(to=["unsubscribe"], subject=key.secret)
    anna.receives()
    assert accounts_of(office, anna) == []
    customer.texts(anna.number, "Er du der?")
    anna.receives_nothing()
    (message,) = office.installation.messages(direction="in", text="Er du der?")
    assert message["state"] == "held"


def test_the_key_of_an_unsubscription_may_stand_in_the_body(office: Office, key: Key, anna: Employee) -> None:
    """The subject is empty."""
    anna.writes(to=["afmeld"], text=f"Farvel\n{key.secret}\n")
    anna.receives()
    assert accounts_of(office, anna) == []


def test_subscribing_again_gives_another_number(office: Office, key: Key, anna: Employee) -> None:
    """The old number rests."""
    anna.writes(to=["unsubscribe"], subject=key.secret)
    anna.receives()
    anna.writes(to=["subscribe"], subject=key.secret)
    assert number_in(text_of(anna.receives())) != anna.number
    assert len(accounts_of(office, anna)) == 1


def test_a_closed_account_sends_nothing(key: Key, anna: Employee, customer: Customer) -> None:
    """After leaving, the key in the employee's address book sends no more."""
    anna.writes(to=["unsubscribe"], subject=key.secret)
    anna.receives()
    anna.writes(to=[key.secret], subject=customer.national, text="Hej")
    customer.receives_nothing()


def test_an_unknown_key_creates_nothing(office: Office, berit: Employee) -> None:
    """And nobody is told whether a key exists."""
    berit.writes(to=["subscribe"], subject="kabcdefghijklmnopqrstuvwxyz234567")
    berit.receives_nothing()
    assert accounts_of(office, berit) == []


def test_help_is_mailed_to_an_employee(anna: Employee) -> None:
    """`hjaelp` answers with how the service is used."""
    anna.writes(to=["hjaelp"], inside=True)
    assert "sms" in text_of(anna.receives()).lower()


def test_a_disabled_key_pauses_and_an_enabled_one_delivers_what_was_held(office: Office, customer: Customer) -> None:
    """Nothing in, nothing out, no subscription, and the employee is told why; then the held SMS arrives, once."""
    key = office.key("pause")
    anna, berit = office.employee(key), office.somebody("berit")
    office.installation.run("key", "disable", key.label)
    anna.writes(to=[key.secret], subject=customer.national, text="Hej")
    berit.writes(to=["subscribe"], subject=key.secret)
    customer.texts(anna.number, "Er I der?")
    customer.receives_nothing()
    berit.receives_nothing()
    assert "pause" in text_of(anna.receives())
    anna.receives_nothing()
    office.installation.run("key", "enable", key.label)
    office.installation.run("flush")
    assert text_of(anna.receives()) == "Er I der?"
    anna.receives_nothing()
