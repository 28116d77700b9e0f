"""unsubscribe@: the account of that From on that key is closed, however it was made, and its number is dead."""

from __future__ import annotations

import pytest

from tests.dialog.stage import Administrator, Customer, Employee, Network, Stage, body_of


@pytest.mark.parametrize("name", ["unsubscribe", "afmeld", "Afmeld"])
def test_unsubscribing_closes_an_account_that_the_administrator_made(
    anna: Employee, administrator: Administrator, key: str, name: str
) -> None:
    anna.writes(name, key)
    assert anna.receives()["Subject"] == "Din konto er nedlagt"
    assert [account.state for account in administrator.accounts()] == ["closed"]


def test_the_key_may_stand_in_the_body(anna: Employee, administrator: Administrator, key: str) -> None:
    anna.writes("afmeld", "Farvel", f"Min nøgle er {key}.\n")
    assert [account.state for account in administrator.accounts()] == ["closed"]


def test_the_number_is_dead_at_once_both_ways(
    anna: Employee, customer: Customer, administrator: Administrator, key: str
) -> None:
    anna.writes("unsubscribe", key)
    anna.receives()
    assert customer.texts(anna, "Er du der?") == 200
    anna.receives_nothing()
    assert [(row.state, row.reason) for row in administrator.sms_in()] == [("held", "the account is closed")]
    anna.writes(key, "20123456", "Hej")
    customer.receives_nothing()


def test_a_reply_address_of_a_closed_account_is_worth_nothing(
    anna: Employee, customer: Customer, network: Network, key: str
) -> None:
    customer.texts(anna, "Hej")
    mail = anna.receives()
    anna.writes("unsubscribe", key)
    anna.receives()
    anna.replies(mail, "Hej selv")
    assert network.tried == []
    anna.receives_nothing()


def test_subscribing_again_gives_another_number(anna: Employee, key: str) -> None:
    before = anna.number
    anna.writes("unsubscribe", key)
    anna.receives()
    anna.subscribes(key)
    assert anna.number != before


def test_only_the_account_on_that_key_is_closed(anna: Employee, administrator: Administrator, key: str) -> None:
    administrator.makes_key("Lager")
    administrator.opens_account(anna, "Lager")
    anna.writes("unsubscribe", key)
    assert [(account.key, account.state) for account in administrator.accounts()] == [
        ("Firma", "closed"),
        ("Lager", "open"),
    ]


def test_nobody_closes_the_account_of_somebody_else(
    stage: Stage, anna: Employee, administrator: Administrator, key: str
) -> None:
    bo = stage.employee("bo@firma.example")
    bo.writes("unsubscribe", key)
    assert [account.state for account in administrator.accounts()] == ["open"]
    assert "ingen konto" in body_of(bo.receives())
    anna.receives_nothing()


def test_without_a_key_nothing_is_closed_and_only_a_proven_owner_is_told(
    anna: Employee, administrator: Administrator
) -> None:
    anna.writes("unsubscribe", "Farvel")
    anna.receives_nothing()
    anna.writes("unsubscribe", "Farvel", inside=True)
    assert "ingen gyldig API-nøgle" in body_of(anna.receives())
    assert [account.state for account in administrator.accounts()] == ["open"]


def test_an_account_of_a_disabled_key_can_be_closed_by_its_owner(
    anna: Employee, administrator: Administrator, key: str
) -> None:
    administrator.disables("Firma")
    anna.writes("unsubscribe", key)
    assert [account.state for account in administrator.accounts()] == ["closed"]


def test_the_mail_handed_over_twice_closes_once_and_answers_once(
    stage: Stage, anna: Employee, administrator: Administrator, key: str
) -> None:
    posted = anna.writes("unsubscribe", key)
    assert posted.again().statuses == [0]
    assert anna.receives()["Subject"] == "Din konto er nedlagt"
    anna.receives_nothing()
