"""Accounts as a directory has them: found by a piece of their address, number or key, sorted, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select, true

from smsdialog.core.model import Account
from smsdialog.store.accounts import by_ids
from smsdialog.store.schema import accounts, in_state, inbound, keys, outbound

SORTS = {
    "email": accounts.c.email,
    "number": accounts.c.number,
    "key": keys.c.label,
    "created": accounts.c.created_at,
}
_STATES: dict[str, ColumnElement[bool]] = {
    "": accounts.c.closed_at.is_(None),
    "open": accounts.c.closed_at.is_(None) & keys.c.enabled,
    "paused": accounts.c.closed_at.is_(None) & ~keys.c.enabled,
    "suspended": accounts.c.closed_at.is_(None) & accounts.c.suspended_at.is_not(None),
    "closed": accounts.c.closed_at.is_not(None),
}
STATES = tuple(_STATES)


@dataclass(frozen=True)
class Wanted:
    """Which accounts, in which order. `keys` are the ids of those that may be seen, None: all.

    `state` is one of STATES (empty: those that are not closed), `sort` one of SORTS.
    """

    text: str = ""
    state: str = ""
    sort: str = "email"
    descending: bool = False
    keys: Collection[int] | None = None


def page(tx: Connection, wanted: Wanted, offset: int, limit: int) -> list[Account]:
    """So many of the accounts, after so many others."""
    column = SORTS[wanted.sort]
    order = column.desc() if wanted.descending else column.asc()
    query = select(accounts.c.id).join(keys, keys.c.id == accounts.c.key_id).where(_matches(wanted))
    ids = tx.execute(query.order_by(order, accounts.c.id).offset(offset).limit(limit)).scalars().all()
    return by_ids(tx, ids)


def matching(tx: Connection, text: str, of_keys: Collection[int] | None, limit: int) -> list[int]:
    """The ids of the accounts of these keys (None: all) with such a piece, closed ones too; no more than so many."""
    query = select(accounts.c.id).join(keys, keys.c.id == accounts.c.key_id).where(_has(text))
    if of_keys is not None:
        query = query.where(accounts.c.key_id.in_(of_keys))
    return list(tx.execute(query.order_by(accounts.c.id.desc()).limit(limit)).scalars())


def count(tx: Connection, wanted: Wanted) -> int:
    """How many there are."""
    query = select(func.count()).select_from(accounts).join(keys, keys.c.id == accounts.c.key_id)
    return tx.execute(query.where(_matches(wanted))).scalar_one()


def held(tx: Connection, account_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many SMS are held for each of these accounts: on their way in, and on their way out."""
    counts: list[dict[int, int]] = []
    for table in (inbound, outbound):
        query = select(table.c.account_id, func.count()).where(in_state(table, "held"))
        found = tx.execute(query.where(table.c.account_id.in_(account_ids)).group_by(table.c.account_id))
        counts.append({row[0]: row[1] for row in found})
    return {account_id: (counts[0].get(account_id, 0), counts[1].get(account_id, 0)) for account_id in account_ids}


def _matches(wanted: Wanted) -> ColumnElement[bool]:
    condition = _STATES[wanted.state]
    if wanted.keys is not None:
        condition &= accounts.c.key_id.in_(wanted.keys)
    return condition & _has(wanted.text)


def _has(text: str) -> ColumnElement[bool]:
    """Whether a piece stands in the address, the number (written with blanks or not) or the key's label."""
    if not text:
        return true()
    digits = "".join(text.split()).lstrip("+")
    pieces = [accounts.c.email.icontains(text, autoescape=True), keys.c.label.icontains(text, autoescape=True)]
    if digits.isdecimal():
        pieces.append(accounts.c.number.contains(digits, autoescape=True))
    return or_(*pieces)
