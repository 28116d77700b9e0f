"""What the door asks: short questions, each one statement that is made once, as they come by the thousand."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select

from smsdialog.store.schema import accounts, keys, outbound

_KEY = select(keys.c.enabled).where(
    (keys.c.secret_hash == bindparam("hash"))
    | ((keys.c.previous_hash == bindparam("hash")) & (keys.c.previous_until > bindparam("now"))),
    keys.c.deleted_at.is_(None),
)
_NUMBER = (
    select(keys.c.enabled)
    .join(accounts, accounts.c.key_id == keys.c.id)
    .where(accounts.c.number == bindparam("number"), accounts.c.closed_at.is_(None))
)
_ACCOUNTS = (
    select(accounts.c.id, accounts.c.key_id, accounts.c.closed_at.is_(None).label("open"), keys.c.enabled)
    .join(keys, keys.c.id == accounts.c.key_id)
    .where(accounts.c.email == bindparam("email"))
)
_SENT = select(func.count()).where(
    outbound.c.account_id == bindparam("account_id"),
    outbound.c.created_at > bindparam("since"),
    outbound.c.state != "held",
)


def key_is_enabled(tx: Connection, secret_hash: str, now: float) -> bool:
    """Whether there is a key with this secret, and it is enabled: one look-up, whatever the answer."""
    return bool(tx.execute(_KEY, {"hash": secret_hash, "now": now}).scalar())


def key_exists(tx: Connection, secret_hash: str, now: float) -> bool:
    """Whether there is a key with this secret at all."""
    return tx.execute(_KEY, {"hash": secret_hash, "now": now}).first() is not None


def number_is_open(tx: Connection, number: str) -> bool | None:
    """Whether an open account has this number and its key is enabled; None when none has it."""
    found = tx.execute(_NUMBER, {"number": number}).scalar()
    return None if found is None else bool(found)


def accounts_of(tx: Connection, email: str) -> list[tuple[int, int, bool, bool]]:
    """Every account of an address: its id, its key's, whether it is open, whether its key is enabled."""
    return [(row.id, row.key_id, bool(row.open), bool(row.enabled)) for row in tx.execute(_ACCOUNTS, {"email": email})]


def sent_since(tx: Connection, account_id: int, since: float) -> int:
    """How many SMS an account claimed since a time; held ones do not count."""
    return int(tx.execute(_SENT, {"account_id": account_id, "since": since}).scalar_one())
