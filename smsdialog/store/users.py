"""Users of the web pages, and the keys of those who are limited to some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from smsdialog.core.roles import Role
from smsdialog.store.insert import insert_once
from smsdialog.store.schema import key_managers, keys, users


@dataclass(frozen=True)
class User:
    """One user. Sessions of an earlier `generation` are worth nothing."""

    id: int
    name: str
    role: Role
    generation: int
    created_at: float
    disabled_at: float | None


def add(tx: Connection, *, name: str, role: Role, password_hash: str, now: float) -> User | None:
    """Insert a user; None when the name is taken."""
    values = {"role": role.value, "password_hash": password_hash, "generation": 1, "created_at": now}
    user_id = insert_once(tx, users, name=name, **values)
    return None if user_id is None else by_id(tx, user_id)


def by_id(tx: Connection, user_id: int) -> User | None:
    """The user with this id."""
    row = tx.execute(select(users).where(users.c.id == user_id)).first()
    return None if row is None else _user(row)


def by_name(tx: Connection, name: str) -> User | None:
    """The user with this name."""
    row = tx.execute(select(users).where(users.c.name == name)).first()
    return None if row is None else _user(row)


def password_hash(tx: Connection, user_id: int) -> str:
    """How a user's password is kept."""
    return str(tx.execute(select(users.c.password_hash).where(users.c.id == user_id)).scalar_one())


def listing(tx: Connection) -> list[User]:
    """All users by name."""
    return [_user(row) for row in tx.execute(select(users).order_by(users.c.name))]


def exist(tx: Connection) -> bool:
    """Whether there is any user."""
    return tx.execute(select(users.c.id).limit(1)).first() is not None


def change(tx: Connection, user_id: int, **values: Any) -> None:
    """Set columns, and end every session of the user."""
    tx.execute(update(users).where(users.c.id == user_id).values(generation=users.c.generation + 1, **values))


def keys_of(tx: Connection, user_id: int) -> dict[int, str]:
    """The keys that a user manages: their ids and labels."""
    query = select(keys.c.id, keys.c.label).join(key_managers, key_managers.c.key_id == keys.c.id)
    mine = query.where(key_managers.c.user_id == user_id, keys.c.deleted_at.is_(None)).order_by(keys.c.label)
    return {row.id: row.label for row in tx.execute(mine)}


def grant(tx: Connection, user_id: int, key_id: int) -> None:
    """Let a user manage a key; again changes nothing."""
    insert_once(tx, key_managers, user_id=user_id, key_id=key_id)


def revoke(tx: Connection, user_id: int, key_id: int) -> bool:
    """Let him no longer; False when he did not."""
    pair = (key_managers.c.user_id == user_id, key_managers.c.key_id == key_id)
    return bool(tx.execute(delete(key_managers).where(*pair)).rowcount)


def _user(row: Any) -> User:
    return User(row.id, row.name, Role(row.role), row.generation, row.created_at, row.disabled_at)
