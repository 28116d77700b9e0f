"""STOP, AFMELD and START: a customer says that he wants no more, and gets no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smsdialog.core.letters import STOPPED
from smsdialog.dialog import audit, privacy, stop_list
from smsdialog.dialog import key as key_use_cases
from smsdialog.errors import Conflict, NotFound
from smsdialog.gateways import Later
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, Stage, body_of


@pytest.fixture
def heeding(anna: Employee, administrator: Administrator) -> Employee:
    """Anna, on a key that heeds STOP."""
    administrator.edits_key("Firma", stop_words=True)
    return anna


def test_a_stop_is_a_mail_that_says_what_it_means(heeding: Employee, customer: Customer) -> None:
    customer.texts(heeding, "Stop!")
    text, _, note = body_of(heeding.receives()).partition("\n\n")
    assert text == "Stop!"
    assert "ønsker ikke flere SMS" in note
    customer.receives_nothing()


def test_what_is_sent_to_him_then_is_refused_with_the_reason_and_his_number(
    heeding: Employee, customer: Customer, key: str, network: Network
) -> None:
    customer.texts(heeding, "STOP")
    heeding.receives()
    assert heeding.writes(key, "20123456", "Hej").statuses == [0]
    assert network.tried == []
    notice = heeding.receives()
    assert notice["Subject"] == "SMS ikke sendt"
    assert "+45 20 12 34 56" in body_of(notice)
    assert "har svaret STOP" in body_of(notice)


def test_an_answer_to_the_stop_itself_is_refused_too(heeding: Employee, customer: Customer, network: Network) -> None:
    customer.texts(heeding, "STOP")
    heeding.replies(heeding.receives(), "Hvorfor dog det?")
    assert network.tried == []
    assert "har svaret STOP" in body_of(heeding.receives())


def test_the_other_customers_of_the_mail_get_theirs(
    stage: Stage, heeding: Employee, customer: Customer, key: str
) -> None:
    customer.texts(heeding, "STOP")
    heeding.receives()
    other = stage.customer_with("+4530123456")
    heeding.writes(key, "20123456, 30123456", "Hej begge")
    assert other.receives().text == "Hej begge"
    customer.receives_nothing()
    notice = heeding.receives()
    assert notice["Subject"] == "SMS ikke sendt til alle"
    assert "+45 30 12 34 56" in body_of(notice)


def test_it_holds_for_every_account_of_the_key_and_for_no_other_key(
    stage: Stage, heeding: Employee, customer: Customer, administrator: Administrator, key: str
) -> None:
    bo, carla = stage.employee("bo@firma.example"), stage.employee("carla@lager.example")
    administrator.opens_account(bo)
    other_key = administrator.makes_key("Lager")
    administrator.edits_key("Lager", stop_words=True)
    administrator.opens_account(carla, "Lager")
    customer.texts(heeding, "AFMELD")
    bo.writes(key, "20123456", "Fra Bo")
    customer.receives_nothing()
    carla.writes(other_key, "20123456", "Fra Carla")
    assert customer.receives().text == "Fra Carla"


def test_start_lifts_it(heeding: Employee, customer: Customer, key: str) -> None:
    customer.texts(heeding, "STOP")
    customer.texts(heeding, "Start")
    heeding.receives()
    assert "må gerne få SMS" in body_of(heeding.receives())
    heeding.writes(key, "20123456", "Hej igen")
    assert customer.receives().text == "Hej igen"


def test_a_stop_that_the_gateway_repeats_after_a_start_changes_nothing(
    heeding: Employee, customer: Customer, key: str
) -> None:
    customer.texts(heeding, "STOP", gateway_id="en")
    customer.texts(heeding, "START", gateway_id="to")
    customer.texts(heeding, "STOP", gateway_id="en")
    heeding.writes(key, "20123456", "Hej")
    assert customer.receives().text == "Hej"


@pytest.mark.parametrize("text", ["Stop lige ved porten", "stop stop"])
def test_a_text_that_merely_has_the_word_in_it_is_a_text(
    heeding: Employee, customer: Customer, key: str, text: str
) -> None:
    customer.texts(heeding, text)
    assert body_of(heeding.receives()) == text
    heeding.writes(key, "20123456", "Ja")
    assert customer.receives().text == "Ja"


def test_a_key_that_does_not_heed_it_goes_on(anna: Employee, customer: Customer, key: str) -> None:
    customer.texts(anna, "STOP")
    assert body_of(anna.receives()) == "STOP"
    anna.writes(key, "20123456", "Hej")
    assert customer.receives().text == "Hej"


def test_what_waits_for_him_is_withdrawn_and_told(
    heeding: Employee, customer: Customer, key: str, network: Network, administrator: Administrator
) -> None:
    network.answers = [Later("busy")]
    heeding.writes(key, "20123456", "Venter")
    customer.texts(heeding, "STOP")
    assert [(row.state, row.reason) for row in administrator.sms_out()] == [("failed", STOPPED)]
    subjects = {mail["Subject"] for mail in heeding.mailbox()}
    assert subjects == {"SMS fra +45 20 12 34 56", "SMS ikke sendt"}
    administrator.flushes()
    customer.receives_nothing()


def test_what_is_held_for_him_is_withdrawn_and_cannot_be_sent_again(
    heeding: Employee, customer: Customer, key: str, administrator: Administrator
) -> None:
    administrator.edits_key("Firma", sms_per_account_per_hour=1)
    heeding.writes(key, "20123456", "Et")
    heeding.writes(key, "20123456", "To")
    assert customer.receives().text == "Et"
    customer.texts(heeding, "STOP")
    row = administrator.sms_out()[-1]
    assert (row.state, row.reason) == ("failed", STOPPED)
    assert administrator.sends_again(row)
    assert administrator.sms_out()[-1].reason == STOPPED
    customer.receives_nothing()


def test_what_is_for_later_is_withdrawn_at_once_and_not_taken_either(
    heeding: Employee, customer: Customer, key: str, administrator: Administrator, clock: Clock
) -> None:
    heeding.writes(key, "[i morgen kl. 8] 20123456", "Et")
    customer.texts(heeding, "STOP")
    heeding.writes(key, "[i morgen kl. 9] 20123456", "To")
    assert [(row.state, row.reason) for row in administrator.sms_out()] == [("failed", STOPPED)] * 2
    assert [mail["Subject"] for mail in heeding.mailbox()].count("SMS ikke sendt") == 2
    clock.passes(days=2)
    administrator.flushes()
    customer.receives_nothing()


def test_a_stop_to_a_paused_account_counts(
    heeding: Employee, customer: Customer, key: str, administrator: Administrator
) -> None:
    administrator.disables("Firma")
    customer.texts(heeding, "STOP")
    administrator.enables("Firma")
    heeding.writes(key, "20123456", "Hej")
    customer.receives_nothing()


def test_a_sender_that_is_no_phone_stops_nothing(stage: Stage, heeding: Employee) -> None:
    stage.sms_comes_in("FIRMA", heeding.number, "STOP")
    assert "flere SMS" not in body_of(heeding.receives())
    assert stop_list.listing(stage.service) == []


def test_behind_a_keyword_it_counts_for_the_account_that_the_keyword_leads_to(build: Callable[..., Stage]) -> None:
    number = "459192000001"
    table = f'[gateways.main]\ntype = "file"\n[gateways.main.receivers]\n"1204 FIRMA" = "{number}"'
    stage = build(tables=table)
    stage.administrator.opens_account(stage.anna, number=number)
    stage.administrator.edits_key("Firma", stop_words=True)
    stage.sms_comes_in(stage.customer.number, "1204", "Firma stop")
    assert "ønsker ikke flere SMS" in body_of(stage.anna.receives())
    assert [stop.peer for stop in stop_list.listing(stage.service)] == [stage.customer.number]


def test_an_administrator_lists_adds_and_removes(stage: Stage, heeding: Employee, customer: Customer, key: str) -> None:
    stop_list.add(stage.service, "Firma", "20 12 34 56")
    assert [(stop.key, stop.peer) for stop in stop_list.listing(stage.service, "Firma")] == [("Firma", "+4520123456")]
    heeding.writes(key, "20123456", "Hej")
    customer.receives_nothing()
    stop_list.remove(stage.service, "Firma", "+4520123456")
    heeding.writes(key, "20123456", "Hej igen")
    assert customer.receives().text == "Hej igen"
    assert [act.act for act in audit.listing(stage.service, 2)] == ["stop.remove", "stop.add"]
    with pytest.raises(NotFound):
        stop_list.remove(stage.service, "Firma", "20123456")


def test_a_key_that_does_not_heed_stop_takes_no_entry(stage: Stage, anna: Employee) -> None:
    with pytest.raises(Conflict):
        stop_list.add(stage.service, "Firma", "20123456")


def test_the_wish_of_a_customer_who_was_removed_is_kept_and_he_is_not(
    stage: Stage, heeding: Employee, customer: Customer, key: str
) -> None:
    customer.texts(heeding, "STOP")
    privacy.erase(stage.service, customer.number)
    (kept,) = stop_list.listing(stage.service)
    assert customer.national not in kept.peer
    assert privacy.export(stage.service, customer.number).rows.keys() <= {"acts"}
    heeding.writes(key, "20123456", "Hej")
    customer.receives_nothing()
    customer.texts(heeding, "START")
    heeding.writes(key, "20123456", "Hej igen")
    assert customer.receives().text == "Hej igen"
    assert stop_list.listing(stage.service) == []


def test_wishes_go_with_their_key(stage: Stage, administrator: Administrator) -> None:
    administrator.makes_key("Lager")
    administrator.edits_key("Lager", stop_words=True)
    stop_list.add(stage.service, "Lager", "20123456")
    key_use_cases.delete(stage.service, "Lager")
    assert stop_list.listing(stage.service) == []
