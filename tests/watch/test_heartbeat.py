"""An SMS that says that SMS go out: when it goes, what it says, and what is told when it does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smsdialog.core.model import Delivery
from smsdialog.dialog.check import check
from smsdialog.errors import Conflict, NotFound
from smsdialog.gateways import Credit, Refused
from smsdialog.watch import digest, heartbeat, rounds
from tests.dialog.stage import Customer, Stage, body_of
from tests.watch.conftest import Monitor

TABLES = """
[heartbeat]
to = "+4520999999"
account = "anna@firma.example"
every_hours = 12
{more}
"""
TELLING = """
[gateways.main]
type = "kannel"
url = "http://127.0.0.1:1/"
username = "u"
password = "p"
token = "t"
"""
LAST = 'smsdialog_last_timestamp_seconds{what="heartbeat"}'


class Watched:
    """An installation with a heartbeat, at noon, and the phone that it goes to."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.administrator.opens_account(stage.anna)
        self.phone: Customer = stage.customer_with("+4520999999")
        rounds.make(stage.service)

    def waits(self, hours: float) -> None:
        """Rounds are made every hour meanwhile."""
        for _ in range(int(hours)):
            self.stage.clock.passes(hours=1)
            rounds.make(self.stage.service)

    def told(self) -> str:
        letter = digest.compose(self.stage.service)
        return letter.body if letter else ""


@pytest.fixture
def watched(build: Callable[..., Stage]) -> Watched:
    return Watched(build(tables=TABLES.format(more="")))


def test_it_comes_once_in_each_period(watched: Watched) -> None:
    watched.phone.receives_nothing()
    watched.waits(12)
    first = watched.phone.receives()
    assert "alt er vel" in first.text
    assert first.sender == watched.stage.anna.number
    assert first.parts == 1
    watched.phone.receives_nothing()
    watched.waits(24)
    assert watched.phone.receives().text != watched.phone.receives().text
    watched.phone.receives_nothing()


def test_it_is_off_unless_a_number_is_given(build: Callable[..., Stage]) -> None:
    stage = build()
    watched = Watched(stage)
    watched.waits(48)
    assert stage.network.tried == []
    with pytest.raises(NotFound):
        heartbeat.send_now(stage.service)


def test_it_is_an_sms_like_any_other_in_the_ledger(watched: Watched) -> None:
    watched.waits(12)
    (row,) = watched.stage.administrator.sms_out()
    assert (row.state, row.email, row.receipts) == ("sent", "anna@firma.example", "none")
    assert check(watched.stage.service) == []
    watched.stage.anna.receives_nothing()


def test_it_says_what_is_not_well(watched: Watched) -> None:
    watched.stage.network.answers = [Credit("empty")]
    watched.stage.anna.writes(watched.stage.key, "20123456", "Hej")
    watched.waits(12)
    assert "IKKE vel: gateways" in watched.phone.receives().text


def test_a_process_that_comes_second_sends_none(watched: Watched) -> None:
    now = watched.stage.clock() + 1
    assert heartbeat._send(watched.stage.service, now)
    assert not heartbeat._send(watched.stage.service, watched.stage.clock())
    watched.phone.receives()
    watched.phone.receives_nothing()


def test_the_metrics_tell_when_the_last_one_was_taken(watched: Watched) -> None:
    monitor = Monitor(watched.stage)
    assert monitor.reads()[LAST] == 0
    watched.stage.clock.passes(hours=1)
    assert heartbeat.send_now(watched.stage.service) is not None
    taken = watched.stage.clock()
    assert monitor.reads()[LAST] == taken
    watched.stage.clock.passes(hours=1)
    watched.stage.network.answers = [Refused("blocked")]
    heartbeat.send_now(watched.stage.service)
    assert monitor.reads()[LAST] == taken, "the next was not"


def test_one_that_was_not_sent_is_told_to_the_operator_and_to_its_account(watched: Watched) -> None:
    watched.stage.network.answers = [Refused("blocked")]
    heartbeat.send_now(watched.stage.service)
    assert "Livstegns-SMS'en" in watched.told()
    assert "blev ikke sendt" in watched.told()
    assert "+45 20 99 99 99" in body_of(watched.stage.anna.receives())


def test_one_without_a_receipt_is_told_where_the_gateway_gives_receipts(build: Callable[..., Stage]) -> None:
    top = 'public_url = "https://sms.firma.example"'
    watched = Watched(build(top=top, tables=TABLES.format(more=TELLING)))
    heartbeat.send_now(watched.stage.service)
    watched.stage.clock.passes(minutes=30)
    assert "kvittering" not in watched.told()
    watched.stage.clock.passes(hours=1)
    assert "ikke kommet kvittering" in watched.told()
    watched.stage.receipt_comes(watched.stage.administrator.sms_out()[0], Delivery.DELIVERED)
    assert "Livstegn" not in watched.told()


def test_none_is_expected_from_a_gateway_that_gives_none(watched: Watched) -> None:
    heartbeat.send_now(watched.stage.service)
    watched.stage.clock.passes(hours=2)
    assert "Livstegn" not in watched.told()


def test_without_an_open_account_the_operator_is_told(watched: Watched) -> None:
    watched.stage.administrator.disables("Firma")
    watched.waits(12)
    watched.phone.receives_nothing()
    assert "ingen åben konto" in watched.told()
    with pytest.raises(Conflict):
        heartbeat.send_now(watched.stage.service)
