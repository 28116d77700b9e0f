"""API keys: stored hashed, found by hash, shown by public id and label."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from smsdialog.core.model import Key
from smsdialog.store.schema import accounts, keys


def add(tx: Connection, *, public_id: str, label: str, secret_hash: str, now: float) -> Key:
    """Insert an enabled key. Raises Clash when the label is taken."""
    values = {"public_id": public_id, "label": label, "secret_hash": secret_hash, "enabled": True, "created_at": now}
    key_id = tx.execute(insert(keys).values(**values).returning(keys.c.id)).scalar_one()
    return Key(key_id, public_id, label, True, 0)


def by_hash(tx: Connection, secret_hash: str, now: float) -> Key | None:
    """The key with this secret, enabled or not; the one before the last rotation counts while the two overlap."""
    previous = (keys.c.previous_hash == secret_hash) & (keys.c.previous_until > now)
    return _one(tx, (keys.c.secret_hash == secret_hash) | previous)


def by_id(tx: Connection, key_id: int) -> Key:
    """The key with this id, which exists."""
    found = _one(tx, keys.c.id == key_id)
    assert found is not None
    return found


def by_name(tx: Connection, name: str) -> Key | None:
    """The key with this label or public id."""
    return _one(tx, keys.c.label == name) or _one(tx, keys.c.public_id == name.lower())


def listing(tx: Connection) -> list[Key]:
    """All keys by label."""
    return [_key(row) for row in tx.execute(_query().order_by(keys.c.label))]


def change(tx: Connection, key_id: int, **values: Any) -> None:
    """Set columns. Raises Clash when a label is taken."""
    tx.execute(update(keys).where(keys.c.id == key_id).values(**values))


def rotate(tx: Connection, key_id: int, secret_hash: str, previous_until: float) -> None:
    """Set another secret; the one so far stays good until a time."""
    values = {"secret_hash": secret_hash, "previous_hash": keys.c.secret_hash, "previous_until": previous_until}
    tx.execute(update(keys).where(keys.c.id == key_id).values(**values))


def remove(tx: Connection, key_id: int, now: float) -> None:
    """Delete a key: its label is free again, its secrets are gone, its closed accounts keep their history."""
    gone = {"enabled": False, "deleted_at": now, "secret_hash": f"deleted {key_id}", "previous_until": 0.0}
    tx.execute(update(keys).where(keys.c.id == key_id).values(**gone))


def _query() -> Select[Any]:
    opened = (
        select(func.count())
        .select_from(accounts)
        .where(accounts.c.key_id == keys.c.id, accounts.c.closed_at.is_(None))
        .scalar_subquery()
    )
    return select(keys, opened.label("accounts")).where(keys.c.deleted_at.is_(None))


def _one(tx: Connection, condition: ColumnElement[bool]) -> Key | None:
    row = tx.execute(_query().where(condition)).first()
    return None if row is None else _key(row)


def _key(row: Any) -> Key:
    same = ("id", "public_id", "label", "enabled", "accounts", "cut", "overlong", "require", "machine_mail")
    return Key(**{name: getattr(row, name) for name in same}, domains=tuple(row.domains.split()))
