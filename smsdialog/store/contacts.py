"""What the employees of a key call its customers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, update

from smsdialog.store.insert import insert_once
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import accounts, contacts, keys


@dataclass(frozen=True)
class Contact:
    """One customer of a key; `key` is its label."""

    key: str
    peer: str
    name: str


def name_for(tx: Connection, account_id: int, peer: str) -> str:
    """What an account's key calls a customer; empty where it has no name for him."""
    return _NAME_FOR.scalar(tx, the_account=account_id, the_peer=peer) or ""


def names_for(tx: Connection, account_id: int, peers: Collection[str]) -> dict[str, str]:
    """The names that an account's key has for these customers, by number."""
    found = tx.execute(_NAMES_FOR, {"the_account": account_id, "the_peers": list(peers)})
    return {row.peer: row.name for row in found}


def names_of(tx: Connection, peer: str) -> tuple[str, ...]:
    """What any key calls a customer."""
    return tuple(tx.execute(select(contacts.c.name).distinct().where(contacts.c.peer == peer)).scalars())


def keep(tx: Connection, key_id: int, peer: str, name: str) -> bool:
    """Give a customer a name, in place of the one he had; False when it is the same."""
    if insert_once(tx, contacts, key_id=key_id, peer=peer, name=name) is not None:
        return True
    mine = (contacts.c.key_id == key_id, contacts.c.peer == peer)
    return bool(tx.execute(update(contacts).where(*mine, contacts.c.name != name).values(name=name)).rowcount)


def keep_first(tx: Connection, key_id: int, peer: str, name: str) -> None:
    """Give a customer a name, if he has none."""
    insert_once(tx, contacts, key_id=key_id, peer=peer, name=name)


def remove(tx: Connection, key_id: int, peer: str) -> bool:
    """Forget a customer's name; False when he had none."""
    mine = (contacts.c.key_id == key_id, contacts.c.peer == peer)
    return bool(tx.execute(delete(contacts).where(*mine)).rowcount)


def forget_key(tx: Connection, key_id: int) -> None:
    """Forget all names of a key."""
    tx.execute(delete(contacts).where(contacts.c.key_id == key_id))


def listing(tx: Connection, keys_reached: Collection[int] | None) -> list[Contact]:
    """The customers of these keys (None: of all) that have a name, by name."""
    query = select(keys.c.label, contacts.c.peer, contacts.c.name).join(keys, keys.c.id == contacts.c.key_id)
    if keys_reached is not None:
        query = query.where(contacts.c.key_id.in_(keys_reached))
    return [Contact(*row) for row in tx.execute(query.order_by(contacts.c.name, contacts.c.peer))]


_NAME_FOR = Prepared(
    select(contacts.c.name)
    .join(accounts, accounts.c.key_id == contacts.c.key_id)
    .where(accounts.c.id == bindparam("the_account"), contacts.c.peer == bindparam("the_peer"))
)
_NAMES_FOR = (
    select(contacts.c.peer, contacts.c.name)
    .join(accounts, accounts.c.key_id == contacts.c.key_id)
    .where(accounts.c.id == bindparam("the_account"), contacts.c.peer.in_(bindparam("the_peers", expanding=True)))
)
