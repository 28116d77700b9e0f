"""What a gateway says of an SMS afterwards."""

from __future__ import annotations

import pytest

from smsdialog.core.model import Delivery
from smsdialog.gateways import Refused, Unknown
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, Stage, body_of


def states(administrator: Administrator) -> list[str]:
    return [row.state for row in administrator.sms_out()]


def test_a_delivered_sms_says_so_in_the_ledger(
    stage: Stage, anna: Employee, administrator: Administrator, key: str
) -> None:
    anna.writes(key, "20123456", "Hej")
    stage.receipt_comes(administrator.sms_out()[0], Delivery.DELIVERED)
    assert states(administrator) == ["delivered"]
    anna.receives_nothing()


def test_an_sms_on_its_way_is_still_sent(stage: Stage, anna: Employee, administrator: Administrator, key: str) -> None:
    anna.writes(key, "20123456", "Hej")
    stage.receipt_comes(administrator.sms_out()[0], Delivery.ON_ITS_WAY)
    assert states(administrator) == ["sent"]


def test_an_sms_that_failed_on_its_way_is_reported_once(
    stage: Stage, anna: Employee, administrator: Administrator, key: str
) -> None:
    anna.writes(key, "20123456", "Hej Søren")
    for _ in range(2):
        stage.receipt_comes(administrator.sms_out()[0], Delivery.FAILED, "absent subscriber")
    assert states(administrator) == ["failed"]
    report = body_of(anna.receives())
    assert "+45 20 12 34 56: IKKE sendt (absent subscriber)" in report
    assert "> Hej Søren" in report
    anna.receives_nothing()


def test_a_failure_that_the_provider_does_not_explain_is_told_in_words(
    stage: Stage, anna: Employee, administrator: Administrator, key: str
) -> None:
    anna.writes(key, "20123456", "Hej")
    stage.receipt_comes(administrator.sms_out()[0], Delivery.FAILED)
    assert "+45 20 12 34 56: IKKE sendt (mislykkedes)" in body_of(anna.receives())


@pytest.mark.parametrize(
    ("first", "second", "final"),
    [
        (Delivery.DELIVERED, Delivery.FAILED, "delivered"),
        (Delivery.FAILED, Delivery.DELIVERED, "failed"),
        (Delivery.DELIVERED, Delivery.ON_ITS_WAY, "delivered"),
    ],
)
def test_a_final_state_stays_final(
    stage: Stage,
    anna: Employee,
    administrator: Administrator,
    key: str,
    first: Delivery,
    second: Delivery,
    final: str,
) -> None:
    anna.writes(key, "20123456", "Hej")
    for delivery in (first, second):
        stage.receipt_comes(administrator.sms_out()[0], delivery)
    assert states(administrator) == [final]


def test_a_receipt_settles_an_sms_whose_answer_was_lost(
    stage: Stage, anna: Employee, administrator: Administrator, network: Network, key: str
) -> None:
    network.answers = [Unknown("the answer was lost")]
    anna.writes(key, "20123456", "Hej")
    stage.receipt_comes(administrator.sms_out()[0], Delivery.DELIVERED)
    assert states(administrator) == ["delivered"]


def test_a_customer_that_failed_after_another_was_reported_is_reported_too(
    stage: Stage, anna: Employee, administrator: Administrator, network: Network, clock: Clock, key: str
) -> None:
    """The first report said of the second customer that it was sent."""
    network.answers = [Refused("blocked")]
    anna.writes(key, "20123456, 30123456", "Hej")
    assert "+45 30 12 34 56: sendt" in body_of(anna.receives())
    stage.receipt_comes(administrator.sms_out()[1], Delivery.FAILED, "absent subscriber")
    clock.passes(hours=1)
    administrator.flushes()
    assert "+45 30 12 34 56: IKKE sendt (absent subscriber)" in body_of(anna.receives())


def test_a_receipt_for_nothing_changes_nothing(
    stage: Stage, anna: Employee, customer: Customer, administrator: Administrator, key: str
) -> None:
    from dataclasses import replace

    anna.writes(key, "20123456", "Hej")
    (row,) = administrator.sms_out()
    for reference in ("", "0" * 24):
        stage.receipt_comes(replace(row, reference=reference), Delivery.FAILED)
    assert states(administrator) == ["sent"]
    anna.receives_nothing()
