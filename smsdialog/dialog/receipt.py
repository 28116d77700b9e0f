"""What a gateway says of an SMS afterwards: delivered, failed, expired, or on its way.

A receipt is also the proof that an SMS was taken: one that still waits to be sent again, or of which nobody
knew, is not sent again.
"""

from __future__ import annotations

from dataclasses import replace

from smsdialog import log
from smsdialog.core import trace
from smsdialog.core.letters import EXPIRED
from smsdialog.core.model import Delivery, Receipt
from smsdialog.core.personal import is_removed
from smsdialog.core.receipts import overall
from smsdialog.dialog import forget, post, report
from smsdialog.dialog.service import Service
from smsdialog.faults import step
from smsdialog.store import Connection, outbound, receipts


def settle(service: Service, receipt: Receipt) -> None:
    """Write a receipt; a failed SMS is reported, a delivered one if that was asked for. Writes."""
    now = service.now()
    with service.store.transaction() as tx:
        row = outbound.by_reference(tx, receipt.gateway, receipt.reference, receipt.gateway_id)
        if row is None:
            log.event("receipt-for-nothing", gateway=receipt.gateway)
            return
        if is_removed(row.peer):
            receipt = replace(receipt, gateway_id="", reason="")  # both may name the customer
        heard = receipts.hear(tx, row.id, receipt, now)
        delivery = overall({one.part: one.delivery for one in heard}, receipt.parts or row.parts)
        outbound.learn_gateway_id(tx, row.id, receipt.gateway_id)
        changed = _apply(tx, row, delivery, _reason(delivery, heard), now)
        forget.of_mail(service, tx, row.mail_id)
    step("receipt-applied")
    _log(row, receipt, delivery, now, changed=changed)
    if changed:
        report.tell(service, row.mail_id)
        post.notices_of(service, row.mail_id)


def _log(row: outbound.OutboundRow, receipt: Receipt, delivery: Delivery, now: float, *, changed: bool) -> None:
    """One line; `part` names what the gateway spoke of, `changes` whether the SMS is in another state now."""
    log.event(
        f"receipt-{delivery.value.replace(' ', '-')}",
        trace=trace.of_sms(row.reference),
        id=f"o{row.id}",
        to=row.peer,
        gateway=receipt.gateway,
        part=receipt.part,
        changes="yes" if changed else "no",
        seconds=f"{now - row.created_at:.3f}",
    )


def _apply(tx: Connection, row: outbound.OutboundRow, delivery: Delivery, reason: str, now: float) -> bool:
    match delivery:
        case Delivery.DELIVERED:
            return outbound.was_delivered(tx, row, now)
        case Delivery.ON_ITS_WAY:
            return outbound.was_taken(tx, row, now)
    return outbound.was_not_delivered(tx, row, now, reason)


def _reason(delivery: Delivery, heard: list[receipts.Heard]) -> str:
    """Why an SMS failed, in the provider's words, or in ours where it has none; empty where it did not."""
    if delivery not in (Delivery.FAILED, Delivery.EXPIRED):
        return ""
    words = next((one.reason for one in heard if one.delivery is delivery), "")
    if delivery is Delivery.EXPIRED:
        return f"{EXPIRED}: {words}" if words else EXPIRED
    return words or delivery.value
