"""One SMS from a gateway: into the ledger, then to the employee's mailbox.

It is committed before anything else happens, so that the gateway may forget it. The parts of a long one wait
for each other. An SMS for a number without an open account, or of a disabled key, is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from smsdialog import log
from smsdialog.core import letters, trace
from smsdialog.core.model import InboundSms
from smsdialog.core.segments import is_part, join
from smsdialog.dialog import post, stop
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
        _log_part(sms)
    else:
        _mail(service, kept, joined=trace.of_part(sms.group))


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
        _mail(service, one, incomplete=True)
    return len(kept)


def _joined(tx: Connection, sms: InboundSms, now: float) -> InboundSms | None:
    """The SMS that a part completes; None while others are missing, or when this one had come before."""
    parts = segments.add(tx, sms, now)
    if parts is None or not parts.are_all or not segments.joined(tx, parts):
        return None
    return parts.whole(join(parts.texts, parts.total))


@dataclass(frozen=True)
class _Kept:
    """What became of one SMS in the ledger; `repeated` when it was there before. `withdrawn` are mails of which SMS
    were withdrawn, as it said STOP.
    """

    sms: InboundSms
    sms_id: int | None
    account_id: int | None
    reason: str
    withdrawn: Sequence[int]
    repeated: bool


def _keep(service: Service, tx: Connection, sms: InboundSms) -> _Kept:
    now = service.now()
    sms = replace(sms, to=service.gateways.whose(sms))
    account = accounts.by_number(tx, sms.to)
    reason = post.held_because(account, now) if account else "no account has this number"
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
    known_id = sms_id or inbound.known(tx, sms)
    withdrawn = stop.heed(service, tx, account, sms) if account and sms_id else []
    return _Kept(sms, known_id, account.id if account else None, reason, withdrawn, repeated=sms_id is None)


def _mail(service: Service, kept: _Kept, **joined: object) -> None:
    _log(kept, **joined)
    if kept.account_id is not None and not kept.reason:
        post.inbound_of(service, kept.account_id)
    stop.tell(service, kept.withdrawn)


def _log(kept: _Kept, **joined: object) -> None:
    """One line for an SMS; `joined` ties it to those of its parts."""
    state = "repeated" if kept.repeated else "held" if kept.reason else "received"
    known = {"trace": trace.of_inbound(kept.sms.digest, kept.sms_id), "id": f"i{kept.sms_id}"} if kept.sms_id else {}
    log.event(state, **known, gateway=kept.sms.gateway, sender=kept.sms.sender, reason=kept.reason, **joined)


def _log_part(sms: InboundSms) -> None:
    assert sms.segment is not None
    part = f"{sms.segment.index}/{sms.segment.total}"
    log.event("part", trace=trace.of_part(sms.group), gateway=sms.gateway, sender=sms.sender, part=part)
