"""Mails that came in, and what became of each of their recipients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from smsdialog.core.personal import REMOVED
from smsdialog.store.insert import insert_once, insert_or_lock
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import accounts, deliveries, mails


@dataclass(frozen=True)
class DeliveryRow:
    """What became of one recipient of one mail."""

    mail_id: int
    queue_id: str
    recipient: str
    outcome: str
    reason: str
    subject: str
    account: str
    account_id: int | None
    created_at: float


def enter(tx: Connection, *, digest: str, message_id: str, subject: str, now: float) -> int:
    """The id of the mail with this digest, entered if it is new; locked until the end of the transaction."""
    values = {"message_id": message_id, "subject": subject, "received_at": now}
    return insert_or_lock(tx, mails, "digest", digest=digest, **values)


def belongs_to(tx: Connection, mail_id: int, account_id: int, deputy: str) -> None:
    """Note whose mail it was; `deputy` is who wrote it in his place, else empty."""
    _BELONGS_TO.count(tx, the_id=mail_id, account_id=account_id, deputy=deputy)


def is_settled(tx: Connection, mail_id: int, recipient: str) -> bool:
    """Whether it was decided already what becomes of a recipient of a mail."""
    return _SETTLED.first(tx, mail=mail_id, to=recipient) is not None


def settle(
    tx: Connection,
    mail_id: int,
    recipient: str,
    *,
    queue_id: str,
    outcome: str,
    reason: str,
    now: float,
    proof: str = "",
) -> bool:
    """Note what became of one recipient, and what proved who wrote; False when that was noted before."""
    values = {"queue_id": queue_id, "outcome": outcome, "reason": reason, "proof": proof, "created_at": now}
    return insert_once(tx, deliveries, mail_id=mail_id, recipient=recipient, **values) is not None


def listing(tx: Connection, limit: int | None = None) -> list[DeliveryRow]:
    """What became of every recipient of every mail, newest first."""
    return [_row(row) for row in tx.execute(_QUERY.order_by(deliveries.c.id.desc()).limit(limit))]


def of_mail(tx: Connection, mail_id: int) -> list[DeliveryRow]:
    """What became of every recipient of one mail, oldest first."""
    return [_row(row) for row in tx.execute(_QUERY.where(deliveries.c.mail_id == mail_id).order_by(deliveries.c.id))]


def digests(tx: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The digests of these mails."""
    query = select(mails.c.id, mails.c.digest).where(mails.c.id.in_(ids))
    return {row.id: row.digest for row in tx.execute(query)} if ids else {}


def newest_delivery(tx: Connection) -> int:
    """The id of the newest decision on a recipient, 0 where there is none."""
    return tx.execute(select(func.max(deliveries.c.id))).scalar() or 0


def reason_since(tx: Connection, newest: int, recipient: str) -> str | None:
    """The reason that was noted for a recipient after the decision with that id; None where there is none yet."""
    query = select(deliveries.c.reason).where(deliveries.c.id > newest, deliveries.c.recipient == recipient)
    return tx.execute(query.order_by(deliveries.c.id).limit(1)).scalar()


# Made once: to put a statement together takes longer than to run it.
_BELONGS_TO = Prepared(update(mails).where(mails.c.id == bindparam("the_id")))
# A recipient that was removed may be any of them: a mail that comes again must not bring him back.
_SETTLED = Prepared(
    select(deliveries.c.id).where(
        deliveries.c.mail_id == bindparam("mail"),
        (deliveries.c.recipient == bindparam("to")) | deliveries.c.recipient.startswith(REMOVED),
    )
)
_QUERY = (
    select(
        deliveries.c.mail_id,
        deliveries.c.queue_id,
        deliveries.c.recipient,
        deliveries.c.outcome,
        deliveries.c.reason,
        mails.c.subject,
        accounts.c.email,
        mails.c.account_id,
        deliveries.c.created_at,
    )
    .join(mails, mails.c.id == deliveries.c.mail_id)
    .outerjoin(accounts, accounts.c.id == mails.c.account_id)
)


def _row(row: Any) -> DeliveryRow:
    return DeliveryRow(
        mail_id=row.mail_id,
        queue_id=row.queue_id,
        recipient=row.recipient,
        outcome=row.outcome,
        reason=row.reason,
        subject=row.subject,
        account=row.email or "",
        account_id=row.account_id,
        created_at=row.created_at,
    )
