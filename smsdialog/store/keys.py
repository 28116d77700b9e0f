"""API keys: stored hashed, found by hash, shown by public id and label."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, insert, select, update

from smsdialog.core.model import Key
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import accounts, keys, stops


def add(tx: Connection, *, public_id: str, label: str, secret_hash: str, now: float) -> Key:
    """Insert an enabled key. Raises Clash when the label is taken."""
    values = {"public_id": public_id, "label": label, "secret_hash": secret_hash, "enabled": True, "created_at": now}
    key_id = tx.execute(insert(keys).values(**values).returning(keys.c.id)).scalar_one()
    return Key(key_id, public_id, label, True, 0)


def by_hash(tx: Connection, secret_hash: str, now: float) -> Key | None:
    """The key with this secret, enabled or not; the one before the last rotation counts while the two overlap."""
    row = _BY_HASH.first(tx, hash=secret_hash, now=now)
    return None if row is None else _key(row)


def by_id(tx: Connection, key_id: int) -> Key:
    """The key with this id, which exists."""
    return _key(_BY_ID.first(tx, the_id=key_id))


def by_name(tx: Connection, name: str) -> Key | None:
    """The key with this public id, else with this label: a label is anybody's choice, another key's id included."""
    return _one(tx, keys.c.public_id == name.lower()) or _one(tx, keys.c.label == name)


def listing(tx: Connection) -> list[Key]:
    """All keys by label."""
    return [_key(row) for row in tx.execute(_query().order_by(keys.c.label))]


def change(tx: Connection, key_id: int, **values: Any) -> None:
    """Set columns. Raises Clash when a label is taken."""
    tx.execute(update(keys).where(keys.c.id == key_id).values(**values))


def secret_hash(tx: Connection, key_id: int) -> str:
    """How a key's secret is kept."""
    return str(tx.execute(select(keys.c.secret_hash).where(keys.c.id == key_id)).scalar_one())


def rotate(tx: Connection, key_id: int, *, so_far: str, secret_hash: str, previous_until: float) -> bool:
    """Set another secret; the one so far stays good until a time. False when it has been replaced meanwhile."""
    values = {"secret_hash": secret_hash, "previous_hash": so_far, "previous_until": previous_until}
    change = update(keys).where(keys.c.id == key_id, keys.c.secret_hash == so_far).values(**values)
    return bool(tx.execute(change).rowcount)


def remove(tx: Connection, key_id: int, now: float) -> None:
    """Delete a key: its label is free again, its secrets are gone, its closed accounts keep their history."""
    forwarded = (accounts.c.key_id == key_id, accounts.c.forward_until > now)
    tx.execute(update(accounts).where(*forwarded).values(forward_until=now))
    tx.execute(delete(stops).where(stops.c.key_id == key_id))
    gone = {"enabled": False, "deleted_at": now, "secret_hash": f"deleted {key_id}", "previous_until": 0.0}
    tx.execute(update(keys).where(keys.c.id == key_id).values(**gone, stop_words=False))


def ever(tx: Connection) -> list[Key]:
    """Every key, deleted ones too: their closed accounts have a history."""
    return [_key(row) for row in tx.execute(_all().order_by(keys.c.id))]


def _query() -> Select[Any]:
    return _all().where(keys.c.deleted_at.is_(None))


def _all() -> Select[Any]:
    opened = (
        select(func.count())
        .select_from(accounts)
        .where(accounts.c.key_id == keys.c.id, accounts.c.closed_at.is_(None))
        .scalar_subquery()
    )
    columns = {**keys.c, "accounts": opened.label("accounts")}
    return select(*(columns[name] for name in Key.__dataclass_fields__))


_BY_ID = Prepared(_query().where(keys.c.id == bindparam("the_id")))
_BY_HASH = Prepared(
    _query().where(
        (keys.c.secret_hash == bindparam("hash"))
        | ((keys.c.previous_hash == bindparam("hash")) & (keys.c.previous_until > bindparam("now")))
    )
)
_LIMITS = Prepared(select(keys.c.sms_per_account_per_hour, keys.c.sms_per_day).where(keys.c.id == bindparam("the_id")))


def _one(tx: Connection, condition: ColumnElement[bool]) -> Key | None:
    row = tx.execute(_query().where(condition)).first()
    return None if row is None else _key(row)


def _key(row: Any) -> Key:
    return Key(**{**row._asdict(), "domains": tuple(row.domains.split())})


def limits_of(tx: Connection, key_id: int) -> tuple[int, int]:
    """How many SMS each account of a key may send in an hour, and all of them in a day; 0: as configured."""
    row = _LIMITS.first(tx, the_id=key_id)
    return row.sms_per_account_per_hour, row.sms_per_day
