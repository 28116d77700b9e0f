"""What a gateway says of an SMS afterwards: delivered, failed, or on its way."""

from __future__ import annotations

from smsdialog import log
from smsdialog.core.model import Delivery, Receipt
from smsdialog.dialog import post, report
from smsdialog.dialog.service import Service
from smsdialog.store import outbound

_STATES = {Delivery.DELIVERED: "delivered", Delivery.FAILED: "failed"}


def settle(service: Service, receipt: Receipt) -> None:
    """Write a receipt; a final state stays final, and a failed SMS is reported. Writes."""
    state = _STATES.get(receipt.delivery)
    if state is None:
        return
    with service.store.transaction() as tx:
        row = outbound.by_reference(tx, receipt.gateway, receipt.reference, receipt.gateway_id)
        if row is None:
            log.event("receipt-for-nothing", gateway=receipt.gateway)
            return
        outbound.apply_receipt(tx, row.id, state=state, reason=receipt.reason, now=service.now())
    log.event(state, id=f"o{row.id}", to=row.peer, gateway=receipt.gateway, reason=receipt.reason)
    report.tell(service, row.mail_id)
    post.notices_of(service, row.mail_id)
