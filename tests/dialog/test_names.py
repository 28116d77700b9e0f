"""Customers have names: mails show who writes, and the subject stays what clients thread by."""

from __future__ import annotations

import pytest

from smsdialog.dialog import contact
from tests.dialog.stage import Administrator, Customer, Employee, Stage


def author(mail) -> tuple[str, str]:
    (found,) = mail["From"].addresses
    return found.display_name, found.addr_spec


def test_a_mail_shows_the_name_that_the_key_has_for_the_customer(
    stage: Stage, anna: Employee, customer: Customer
) -> None:
    contact.name(stage.service, "20 12 34 56", "Jens Hansen", "Firma")
    customer.texts(anna, "Hej")
    mail = anna.receives()
    name, address = author(mail)
    assert name == "Jens Hansen (+45 20 12 34 56, SMS)"
    assert address.startswith("4520123456.")
    assert mail["Reply-To"] == mail["From"]
    assert mail["Subject"] == "SMS fra +45 20 12 34 56"


def test_an_answer_to_somebody_with_a_name_reaches_him(stage: Stage, anna: Employee, customer: Customer) -> None:
    contact.name(stage.service, "20123456", "Jørgen Ærø & Søn, ApS", "Firma")
    customer.texts(anna, "Hej")
    anna.replies(anna.receives(), "Hej igen")
    assert customer.receives().text == "Hej igen"


def test_who_has_no_name_is_shown_by_number_and_another_keys_names_stay_there(
    stage: Stage, anna: Employee, customer: Customer, administrator: Administrator
) -> None:
    administrator.makes_key("Andet")
    contact.name(stage.service, "20123456", "Hemmelig", "Andet")
    customer.texts(anna, "Hej")
    assert author(anna.receives())[0] == "+45 20 12 34 56 (SMS)"


@pytest.mark.parametrize(
    "hostile",
    [
        '"Jens" <ceo@firma.example>',
        "Jens\r\nBcc: spion@andet.example",
        "Jens\u202e\u2066gro.example\u200f",
        "=?utf-8?q?ceo=40firma.example?=",
        "Jens\x00\x1b[31m",
        "ceo@firma.example",
        "a" * 500,
        "<script>alert(1)</script>",
    ],
)
def test_a_hostile_name_is_a_name_and_nothing_else(
    stage: Stage, anna: Employee, customer: Customer, hostile: str
) -> None:
    contact.name(stage.service, "20123456", hostile, "Firma")
    customer.texts(anna, "Hej")
    mail = anna.receives()
    name, address = author(mail)
    assert address.startswith("4520123456.")
    assert address.endswith("@sendmailsms.dk")
    assert mail["Bcc"] is None
    assert not set(name) & set('@<>"\r\n\x00\x1b\u202e\u2066\u200f')
    assert len(name) < 100
    anna.replies(mail, "Hej")
    assert customer.receives().text == "Hej"


def test_a_name_of_signs_only_is_none(stage: Stage) -> None:
    with pytest.raises(contact.Conflict):
        contact.name(stage.service, "20123456", '"<@>"', "Firma")


def test_a_file_of_names_is_kept_and_what_cannot_be_texted_passed_over(stage: Stage) -> None:
    octets = "Navn;Telefon\r\nJens Hansen;20 12 34 56\r\nFastnet;hejsa\r\n;30123456\r\n".encode("cp1252")
    assert contact.look_into(stage.service, octets, "Firma").changed == 1
    assert contact.listing(stage.service) == []
    taken = contact.take_in(stage.service, octets, "Firma")
    assert taken.changed == 1
    assert [(wrong.line, wrong.typed) for wrong in taken.found.wrong] == [(3, "hejsa")]
    assert [(one.peer, one.name) for one in contact.listing(stage.service)] == [("+4520123456", "Jens Hansen")]
    assert contact.take_in(stage.service, octets, "Firma").changed == 0


def test_a_name_is_replaced_and_forgotten(stage: Stage, anna: Employee, customer: Customer) -> None:
    contact.name(stage.service, "20123456", "Jens", "Firma")
    contact.name(stage.service, "20123456", "Jens Hansen", "Firma")
    contact.forget(stage.service, "20123456", "Firma")
    with pytest.raises(contact.NotFound):
        contact.forget(stage.service, "20123456", "Firma")
    customer.texts(anna, "Hej")
    assert author(anna.receives())[0] == "+45 20 12 34 56 (SMS)"
