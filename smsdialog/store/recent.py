"""The newest SMS and refused mails, a page at a time, in a store of any size.

A page begins below an id, and every query here reads a page's worth of an index, however much there is: nothing is
counted, and nothing is sorted that grows with the store.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, literal, select, true

from smsdialog.store.schema import accounts, deliveries, dialogs, in_state, inbound, mails, outbound

# States that somebody should look at.
ATTENTION = {"outbound": ("failed", "unknown", "held"), "inbound": ("held",)}
# What becomes of a mail that was meant to become an SMS, and does not.
FAILED = ("refused", "ignored", "unknown-recipient")
# More than this is not counted.
MANY = 10_000
# A customer who is in dialog with more accounts than this is no customer.
_DIALOGS = 200
# All SMS of so many accounts are fewer than those of the whole store.
_FEW_ACCOUNTS = 200


@dataclass(frozen=True)
class Chosen:
    """Which messages: of these keys (None: all), of these accounts (None: all), with this customer (empty: any).

    `attention`: only those that went wrong or are held.
    """

    keys: Collection[int] | None = None
    accounts: Collection[int] | None = None
    peer: str = ""
    attention: bool = False


def outbound_ids(tx: Connection, chosen: Chosen, before: int, limit: int) -> list[int]:
    """The ids of SMS that went out, newest first, all below an id."""
    return _ids(tx, outbound, chosen, before, limit)


def inbound_ids(tx: Connection, chosen: Chosen, before: int, limit: int) -> list[int]:
    """The ids of SMS that came in, newest first, all below an id."""
    return _ids(tx, inbound, chosen, before, limit)


def refused(tx: Connection, chosen: Chosen, before: int, limit: int) -> list[tuple[int, int]]:
    """Mails that became no SMS, newest first: ids of the decisions, all below an id, and of the mails."""
    if chosen.peer:
        return []
    outcome = deliveries.c.outcome.in_([literal(outcome, literal_execute=True) for outcome in FAILED])
    query = select(deliveries.c.id, deliveries.c.mail_id).where(outcome, deliveries.c.id < before)
    if chosen.keys is not None or chosen.accounts is not None:
        query = query.join(mails, mails.c.id == deliveries.c.mail_id)
        query = query.where(_theirs(mails.c.account_id, chosen))
    return [(row.id, row.mail_id) for row in tx.execute(query.order_by(deliveries.c.id.desc()).limit(limit))]


def count_outbound(tx: Connection, state: str) -> int:
    """How many SMS that went out are in a state; those over `MANY` are not counted."""
    return _count(tx, outbound, state)


def count_inbound(tx: Connection, state: str) -> int:
    """How many SMS that came in are in a state; those over `MANY` are not counted."""
    return _count(tx, inbound, state)


def last_outbound(tx: Connection) -> tuple[float, str] | None:
    """When the newest SMS that went out was written down, and its gateway."""
    return _last(tx, select(outbound.c.created_at, outbound.c.gateway).order_by(outbound.c.id.desc()))


def last_inbound(tx: Connection) -> tuple[float, str] | None:
    """When the newest SMS came in, and its gateway."""
    return _last(tx, select(inbound.c.received_at, inbound.c.gateway).order_by(inbound.c.id.desc()))


def _ids(tx: Connection, table: Table, chosen: Chosen, before: int, limit: int) -> list[int]:
    query = select(table.c.id).where(table.c.id < before)
    if chosen.attention:
        query = query.where(in_state(table, *ATTENTION[table.name]))
    if chosen.peer:
        query = query.where(table.c.dialog_id.in_(_dialogs(tx, chosen)))
    elif chosen.attention and _limited(chosen):
        query = query.where(_theirs(table.c.account_id, chosen))
    elif _limited(chosen):
        query = _of_accounts(tx, table, chosen, before, limit)
    return list(tx.execute(query.order_by(table.c.id.desc()).limit(limit)).scalars())


def _of_accounts(tx: Connection, table: Table, chosen: Chosen, before: int, limit: int) -> Select[Any]:
    """A page's worth of each of those accounts whose newest SMS are the newest: the page is among them."""
    top = tx.execute(_newest_accounts(table, chosen, before).limit(limit)).scalars().all()
    inner = table.alias()
    theirs = select(inner.c.id).where(inner.c.account_id == accounts.c.id, inner.c.id < before)
    page = theirs.order_by(inner.c.id.desc()).limit(limit).correlate(accounts).scalar_subquery()
    return select(table.c.id).select_from(accounts.join(table, table.c.id.in_(page))).where(accounts.c.id.in_(top))


def _newest_accounts(table: Table, chosen: Chosen, before: int) -> Select[Any]:
    """The accounts that have an SMS below an id, those with the newest first."""
    theirs = select(table.c.id).where(table.c.account_id == accounts.c.id, table.c.id < before)
    latest = theirs.order_by(table.c.id.desc()).limit(1).correlate(accounts).scalar_subquery()
    ranked = select(accounts.c.id, latest.label("latest")).where(_among(chosen)).subquery()
    return select(ranked.c.id).where(ranked.c.latest.is_not(None)).order_by(ranked.c.latest.desc())


def _dialogs(tx: Connection, chosen: Chosen) -> list[int]:
    query = select(dialogs.c.id).where(dialogs.c.peer == chosen.peer)
    if _limited(chosen):
        query = query.where(dialogs.c.account_id.in_(select(accounts.c.id).where(_among(chosen))))
    return list(tx.execute(query.limit(_DIALOGS)).scalars())


def _theirs(column: ColumnElement[int], chosen: Chosen) -> ColumnElement[bool]:
    """Whether a row is of one of those accounts: of few, a way to find it; of many, a sieve for what is newest."""
    few = chosen.accounts is not None and len(chosen.accounts) <= _FEW_ACCOUNTS
    return (column if few else column + 0).in_(select(accounts.c.id).where(_among(chosen)))  # a sum has no index


def _limited(chosen: Chosen) -> bool:
    return chosen.keys is not None or chosen.accounts is not None


def _among(chosen: Chosen) -> ColumnElement[bool]:
    in_keys = true() if chosen.keys is None else accounts.c.key_id.in_(chosen.keys)
    return and_(in_keys, true() if chosen.accounts is None else accounts.c.id.in_(chosen.accounts))


def _count(tx: Connection, table: Table, state: str) -> int:
    # The gateway, which is in no index: for the id alone SQLite would read a whole index that has the state, too.
    query = select(table.c.gateway).where(in_state(table, state)).limit(MANY + 1)
    return tx.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def _last(tx: Connection, query: Select[Any]) -> tuple[float, str] | None:
    row = tx.execute(query.limit(1)).first()
    return None if row is None else (row[0], row[1])
