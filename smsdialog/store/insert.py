"""Insert a row where a unique index may already hold one, and other things that happen once at a time."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, func, select

from smsdialog.store.prepared import Prepared


def insert_once(tx: Connection, table: Table, **values: Any) -> int | None:
    """Insert a row and return its id; None, and nothing written, when a unique index refuses it.

    INSERT … ON CONFLICT DO NOTHING RETURNING (SQLite 3.35, PostgreSQL 9.5): unlike an exception it
    leaves the transaction usable, and on PostgreSQL it waits for a rival that has not committed yet.
    """
    row_id = _inserting(tx.dialect.name, table).scalar(tx, **values)
    return None if row_id is None else int(row_id)


def insert_or_lock(tx: Connection, table: Table, unique: str, **values: Any) -> int:
    """Insert a row, or take a lock on the one that has the same `unique` column; returns its id.

    The lock lasts until the end of the transaction: what follows in it happens once at a time.
    """
    return int(_locking(tx.dialect.name, table, unique).scalar(tx, **values))


def one_at_a_time(tx: Connection, what: str) -> None:
    """Wait until no other transaction does this. SQLite has one writer at a time anyway; PostgreSQL takes a lock."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(zlib.crc32(what.encode()))))


@lru_cache
def _inserting(dialect: str, table: Table) -> Prepared:
    return Prepared(_insert(dialect, table).on_conflict_do_nothing().returning(table.c.id))


@lru_cache
def _locking(dialect: str, table: Table, unique: str) -> Prepared:
    statement = _insert(dialect, table)
    same = {unique: statement.excluded[unique]}
    return Prepared(statement.on_conflict_do_update(index_elements=[unique], set_=same).returning(table.c.id))


def _insert(dialect: str, table: Table) -> Any:
    """The dialect's own INSERT; only one dialect is loaded, as each costs a pipe's start 20 ms."""
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
