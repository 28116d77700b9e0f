"""What is claimed goes to its gateway: leased, sent, settled, one SMS at a time.

A crash between lease and settle leaves an SMS `sending`; when its lease has run out it becomes
`unknown`, because it may have been sent, and nobody sends it again without being asked.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from smsdialog import log
from smsdialog.dialog import post
from smsdialog.dialog.service import Service
from smsdialog.faults import patience, step
from smsdialog.gateways import Accepted, Later, Outcome, Refused
from smsdialog.gateways._base import SEND_TIMEOUT_SECONDS
from smsdialog.store import accounts, outbound

# Long enough for any gateway call and its settling.
LEASE_SECONDS = 4 * SEND_TIMEOUT_SECONDS
# An SMS that could not be sent for so long is old news: better told of than sent at night.
GIVE_UP_SECONDS = 12 * 3600
# How long a run waits for another that has an SMS of the same mail in hand.
PATIENCE_SECONDS = patience(10)
POLL_SECONDS = 0.1


def send(service: Service, ids: Sequence[int], deadline: float) -> bool:
    """Send these SMS as far as they are queued and the time goes; False when any is still under way."""
    with service.store.transaction() as tx:
        outbound.expire(tx, service.now())
    for sms_id in ids:
        if service.now() + SEND_TIMEOUT_SECONDS > deadline:
            break
        _send_one(service, sms_id, deadline)
    return _settled(service, ids, deadline)


def _settled(service: Service, ids: Sequence[int], deadline: float) -> bool:
    """Whether these SMS are settled; one that another run has in hand is waited for a little."""
    patience = min(deadline, service.now() + PATIENCE_SECONDS)
    while True:
        with service.store.reading() as tx:
            states = outbound.states(tx, ids)
        if "sending" not in states or service.now() >= patience:
            return not states & {"queued", "sending"}
        time.sleep(POLL_SECONDS)


def _send_one(service: Service, sms_id: int, deadline: float) -> None:
    with service.store.transaction() as tx:
        row = outbound.lease(tx, sms_id, service.now(), LEASE_SECONDS)
        account = accounts.by_id(tx, row.account_id) if row else None
    if row is None or account is None:
        return
    step("leased")
    barred = post.barred_because(account)  # closed or paused since its SMS was claimed
    gateway, outcome = (row.gateway, Refused(barred)) if barred else _carried(service, row, deadline)
    step("answered")
    now = service.now()
    values = _settlement(outcome, row, now)
    with service.store.transaction() as tx:
        outbound.settle(tx, row, now=now, gateway=gateway, **values)
    step("settled")
    log.event(values["state"], id=f"o{row.id}", to=row.peer, gateway=gateway, reason=values["reason"])


def _carried(service: Service, row: outbound.OutboundRow, deadline: float) -> tuple[str, Outcome]:
    """Which gateway of the route had the last word, and it; another is tried only if provably nothing was sent."""
    carried: tuple[str, Outcome] = (row.gateway, Later("no time was left to try a gateway"))
    for gateway in service.gateways.route(row.peer):
        if service.now() + SEND_TIMEOUT_SECONDS > deadline:
            break
        carried = (gateway, service.gateways.send(gateway, row.sms))
        if not isinstance(carried[1], Later):
            break
    return carried


def _settlement(outcome: Outcome, row: outbound.OutboundRow, now: float) -> dict[str, Any]:
    """What the ledger notes of an outcome."""
    match outcome:
        case Accepted(gateway_id):
            return {"state": "sent", "gateway_id": gateway_id, "reason": ""}
        case Refused(reason):
            return {"state": "failed", "reason": reason}
        case Later(reason) if now - row.created_at > GIVE_UP_SECONDS:
            return {"state": "failed", "reason": f"given up: {reason}"}
        case Later(reason):
            return {"state": "queued", "reason": reason}
    return {"state": "unknown", "reason": outcome.reason}
