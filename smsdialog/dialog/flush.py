"""One pass over all that waits: queued SMS, what is to be told, SMS mails, notices."""

from __future__ import annotations

import math
from dataclasses import dataclass

from smsdialog.dialog import audit, dispatch, forget, hook, post, receive, report
from smsdialog.dialog.service import Service
from smsdialog.gateways._base import SEND_TIMEOUT_SECONDS
from smsdialog.store import inbound, outbound

BATCH = 1000


@dataclass(frozen=True)
class Flushed:
    """What one pass found: SMS tried, mails reported on, accounts whose SMS were mailed."""

    sms: int
    reports: int
    accounts: int


def flush(service: Service) -> Flushed:
    """One pass over everything, whether or not its pause is over: somebody asked for it. Writes."""
    return _pass(service, math.inf)


def flush_due(service: Service) -> Flushed:
    """One pass over what is due: a failing gateway is tried after growing pauses. Writes."""
    return _pass(service, service.now())


def _pass(service: Service, due_before: float) -> Flushed:
    hook.take_waiting(service)
    receive.receive_incomplete(service)
    with service.store.reading() as tx:
        queued = outbound.queued(tx, BATCH, due_before, service.now())
        waiting = inbound.accounts_waiting(tx)
    stuck: set[str] = set()
    for sms_id, gateway in queued:
        deadline = service.now() + 2 * SEND_TIMEOUT_SECONDS
        if gateway not in stuck and dispatch.send(service, [sms_id], deadline) is dispatch.Progress.UNDER_WAY:
            stuck.add(gateway)  # it would say the same of every other SMS
    reports = report.tell_all(service)
    for account_id in waiting:
        post.inbound_of(service, account_id)
    post.notices_of(service)
    forget.thoroughly(service)
    return Flushed(len(queued), reports, len(waiting))


def resend(service: Service, sms_id: int) -> bool:
    """Send a held, failed or unknown SMS once more, because somebody asked; False when it is none. Writes."""
    with service.store.transaction() as tx:
        if not outbound.requeue(tx, sms_id, service.now()):
            return False
        row = outbound.by_id(tx, sms_id)
        assert row is not None
        audit.changed(service, tx, "message.resend", f"o{sms_id}", account=row.email)
    dispatch.send(service, [sms_id], service.now() + 2 * SEND_TIMEOUT_SECONDS)
    report.tell(service, row.mail_id)
    post.notices_of(service, row.mail_id)
    return True
