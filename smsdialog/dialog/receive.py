"""One SMS from a gateway: into the ledger, then to the employee's mailbox.

It is committed before anything else happens, so that the gateway may forget it. The parts of a long one wait
for each other. An SMS for a number without an open account, or of a disabled key, is held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from smsdialog import log
from smsdialog.core import letters
from smsdialog.core.model import InboundSms
from smsdialog.core.segments import is_part, join
from smsdialog.dialog import post
from smsdialog.dialog.service import Service
from smsdialog.faults import step
from smsdialog.store import Connection, accounts, inbound, segments

BATCH = 100


def receive(service: Service, sms: InboundSms) -> None:
    """Keep one SMS, or one part of one, and mail it when it is whole; the same again changes nothing. Writes."""
    part = sms.segment is not None and is_part(sms.segment.total, sms.segment.index)
    with service.store.transaction() as tx:
        whole = _joined(tx, sms, service.now()) if part else sms
        kept = _keep(service, tx, whole) if whole else None
    step("received")
    if kept is None:
        log.event("part", gateway=sms.gateway, sender=sms.sender)
    else:
        _mail(service, kept)


def receive_incomplete(service: Service) -> int:
    """Mail what has waited too long for its missing parts, with a mark where they belong; returns how many. Writes."""
    late = service.now() - 60 * service.config.limits.parts_wait_minutes
    kept = []
    with service.store.transaction() as tx:
        for parts in segments.incomplete(tx, late)[:BATCH]:
            gap = partial(letters.missing_part, service.translate, total=parts.total)
            if segments.joined(tx, parts):
                kept.append(_keep(service, tx, parts.whole(join(parts.texts, parts.total, gap))))
        segments.forget(tx, service.now())
    for one in kept:
        _mail(service, one)
    return len(kept)


def _joined(tx: Connection, sms: InboundSms, now: float) -> InboundSms | None:
    """The SMS that a part completes; None while others are missing, or when this one had come before."""
    parts = segments.add(tx, sms, now)
    if parts is None or not parts.are_all or not segments.joined(tx, parts):
        return None
    return parts.whole(join(parts.texts, parts.total))


@dataclass(frozen=True)
class _Kept:
    """What became of one SMS in the ledger; `sms_id` is None when it was there before."""

    sms: InboundSms
    sms_id: int | None
    account_id: int | None
    reason: str


def _keep(service: Service, tx: Connection, sms: InboundSms) -> _Kept:
    now = service.now()
    sms = replace(sms, to=service.gateways.whose(sms))
    account = accounts.by_number(tx, sms.to)
    reason = post.held_because(account) if account else "no account has this number"
    dialog_id = accounts.dialog(tx, account.id, sms.sender, now) if account else None
    sms_id = inbound.add(
        tx,
        sms,
        account_id=account.id if account else None,
        dialog_id=dialog_id,
        state="held" if reason else "received",
        reason=reason,
        now=now,
    )
    return _Kept(sms, sms_id, account.id if account else None, reason)


def _mail(service: Service, kept: _Kept) -> None:
    state = ("held" if kept.reason else "received") if kept.sms_id else "repeated"
    log_id = f"i{kept.sms_id}" if kept.sms_id else ""
    log.event(state, id=log_id, gateway=kept.sms.gateway, sender=kept.sms.sender, reason=kept.reason)
    if kept.account_id is not None and not kept.reason:
        post.inbound_of(service, kept.account_id)
