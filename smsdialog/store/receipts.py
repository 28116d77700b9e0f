"""What gateways said of each part of an SMS after they took it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from smsdialog.core.model import Delivery, Receipt
from smsdialog.core.receipts import supersedes
from smsdialog.store.insert import insert_once, one_at_a_time
from smsdialog.store.schema import receipts


@dataclass(frozen=True)
class Heard:
    """The last word on one part."""

    part: str
    delivery: Delivery
    reason: str
    happened_at: float | None
    received_at: float


def hear(tx: Connection, outbound_id: int, receipt: Receipt, now: float) -> list[Heard]:
    """Keep a receipt unless it is old news, and return the last word on every part. Writes."""
    one_at_a_time(tx, f"receipts {outbound_id}")
    values = {
        "delivery": receipt.delivery.value,
        "reason": receipt.reason,
        "happened_at": receipt.happened_at,
        "received_at": now,
    }
    if not insert_once(tx, receipts, outbound_id=outbound_id, part=receipt.part, **values):
        (old,) = (heard for heard in of(tx, outbound_id) if heard.part == receipt.part)
        if supersedes(receipt.delivery, receipt.happened_at, old.delivery, old.happened_at):
            mine = (receipts.c.outbound_id == outbound_id, receipts.c.part == receipt.part)
            tx.execute(update(receipts).where(*mine).values(**values))
    return of(tx, outbound_id)


def of(tx: Connection, outbound_id: int) -> list[Heard]:
    """The last word on every part of an SMS, in the order in which they were first heard of."""
    query = select(receipts).where(receipts.c.outbound_id == outbound_id).order_by(receipts.c.id)
    return [
        Heard(row.part, Delivery(row.delivery), row.reason, row.happened_at, row.received_at)
        for row in tx.execute(query)
    ]
