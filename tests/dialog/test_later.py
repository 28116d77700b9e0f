"""SMS for later: not sent before their time by anybody, told of at once, and taken back if their author wants."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest

from smsdialog.core.model import Delivery
from smsdialog.dialog import contact, flush, messages
from smsdialog.gateways import Later
from smsdialog.store import outbound
from tests.dialog.stage import NOON, Administrator, Clock, Customer, Employee, Network, Stage, body_of

# It is Wednesday 18 November 2026, 12:06 in Copenhagen.


def lease(stage: Stage, sms_id: int) -> outbound.OutboundRow | None:
    with stage.service.store.transaction() as tx:
        return outbound.lease(tx, sms_id, stage.clock(), 60)


def answers(employee: Employee, mail: EmailMessage) -> None:
    """Press Reply on a notice."""
    to = mail["From"].addresses[0].addr_spec
    headers = {"In-Reply-To": str(mail["Message-ID"])}
    employee.writes(to, f"SV: {mail['Subject']}", f"Nej!\n\n> {body_of(mail)[:40]}", headers=headers)


def at(hour: int, minute: int = 0) -> float:
    """How many seconds it is until then, today."""
    return datetime(2026, 11, 18, hour, minute, tzinfo=ZoneInfo("Europe/Copenhagen")).timestamp() - NOON


def test_an_sms_for_later_is_claimed_told_of_and_sent_when_its_time_comes(
    stage: Stage, anna: Employee, customer: Customer, key: str, clock: Clock, administrator: Administrator
) -> None:
    contact.name(stage.service, "20123456", "Jens Hansen", "Firma")
    assert anna.writes(key, "[kl. 14:30] 20123456", "Husk din tid.").statuses == [0]
    mail = anna.receives()
    confirmation = body_of(mail)
    assert "onsdag 18/11 2026 kl. 14:30" in confirmation
    assert "Jens Hansen (+45 20 12 34 56)" in confirmation
    assert "> Husk din tid." in confirmation
    assert str(mail["From"]).startswith("SMS-Dialog <fortryd-1.")
    clock.passes(seconds=at(14, 30) - 1)
    administrator.flushes()
    flush.flush_due(stage.service)
    customer.receives_nothing()
    assert lease(stage, 1) is None
    clock.passes(seconds=1)
    flush.flush_due(stage.service)
    assert customer.receives().text == "Husk din tid."
    anna.receives_nothing()


def test_the_mta_hands_it_over_again_and_nothing_is_sent_early_or_deferred(
    stage: Stage, anna: Employee, customer: Customer, key: str, clock: Clock
) -> None:
    posted = anna.writes(key, "[i morgen kl. 8] 20123456", "Hej")
    assert posted.again().statuses == [0]
    clock.passes(hours=2)
    assert posted.again().statuses == [0]
    customer.receives_nothing()
    assert [row.state for row in stage.administrator.sms_out()] == ["queued"]


def test_every_recipient_of_a_split_mail_waits_and_is_told_of(anna: Employee, key: str, network: Network, post) -> None:
    to = [key, "30123456"]
    anna.writes(to, "[kl. 20] 20123456", "Hej", deliveries=[[one] for one in to])
    told = body_of(anna.receives()) + body_of(anna.receives())
    assert "+45 20 12 34 56" in told
    assert "+45 30 12 34 56" in told
    assert network.arrived == []


def test_an_answer_waits_too(anna: Employee, customer: Customer, clock: Clock, administrator: Administrator) -> None:
    customer.texts(anna, "Hvornår?")
    mail = anna.receives()
    to = mail["Reply-To"].addresses[0].addr_spec
    anna.writes(to, f"[16.00] SV: {mail['Subject']}", "Nu")
    assert "kl. 16:00" in body_of(anna.receives())
    customer.receives_nothing()
    clock.passes(hours=4)
    administrator.flushes()
    assert customer.receives().text == "Nu"


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("[kl. 25] 20123456", "ikke kan forstås"),
        ("[i morgen] 20123456", "ikke kan forstås"),
        ("[31/11 kl. 8] 20123456", "ikke kan forstås"),
        ("[i dag kl. 8] 20123456", "er overskredet"),
        ("[2026-11-01 09:00] 20123456", "er overskredet"),
        ("[1/6 kl. 9] 20123456", "90 dage"),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_is_sent(
    anna: Employee, key: str, network: Network, administrator: Administrator, subject: str, said: str
) -> None:
    anna.writes(key, subject, "Hej")
    assert said in body_of(anna.receives())
    assert network.arrived == []
    assert administrator.sms_out() == []


@pytest.mark.parametrize("subject", ["[EXT] 20123456", "[Sag] 20123456"])
def test_other_brackets_are_left_as_they_are(anna: Employee, customer: Customer, key: str, subject: str) -> None:
    anna.writes(key, subject, "Hej")
    assert customer.receives().text == "Hej"


def test_the_time_is_read_by_when_the_mail_was_written(
    anna: Employee, customer: Customer, key: str, clock: Clock
) -> None:
    """At 12:20 somebody writes for 14:30; his mail is under way until 14:40: now, not tomorrow."""
    written = datetime.fromtimestamp(NOON + 800, ZoneInfo("Europe/Copenhagen"))
    clock.passes(seconds=at(14, 40))
    anna.writes(key, "[kl. 14:30] 20123456", "Hej", headers={"Date": format_datetime(written)})
    assert customer.receives().text == "Hej"
    anna.receives_nothing()


@pytest.mark.parametrize("date", ["Wed, 18 Nov 2099 12:00:00 +0100", "Thu, 1 Jan 1970 00:00:00 +0000", "i går", ""])
def test_a_date_that_cannot_be_is_no_reason_to_send_early(
    anna: Employee, customer: Customer, key: str, date: str
) -> None:
    anna.writes(key, "[kl. 14:30] 20123456", "Hej", headers={"Date": date} if date else {})
    assert "18/11 2026" in body_of(anna.receives())
    customer.receives_nothing()


def test_a_date_without_a_zone_is_universal_time_whatever_clock_the_machine_has(
    anna: Employee, customer: Customer, key: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 15:00 somebody wishes 14:30, which is tomorrow's; his program writes 14:00 -0000."""
    clock.passes(seconds=at(15))
    date = datetime.fromtimestamp(clock(), UTC).strftime("%a, %d %b %Y %H:%M:%S -0000")
    try:
        with monkeypatch.context() as patched:
            patched.setenv("TZ", "Europe/Copenhagen")
            time.tzset()
            anna.writes(key, "[kl. 14:30] 20123456", "Hej", headers={"Date": date})
    finally:
        time.tzset()
    assert "19/11 2026" in body_of(anna.receives())
    customer.receives_nothing()


