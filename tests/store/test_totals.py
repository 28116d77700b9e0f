"""What is counted, and rounds that happen once, over both databases, and by several processes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smsdialog.core import tally
from smsdialog.core.model import Delivery
from smsdialog.dialog.service import Service
from smsdialog.gateways import Later, Refused, Unknown
from smsdialog.store import Store, figures, rounds
from smsdialog.watch import heartbeat
from smsdialog.watch import rounds as made
from tests.dialog.stage import Stage
from tests.store.conftest import in_processes
from tests.watch.conftest import Monitor

TAKE = """
import sys
from smsdialog.store import open_store, rounds
store = open_store(sys.argv[1])
with store.transaction() as tx:
    print(int(rounds.take(tx, "digest", 100.0, 200.0)))
"""
ASK = """
import json, sys
from smsdialog import config
from smsdialog.dialog.service import open_service
from smsdialog.dialog.totals import totals
service = open_service(config.load(config.config_path(sys.argv[1])))
print(json.dumps({name: n for _ in range(5) for name, n in totals(service).items()}, sort_keys=True))
"""


@pytest.fixture
def stage(tmp_path: Path, url: str) -> Iterator[Stage]:
    def made_already(service: Service) -> None:
        service.store.check_schema()

    beats = '[heartbeat]\nto = "+4520999999"\naccount = "anna@firma.example"\n'
    built = Stage(tmp_path, made_already, tables=f'[database]\nurl = "{url}"\n{beats}')
    built.administrator.opens_account(built.anna)
    yield built
    built.close()


def test_a_round_is_taken_once(store: Store) -> None:
    with store.transaction() as tx:
        assert not rounds.take(tx, "digest", 100.0, 200.0), "it never began"
        assert rounds.begin(tx, "digest", 50.0)
        assert not rounds.begin(tx, "digest", 60.0)
        assert rounds.done_at(tx, "digest") == 50.0
    with store.transaction() as tx:
        assert rounds.take(tx, "digest", 100.0, 200.0)
        assert not rounds.take(tx, "digest", 100.0, 201.0)
        assert rounds.done_at(tx, "digest") == 200.0


def test_of_processes_that_take_it_together_one_has_it(store: Store, url: str) -> None:
    with store.transaction() as tx:
        rounds.begin(tx, "digest", 50.0)
    assert sorted(one.strip() for one in in_processes(TAKE, 4, url)) == ["0", "0", "0", "1"]


def test_it_remembers_what_nobody_changed_meanwhile(store: Store) -> None:
    with store.transaction() as tx:
        assert rounds.memory(tx, "totals") == ""
        assert rounds.remember(tx, "totals", "", "one", 1.0)
        assert not rounds.remember(tx, "totals", "", "two", 2.0)
        assert rounds.remember(tx, "totals", "one", "two", 2.0)
        assert rounds.memory(tx, "totals") == "two"


def test_everything_that_is_told_of_can_be_read(stage: Stage) -> None:
    stage.network.answers = [Unknown("lost"), Refused("blocked"), Later("busy")]
    for subject in ("20123456", "20123457", "20123458", "20123459", "12"):
        stage.anna.writes(stage.key, subject, "Hej")
    stage.receipt_comes(stage.administrator.sms_out()[3], Delivery.DELIVERED)
    stage.customer.texts(stage.anna, "Hej")
    stage.customer.texts("459192999999", "Hej")
    made.make(stage.service)
    assert heartbeat.send_now(stage.service) is not None
    found = Monitor(stage).reads()
    sms = [
        found[f'smsdialog_sms_{name}_total{{gateway="main"}}'] for name in ("taken", "delivered", "failed", "unknown")
    ]
    assert sms == [2, 1, 1, 1]
    assert found["smsdialog_sms_claimed_total"] == 5
    assert found['smsdialog_sms_out{state="queued"}'] == found['smsdialog_sms_in{state="held"}'] == 1
    assert found["smsdialog_database_bytes"] > 10_000
    assert found['smsdialog_numbers{state="used"}'] == 1
    with stage.service.store.reading() as tx:
        wrong = figures.went_wrong(tx, 0)
    assert wrong == {"held": 0, "failed": 1, "unknown": 1, "held-in": 1, "refused": 1}


def test_processes_that_count_together_count_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number in range(6):
        stage.anna.writes(stage.key, f"2012345{number}", "Hej")
    said = in_processes(ASK, 4, str(stage.config_file))
    assert len(set(said)) == 1
    assert '"taken/main": 6' in said[0]


def test_what_is_put_away_is_counted_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "LIVE_ROWS", 1)
    monkeypatch.setattr(tally, "STEP_ROWS", 1)
    ask: Callable[[], float] = lambda: Monitor(stage).reads()['smsdialog_sms_taken_total{gateway="main"}']  # noqa: E731
    for number in range(5):
        stage.anna.writes(stage.key, f"2012345{number}", "Hej")
        assert ask() == number + 1
