"""`/metrics`: how the installation fares, for Prometheus.

Everything is read from the database, so it is the same whichever process is asked. Labels are gateways, states,
outcomes and kinds: nobody's number and nobody's address. `docs/monitoring.md` has every metric.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from smsdialog import __version__
from smsdialog.core.health import WINDOW_SECONDS
from smsdialog.dialog import gateway, hook, number, quarantine
from smsdialog.dialog.service import Service
from smsdialog.dialog.totals import Totals, totals
from smsdialog.store import Connection, figures, health, recent, rounds
from smsdialog.store.check import OUTCOMES
from smsdialog.store.figures import Waiting
from smsdialog.store.schema import REVISION
from smsdialog.store.tallies import BUCKETS
from smsdialog.watch import digest, heartbeat, vitals

# Name, series, label, and what it says. Where nothing happened yet, each known label has a zero.
COUNTERS = (
    ("mails", "mails", "outcome", "Recipients of mails, by what became of each."),
    ("sms_claimed", "claimed", "", "SMS that mails became, held ones included."),
    ("sms_taken", "taken", "gateway", "SMS that a gateway took."),
    ("sms_parts", "parts", "gateway", "Parts of the SMS that a gateway took: what it is paid for."),
    ("sms_delivered", "delivered", "gateway", "SMS that arrived, as their gateway says."),
    ("sms_failed", "failed", "gateway", "SMS that a gateway refused, or that did not arrive, or were given up."),
    ("sms_unknown", "unknown", "gateway", "SMS of which nobody knew whether they were sent."),
    ("sms_received", "received", "gateway", "SMS that came in."),
    ("sms_mailed", "mailed", "gateway", "SMS that came in and that sendmail took as mails."),
    ("notices", "notices", "kind", "Mails of ours to employees and the operator."),
)
HISTOGRAMS = (
    ("sms_taken_seconds", "taken", "From the mail, or the time it asked for, until a gateway had its SMS."),
    ("sms_mailed_seconds", "mailed", "From an SMS that came in until sendmail had its mail."),
)


def page(service: Service, accept: str) -> tuple[bytes, str]:
    """All of it in the format that is asked for, and its Content-Type. Keeps the running totals: writes."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Ledger(service))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Ledger(Collector):
    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        service = self._service
        began = time.monotonic()
        yield from _parts(service)
        known = {"gateway": tuple(service.config.gateways), "outcome": OUTCOMES, "": ("",), "kind": ()}
        yield from _running(totals(service), known)
        with service.store.reading() as tx:
            yield from _waiting(tx, service.now())
            yield from _people(tx)
            yield from _last(tx)
            yield from _calls(tx, service)
            yield _gauge("database_bytes", "How large the database is.", figures.octets(tx))
        yield from _gateways(service)
        yield from _numbers(service)
        yield from _folders(Path(service.config.state_dir))
        yield InfoMetricFamily("smsdialog", "What runs here.", {"version": __version__, "schema": REVISION})
        yield _gauge("scrape_seconds", "What it took to read all this.", time.monotonic() - began)


def _parts(service: Service) -> Iterator[Metric]:
    well = {(one.name,): not one.trouble for one in vitals.vitals(service)}
    yield _labelled("up", "Whether a part of the installation is well, as /health has it.", ["part"], well)


def _running(counts: Totals, known: Mapping[str, Sequence[str]]) -> Iterator[Metric]:
    for name, series, label, says in COUNTERS:
        counter = CounterMetricFamily(f"smsdialog_{name}", says, labels=[label] if label else None)
        for value in _labels(counts, series, known[label]):
            counter.add_metric([value] if label else [], counts.get(f"{series}/{value}", 0))
        yield counter
    for name, series, says in HISTOGRAMS:
        histogram = HistogramMetricFamily(f"smsdialog_{name}", says, labels=["gateway"])
        for value in _labels(counts, series, known["gateway"]):
            buckets = [(str(float(most)), counts.get(f"{series}-within-{most}/{value}", 0)) for most in BUCKETS]
            buckets.append(("+Inf", counts.get(f"{series}/{value}", 0)))
            histogram.add_metric([value], buckets, counts.get(f"{series}-seconds/{value}", 0))
        yield histogram


def _labels(counts: Totals, series: str, known: Sequence[str]) -> list[str]:
    """The known ones first; then those that once were, such as a gateway that was taken out of the configuration."""
    seen = sorted(name.partition("/")[2] for name in counts if name.partition("/")[0] == series)
    return list(dict.fromkeys([*known, *seen]))


