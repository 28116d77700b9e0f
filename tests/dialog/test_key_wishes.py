"""What a key wants otherwise than the configuration: the MTA's word always, and senders of its domains only."""

from __future__ import annotations

import pytest

from smsdialog.errors import Conflict
from tests.dialog.stage import Administrator, Customer, Employee, Network, Stage

PASSED = {"Authentication-Results": "mx.firma.example; dmarc=pass header.from=firma.example"}


def test_a_key_may_ask_for_the_mtas_word_always(
    stage: Stage, anna: Employee, customer: Customer, administrator: Administrator
) -> None:
    administrator.edits_key("Firma", require="proof")
    anna.writes(stage.key, "20123456", "Uden bevis")
    customer.receives_nothing()
    anna.receives_nothing()
    anna.writes(stage.key, "20123456", "Med bevis", inside=True)
    assert customer.receives().text == "Med bevis"


def test_a_reply_needs_the_mtas_word_then_too(
    stage: Stage, anna: Employee, customer: Customer, administrator: Administrator
) -> None:
    administrator.edits_key("Firma", require="proof")
    customer.texts(anna, "Hej")
    mail = anna.receives()
    anna.replies(mail, "Uden bevis")
    customer.receives_nothing()
    anna.replies(mail, "Med bevis", inside=True)
    assert customer.receives().text == "Med bevis"


def test_nobody_subscribes_or_unsubscribes_without_it(stage: Stage, anna: Employee) -> None:
    stage.administrator.edits_key("Firma", require="proof")
    bo = stage.employee("bo@firma.example")
    bo.writes("subscribe", stage.key)
    anna.writes("unsubscribe", stage.key)
    assert [account.email for account in stage.administrator.accounts()] == [anna.address]
    assert [account.state for account in stage.administrator.accounts()] == ["open"]
    assert stage.post.arguments() == []
    bo.subscribes(stage.key, inside=True)


def test_the_wish_of_one_key_is_not_that_of_another(
    stage: Stage, anna: Employee, customer: Customer, administrator: Administrator
) -> None:
    other = administrator.makes_key("Lager")
    administrator.opens_account(anna, "Lager")
    administrator.edits_key("Firma", require="proof")
    anna.writes(other, "20123456", "Hej")
    assert customer.receives().text == "Hej"


def test_a_key_does_not_loosen_what_the_configuration_asks_for(stage: Stage, anna: Employee, network: Network) -> None:
    stage.administrator.edits_key("Firma", require="credential")
    anna.writes("20123456", "", "Hej")
    assert network.tried == []


@pytest.mark.parametrize(
    ("domains", "address", "taken"),
    [
        ("firma.example", "bo@firma.example", True),
        ("firma.example", "bo@FIRMA.example", True),
        ("firma.example", "bo@lager.firma.example", False),
        ("firma.example", "bo@nytfirma.example", False),
        ("firma.example", "bo@firma.example.andet.example", False),
        (".firma.example", "bo@lager.firma.example", True),
        (".firma.example", "bo@firma.example", False),
        ("andet.example, firma.example", "bo@firma.example", True),
        ("", "bo@hvor.example", True),
        ("smørrebrød.example", "bo@xn--smrrebrd-64af.example", True),
    ],
)
def test_only_addresses_of_its_domains_subscribe(stage: Stage, domains: str, address: str, taken: bool) -> None:
    stage.administrator.edits_key("Firma", domains=domains)
    bo = stage.employee(address)
    bo.writes("subscribe", stage.key)
    assert len(stage.administrator.accounts()) == taken
    assert len(stage.post.arguments()) == taken


def test_an_account_of_another_domain_neither_sends_nor_replies(
    stage: Stage, anna: Employee, customer: Customer, administrator: Administrator
) -> None:
    customer.texts(anna, "Hej")
    mail = anna.receives()
    administrator.edits_key("Firma", domains="andet.example")
    anna.writes(stage.key, "20123456", "Hej")
    anna.replies(mail, "Hej")
    customer.receives_nothing()
    anna.receives_nothing()


def test_who_holds_a_key_that_is_not_for_his_domain_learns_nothing(stage: Stage) -> None:
    stage.administrator.edits_key("Firma", domains="firma.example")
    stranger = stage.employee("fremmed@andet.example")
    for to, subject in ((stage.key, "20123456"), ("subscribe", stage.key), ("help", stage.key)):
        stranger.writes(to, subject, "Hej")
    assert stage.post.arguments() == []
    assert stage.network.tried == []


@pytest.mark.parametrize("domains", ["-", "a b@c", "*.firma.example", "firma_example"])
def test_what_is_no_domain_is_refused(administrator: Administrator, domains: str) -> None:
    with pytest.raises(Conflict):
        administrator.edits_key("Firma", domains=domains)


def test_a_key_may_cut_a_long_text_and_another_refuse_it(
    stage: Stage, anna: Employee, customer: Customer, administrator: Administrator
) -> None:
    anna.writes(stage.key, "20123456", "lang tekst " * 200)
    customer.receives_nothing()
    assert anna.receives()["Subject"] == "SMS ikke sendt"
    administrator.edits_key("Firma", overlong="cut")
    anna.writes(stage.key, "20123456", "lang tekst " * 200)
    assert customer.receives().parts == stage.service.config.limits.parts_per_sms
