"""`/health`: what it looks at, what it says to whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from smsdialog.gateways import Credit, Rate
from smsdialog.watch import rounds
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, PostOffice, Stage
from tests.watch.conftest import STRANGER, Monitor

PARTS = ("database", "schema", "gateways", "flush", "sendmail")
TWO_GATEWAYS = """
[gateways.main]
type = "file"
[gateways.second]
type = "file"
[[routes]]
prefix = "+45"
gateways = ["main", "second"]
"""


def down(monitor: Monitor) -> dict[str, str]:
    """The parts that are not well, and why, as somebody near is told."""
    answer = monitor.asks("/health")
    said = answer.json
    assert answer.status_code == (503 if said.get("troubles") else 200)
    assert {part for part, state in said["parts"].items() if state == "down"} == set(said.get("troubles", {}))
    return dict(said.get("troubles", {}))


def test_all_is_well(monitor: Monitor) -> None:
    answer = monitor.asks("/health", address=STRANGER)
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "parts": dict.fromkeys(PARTS, "ok")})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_load_balancer_may_ask_for_the_head_only(monitor: Monitor) -> None:
    answer = monitor.asks("/health", method="HEAD", address=STRANGER)
    assert (answer.status_code, answer.data) == (200, b"")


def test_without_a_database_nothing_else_is_looked_at(stage: Stage, monitor: Monitor) -> None:
    stage.close()
    (stage.folder / "state" / "smsdialog.db").unlink()
    answer = monitor.asks("/health", address=STRANGER)
    assert answer.status_code == 503
    assert answer.json == {"status": "down", "parts": {"database": "ok", "schema": "down"}}


def test_a_database_that_is_damaged_is_down(stage: Stage, monitor: Monitor) -> None:
    stage.close()
    (stage.folder / "state" / "smsdialog.db").write_bytes(b"no database at all" * 1000)
    assert set(down(monitor)) == {"database"}


def test_a_schema_of_another_version_is_down(stage: Stage, monitor: Monitor) -> None:
    with stage.service.store.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "smsdialog db upgrade" in down(monitor)["schema"]


def test_a_gateway_that_nothing_takes_the_place_of_is_down(
    monitor: Monitor, anna: Employee, network: Network, stage: Stage
) -> None:
    network.answers = [Credit("no money left for +4520123456")]
    anna.writes(stage.key, "20123456", "Hej")
    assert down(monitor) == {"gateways": "+: main"}


def test_a_gateway_that_is_busy_is_well(monitor: Monitor, anna: Employee, network: Network, stage: Stage) -> None:
    network.answers = [Rate("slowly")]
    anna.writes(stage.key, "20123456", "Hej")
    assert down(monitor) == {}


def test_a_route_is_down_when_all_its_gateways_are(build: Callable[..., Stage]) -> None:
    stage = build(tables=TWO_GATEWAYS)
    stage.administrator.opens_account(stage.anna)
    stage.network.answers = [Credit("empty")]
    stage.anna.writes(stage.key, "20123456", "Hej")
    assert down(Monitor(stage)) == {"gateways": "+: main"}, "the default route has no other"
    stage.network.answers = [Credit("empty"), Credit("empty")]
    stage.anna.writes(stage.key, "20123456", "Hej igen")
    assert down(Monitor(stage)) == {"gateways": "+: main; +45: main, second"}


def test_a_flush_that_ran_before_and_runs_no_more_is_down(stage: Stage, monitor: Monitor, clock: Clock) -> None:
    rounds.make(stage.service)
    clock.passes(minutes=14)
    assert down(monitor) == {}
    clock.passes(minutes=2)
    assert down(monitor) == {"flush": "it last ran 16 minutes ago"}
    rounds.make(stage.service)
    assert down(monitor) == {}


def test_a_flush_that_never_ran_is_down_once_something_waits_for_it(
    stage: Stage, monitor: Monitor, clock: Clock, anna: Employee, customer: Customer, post: PostOffice
) -> None:
    clock.passes(days=2)
    assert down(monitor) == {}
    post.goes_down()
    customer.texts(anna, "Hej")
    clock.passes(minutes=16)
    assert down(monitor)["flush"] == "it never ran, and something waits"


def test_a_sendmail_that_keeps_refusing_is_down(
    stage: Stage, monitor: Monitor, clock: Clock, anna: Employee, customer: Customer, post: PostOffice
) -> None:
    post.goes_down()
    customer.texts(anna, "Hej")
    assert down(monitor) == {}, "it may be the first try"
    clock.passes(minutes=6)
    assert down(monitor) == {"sendmail": "it refuses 1 mails, the first for 6 minutes"}
    post.comes_back()
    stage.administrator.flushes()
    assert down(monitor) == {}


@pytest.mark.parametrize("headers", [{}, {"X_Forwarded_For": "127.0.0.1"}])
def test_a_stranger_is_told_what_is_down_and_not_why(
    stage: Stage, monitor: Monitor, clock: Clock, headers: dict[str, str], administrator: Administrator
) -> None:
    rounds.make(stage.service)
    clock.passes(hours=1)
    answer = monitor.asks("/health", address="127.0.0.1" if headers else STRANGER, **headers)
    assert answer.status_code == 503
    assert answer.json == {"status": "down", "parts": {**dict.fromkeys(PARTS, "ok"), "flush": "down"}}
