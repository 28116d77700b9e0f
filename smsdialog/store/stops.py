"""Customers who want no more SMS from a key's accounts.

A customer is kept as his number, or, when everything about him had to go, as a keyed digest of it: `dialog.stop` makes
it, and asks for both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, update

from smsdialog.core import ledger
from smsdialog.store.insert import insert_once
from smsdialog.store.schema import accounts, dialogs, in_state, keys, outbound, stops


@dataclass(frozen=True)
class Stop:
    """One of them; `key` is the label of the key whose accounts do not reach him."""

    key_id: int
    key: str
    peer: str
    stopped_at: float


def add(tx: Connection, key_id: int, peer: str, now: float) -> None:
    """Note that a customer wants no more, if that was not noted before."""
    insert_once(tx, stops, key_id=key_id, peer=peer, stopped_at=now)


def remove(tx: Connection, key_id: int, peers: Collection[str]) -> None:
    """Note that a customer, who may be kept as any of these, wants SMS again."""
    tx.execute(delete(stops).where(stops.c.key_id == key_id, stops.c.peer.in_(peers)))


def among(tx: Connection, key_id: int, peers: Sequence[str]) -> set[str]:
    """Those of these customers who want no more."""
    return set(tx.execute(_AMONG, {"the_key": key_id, "peers": list(peers)}).scalars())


def listing(tx: Connection, key_id: int | None = None) -> list[Stop]:
    """All of them, or those of one key, by key and in the order in which they stopped."""
    query = select(stops.c.key_id, keys.c.label, stops.c.peer, stops.c.stopped_at).join(keys)
    if key_id is not None:
        query = query.where(stops.c.key_id == key_id)
    found = tx.execute(query.order_by(keys.c.label, stops.c.stopped_at, stops.c.id))
    return [Stop(row.key_id, row.label, row.peer, row.stopped_at) for row in found]


def rename(tx: Connection, peer: str, other: str) -> None:
    """Keep a customer as something else, under every key."""
    tx.execute(update(stops).where(stops.c.peer == peer).values(peer=other))


def waiting(tx: Connection, key_id: int, peer: str) -> list[tuple[int, int]]:
    """The SMS of a key to a customer that wait or are held, and their mails."""
    his = (
        select(dialogs.c.id)
        .join(accounts, accounts.c.id == dialogs.c.account_id)
        .where(dialogs.c.peer == peer, accounts.c.key_id == key_id)
    )
    may_go = in_state(outbound, *ledger.before(ledger.OUT, "withdraw"))
    found = tx.execute(select(outbound.c.id, outbound.c.mail_id).where(outbound.c.dialog_id.in_(his), may_go))
    return [(row.id, row.mail_id) for row in found]


_AMONG = select(stops.c.peer).where(
    stops.c.key_id == bindparam("the_key"), stops.c.peer.in_(bindparam("peers", expanding=True))
)
