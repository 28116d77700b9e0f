"""Mails of ours: written in the transaction that made them due, handed to sendmail after it.

Nobody gets more than one refusal of a kind an hour, or ten of all kinds a day. One that comes too soon is
not dropped: it waits, and goes out together with the others of its kind when the time is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from smsdialog.store import owner
from smsdialog.store.insert import one_at_a_time
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import notices

SECONDS_BETWEEN = 3600
MOST_PER_DAY = 10
SECONDS_PER_DAY = 86_400
# Answers to a wish go out at once, but no more than ten a day: who holds a key could send them to anybody.
ANSWERS = ("confirmation", "closed")
# What became of an SMS that was taken is owed, at once, however often.
OWED = ("not-sent", "delivered", "scheduled", "taken-back")


@dataclass(frozen=True)
class NoticeRow:
    """One mail of ours that waits or was sent."""

    id: int
    mail_id: int | None
    account_id: int | None
    recipient: str
    kind: str
    subject: str
    body: str
    in_reply_to: str
    attempts: int


def add(tx: Connection, *, recipient: str, kind: str, now: float, **values: Any) -> None:
    """Write a notice."""
    row = {"mail_id": None, "account_id": None, "in_reply_to": "", "created_at": now, "due_at": now, "attempts": 0}
    tx.execute(insert(notices).values(recipient=recipient, kind=kind, **{**row, **values}))


def caused(tx: Connection, mail_id: int, recipient: str, kind: str) -> bool:
    """Whether a mail has caused a notice of this kind already."""
    mine = (notices.c.mail_id == mail_id, notices.c.recipient == recipient, notices.c.kind == kind)
    return tx.execute(select(notices.c.id).where(*mine).limit(1)).first() is not None


def lease(tx: Connection, now: float, seconds: float, *, mail_id: int | None = None) -> list[NoticeRow]:
    """Take what is due for one (recipient, kind), oldest first; an empty list when nothing is.

    `mail_id` narrows it to what that mail caused. Nobody else gets these for so many seconds. What
    comes too soon after the last of its kind is put off here.
    """
    _end_leases_of_the_dead(tx, now)
    if _first_due(tx, now, mail_id) is not None:
        one_at_a_time(tx, "notices")
    while first := _first_due(tx, now, mail_id):
        if first.kind in OWED:
            return _take(tx, [first], now, seconds)
        mine = (notices.c.recipient == first.recipient, notices.c.kind == first.kind)
        allowed_at = _allowed_at(tx, first, now)
        if allowed_at <= now and first.kind in ANSWERS:
            return _take(tx, [first], now, seconds)
        if allowed_at <= now:
            query = select(notices).where(*mine, notices.c.sent_at.is_(None)).order_by(notices.c.id)
            waiting = list(tx.execute(query))
            # What may have been sent before is sent as it was: one Message-ID, one mail.
            tried = [row for row in waiting if row.attempts]
            return _take(tx, tried or waiting, now, seconds)
        put_off = update(notices).where(*mine, notices.c.sent_at.is_(None), notices.c.due_at <= now)
        tx.execute(put_off.values(due_at=allowed_at))
    return []


def waits(tx: Connection, mail_id: int) -> bool:
    """Whether a notice that this mail caused has not gone yet, whoever has it in hand."""
    return _WAITS.first(tx, mail=mail_id) is not None


def unsent(tx: Connection, mail_id: int) -> bool:
    """Whether sendmail refused a notice that this mail caused, and it still waits."""
    query = select(notices.c.id).where(
        notices.c.mail_id == mail_id, notices.c.sent_at.is_(None), notices.c.attempts > 0
    )
    return tx.execute(query.limit(1)).first() is not None


def sent(tx: Connection, ids: list[int], now: float) -> None:
    """Note that sendmail took them."""
    tx.execute(update(notices).where(notices.c.id.in_(ids)).values(sent_at=now))


def give_back(tx: Connection, ids: list[int], now: float) -> None:
    """End a lease: sendmail did not take them."""
    tx.execute(update(notices).where(notices.c.id.in_(ids)).values(due_at=now, owner=""))


def _end_leases_of_the_dead(tx: Connection, now: float) -> None:
    """What a process had leased that is known to be gone need not be waited for."""
    leased = select(notices.c.id, notices.c.owner)
    leased = leased.where(notices.c.sent_at.is_(None), notices.c.due_at > now, notices.c.owner != "")
    dead = [row.id for row in tx.execute(leased) if owner.is_dead(row.owner)]
    if dead:
        give_back(tx, dead, now)


def _first_due(tx: Connection, now: float, mail_id: int | None) -> Any:
    due = select(notices).where(notices.c.sent_at.is_(None), notices.c.due_at <= now)
    if mail_id is not None:
        due = due.where(notices.c.mail_id == mail_id)
    return tx.execute(due.order_by(notices.c.id).limit(1)).first()


def _allowed_at(tx: Connection, row: Row[Any], now: float) -> float:
    """When the next notice of this kind may go: an hour after the last, or after one that is under way.

    And when ten refusals have gone within a day, or ten answers, a day after the first of those ten.
    """
    mine = (notices.c.recipient == row.recipient, notices.c.kind == row.kind)
    alike = notices.c.kind.in_(ANSWERS) if row.kind in ANSWERS else notices.c.kind.not_in((*ANSWERS, *OWED))
    tenth = select(notices.c.sent_at).where(notices.c.recipient == row.recipient, alike)
    tenth = tenth.where(notices.c.sent_at > now - SECONDS_PER_DAY).order_by(notices.c.sent_at.desc())
    if (oldest := tx.execute(tenth.offset(MOST_PER_DAY - 1).limit(1)).scalar()) is not None:
        return float(oldest) + SECONDS_PER_DAY
    if row.kind in ANSWERS:
        return 0.0
    last_sent = tx.execute(select(func.max(notices.c.sent_at)).where(*mine)).scalar()
    under_way = select(notices.c.id).where(*mine, notices.c.sent_at.is_(None), notices.c.attempts > 0)
    if tx.execute(under_way.where(notices.c.due_at > now).limit(1)).first() is not None:
        last_sent = now
    return 0.0 if last_sent is None else last_sent + SECONDS_BETWEEN


def count_waiting(tx: Connection, limit: int) -> int:
    """How many are still to be posted, counted up to a limit."""
    query = select(notices.c.id).where(notices.c.sent_at.is_(None)).limit(limit)
    return tx.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def _take(tx: Connection, rows: list[Any], now: float, seconds: float) -> list[NoticeRow]:
    taken = update(notices).where(notices.c.id.in_([row.id for row in rows]))
    tx.execute(taken.values(due_at=now + seconds, owner=owner.me(), attempts=notices.c.attempts + 1))
    return [_row(row) for row in rows]


_WAITS = Prepared(
    select(notices.c.id).where(notices.c.mail_id == bindparam("mail"), notices.c.sent_at.is_(None)).limit(1)
)


def _row(row: Any) -> NoticeRow:
    return NoticeRow(**{name: getattr(row, name) for name in NoticeRow.__dataclass_fields__})
