"""Gateways that fail are passed over, and tried again later; the operator is told when one goes down.

A gateway that nothing can take the place of is never given up: it is tried last, and it is tried.
"""

from __future__ import annotations

from collections.abc import Sequence

from smsdialog import log
from smsdialog.core import health as judgement
from smsdialog.core import letters
from smsdialog.dialog import notify
from smsdialog.dialog.service import Service
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Outcome, Rate, Refused
from smsdialog.store import Connection, health

GATEWAY_DOWN = "gateway-down"
# A connection that fails once mends itself; one that fails over several pauses may not.
PAUSES_BEFORE_ALARM = 2


def in_order(tx: Connection, route: Sequence[str], now: float) -> tuple[str, ...]:
    """The gateways of a route, those that are passed over behind the others."""
    if len(route) == 1:
        return tuple(route)
    down = health.down(tx, route, now)
    return tuple(sorted(route, key=lambda name: name in down))


def note(service: Service, tx: Connection, gateway: str, outcome: Outcome, seconds: float) -> None:
    """Keep how a call to a gateway went and what it took, and pass the gateway over when it must be. Writes."""
    now = service.now()
    if isinstance(outcome, Rate):  # well, and busy: others take over for as long as it asks
        rest = min(outcome.wait_seconds, judgement.LONGEST_REST_SECONDS) or judgement.FIRST_PAUSE_SECONDS
        _pass_over(service, tx, gateway, outcome, rest)
        return
    failed = not isinstance(outcome, Accepted | Refused)
    health.count(tx, gateway, now, seconds, failed=failed)
    if not failed:
        _is_well(tx, gateway)
    elif isinstance(outcome, Later) or judgement.is_failing(*_window(tx, gateway, now)):
        _pass_over(service, tx, gateway, outcome, None)


def _window(tx: Connection, gateway: str, now: float) -> tuple[int, int]:
    return health.counted(tx, gateway, now - judgement.WINDOW_SECONDS)


def _is_well(tx: Connection, gateway: str) -> None:
    """A call went through: whatever was wrong is over, unless it fails too often all the same."""
    state = health.states(tx).get(gateway)
    if state and state.down_since is not None:
        health.lock(tx, gateway)
        health.change(tx, gateway, down_since=None, down_until=0.0, pauses=0)
        health.forget_counts(tx, gateway)
        log.event("gateway-up", gateway=gateway)


def _pass_over(service: Service, tx: Connection, gateway: str, outcome: Outcome, seconds: float | None) -> None:
    now = service.now()
    state = health.lock(tx, gateway)
    if state.down_since is not None and state.down_until > now:
        return  # it is passed over already; this call was under way before
    wait = judgement.pause(state.pauses) if seconds is None else seconds
    reason = outcome.reason if not isinstance(outcome, Accepted) else ""
    health.change(
        tx,
        gateway,
        down_since=state.down_since or now,
        down_until=now + wait,
        pauses=state.pauses + 1,
        kind=outcome.kind,
        reason=reason,
    )
    log.event("gateway-down", gateway=gateway, kind=outcome.kind, seconds=int(wait))
    needs_a_hand = isinstance(outcome, Credit | Misconfigured)
    is_new = state.down_since is None or state.kind != outcome.kind
    stays_away = state.pauses == PAUSES_BEFORE_ALARM and not isinstance(outcome, Rate)
    if is_new if needs_a_hand else stays_away:
        _tell_operator(service, tx, gateway, reason, needs_a_hand=needs_a_hand)


def _tell_operator(service: Service, tx: Connection, gateway: str, reason: str, *, needs_a_hand: bool) -> None:
    letter = letters.operator_gateway_down(service.translate, gateway, reason, needs_a_hand=needs_a_hand)
    notify.write(service, tx, service.config.mail.operator, f"{GATEWAY_DOWN} {gateway}", letter)
