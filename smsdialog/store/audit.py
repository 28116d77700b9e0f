"""What in the ledger breaks a promise: every query here should find nothing."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, text

from smsdialog.store.schema import accounts, deliveries, inbound, mails, notices, outbound


def damage(tx: Connection) -> list[str]:
    """What SQLite itself finds wrong with its file; nothing on a server."""
    if tx.dialect.name != "sqlite":
        return []
    found = tx.execute(text("PRAGMA quick_check(10)")).scalars().all()
    return [line for line in found if line != "ok"]


def undecided_mails(tx: Connection) -> int:
    """Mails of which no recipient was ever decided on."""
    decided = select(deliveries.c.id).where(deliveries.c.mail_id == mails.c.id).exists()
    return tx.execute(select(func.count()).select_from(mails).where(~decided)).scalar_one()


def overdue_outbound(tx: Connection, before: float) -> int:
    """SMS that were queued or under way before a time, and still are."""
    stuck = outbound.c.state.in_(("queued", "sending")) & (outbound.c.updated_at < before)
    return tx.execute(select(func.count()).select_from(outbound).where(stuck)).scalar_one()


def untold_outbound(tx: Connection, before: float) -> int:
    """SMS that went wrong before a time without a report."""
    wrong = outbound.c.state.in_(("failed", "unknown", "held")) & ~outbound.c.reported
    query = select(func.count()).select_from(outbound).where(wrong, outbound.c.updated_at < before)
    return tx.execute(query).scalar_one()


def overdue_inbound(tx: Connection, before: float) -> int:
    """SMS that were received before a time and are neither mailed nor held."""
    stuck = (inbound.c.state == "received") & (inbound.c.received_at < before)
    return tx.execute(select(func.count()).select_from(inbound).where(stuck)).scalar_one()


def overdue_notices(tx: Connection, before: float) -> int:
    """Mails of ours that were written before a time and not sent."""
    stuck = notices.c.sent_at.is_(None) & (notices.c.created_at < before)
    return tx.execute(select(func.count()).select_from(notices).where(stuck)).scalar_one()


def shared_numbers(tx: Connection) -> list[str]:
    """Numbers that more than one open account has."""
    query = select(accounts.c.number).where(accounts.c.closed_at.is_(None)).group_by(accounts.c.number)
    return list(tx.execute(query.having(func.count() > 1)).scalars())
