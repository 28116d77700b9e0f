"""`/metrics`: who may read it, that it counts right whoever is asked, and that it names nobody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from smsdialog.core import tally
from smsdialog.core.model import Delivery
from smsdialog.dialog import totals
from smsdialog.dialog.purge import purge
from smsdialog.gateways import Credit, Refused, Unknown
from smsdialog.watch import rounds
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, PostOffice, Stage
from tests.watch.conftest import STRANGER, Monitor

TOKEN = "en lang hemmelighed"
WITH_TOKEN = f'[metrics]\ntoken = "{TOKEN}"\ntrusted_networks = ["198.51.100.0/24"]\n'


def counters(samples: dict[str, float]) -> dict[str, float]:
    """Those that may never fall."""
    return {name: n for name, n in samples.items() if name.partition("{")[0].endswith(("_total", "_bucket", "_count"))}


def of_main(samples: dict[str, float], *names: str) -> list[float]:
    return [samples[f'smsdialog_{name}{{gateway="main"}}'] for name in names]


def test_it_is_read_from_this_machine_and_by_nobody_else(monitor: Monitor) -> None:
    assert monitor.asks("/metrics").status_code == 200
    assert monitor.asks("/metrics", address="::1").status_code == 200
    assert monitor.asks("/metrics", address="::ffff:127.0.0.1").status_code == 200
    for address in (STRANGER, "2001:db8::1", "", "unix:", "localhost"):
        answer = monitor.asks("/metrics", address=address)
        assert (answer.status_code, answer.data) == (403, b""), address


@pytest.mark.parametrize("header", ["X_Forwarded_For", "X_Real_IP", "Forwarded", "Via", "X_Forwarded_Host"])
def test_what_comes_through_a_proxy_on_this_machine_is_a_stranger(monitor: Monitor, header: str) -> None:
    assert monitor.asks("/metrics", **{header: "127.0.0.1"}).status_code == 403


def test_networks_and_a_token_are_configured(build: Callable[..., Stage]) -> None:
    monitor = Monitor(build(tables=WITH_TOKEN))
    assert monitor.asks("/metrics").status_code == 403
    assert monitor.asks("/metrics", address="198.51.100.7").status_code == 200
    for given, status in ((f"Bearer {TOKEN}", 200), (f"bearer {TOKEN}", 200), ("Bearer wrong", 403), (TOKEN, 403)):
        answer = monitor.asks("/metrics", address=STRANGER, X_Forwarded_For="192.0.2.7", Authorization=given)
        assert answer.status_code == status, given


def test_without_a_token_an_empty_one_opens_nothing(monitor: Monitor) -> None:
    for given in ("Bearer ", "Bearer", ""):
        assert monitor.asks("/metrics", address=STRANGER, Authorization=given).status_code == 403


def test_it_is_asked_for_and_not_written_to(monitor: Monitor) -> None:
    assert monitor.asks("/metrics", method="POST").status_code == 405
    head = monitor.asks("/metrics", method="HEAD")
    assert (head.status_code, head.data) == (200, b"")


def test_it_is_told_in_the_format_that_is_asked_for(monitor: Monitor) -> None:
    openmetrics = monitor.asks("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert openmetrics.content_type.startswith("application/openmetrics-text")
    assert openmetrics.get_data(as_text=True).endswith("# EOF\n")
    assert monitor.asks("/metrics").content_type.startswith("text/plain")


def test_it_counts_what_the_ledger_has(
    stage: Stage, monitor: Monitor, anna: Employee, customer: Customer, network: Network, administrator: Administrator
) -> None:
    network.answers = [Refused("blocked"), Unknown("lost")]
    for subject in ("20123456", "20123457", "20123458, 20123459", "12"):
        anna.writes(stage.key, subject, "Hej")
    stage.receipt_comes(administrator.sms_out()[2], Delivery.DELIVERED)
    customer.texts(anna, "Hej")
    found = monitor.reads()
    assert found['smsdialog_mails_total{outcome="sms"}'] == 3
    assert found['smsdialog_mails_total{outcome="refused"}'] == 1
    assert found["smsdialog_sms_claimed_total"] == 4
    names = ("taken", "parts", "delivered", "failed", "unknown", "received", "mailed")
    assert of_main(found, *(f"sms_{name}_total" for name in names)) == [2, 2, 1, 1, 1, 1, 1]
    assert found['smsdialog_notices_total{kind="not-sent"}'] == 2
    assert found['smsdialog_sms_out{state="unknown"}'] == 1
    assert found['smsdialog_accounts{state="open"}'] == 1
    assert found['smsdialog_gateway_calls{gateway="main",result="well"}'] == 3
    assert found['smsdialog_gateway_calls{gateway="main",result="failed"}'] == 1


def test_a_counter_never_falls_whatever_becomes_of_an_sms(
    stage: Stage, monitor: Monitor, anna: Employee, network: Network, administrator: Administrator
) -> None:
    network.answers = [Unknown("lost")]
    before = counters(monitor.reads())

    def told(delivery: Delivery) -> Callable[[], object]:
        return lambda: stage.receipt_comes(administrator.sms_out()[0], delivery)

    steps: list[Callable[[], object]] = [
        lambda: anna.writes(stage.key, "20123456", "Hej"),
        told(Delivery.ON_ITS_WAY),
        told(Delivery.DELIVERED),
        told(Delivery.FAILED),
        lambda: administrator.sends_again(administrator.sms_out()[0]),
        told(Delivery.DELIVERED),
    ]
    for step in steps:
        step()
        now = counters(monitor.reads())
        assert {name for name, n in before.items() if now[name] < n} == set()
        before = now
    assert of_main(before, "sms_unknown_total", "sms_taken_total") == [1, 1]


def test_what_is_purged_stays_counted(stage: Stage, monitor: Monitor, anna: Employee, clock: Clock) -> None:
    anna.writes(stage.key, "20123456", "Hej")
    before = counters(monitor.reads())
    anna.writes(stage.key, "20123457", "Hej igen")
    clock.passes(days=6 * 365)
    assert purge(stage.service)["records"] > 0
    assert stage.administrator.sms_out() == []
    assert of_main(before, "sms_taken_total") == [1]
    assert of_main(monitor.reads(), "sms_taken_total") == [2]
    stage.anna.writes(stage.key, "20123458", "Hej tredje gang")
    assert of_main(monitor.reads(), "sms_taken_total") == [3], "its row has the number of one that is gone"


def test_every_process_says_the_same(stage: Stage, monitor: Monitor, anna: Employee) -> None:
    anna.writes(stage.key, "20123456", "Hej")
    first = counters(monitor.reads())
    other = Monitor(stage)
    assert counters(other.reads()) == first
    anna.writes(stage.key, "20123456", "Hej igen")
    assert of_main(other.reads(), "sms_taken_total") == of_main(monitor.reads(), "sms_taken_total") == [2]


def test_what_is_old_is_counted_once_and_stays_counted(
    stage: Stage, monitor: Monitor, anna: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "LIVE_ROWS", 2)
    monkeypatch.setattr(tally, "STEP_ROWS", 2)
    for number in range(9):
        anna.writes(stage.key, f"2012345{number}", "Hej")
        if number == 3:
            assert of_main(monitor.reads(), "sms_taken_total") == [4]
    found = monitor.reads()
    assert of_main(found, "sms_taken_total", "sms_taken_seconds_count") == [9, 9]
    with stage.service.store.reading() as tx:
        kept = totals._read(totals.rounds.memory(tx, totals.ROUND))
    assert kept["outbound"].upto == 6


def test_latencies_are_from_the_mail_to_the_gateway_and_from_the_sms_to_the_mail(
    stage: Stage, monitor: Monitor, anna: Employee, customer: Customer, clock: Clock, post: PostOffice, network: Network
) -> None:
    network.answers = [Credit("empty")]
    anna.writes(stage.key, "20123456", "Hej")
    clock.passes(seconds=40)
    post.goes_down()
    customer.texts(anna, "Hej")
    clock.passes(seconds=20)
    post.comes_back()
    stage.administrator.flushes()
    found = monitor.reads()
    within = 'smsdialog_sms_{}_seconds_bucket{{gateway="main",le="{}"}}'
    assert [found[within.format("taken", le)] for le in ("15.0", "60.0", "+Inf")] == [0, 1, 1]
    assert [found[within.format("mailed", le)] for le in ("15.0", "60.0", "+Inf")] == [0, 1, 1]
    assert of_main(found, "sms_taken_seconds_sum", "sms_mailed_seconds_sum") == [60, 20]


def test_what_waits_has_an_age(
    stage: Stage, monitor: Monitor, anna: Employee, customer: Customer, clock: Clock, post: PostOffice, network: Network
) -> None:
    network.answers = [Credit("empty")]
    anna.writes(stage.key, "20123456", "Hej")
    post.goes_down()
    customer.texts(anna, "Hej")
    clock.passes(minutes=2)
    found = monitor.reads()
    assert found['smsdialog_oldest_seconds{what="queued"}'] == 120
    assert found['smsdialog_oldest_seconds{what="received"}'] == 120
    assert found['smsdialog_sms_out{state="queued"}'] == found['smsdialog_gateway_queued{gateway="main"}'] == 1
    assert found['smsdialog_sms_in{state="received"}'] == 1
    assert found['smsdialog_gateway_state{gateway="main",state="credit"}'] == 1
    assert found['smsdialog_gateway_down_seconds{gateway="main"}'] == 120
    assert found["smsdialog_sendmail_refused"] == 1, "the operator's mail about the gateway was not tried yet"


def test_the_last_of_each_is_told(stage: Stage, monitor: Monitor, anna: Employee, clock: Clock) -> None:
    assert monitor.reads()['smsdialog_last_timestamp_seconds{what="flush"}'] == 0
    rounds.make(stage.service)
    clock.passes(seconds=30)
    anna.writes(stage.key, "20123456", "Hej")
    found = monitor.reads()
    assert found['smsdialog_last_timestamp_seconds{what="sms-out"}'] == clock()
    assert found['smsdialog_last_timestamp_seconds{what="flush"}'] == clock() - 30


def test_it_names_nobody(stage: Stage, monitor: Monitor, anna: Employee, customer: Customer) -> None:
    anna.writes(stage.key, "20123456", "Hemmelig")
    anna.writes(stage.key, "ikke et nummer", "Hemmelig")
    customer.texts(anna, "Hemmelig")
    said = monitor.asks("/metrics").get_data(as_text=True)
    for secret in ("20123456", anna.number, "anna", "Firma", stage.key, "Hemmelig", "ikke et"):
        assert secret not in said


def test_a_gateway_that_was_taken_out_stays_counted(
    stage: Stage, monitor: Monitor, anna: Employee, build: Callable[..., Stage]
) -> None:
    anna.writes(stage.key, "20123456", "Hej")
    other = build(tables='[gateways.other]\ntype = "file"\n')
    stage.service = replace(stage.service, config=other.service.config, gateways=other.service.gateways)
    found = monitor.reads()
    assert found['smsdialog_sms_taken_total{gateway="main"}'] == 1
    assert found['smsdialog_sms_taken_total{gateway="other"}'] == 0


def test_a_process_that_gateways_call_loads_nothing_of_it_until_it_is_asked() -> None:
    said = "import smsdialog.wsgi, sys; print({'prometheus_client', 'smsdialog.doctor'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
