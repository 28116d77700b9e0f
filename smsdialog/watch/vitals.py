"""Whether what an installation cannot do without is well: database, schema, gateways, the rounds of `flush`, sendmail.

Each of these is looked at in no time, and nobody is asked: a load balancer may do so every few seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from smsdialog.dialog import gateway
from smsdialog.dialog.service import Service
from smsdialog.errors import SchemaOutdated, SmsDialogError
from smsdialog.faults import patience
from smsdialog.store import figures, rounds

FLUSH = "flush"
# `flush` runs every minute, or every half minute in the resident.
FLUSH_PATIENCE_SECONDS = patience(15 * 60)
# In so long sendmail was tried more than once.
SENDMAIL_PATIENCE_SECONDS = patience(5 * 60)
# A gateway that is busy is well.
WELL = ("up", "rate")


@dataclass(frozen=True)
class Vital:
    """One part of the installation. `trouble` tells the operator what is wrong with it, and is empty when it is well.

    It names gateways, and nobody.
    """

    name: str
    trouble: str = ""


def vitals(service: Service) -> Sequence[Vital]:
    """Every part that could be looked at; without a database no other is. Reads."""
    try:
        service.store.check_schema()
        return [Vital("database"), Vital("schema"), *(Vital(name, check(service)) for name, check in _CHECKS.items())]
    except SchemaOutdated as error:
        return [Vital("database"), Vital("schema", str(error))]
    except SmsDialogError as error:
        return [Vital("database", str(error))]


def _gateways(service: Service) -> str:
    """Which numbers cannot be texted, because every gateway that carries them is passed over."""
    down = {found.name for found in gateway.status(service) if found.state not in WELL}
    return "; ".join(f"{prefix}: {', '.join(route)}" for prefix, route in _routes(service) if set(route) <= down)


def _routes(service: Service) -> Iterator[tuple[str, Sequence[str]]]:
    config = service.config
    yield "+", (config.default_gateway,)
    for route in config.routes:
        yield route.prefix, route.gateways


def _flush(service: Service) -> str:
    """A new installation has had no round yet, and has time until something waits for it."""
    now = service.now()
    with service.store.reading() as tx:
        last = rounds.done_at(tx, FLUSH)
        waiting = (figures.queued(tx, now), figures.received(tx), figures.unposted(tx))
    oldest = min((one.since for one in waiting if one.since is not None), default=now)
    if now - (oldest if last is None else last) <= FLUSH_PATIENCE_SECONDS:
        return ""
    return "it never ran, and something waits" if last is None else f"it last ran {_minutes(now - last)} ago"


def _sendmail(service: Service) -> str:
    with service.store.reading() as tx:
        refused = figures.refused_by_sendmail(tx, service.now())
    if refused.since is None or service.now() - refused.since <= SENDMAIL_PATIENCE_SECONDS:
        return ""
    return f"it refuses {refused.count} mails, the first for {_minutes(service.now() - refused.since)}"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes"


_CHECKS: dict[str, Callable[[Service], str]] = {"gateways": _gateways, "flush": _flush, "sendmail": _sendmail}
