"""Deliveries that ended in an unexpected error, counted so that none goes round for days."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update

from smsdialog.store.insert import insert_or_lock
from smsdialog.store.schema import failures

REMEMBERED_SECONDS = 7 * 86_400


def count(tx: Connection, digest: str, now: float) -> int:
    """Count one more failure of a delivery; returns how many that makes. Forgets those of long ago."""
    forget(tx, now)
    row_id = insert_or_lock(tx, failures, "digest", digest=digest, count=0, failed_at=now)
    one_more = update(failures).where(failures.c.id == row_id).values(count=failures.c.count + 1, failed_at=now)
    return int(tx.execute(one_more.returning(failures.c.count)).scalar_one())


def forget(tx: Connection, now: float) -> None:
    """Forget those of long ago. Writes."""
    tx.execute(delete(failures).where(failures.c.failed_at < now - REMEMBERED_SECONDS))