def test_the_configured_zone_counts(build: Callable[..., Stage]) -> None:
    stage = build(top='timezone = "America/Nuuk"\nlanguage = "en"')
    stage.administrator.opens_account(stage.anna)
    stage.anna.writes(stage.key, "[at 2:30 pm] 20123456", "Hej")
    assert "Wednesday 18/11 2026 at 14:30" in body_of(stage.anna.receives())
    (row,) = stage.administrator.sms_out()
    assert row.not_before == datetime(2026, 11, 18, 14, 30, tzinfo=ZoneInfo("America/Nuuk")).timestamp()


def test_its_author_takes_it_back_by_mail(
    anna: Employee, customer: Customer, key: str, clock: Clock, administrator: Administrator
) -> None:
    anna.writes(key, "[kl. 20] 20123456, 30123456", "Hej")
    confirmation = anna.receives()
    answers(anna, confirmation)
    answer = anna.receives()
    assert answer["Subject"] == "Sms taget tilbage"
    assert "+45 20 12 34 56" in body_of(answer)
    assert "+45 30 12 34 56" in body_of(answer)
    clock.passes(hours=9)
    administrator.flushes()
    customer.receives_nothing()
    anna.receives_nothing()
    answers(anna, confirmation)
    assert "Intet" in anna.receives()["Subject"]


def test_who_takes_two_back_is_told_of_both_at_once(anna: Employee, key: str) -> None:
    for number in ("20123456", "30123456"):
        anna.writes(key, f"[kl. 20] {number}", "Hej")
    for confirmation in (anna.receives(), anna.receives()):
        answers(anna, confirmation)
    assert "+45 20 12 34 56" in body_of(anna.receives())
    assert "+45 30 12 34 56" in body_of(anna.receives())


def test_nobody_else_takes_it_back(stage: Stage, anna: Employee, key: str, administrator: Administrator) -> None:
    anna.writes(key, "[kl. 20] 20123456", "Hej")
    take_back = anna.receives()["From"].addresses[0].addr_spec
    bo = stage.employee("bo@firma.example")
    administrator.opens_account(bo)
    bo.writes(take_back, "", "stop", inside=True)
    stage.employee("mallory@andet.example").writes(take_back, "", "stop")
    anna.writes(take_back.replace("fortryd-1", "fortryd-2"), "", "stop")
    forged = take_back.replace(".", ".aaaa", 1)
    anna.writes(forged, "", "stop")
    assert [row.state for row in administrator.sms_out()] == ["queued"]


