"""Groups: several customers of a key under one name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, select

from smsdialog.store.insert import insert_once
from smsdialog.store.schema import contacts, group_members, groups, keys


@dataclass(frozen=True)
class Group:
    """One group; `key` is its key's label, `members` how many it has."""

    id: int
    key_id: int
    key: str
    key_public_id: str
    name: str
    members: int


def add(tx: Connection, key_id: int, name: str, now: float) -> int | None:
    """Make an empty group; None when the key has one of that name."""
    return insert_once(tx, groups, key_id=key_id, name=name, created_at=now)


def listing(tx: Connection, keys_reached: Collection[int] | None, name: str = "") -> list[Group]:
    """The groups of these keys (None: of all), by name; or those of one name."""
    query = _query() if keys_reached is None else _query().where(groups.c.key_id.in_(keys_reached))
    query = query.where(groups.c.name == name) if name else query
    return [Group(**row._mapping) for row in tx.execute(query.order_by(groups.c.name, keys.c.label))]


def names(tx: Connection, key_id: int) -> list[str]:
    """The names of a key's groups."""
    return list(tx.execute(select(groups.c.name).where(groups.c.key_id == key_id).order_by(groups.c.name)).scalars())


def peers(tx: Connection, key_id: int, name: str) -> list[str] | None:
    """The numbers of the members of a key's group; None when it has none of that name."""
    found = list(tx.execute(_PEERS, {"the_key": key_id, "the_name": name}).scalars())
    return [peer for peer in found if peer is not None] if found else None


def members(tx: Connection, group_id: int) -> list[tuple[str, str]]:
    """The members of a group: number and name, which is empty where the key knows none; by name."""
    known = and_(contacts.c.key_id == groups.c.key_id, contacts.c.peer == group_members.c.peer)
    query = (
        select(group_members.c.peer, func.coalesce(contacts.c.name, "").label("name"))
        .join(groups, groups.c.id == group_members.c.group_id)
        .join(contacts, known, isouter=True)
        .where(groups.c.id == group_id)
    )
    found = [(row.peer, row.name) for row in tx.execute(query)]
    return sorted(found, key=lambda member: (not member[1], member[1].lower(), member[0]))


def add_member(tx: Connection, group_id: int, peer: str) -> bool:
    """Add a customer; False when he was a member."""
    return insert_once(tx, group_members, group_id=group_id, peer=peer) is not None


def remove_member(tx: Connection, group_id: int, peer: str) -> bool:
    """Take a customer out; False when he was no member."""
    mine = delete(group_members).where(group_members.c.group_id == group_id, group_members.c.peer == peer)
    return bool(tx.execute(mine).rowcount)


def remove(tx: Connection, group_id: int) -> None:
    """Remove a group, its members first."""
    tx.execute(delete(group_members).where(group_members.c.group_id == group_id))
    tx.execute(delete(groups).where(groups.c.id == group_id))


def forget_key(tx: Connection, key_id: int) -> None:
    """Remove all groups of a key."""
    mine = select(groups.c.id).where(groups.c.key_id == key_id)
    tx.execute(delete(group_members).where(group_members.c.group_id.in_(mine)))
    tx.execute(delete(groups).where(groups.c.key_id == key_id))


def _query() -> Select[Any]:
    count = select(func.count()).select_from(group_members).where(group_members.c.group_id == groups.c.id)
    return select(
        groups.c.id,
        groups.c.key_id,
        keys.c.label.label("key"),
        keys.c.public_id.label("key_public_id"),
        groups.c.name,
        count.scalar_subquery().label("members"),
    ).join(keys, keys.c.id == groups.c.key_id)


# A group without members is one row without a number.
_PEERS = (
    select(group_members.c.peer)
    .select_from(groups.join(group_members, group_members.c.group_id == groups.c.id, isouter=True))
    .where(groups.c.key_id == bindparam("the_key"), groups.c.name == bindparam("the_name"))
    .order_by(group_members.c.id)
)
