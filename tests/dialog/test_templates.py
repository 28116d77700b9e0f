"""`skabelon-NAME@`: a text of the key's goes out, and the mail fills its gaps."""

from __future__ import annotations

import pytest

from smsdialog.dialog import group, template
from tests.dialog.stage import Administrator, Customer, Employee, Network, Stage, body_of


@pytest.fixture
def ready(stage: Stage) -> str:
    """The address of a text without gaps."""
    template.create(stage.service, "Klar", "Din bil er klar til afhentning.", "Firma")
    return "skabelon-klar"


def test_the_text_goes_to_the_numbers_in_the_subject(anna: Employee, customer: Customer, key: str, ready: str) -> None:
    anna.writes([ready, key], "20123456, 30123456", "")
    assert customer.receives().text == "Din bil er klar til afhentning."
    anna.receives_nothing()


def test_what_the_mail_says_is_left_out_where_the_template_has_no_gap(
    anna: Employee, customer: Customer, key: str, ready: str
) -> None:
    anna.writes(["template-klar", key], "20123456", "Med venlig hilsen\nAnna\n-- \nFirma A/S")
    assert customer.receives().text == "Din bil er klar til afhentning."


def test_the_mail_servers_word_does_instead_of_the_key(anna: Employee, customer: Customer, ready: str) -> None:
    anna.writes(ready, "20123456", "", inside=True)
    assert customer.receives().text == "Din bil er klar til afhentning."


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Hej! {tekst} Hilsen værkstedet", "Hej! Klokken 9\nI morgen Hilsen værkstedet"),
        ("Hej! {text}", "Hej! Klokken 9\nI morgen"),
        ("{2} ({1}) {ukendt} {0}", "I morgen (Klokken 9) {ukendt} {0}"),
    ],
)
def test_the_mail_fills_the_gaps(
    stage: Stage, anna: Employee, customer: Customer, key: str, text: str, sent: str
) -> None:
    template.create(stage.service, "tid", text, "Firma")
    anna.writes(["skabelon-tid", key], "20123456", "Klokken 9\nI morgen\n")
    assert customer.receives().text == sent


def test_what_a_mail_says_is_no_template_itself(stage: Stage, anna: Employee, customer: Customer, key: str) -> None:
    template.create(stage.service, "tid", "{1} {2}", "Firma")
    anna.writes(["skabelon-tid", key], "20123456", "{2}\n{tekst}")
    assert customer.receives().text == "{2} {tekst}"


def test_a_gap_without_a_text_is_refused(stage: Stage, anna: Employee, key: str, network: Network) -> None:
    template.create(stage.service, "tid", "Hej {tekst}", "Firma")
    template.create(stage.service, "linjer", "Hej {1} {2}", "Firma")
    anna.writes(["skabelon-tid", key], "20123456", "")
    anna.writes(["skabelon-linjer", key], "20123456", "Kun en")
    assert "ingen tekst" in body_of(anna.receives())
    assert "mindst 2 linjer" in body_of(anna.receives())
    assert network.arrived == []


def test_an_unknown_template_is_refused_with_those_that_there_are(
    anna: Employee, key: str, ready: str, network: Network
) -> None:
    anna.writes(["skabelon-kalr", key], "20123456", "Hej")
    notice = body_of(anna.receives())
    assert "“kalr”" in notice
    assert "klar" in notice
    assert network.arrived == []


def test_a_template_of_another_key_is_none(
    stage: Stage, administrator: Administrator, ready: str, network: Network
) -> None:
    other = administrator.makes_key("Andet")
    bo = stage.employee("bo@andet.example")
    administrator.opens_account(bo, "Andet")
    bo.writes([ready, other], "20123456", "Hej", inside=True)
    assert "“klar”" in body_of(bo.receives())
    assert network.arrived == []


def test_two_templates_in_one_mail_are_refused(
    stage: Stage, anna: Employee, key: str, ready: str, network: Network
) -> None:
    template.create(stage.service, "anden", "Noget andet", "Firma")
    anna.writes([ready, "skabelon-anden", key], "20123456", "")
    assert "flere skabeloner" in body_of(anna.receives())
    assert network.arrived == []


def test_a_stranger_sends_no_template_and_learns_nothing(stage: Stage, ready: str, network: Network) -> None:
    mallory = stage.employee("mallory@andet.example")
    mallory.writes(ready, "20123456", "Hej")
    mallory.receives_nothing()
    assert network.arrived == []


def test_a_template_goes_to_a_group_and_as_an_answer(
    stage: Stage, anna: Employee, customer: Customer, key: str, ready: str, network: Network
) -> None:
    group.create(stage.service, "alle", "Firma")
    group.add(stage.service, "alle", ["30123456", "40123456"])
    anna.writes([ready, "gruppe-alle", key], "", "")
    assert [sms.text for sms in network.arrived] == ["Din bil er klar til afhentning."] * 2
    customer.texts(anna, "Er den klar?")
    mail = anna.receives()
    anna.writes([mail["Reply-To"].addresses[0].addr_spec, ready], f"SV: {mail['Subject']}", "")
    assert customer.receives().text == "Din bil er klar til afhentning."
    anna.receives_nothing()