def test_what_was_sent_cannot_be_taken_back(
    anna: Employee, customer: Customer, key: str, clock: Clock, administrator: Administrator
) -> None:
    anna.writes(key, "[kl. 13] 20123456", "Hej")
    take_back = anna.receives()["From"].addresses[0].addr_spec
    clock.passes(hours=1)
    administrator.flushes()
    anna.writes(take_back, "", "stop")
    assert "venter længere" in body_of(anna.receives())
    assert customer.receives().text == "Hej"
    assert [row.state for row in administrator.sms_out()] == ["sent"]


def test_an_administrator_takes_it_back_and_its_author_is_told(
    stage: Stage, anna: Employee, customer: Customer, key: str, clock: Clock, administrator: Administrator
) -> None:
    anna.writes(key, "[kl. 20] 20123456", "Hej")
    anna.receives()
    assert [gone.state for gone in messages.cancel(stage.service, "o1")] == ["failed"]
    assert "taget tilbage" in body_of(anna.receives())
    clock.passes(hours=9)
    administrator.flushes()
    customer.receives_nothing()


def test_limits_are_those_of_when_it_was_written(build: Callable[..., Stage]) -> None:
    stage = build(tables="[limits]\nsms_per_account_per_hour = 1")
    stage.administrator.opens_account(stage.anna)
    stage.anna.writes(stage.key, "[kl. 20] 20123456, 30123456", "Hej")
    assert "tilbage" in body_of(stage.anna.receives())
    assert [row.state for row in stage.administrator.sms_out()] == ["held", "held"]


def test_an_account_that_is_paused_meanwhile_sends_nothing(
    anna: Employee, customer: Customer, key: str, clock: Clock, administrator: Administrator
) -> None:
    anna.writes(key, "[kl. 20] 20123456", "Hej")
    anna.receives()
    administrator.disables("Firma")
    clock.passes(hours=9)
    administrator.flushes()
    customer.receives_nothing()
    assert [row.state for row in administrator.sms_out()] == ["failed"]


def test_a_gateway_that_is_away_at_the_time_is_tried_again_as_for_any_sms(
    anna: Employee, customer: Customer, key: str, clock: Clock, network: Network, administrator: Administrator
) -> None:
    anna.writes(key, "[i morgen kl. 12] 20123456", "Hej")
    clock.passes(days=1)
    network.answers = [Later("no connection to the gateway")]
    administrator.flushes()
    assert [row.state for row in administrator.sms_out()] == ["queued"]
    clock.passes(minutes=10)
    administrator.flushes()
    assert customer.receives().text == "Hej"


def test_a_receipt_is_told_as_for_any_sms(
    stage: Stage, anna: Employee, key: str, clock: Clock, administrator: Administrator
) -> None:
    anna.writes(key, "[kl. 20] 20123456", "Hej")
    anna.receives()
    clock.passes(hours=9)
    administrator.flushes()
    stage.receipt_comes(administrator.sms_out()[0], Delivery.FAILED, "no such number")
    administrator.flushes()
    assert "IKKE sendt" in body_of(anna.receives())


def test_a_text_that_is_kept_until_it_is_delivered_is_kept_so_long(build: Callable[..., Stage]) -> None:
    stage = build(tables='[retention]\ntexts = "until-delivered"')
    stage.administrator.opens_account(stage.anna)
    stage.anna.writes(stage.key, "[kl. 20] 20123456", "Hej")
    stage.clock.passes(hours=9)
    stage.administrator.flushes()
    assert stage.customer.receives().text == "Hej"
    assert [row.text for row in stage.administrator.sms_out()] == [""]


def test_nothing_is_overdue_before_its_time(
    anna: Employee, key: str, clock: Clock, administrator: Administrator
) -> None:
    anna.writes(key, "[25/12 kl. 9] 20123456", "Hej")
    clock.passes(days=30)
    assert administrator.checks() == []
    clock.passes(days=8)
    assert any("o1" in line for line in administrator.checks())


def test_what_is_withdrawn_is_told_of_while_the_rest_waits(
    stage: Stage, anna: Employee, key: str, administrator: Administrator
) -> None:
    anna.writes(key, "[kl. 20] 20123456, 30123456", "Hej")
    anna.receives()
    messages.cancel(stage.service, "o1")
    told = body_of(anna.receives())
    assert "+45 20 12 34 56: IKKE sendt" in told
    assert "+45 30 12 34 56: venter" in told
