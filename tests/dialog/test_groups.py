"""`gruppe-NAME@`: everybody in it gets an SMS of his own, and nobody reaches another company's groups."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smsdialog.dialog import contact, group
from smsdialog.gateways import Refused
from tests.dialog.stage import Administrator, Employee, Network, Stage, body_of

MEMBERS = ["20123456", "30123456", "40123456"]


@pytest.fixture
def crew(stage: Stage) -> str:
    """The address of a group of three."""
    group.create(stage.service, "Håndværkere", "Firma")
    group.add(stage.service, "haandvaerkere", MEMBERS)
    return "gruppe-haandvaerkere"


def texted(network: Network) -> list[str]:
    return sorted(sms.to for sms in network.arrived)


def test_every_member_gets_an_sms_of_his_own(anna: Employee, key: str, crew: str, network: Network) -> None:
    assert anna.writes([crew, key], text="Vi lukker kl. 14.").statuses == [0]
    assert texted(network) == ["+4520123456", "+4530123456", "+4540123456"]
    assert {sms.text for sms in network.arrived} == {"Vi lukker kl. 14."}
    anna.receives_nothing()


@pytest.mark.parametrize("address", ["group-haandvaerkere", "GRUPPE-Haandvaerkere"])
def test_the_address_is_danish_or_english_in_any_case(
    anna: Employee, key: str, crew: str, network: Network, address: str
) -> None:
    anna.writes([address, key], text="Hej")
    assert len(network.arrived) == 3


def test_the_mail_servers_word_does_instead_of_the_key(anna: Employee, crew: str, network: Network) -> None:
    anna.writes(crew, "Lukket", "Hej", inside=True)
    assert len(network.arrived) == 3


def test_a_member_is_texted_once_whatever_ways_he_is_named_in(
    anna: Employee, key: str, crew: str, network: Network
) -> None:
    anna.writes([crew, key, "20123456"], "+45 30 12 34 56", "Hej", deliveries=[[crew], [key, "20123456"]])
    assert texted(network) == ["+4520123456", "+4530123456", "+4540123456"]


def test_a_stranger_with_the_address_of_a_group_reaches_nobody_and_learns_nothing(
    stage: Stage, anna: Employee, crew: str, network: Network
) -> None:
    mallory = stage.employee("mallory@andet.example")
    mallory.writes(crew, text="Hej")
    anna.writes(crew, text="Nobody vouches for this one")
    assert network.arrived == []
    mallory.receives_nothing()
    anna.receives_nothing()


def test_a_group_of_another_key_is_not_reached_by_any_proof(
    stage: Stage, administrator: Administrator, crew: str, network: Network
) -> None:
    other = administrator.makes_key("Andet")
    bo = stage.employee("bo@andet.example")
    administrator.opens_account(bo, "Andet")
    group.create(stage.service, "Egne", "Andet")
    bo.writes([crew, other], text="Hej", inside=True)
    notice = body_of(bo.receives())
    assert "“haandvaerkere”" in notice
    assert "egne" in notice
    assert network.arrived == []


def test_of_two_accounts_the_one_whose_key_has_the_group_writes(
    stage: Stage, anna: Employee, administrator: Administrator, network: Network
) -> None:
    administrator.makes_key("Andet")
    second = administrator.opens_account(stage.employee(anna.address), "Andet")
    group.create(stage.service, "klub", "Andet")
    group.add(stage.service, "klub", ["20123456"])
    anna.writes("gruppe-klub", text="Hej", inside=True)
    (sms,) = network.arrived
    assert sms.sender == second.number


def test_an_empty_group_is_refused_with_the_reason(stage: Stage, anna: Employee, key: str, network: Network) -> None:
    group.create(stage.service, "tom", "Firma")
    anna.writes(["gruppe-tom", key, "20123456"], text="Hej")
    assert "har ingen medlemmer" in body_of(anna.receives())
    assert network.arrived == []


def test_a_group_counts_as_many_customers_as_it_has(build: Callable[..., Stage]) -> None:
    stage = build(tables="[limits]\nrecipients_per_mail = 2")
    stage.administrator.opens_account(stage.anna)
    group.create(stage.service, "alle", "Firma")
    group.add(stage.service, "alle", MEMBERS)
    stage.anna.writes(["gruppe-alle", stage.key], text="Hej")
    assert "3" in body_of(stage.anna.receives())
    assert stage.network.arrived == []


def test_a_member_in_a_country_that_is_not_allowed_any_more_stops_the_mail_and_is_named(
    build: Callable[..., Stage],
) -> None:
    stage = build(tables='[limits]\ncountries = ["DK"]')
    stage.administrator.opens_account(stage.anna)
    group.create(stage.service, "alle", "Firma")
    group.add(stage.service, "alle", ["20123456"])
    with stage.service.store.transaction() as tx:
        group.groups.add_member(tx, 1, "+46701234567")
    stage.anna.writes(["gruppe-alle", stage.key], text="Hej")
    assert "+46701234567" in body_of(stage.anna.receives())
    assert stage.network.arrived == []


def test_a_mail_that_comes_again_texts_those_of_the_first_time(
    stage: Stage, anna: Employee, key: str, crew: str, network: Network
) -> None:
    posted = anna.writes([crew, key], text="Hej")
    group.add(stage.service, "haandvaerkere", ["50123456"])
    posted.again()
    assert len(network.arrived) == 3


def test_a_notice_names_members_by_name_and_number(
    stage: Stage, anna: Employee, key: str, crew: str, network: Network
) -> None:
    contact.name(stage.service, "30123456", "Jens Hansen", "Firma")
    network.answers = [Refused("no such number")] * 3
    anna.writes([crew, key], text="Hej")
    notice = body_of(anna.receives())
    assert "Jens Hansen (+45 30 12 34 56): IKKE sendt" in notice
    assert "\n+45 20 12 34 56: IKKE sendt" in notice


def test_an_answer_reaches_a_group_of_its_account_too(
    stage: Stage, anna: Employee, crew: str, network: Network
) -> None:
    stage.customer.texts(anna, "Hvornår?")
    mail = anna.receives()
    anna.writes([mail["Reply-To"].addresses[0].addr_spec, crew], f"SV: {mail['Subject']}", "Kl. 8")
    assert texted(network) == ["+4520123456", "+4530123456", "+4540123456"]
    anna.receives_nothing()


def test_numbers_in_the_subject_go_beside_the_group(anna: Employee, key: str, crew: str, network: Network) -> None:
    anna.writes([crew, key], "50123456", "Hej")
    assert "+4550123456" in texted(network)
    assert len(network.arrived) == 4
