"""What in the ledger breaks a promise: every query here should find nothing.

What waits may do so for a while; `before` is the time before which it should have been done with.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, exists, func, select, text

from smsdialog.core import ledger
from smsdialog.core.letters import NO_ANSWER_WANTED
from smsdialog.core.model import Receipts
from smsdialog.store.schema import accounts, deliveries, in_state, inbound, mails, notices, outbound

# What becomes of a recipient of a mail that is told of by a notice, and what is dropped by a rule that has a name.
ANSWERED = ("refused", "subscribed", "unsubscribed", "helped", "taken-back")
DROPPED = ("dropped", "ignored")
OUTCOMES = ("sms", "unknown-recipient", "quarantined", *ANSWERED, *DROPPED)


def damage(tx: Connection) -> list[str]:
    """What SQLite itself finds wrong with its file; nothing on a server."""
    if tx.dialect.name != "sqlite":
        return []
    found = tx.execute(text("PRAGMA quick_check(10)")).scalars().all()
    orphans = tx.execute(text("PRAGMA foreign_key_check")).all()
    missing = {f"a row of '{row[0]}' names one of '{row[2]}' that is not there" for row in orphans}
    return [*(line for line in found if line != "ok"), *sorted(missing)]


def undecided_mails(tx: Connection) -> list[int]:
    """Mails of which no recipient was ever decided on."""
    decided = exists().where(deliveries.c.mail_id == mails.c.id)
    return list(tx.execute(select(mails.c.id).where(~decided).order_by(mails.c.id)).scalars())


def oddly_decided_mails(tx: Connection) -> list[int]:
    """Mails with a decision that is none of ours, or that were dropped without a named rule."""
    nameless = deliveries.c.outcome.in_(DROPPED) & (deliveries.c.reason == "")
    return _mails(tx, nameless | deliveries.c.outcome.not_in(OUTCOMES))


def mails_without_sms(tx: Connection) -> list[int]:
    """Mails that were to become SMS, and have none."""
    claimed = exists().where(outbound.c.mail_id == deliveries.c.mail_id)
    return _mails(tx, deliveries.c.outcome == "sms", ~claimed)


def mails_without_answer(tx: Connection) -> list[int]:
    """Mails that were refused or answered, and caused no notice."""
    told = exists().where(notices.c.mail_id == deliveries.c.mail_id)
    silent = deliveries.c.reason.endswith(NO_ANSWER_WANTED, autoescape=True)
    return _mails(tx, deliveries.c.outcome.in_(ANSWERED), ~told, ~silent)


def overdue_outbound(tx: Connection, before: float) -> list[int]:
    """SMS that were queued or under way before a time, and still are."""
    return sorted(_under_way(tx, before))


def oldest_outbound(tx: Connection, before: float) -> float:
    """Since when the oldest of these is wanted, in seconds since the epoch; 0 where there is none."""
    return min(_under_way(tx, before).values(), default=0.0)


def untold_outbound(tx: Connection, before: float) -> list[int]:
    """SMS that went wrong before a time without a report."""
    return _sms(tx, in_state(outbound, *ledger.TOLD), ~outbound.c.reported, outbound.c.updated_at < before)


def unwritten_reports(tx: Connection) -> list[int]:
    """SMS that went wrong and are noted as told of, and no notice tells of them."""
    told = exists().where(notices.c.mail_id == outbound.c.mail_id)
    wanted = outbound.c.receipts != Receipts.NONE.value
    return _sms(tx, in_state(outbound, *ledger.TOLD), outbound.c.reported, ~told, wanted)


def strange_outbound(tx: Connection) -> list[int]:
    """SMS in a state that no step leads to."""
    return _sms(tx, ~in_state(outbound, *sorted(ledger.states(ledger.OUT))))


def overdue_inbound(tx: Connection, before: float) -> list[int]:
    """SMS that were received before a time and are neither mailed nor held."""
    return _received(tx, in_state(inbound, "received"), inbound.c.received_at < before)


def strange_inbound(tx: Connection) -> list[int]:
    """SMS in a state that no step leads to, or mailed for no account."""
    strange = ~in_state(inbound, *sorted(ledger.states(ledger.IN)))
    return _received(tx, strange | (in_state(inbound, "received", "mailed") & inbound.c.account_id.is_(None)))


def overdue_notices(tx: Connection, before: float) -> list[int]:
    """Mails of ours that were written before a time, and that sendmail would not take or nobody has tried to post."""
    waits = notices.c.sent_at.is_(None) & (notices.c.created_at < before)
    stuck = (notices.c.attempts > 0) | (notices.c.due_at < before)
    return list(tx.execute(select(notices.c.id).where(waits, stuck).order_by(notices.c.id)).scalars())


def shared_numbers(tx: Connection) -> list[str]:
    """Numbers that more than one open account has."""
    query = select(accounts.c.number).where(accounts.c.closed_at.is_(None)).group_by(accounts.c.number)
    return list(tx.execute(query.having(func.count() > 1)).scalars())


def _under_way(tx: Connection, before: float) -> dict[int, float]:
    """The SMS that are not done with, and since when each is wanted; one query a state, as each has its own index."""
    found: dict[int, float] = {}
    for state in ledger.UNDER_WAY:
        waits = (in_state(outbound, state), outbound.c.updated_at < before, outbound.c.not_before < before)
        query = select(outbound.c.id, outbound.c.created_at, outbound.c.not_before).where(*waits)
        found |= {row.id: max(row.created_at, row.not_before) for row in tx.execute(query)}
    return found


def _mails(tx: Connection, *conditions: ColumnElement[bool]) -> list[int]:
    query = select(deliveries.c.mail_id).where(*conditions).distinct()
    return list(tx.execute(query.order_by(deliveries.c.mail_id)).scalars())


def _sms(tx: Connection, *conditions: ColumnElement[bool]) -> list[int]:
    return list(tx.execute(select(outbound.c.id).where(*conditions).order_by(outbound.c.id)).scalars())


def _received(tx: Connection, *conditions: ColumnElement[bool]) -> list[int]:
    return list(tx.execute(select(inbound.c.id).where(*conditions).order_by(inbound.c.id)).scalars())
