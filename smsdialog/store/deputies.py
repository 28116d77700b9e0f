"""Deputies: other addresses of an account, which get its SMS instead of its own, or may only answer as it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, union

from smsdialog.core.model import Account
from smsdialog.store.accounts import by_ids, works
from smsdialog.store.schema import accounts, deputies


@dataclass(frozen=True)
class Deputy:
    """One of them; `receives` says whether it gets the account's SMS."""

    id: int
    email: str
    receives: bool


def of_account(tx: Connection, account_id: int) -> list[Deputy]:
    """An account's deputies, by address."""
    return [Deputy(row.id, row.email, row.receives) for row in tx.execute(_OF_ACCOUNT, {"account": account_id})]


def by_account(tx: Connection) -> dict[int, list[Deputy]]:
    """The deputies of every account that has any."""
    found: dict[int, list[Deputy]] = {}
    for row in tx.execute(select(deputies).order_by(deputies.c.email)):
        found.setdefault(row.account_id, []).append(Deputy(row.id, row.email, row.receives))
    return found


def may_answer_as(tx: Connection, email: str, now: float) -> list[Account]:
    """The accounts that an address is a deputy of, and those of its own that are merely forwarded; oldest first."""
    ids = tx.execute(_MAY_ANSWER_AS, {"email": email, "now": now}).scalars().all()
    return by_ids(tx, ids) if ids else []


def replace(tx: Connection, account_id: int, wanted: Mapping[str, bool], now: float) -> None:
    """Give an account these deputies, address by whether it receives, and no others."""
    kept = {one.email: one for one in of_account(tx, account_id)}
    forget(tx, account_id, [one.id for email, one in kept.items() if wanted.get(email) is not one.receives])
    for email, receives in wanted.items():
        if email not in kept or kept[email].receives is not receives:
            values = {"account_id": account_id, "email": email, "receives": receives, "created_at": now}
            tx.execute(insert(deputies).values(**values))


def forget(tx: Connection, account_id: int, ids: Sequence[int]) -> None:
    """Take some of an account's deputies away."""
    tx.execute(delete(deputies).where(deputies.c.account_id == account_id, deputies.c.id.in_(ids)))


_OF_ACCOUNT = (
    select(deputies.c.id, deputies.c.email, deputies.c.receives)
    .where(deputies.c.account_id == bindparam("account"))
    .order_by(deputies.c.email)
)
_NAMED = union(
    select(deputies.c.account_id).where(deputies.c.email == bindparam("email")),
    select(accounts.c.id).where(accounts.c.email == bindparam("email"), accounts.c.closed_at.is_not(None)),
)
_MAY_ANSWER_AS = select(accounts.c.id).where(accounts.c.id.in_(_NAMED), works(bindparam("now"))).order_by(accounts.c.id)
