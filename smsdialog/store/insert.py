"""Insert a row where a unique index may already hold one, on either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table


def insert_once(tx: Connection, table: Table, **values: Any) -> int | None:
    """Insert a row and return its id; None, and nothing written, when a unique index refuses it.

    INSERT … ON CONFLICT DO NOTHING RETURNING (SQLite 3.35, PostgreSQL 9.5): unlike an exception it
    leaves the transaction usable, and on PostgreSQL it waits for a rival that has not committed yet.
    """
    row = tx.execute(_insert(tx, table).values(**values).on_conflict_do_nothing().returning(table.c.id)).scalar()
    return None if row is None else int(row)


def insert_or_lock(tx: Connection, table: Table, unique: str, **values: Any) -> int:
    """Insert a row, or take a lock on the one that has the same `unique` column; returns its id.

    The lock lasts until the end of the transaction: what follows in it happens once at a time.
    """
    statement = _insert(tx, table).values(**values)
    locking = statement.on_conflict_do_update(index_elements=[unique], set_={unique: values[unique]})
    return int(tx.execute(locking.returning(table.c.id)).scalar_one())


def _insert(tx: Connection, table: Table) -> Any:
    """The dialect's own INSERT; only one dialect is loaded, as each costs a pipe's start 20 ms."""
    if tx.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
