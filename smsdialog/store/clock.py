"""Whose clock says what: the database server's, and the newest entries of the ledger."""

from __future__ import annotations

from sqlalchemy import Connection, select, text

from smsdialog.store.schema import inbound, mails, outbound


def server_time(tx: Connection) -> float | None:
    """The database server's time, in seconds since the epoch; None for SQLite, which has none of its own."""
    if tx.dialect.name == "sqlite":
        return None
    return float(tx.execute(text("SELECT EXTRACT(EPOCH FROM clock_timestamp())")).scalar_one())


def newest_entry(tx: Connection) -> float:
    """When the newest mail or SMS was noted, in seconds since the epoch; 0 where there is none."""
    found = (tx.execute(query).scalar() for query in _NEWEST)
    return max((time for time in found if time), default=0.0)


_NEWEST = (
    select(mails.c.received_at).order_by(mails.c.id.desc()).limit(1),
    select(outbound.c.created_at).order_by(outbound.c.id.desc()).limit(1),
    select(inbound.c.received_at).order_by(inbound.c.id.desc()).limit(1),
)
