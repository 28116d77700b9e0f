"""The alternative: a pipe in an alias file, in front of the same product."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.office import Key, Office, alias_postfix
from tests.e2e.people import Customer, Employee, text_of
from tests.e2e.postfix import AliasPostfix

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postfix"), pytest.mark.needs("kannel")]


@pytest.fixture(scope="module")
def alias(office: Office) -> Iterator[AliasPostfix]:
    """A Postfix with the alias file."""
    instance = alias_postfix(office)
    try:
        instance.start()
        yield instance
    finally:
        instance.stop()


@pytest.fixture
def bodil(office: Office, key: Key, alias: AliasPostfix) -> Employee:
    """An employee with an account, whose mails go through the alias file; she reads where everybody does."""
    employee = office.employee(key, "bodil")
    employee.mta = alias
    return employee


def test_a_mail_through_the_alias_reaches_the_customer(bodil: Employee, key: Key, customer: Customer) -> None:
    """The command finds its recipient in the environment."""
    bodil.writes(to=[key.secret], subject=customer.national, text="Hej gennem aliasset\næøå")
    sms = customer.receives()
    assert (sms.text, sms.sender) == ("Hej gennem aliasset\næøå", bodil.number)
    customer.receives_nothing()


def test_two_addresses_of_one_mail_are_one_sms(bodil: Employee, key: Key, customer: Customer) -> None:
    """Two runs of the same command, without a queue id in common."""
    bodil.writes(to=[key.secret, customer.national], text="Kun én gang")
    assert customer.receives().text == "Kun én gang"
    customer.receives_nothing()


def test_a_blind_copy_reaches_the_customer(bodil: Employee, key: Key, customer: Customer) -> None:
    """The phone address stands in the envelope only: the alias file hands it over all the same."""
    bodil.writes(to=[key.secret], text="Blind kopi", deliveries=[[customer.national]])
    assert customer.receives().text == "Blind kopi"


def test_a_reply_through_the_alias_reaches_the_customer(bodil: Employee, customer: Customer) -> None:
    """The signed address survives the rewriting, its letters as they were."""
    customer.texts(bodil.number, "Hej Bodil")
    bodil.replies(bodil.receives(), "Hej igen")
    assert customer.receives().text == "Hej igen"


def test_the_reserved_addresses_are_the_operators(office: Office, alias: AliasPostfix, bodil: Employee) -> None:
    """postmaster@ and the others are no business of the command's."""
    operator = office.operator_reads(alias)
    bodil.writes(to=["postmaster"], subject="Til et menneske", text="Hej")
    assert text_of(operator.receives()) == "Hej"
    bodil.receives_nothing()
