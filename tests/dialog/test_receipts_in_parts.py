"""Receipts of parts, in any order, and who is told of what."""

from __future__ import annotations

import pytest

from smsdialog.core.model import Delivery, Receipt
from smsdialog.dialog import account, receipt
from smsdialog.gateways import Later, Refused, Unknown
from tests.dialog.stage import Administrator, Clock, Employee, Network, Stage, body_of

LONG = "Kære kunde. " * 30
D, F, E, W = Delivery.DELIVERED, Delivery.FAILED, Delivery.EXPIRED, Delivery.ON_ITS_WAY
WANTS_A_RECEIPT = {"Disposition-Notification-To": "anna@firma.example"}


def says(
    stage: Stage, delivery: Delivery, part: str = "", reason: str = "", at: float | None = None, which: int = 0
) -> None:
    """The gateway says so of one part of an SMS."""
    row = stage.administrator.sms_out()[which]
    receipt.settle(stage.service, Receipt("main", row.reference, "", delivery, reason, part, at))


def state(stage: Stage) -> str:
    return stage.administrator.sms_out()[0].state


@pytest.mark.parametrize(
    ("said", "final"),
    [
        ([("1", D), ("2", D)], "sent"),
        ([("1", D), ("2", D), ("3", D)], "delivered"),
        ([("3", D), ("1", D), ("2", D), ("1", D)], "delivered"),
        ([("1", D), ("1", D), ("1", D)], "sent"),
        ([("1", D), ("2", F)], "failed"),
        ([("2", E), ("1", D), ("3", D)], "failed"),
        ([("1", D), ("1", W), ("2", W), ("2", D), ("3", D), ("3", W)], "delivered"),
        ([("", D)], "delivered"),
    ],
)
def test_an_sms_is_delivered_when_all_its_parts_are(
    stage: Stage, anna: Employee, key: str, said: list[tuple[str, Delivery]], final: str
) -> None:
    anna.writes(key, "20123456", LONG)
    assert stage.administrator.sms_out()[0].parts == 3
    for part, delivery in said:
        says(stage, delivery, part)
    assert state(stage) == final


def test_the_later_of_two_final_words_counts_by_the_providers_time(stage: Stage, anna: Employee, key: str) -> None:
    anna.writes(key, "20123456", "Hej")
    says(stage, D, at=2000.0)
    says(stage, F, at=1000.0)
    assert state(stage) == "delivered"
    says(stage, F, at=3000.0)
    assert state(stage) == "failed"


def test_an_expired_sms_is_reported_in_words_in_the_same_thread(stage: Stage, anna: Employee, key: str) -> None:
    posted = anna.writes(key, "20123456", "Hej")
    says(stage, E, reason="0x1013")
    report = anna.receives()
    assert "IKKE sendt (telefonen kunne ikke nås i tide: 0x1013)" in body_of(report)
    assert report["In-Reply-To"].encode() in posted.raw


def test_an_sms_that_waited_is_not_sent_again_when_a_receipt_shows_that_it_went(
    stage: Stage, anna: Employee, network: Network, administrator: Administrator, key: str
) -> None:
    network.answers = [Later("busy")]
    posted = anna.writes(key, "20123456", "Hej")
    says(stage, W)
    assert state(stage) == "sent"
    posted.again()
    administrator.flushes()
    assert len(network.tried) == 1


@pytest.mark.parametrize("first", [Unknown("the answer was lost"), Refused("blocked")])
def test_who_was_told_otherwise_hears_that_it_was_delivered(
    stage: Stage, anna: Employee, network: Network, key: str, first: Unknown | Refused
) -> None:
    network.answers = [first]
    anna.writes(key, "20123456", "Hej")
    anna.receives()
    says(stage, D)
    told = anna.receives()
    assert told["Subject"] == "SMS leveret"
    assert "+45 20 12 34 56: leveret" in body_of(told)


def test_delivered_is_silent_unless_asked_for(stage: Stage, anna: Employee, key: str) -> None:
    anna.writes(key, "20123456", "Hej")
    says(stage, D)
    anna.receives_nothing()


@pytest.mark.parametrize("header", ["Disposition-Notification-To", "Return-Receipt-To", "disposition-notification-to"])
def test_a_mail_that_asks_for_a_receipt_gets_one(stage: Stage, anna: Employee, key: str, header: str) -> None:
    posted = anna.writes(key, "20123456", "Hej", headers={header: "somebody@else.example"})
    says(stage, D)
    told = anna.receives()
    assert told["Subject"] == "SMS leveret"
    assert told["In-Reply-To"].encode() in posted.raw
    anna.receives_nothing()


def test_the_receipts_of_one_mail_come_together(stage: Stage, anna: Employee, clock: Clock, key: str) -> None:
    anna.writes(key, "20123456, 30123456", "Hej", headers=WANTS_A_RECEIPT)
    says(stage, D)
    anna.receives_nothing()
    says(stage, D, which=1)
    assert body_of(anna.receives()).count(": leveret") == 2
    anna.receives_nothing()


def test_a_phone_that_is_off_does_not_keep_the_others_receipts(
    stage: Stage, anna: Employee, administrator: Administrator, clock: Clock, key: str
) -> None:
    anna.writes(key, "20123456, 30123456", "Hej", headers=WANTS_A_RECEIPT)
    says(stage, D)
    clock.passes(minutes=11)
    administrator.flushes()
    told = anna.receives()
    assert told["Subject"] == "SMS leveret til nogle"
    says(stage, D, which=1)
    assert body_of(anna.receives()).count(": leveret") == 2


@pytest.mark.parametrize(
    ("key_wants", "account_wants", "delivered", "failed"),
    [
        ("", "", False, True),
        ("all", "", True, True),
        ("none", "", False, False),
        ("none", "all", True, True),
        ("all", "failed", False, True),
        ("failed", "none", False, False),
    ],
)
def test_a_key_says_which_receipts_are_told_and_an_account_may_say_otherwise(
    stage: Stage,
    anna: Employee,
    administrator: Administrator,
    key: str,
    key_wants: str,
    account_wants: str,
    delivered: bool,
    failed: bool,
) -> None:
    administrator.edits_key("Firma", receipts=key_wants)
    account.edit(stage.service, anna.address, receipts=account_wants)
    for which, (delivery, told) in enumerate([(D, delivered), (F, failed)]):
        anna.writes(key, "20123456", f"Hej {which}")
        says(stage, delivery, reason="absent", which=which)
        if told:
            anna.receives()
        anna.receives_nothing()
    assert administrator.checks() == []


def test_what_could_not_be_sent_is_told_whatever_the_wish(
    stage: Stage, anna: Employee, administrator: Administrator, network: Network, key: str
) -> None:
    administrator.edits_key("Firma", receipts="none")
    network.answers = [Refused("blocked")]
    anna.writes(key, "20123456", "Hej")
    assert "IKKE sendt (blocked)" in body_of(anna.receives())


def test_a_gateways_id_may_come_with_a_receipt_and_then_name_the_sms(
    stage: Stage, anna: Employee, network: Network, key: str
) -> None:
    from smsdialog.gateways import Accepted

    network.answers = [Accepted()]
    anna.writes(key, "20123456", "Hej")
    row = stage.administrator.sms_out()[0]
    receipt.settle(stage.service, Receipt("main", row.reference, "4520123456:17", W))
    receipt.settle(stage.service, Receipt("main", "", "4520123456:17", D))
    assert state(stage) == "delivered"