def _waiting(tx: Connection, now: float) -> Iterator[Metric]:
    stopped = figures.stopped(tx)
    out = {"queued": figures.queued(tx, now), "scheduled": figures.scheduled(tx, now), "sending": figures.sending(tx)}
    into = {"received": figures.received(tx), "held": figures.held_in(tx)}
    notices, parts = figures.unposted(tx), figures.incomplete(tx)
    yield _counts("sms_out", "SMS on their way out, by state.", {**out, **stopped})
    yield _counts("sms_in", "SMS on their way in, by state.", into)
    yield _gauge("notices_waiting", "Mails of ours that sendmail does not have yet.", notices.count)
    refused = figures.refused_by_sendmail(tx, now).count
    yield _gauge("sendmail_refused", "Mails of ours, SMS among them, that sendmail refused and that wait.", refused)
    yield _gauge("sms_parts_waiting", "Parts of long SMS whose other parts have not come.", parts.count)
    oldest = {**out, **stopped, "received": into["received"], "held-in": into["held"], "notices": notices}
    ages = {(name,): now - one.since if one.since is not None else 0.0 for name, one in oldest.items()}
    says = "For how long the oldest of those that wait or are held does so, 0 where there is none."
    yield _labelled("oldest_seconds", says, ["what"], ages)


def _people(tx: Connection) -> Iterator[Metric]:
    for name, found in (("accounts", figures.accounts_by_state(tx)), ("keys", figures.keys_by_state(tx))):
        yield _labelled(name, f"How many {name} there are.", ["state"], {(state,): n for state, n in found.items()})


def _last(tx: Connection) -> Iterator[Metric]:
    out, into = recent.last_outbound(tx), recent.last_inbound(tx)
    times = {
        "sms-out": out[0] if out else None,
        "sms-in": into[0] if into else None,
        "flush": rounds.done_at(tx, vitals.FLUSH),
        "digest": rounds.done_at(tx, digest.ROUND),
        "heartbeat": heartbeat.taken_at(tx),
    }
    says = "When each last happened, in seconds since the epoch, 0 where it never did; a heartbeat: was taken."
    yield _labelled("last_timestamp_seconds", says, ["what"], {(what,): at or 0.0 for what, at in times.items()})


def _calls(tx: Connection, service: Service) -> Iterator[Metric]:
    since = service.now() - WINDOW_SECONDS
    calls: dict[tuple[str, ...], float] = {}
    seconds: dict[tuple[str, ...], float] = {}
    for name in service.config.gateways:
        tried, failed = health.counted(tx, name, since)
        calls[name, "well"], calls[name, "failed"] = tried - failed, failed
        seconds[(name,)] = health.seconds(tx, name, since) / tried if tried else 0.0
    yield _labelled("gateway_calls", "Calls of the last five minutes.", ["gateway", "result"], calls)
    yield _labelled("gateway_call_seconds", "What a call of the last five minutes took.", ["gateway"], seconds)


def _gateways(service: Service) -> Iterator[Metric]:
    found = gateway.status(service)
    up = {(one.name,): one.state == "up" for one in found}
    kinds = {(one.name, one.state): 1.0 for one in found}
    down = {(one.name,): service.now() - one.down_since if one.down_since else 0.0 for one in found}
    yield _labelled("gateway_up", "Whether it is not passed over.", ["gateway"], up)
    yield _labelled("gateway_state", "1 for the state that it is in.", ["gateway", "state"], kinds)
    yield _labelled("gateway_down_seconds", "For how long it has been passed over.", ["gateway"], down)
    queued = {(one.name,): float(one.queued) for one in found}
    yield _labelled("gateway_queued", "SMS that wait for it.", ["gateway"], queued)


def _numbers(service: Service) -> Iterator[Metric]:
    spans = number.listing(service)
    sums = {state: sum(getattr(span, state) for span in spans) for state in ("free", "used", "resting")}
    yield _labelled("numbers", "Service numbers.", ["state"], {(state,): n for state, n in sums.items()})


def _folders(state: Path) -> Iterator[Metric]:
    aside = len(list((state / quarantine.FOLDER).glob("*.eml")))
    left = len(list((state / hook.FOLDER).glob("*.json")))
    yield _gauge("mails_put_aside", "Mails that failed at every try, and lie in the quarantine.", aside)
    yield _gauge("events_waiting", "Events of daemons on this machine that could not be taken yet.", left)


def _counts(name: str, says: str, found: Mapping[str, Waiting]) -> Metric:
    return _labelled(name, says, ["state"], {(state,): one.count for state, one in found.items()})


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"smsdialog_{name}", says, value)


def _labelled(name: str, says: str, labels: Sequence[str], values: Mapping[Any, float]) -> Metric:
    gauge = GaugeMetricFamily(f"smsdialog_{name}", says, labels=list(labels))
    for of, value in values.items():
        gauge.add_metric(list(of), float(value))
    return gauge
