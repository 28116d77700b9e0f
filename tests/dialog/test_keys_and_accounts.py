"""What the administrator does to keys and accounts, and what people notice of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from smsdialog.dialog import account as account_use_cases
from smsdialog.dialog import key as key_use_cases
from smsdialog.errors import Conflict, NotFound, NumbersExhausted
from smsdialog.gateways import Later
from tests.dialog.stage import Administrator, Customer, Employee, Network, PostOffice, Stage, body_of


def edits(stage: Stage, name: str, *, email: str | None = None, key: str | None = None) -> None:
    account_use_cases.edit(stage.service, name, email=email, key_name=key, forget=False)


def test_disabling_a_key_pauses_its_accounts_nothing_out(
    anna: Employee, administrator: Administrator, network: Network, key: str
) -> None:
    administrator.disables("Firma")
    anna.writes(key, "20123456", "Hej")
    assert network.tried == []
    assert "sat på pause" in body_of(anna.receives())
    assert [account.state for account in administrator.accounts()] == ["paused"]


def test_disabling_a_key_pauses_its_accounts_nothing_in(
    anna: Employee, customer: Customer, administrator: Administrator
) -> None:
    administrator.disables("Firma")
    assert customer.texts(anna, "Hej") == 200
    anna.receives_nothing()
    assert [(row.state, row.reason) for row in administrator.sms_in()] == [("held", "the key is disabled")]


def test_a_reply_to_an_sms_of_before_is_paused_too(
    anna: Employee, customer: Customer, administrator: Administrator, network: Network
) -> None:
    customer.texts(anna, "Hej")
    mail = anna.receives()
    administrator.disables("Firma")
    anna.replies(mail, "Hej selv")
    assert network.tried == []
    assert "sat på pause" in body_of(anna.receives())


def test_enabling_the_key_again_delivers_what_was_held_in_order(
    anna: Employee, customer: Customer, administrator: Administrator
) -> None:
    administrator.disables("Firma")
    for text in ("Et", "To", "Tre"):
        customer.texts(anna, text)
    administrator.enables("Firma")
    assert [body_of(mail) for mail in anna.mailbox()] == ["Et", "To", "Tre"]


def test_an_sms_that_waited_for_its_gateway_when_the_key_was_disabled_is_not_sent_but_reported(
    anna: Employee, administrator: Administrator, network: Network, key: str
) -> None:
    network.answers = [Later("busy")]
    posted = anna.writes(key, "20123456", "Hej")
    administrator.disables("Firma")
    assert posted.again().statuses == [0]
    assert len(network.tried) == 1
    assert "IKKE sendt (nøglen er deaktiveret)" in body_of(anna.receives())


def test_an_sms_that_waited_for_its_gateway_when_the_account_was_closed_is_not_sent_but_reported(
    anna: Employee, administrator: Administrator, network: Network, key: str
) -> None:
    network.answers = [Later("busy")]
    anna.writes(key, "20123456", "Hej")
    anna.writes("unsubscribe", key)
    anna.receives()
    administrator.flushes()
    assert len(network.tried) == 1
    assert "IKKE sendt (kontoen er nedlagt)" in body_of(anna.receives())


def test_an_sms_that_waited_for_sendmail_when_the_key_was_disabled_is_held_until_it_is_enabled(
    anna: Employee, customer: Customer, administrator: Administrator, post: PostOffice
) -> None:
    post.goes_down()
    customer.texts(anna, "Hej")
    administrator.disables("Firma")
    post.comes_back()
    administrator.flushes()
    anna.receives_nothing()
    administrator.enables("Firma")
    assert body_of(anna.receives()) == "Hej"


def test_the_administrator_can_still_open_accounts_on_a_disabled_key(
    stage: Stage, administrator: Administrator
) -> None:
    administrator.disables("Firma")
    assert administrator.opens_account(stage.anna).state == "paused"


def test_a_key_is_stored_hashed_only(stage: Stage, anna: Employee, key: str) -> None:
    anna.writes(key, f"20123456 {key}", f"Hej {key}")
    anna.writes("subscribe", key)
    stage.close()
    with sqlite3.connect(stage.folder / "state" / "smsdialog.db") as database:
        dump = "\n".join(line for line in database.iterdump() if "INSERT INTO" in line and '"outbound"' not in line)
    assert key[:7] in dump
    assert key not in dump


def test_a_rotated_key_keeps_its_id_and_its_accounts_and_the_old_secret_is_worth_nothing(
    stage: Stage, anna: Employee, customer: Customer, key: str
) -> None:
    rotated, secret = key_use_cases.rotate(stage.service, "Firma", overlap_days=0)
    stage.clock.passes(seconds=1)
    assert secret.reveal() != key
    assert secret.reveal().startswith(rotated.public_id)
    anna.writes(key, "20123456", "Gammel")
    anna.writes(secret.reveal(), "20123456", "Ny")
    assert customer.receives().text == "Ny"
    customer.receives_nothing()


def test_the_old_secret_of_a_rotated_key_is_good_for_as_long_as_the_administrator_says(
    stage: Stage, anna: Employee, customer: Customer, key: str
) -> None:
    key_use_cases.rotate(stage.service, "Firma", overlap_days=7)
    stage.clock.passes(days=6)
    anna.writes(key, "20123456", "Gammel")
    assert customer.receives().text == "Gammel"
    stage.clock.passes(days=2)
    anna.writes(key, "20123456", "For gammel")
    customer.receives_nothing()


def test_a_key_with_open_accounts_is_not_deleted(stage: Stage, anna: Employee, key: str) -> None:
    with pytest.raises(Conflict):
        key_use_cases.delete(stage.service, "Firma")
    anna.writes("unsubscribe", key)
    key_use_cases.delete(stage.service, key[:7])
    with pytest.raises(NotFound):
        key_use_cases.enable(stage.service, "Firma")


def test_the_label_of_a_deleted_key_is_free_again_and_its_secret_is_dead(stage: Stage, key: str) -> None:
    key_use_cases.delete(stage.service, "Firma")
    again = stage.administrator.makes_key("Firma")
    stage.anna.writes("subscribe", key)
    assert stage.administrator.accounts() == []
    stage.anna.subscribes(again)


def test_a_key_with_another_label_is_the_same_key(stage: Stage, anna: Employee, customer: Customer, key: str) -> None:
    stage.administrator.makes_key("Lager")
    with pytest.raises(Conflict):
        key_use_cases.edit(stage.service, "Firma", label="Lager")
    key_use_cases.edit(stage.service, "Firma", label="Kontor")
    anna.writes(key, "20123456", "Hej")
    assert customer.receives().text == "Hej"
    assert [account.key for account in stage.administrator.accounts()] == ["Kontor"]


@pytest.mark.parametrize("label", ["", "  ", "x" * 101, "a\nb", "k" + "a" * 32, "Firma"])
def test_a_label_is_short_printable_and_taken_once(stage: Stage, label: str) -> None:
    with pytest.raises(Conflict):
        key_use_cases.create(stage.service, label)


def test_a_new_address_of_an_account_keeps_number_and_dialogs(stage: Stage, anna: Employee, customer: Customer) -> None:
    customer.texts(anna, "Hej")
    mail = anna.receives()
    edits(stage, anna.address, email="Anna.Ny@firma.example")
    renamed = stage.employee("anna.ny@firma.example")
    renamed.replies(mail, "Jeg hedder nyt nu")
    sms = customer.receives()
    assert (sms.sender, sms.text) == (anna.number, "Jeg hedder nyt nu")
    customer.texts(anna.number, "Tillykke")
    assert mail["Message-ID"] in renamed.receives()["References"]
    anna.receives_nothing()


def test_another_key_of_an_account_keeps_number_and_dialogs(stage: Stage, anna: Employee, customer: Customer) -> None:
    lager = stage.administrator.makes_key("Lager")
    edits(stage, anna.number, key="Lager")
    anna.writes(stage.key, "20123456", "Gammel")
    anna.writes(lager, "20123456", "Ny")
    assert customer.receives().sender == anna.number
    customer.receives_nothing()


def test_moving_a_paused_account_to_an_enabled_key_delivers_what_was_held(
    stage: Stage, anna: Employee, customer: Customer
) -> None:
    stage.administrator.makes_key("Lager")
    stage.administrator.disables("Firma")
    customer.texts(anna, "Hej")
    edits(stage, anna.number, key="Lager")
    assert body_of(anna.receives()) == "Hej"


def test_an_address_has_one_open_account_on_a_key(stage: Stage, anna: Employee) -> None:
    with pytest.raises(Conflict):
        stage.administrator.opens_account(anna)
    bo = stage.employee("bo@firma.example")
    stage.administrator.opens_account(bo)
    with pytest.raises(Conflict):
        edits(stage, bo.address, email=anna.address)


@pytest.mark.parametrize(
    "email", ["", "anna", "a@b@c.example", "ånna@firma.example", '"a b"@firma.example', "a b@c.dk"]
)
def test_what_is_no_address_gets_no_account(stage: Stage, email: str) -> None:
    with pytest.raises(Conflict):
        account_use_cases.open_account(stage.service, email, "Firma", "")


def test_a_wished_number_is_given_when_it_is_free(stage: Stage) -> None:
    wished = "459192000123"
    assert stage.administrator.opens_account(stage.anna, number="+45 9192 000 123").number == wished
    with pytest.raises(Conflict, match="in use"):
        stage.administrator.opens_account(stage.employee("bo@firma.example"), number=wished)
    account_use_cases.close(stage.service, wished)
    with pytest.raises(Conflict, match="rests"):
        stage.administrator.opens_account(stage.employee("bo@firma.example"), number=wished)


@pytest.mark.parametrize("number", ["20123456", "469192000123", "abc", "4591920001234"])
def test_a_wished_number_outside_the_ranges_is_refused(stage: Stage, number: str) -> None:
    with pytest.raises(Conflict):
        stage.administrator.opens_account(stage.anna, number=number)


def test_without_a_free_number_no_account_is_opened(build: Callable[..., Stage]) -> None:
    stage = build(tables='[numbers]\nranges = ["459192000000-459192000000"]')
    stage.administrator.opens_account(stage.anna)
    with pytest.raises(NumbersExhausted):
        stage.administrator.opens_account(stage.employee("bo@firma.example"))


def test_every_free_number_of_a_small_range_is_found(build: Callable[..., Stage]) -> None:
    stage = build(tables='[numbers]\nranges = ["459192000000-459192000019", "459192000030-459192000039"]')
    found = {stage.administrator.opens_account(stage.employee(f"e{n}@firma.example")).number for n in range(30)}
    assert len(found) == 30


def test_a_closed_account_is_found_by_its_number_and_cannot_be_changed(stage: Stage, anna: Employee) -> None:
    account_use_cases.close(stage.service, anna.number)
    with pytest.raises(Conflict, match="closed"):
        edits(stage, anna.number, email="ny@firma.example")
    with pytest.raises(NotFound):
        edits(stage, "ingen@firma.example", email="ny@firma.example")


def test_an_address_with_two_accounts_must_be_named_by_number(stage: Stage, anna: Employee) -> None:
    stage.administrator.makes_key("Lager")
    stage.administrator.opens_account(anna, "Lager")
    with pytest.raises(Conflict, match="2 open accounts"):
        account_use_cases.close(stage.service, anna.address)
