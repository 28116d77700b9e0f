"""What is claimed goes to its gateway: leased, sent, settled, one SMS at a time.

A crash between lease and settle leaves an SMS `sending`; when its lease has run out it becomes
`unknown`, because it may have been sent, and nobody sends it again without being asked.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

from smsdialog import log, strands
from smsdialog.core import trace
from smsdialog.core.health import LONGEST_REST_SECONDS, pause
from smsdialog.core.letters import GIVEN_UP, STOPPED
from smsdialog.core.model import Account
from smsdialog.dialog import forget, health, post, stop
from smsdialog.dialog.service import Service
from smsdialog.faults import patience, step
from smsdialog.gateways import Accepted, Later, Outcome, Refused
from smsdialog.gateways._base import SEND_TIMEOUT_SECONDS
from smsdialog.store import Connection, accounts, outbound

# Long enough for any gateway call and its settling.
LEASE_SECONDS = 4 * SEND_TIMEOUT_SECONDS
# An SMS that could not be sent for so long is old news: better told of than sent at night.
GIVE_UP_SECONDS = 12 * 3600
# How long a run waits for another that has an SMS of the same mail in hand.
PATIENCE_SECONDS = patience(10)
POLL_SECONDS = 0.1
NO_TIME = "no time was left to try a gateway"


@dataclass(frozen=True)
class Leased:
    """An SMS that this process may send now; `barred` says why it must not, if so."""

    row: outbound.OutboundRow
    barred: str = ""


@dataclass(frozen=True)
class Call:
    """One call to a gateway, what it said, and how many seconds that took."""

    gateway: str
    outcome: Outcome
    seconds: float = 0.0


def lease_first(service: Service, tx: Connection, ids: Sequence[int]) -> Leased | None:
    """Lease the first of the SMS that are being claimed, if it is to go now: one commit serves for both. Writes.

    Of the others each has a lease of its own when its turn comes: what is leased by a process that dies is `unknown`.
    """
    row = outbound.lease(tx, ids[0], service.now(), LEASE_SECONDS) if ids else None
    return Leased(row) if row else None


class Progress(Enum):
    """How far SMS have come, all of them: taken by their gateways, settled one way or another, or not even that."""

    SENT, SETTLED, UNDER_WAY = range(3)


def send(service: Service, ids: Sequence[int], deadline: float, first: Leased | None = None) -> Progress:
    """Send these SMS as far as they are queued and the time goes.

    `first` is the one of them that was leased with its claim.
    """
    states = [_send_leased(service, first, deadline)] if first else []
    for sms_id in ids:
        if service.now() + SEND_TIMEOUT_SECONDS > deadline:
            break
        if not first or sms_id != first.row.id:
            states.append(_send_one(service, sms_id, deadline))
    if states == ["sent"] * len(ids):
        return Progress.SENT
    _expire(service, ids)
    return Progress.SETTLED if _settled(service, ids, deadline) else Progress.UNDER_WAY


def _expire(service: Service, ids: Sequence[int]) -> None:
    """What is in hand may be in the hand of a process that has died."""
    with service.store.reading() as tx:
        if "sending" not in outbound.states(tx, ids):
            return
    with service.store.transaction() as tx:
        expire(tx, service.now())


def expire(tx: Connection, now: float) -> None:
    """Give up what a dead run was sending: it may have been sent, or not. Writes."""
    for row in outbound.expire(tx, now):
        log.event("unknown", trace=trace.of_sms(row.reference), id=f"o{row.id}", to=row.peer, reason="interrupted")


def _settled(service: Service, ids: Sequence[int], deadline: float) -> bool:
    """Whether these SMS are settled; one that another run has in hand is waited for a little."""
    patience = min(deadline, service.now() + PATIENCE_SECONDS)
    while True:
        with service.store.reading() as tx:
            states = outbound.states(tx, ids)
        if "sending" not in states or service.now() >= patience:
            return not states & {"queued", "sending"}
        strands.elsewhere(partial(time.sleep, POLL_SECONDS))


def _send_one(service: Service, sms_id: int, deadline: float) -> str:
    """Send one SMS, if it is to be had; its state after that, else nothing."""
    with service.store.transaction() as tx:
        row = outbound.lease(tx, sms_id, service.now(), LEASE_SECONDS)
        if row is None:
            return ""
        leased = Leased(row, _barred_because(service, tx, accounts.by_id(tx, row.account_id), row))
    return _send_leased(service, leased, deadline)


def _barred_because(service: Service, tx: Connection, account: Account, row: outbound.OutboundRow) -> str:
    """Why an SMS is not sent after all: its account was closed or paused since, or its customer wants no more."""
    barred = post.barred_because(account, service.now())
    if not barred and account.closed_at is not None and not outbound.cause(tx, row.mail_id)[2]:
        barred = post.CLOSED  # forwarded: its deputies answer, its own employee sends nothing any more
    return barred or (STOPPED if stop.wants_no_more(service, tx, account, row.peer) else "")


def _send_leased(service: Service, leased: Leased, deadline: float) -> str:
    with log.about(trace=trace.of_sms(leased.row.reference)):
        step("leased")
        refused = Call(leased.row.gateway, Refused(leased.barred)), 0.0
        call, wait = refused if leased.barred else _carried(service, leased.row, deadline)
        step("answered")
        state = _settle(service, leased, call, wait)
        step("settled")
    return state


def _settle(service: Service, leased: Leased, call: Call, wait: float) -> str:
    """Write what became of an SMS; returns its state.

    The disk is not waited for: after a power cut this may be an SMS that was being sent, and is told of as `unknown`.
    """
    row, outcome, now = leased.row, call.outcome, service.now()
    values = _settlement(outcome, row, now, wait)
    with service.store.noting() as tx:
        outbound.settle(tx, row, now=now, gateway=call.gateway, answer=outcome.answer, **values)
        forget.where_wanted(service, tx, row.mail_id, row)
        if not leased.barred and _was_made(call):
            health.note(service, tx, call.gateway, outcome, call.seconds)
        _log(row, values["state"], call.gateway, outcome, now)
    return str(values["state"])


def _carried(service: Service, row: outbound.OutboundRow, deadline: float) -> tuple[Call, float]:
    """The call that had the last word; another gateway of the route is tried only if provably nothing was sent.

    Then also the shortest rest, in seconds, that any of them asked for.
    """
    carried = Call(row.gateway, Later(NO_TIME))
    rests: list[float] = []
    for gateway in _in_order(service, row):
        if service.now() + SEND_TIMEOUT_SECONDS > deadline:
            break
        _note_passed_over(service, carried)
        carried = _called(service, gateway, row)
        if not isinstance(carried.outcome, Later):
            break
        rests.append(carried.outcome.wait_seconds)
    return carried, min(*rests, LONGEST_REST_SECONDS) if rests else 0.0


def _called(service: Service, gateway: str, row: outbound.OutboundRow) -> Call:
    began = time.monotonic()
    outcome = service.gateways.send(gateway, row.sms)
    return Call(gateway, outcome, time.monotonic() - began)


def _was_made(call: Call) -> bool:
    """Whether a gateway was called at all."""
    return not isinstance(call.outcome, Later) or call.outcome.reason != NO_TIME


def _in_order(service: Service, row: outbound.OutboundRow) -> tuple[str, ...]:
    route = service.gateways.route(row.peer)
    if len(route) == 1:
        return route
    with service.store.reading() as tx:
        return health.in_order(tx, route, service.now())


def _note_passed_over(service: Service, call: Call) -> None:
    """Keep how it went with a gateway whose place another takes now."""
    outcome = call.outcome
    if isinstance(outcome, Later) and _was_made(call):
        with service.store.transaction() as tx:
            health.note(service, tx, call.gateway, outcome, call.seconds)
        log.event("passed-over", gateway=call.gateway, kind=outcome.kind, reason=_for_log(outcome))


def _log(row: outbound.OutboundRow, state: str, gateway: str, outcome: Outcome, now: float) -> None:
    log.event(
        state,
        id=f"o{row.id}",
        to=row.peer,
        gateway=gateway,
        kind=outcome.kind,
        reason=_for_log(outcome),
        attempt=row.attempts,
        seconds=f"{now - max(row.created_at, row.not_before):.3f}",
    )


def _for_log(outcome: Outcome) -> str:
    """Why, as far as we say so ourselves: a provider's words may quote the text, and `message show` has them."""
    return "" if outcome.answer or isinstance(outcome, Accepted) else outcome.reason


def _settlement(outcome: Outcome, row: outbound.OutboundRow, now: float, wait: float) -> dict[str, Any]:
    """What the ledger notes of an outcome; `wait` is how many seconds a next try has to."""
    match outcome:
        case Accepted(gateway_id):
            return {"state": "sent", "gateway_id": gateway_id, "reason": "", "taken_at": now}
        case Refused(reason):
            return {"state": "failed", "reason": reason}
        case Later(reason) if now - max(row.created_at, row.not_before) > GIVE_UP_SECONDS:
            return {"state": "failed", "reason": f"{GIVEN_UP}: {reason}"}
        case Later(reason):
            return {"state": "queued", "reason": reason, "due_at": now + max(wait, pause(row.attempts - 1))}
    return {"state": "unknown", "reason": outcome.reason}
