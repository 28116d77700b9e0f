"""What is claimed goes to its gateway: leased, sent, settled, one SMS at a time.

A crash between lease and settle leaves an SMS `sending`; when its lease has run out it becomes
`unknown`, because it may have been sent, and nobody sends it again without being asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smsdialog import log
from smsdialog.dialog.service import Service
from smsdialog.gateways import Accepted, Later, Outcome, Refused
from smsdialog.gateways._base import SEND_TIMEOUT_SECONDS
from smsdialog.store import outbound

# Long enough for any gateway call and its settling.
LEASE_SECONDS = 4 * SEND_TIMEOUT_SECONDS
# An SMS that could not be sent for so long is old news: better told of than sent at night.
GIVE_UP_SECONDS = 12 * 3600
RETRY_SECONDS = 60


def send(service: Service, ids: Sequence[int], deadline: float) -> bool:
    """Send these SMS as far as they are queued and the time goes; False when any is still under way."""
    with service.store.transaction() as tx:
        outbound.expire(tx, service.now())
    for sms_id in ids:
        if service.now() + SEND_TIMEOUT_SECONDS > deadline:
            break
        _send_one(service, sms_id)
    with service.store.reading() as tx:
        rows = (outbound.by_id(tx, sms_id) for sms_id in ids)
        return not any(row and row.state in ("queued", "sending") for row in rows)


def _send_one(service: Service, sms_id: int) -> None:
    with service.store.transaction() as tx:
        row = outbound.lease(tx, sms_id, service.now(), LEASE_SECONDS)
    if row is None:
        return
    outcome = service.gateways.send(row.gateway, row.sms)
    now = service.now()
    values = _settlement(outcome, row, now)
    with service.store.transaction() as tx:
        outbound.settle(tx, row, now=now, **values)
    log.event(values["state"], id=f"o{row.id}", to=row.peer, gateway=row.gateway, reason=values["reason"])


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
            return {"state": "queued", "reason": reason, "due_at": now + RETRY_SECONDS * row.attempts}
    return {"state": "unknown", "reason": outcome.reason}
