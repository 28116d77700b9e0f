"""What the door asks: short questions, each one statement that is made once, as they come by the thousand."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from smsdialog.store.accounts import works
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import accounts, deputies, keys

_KEY = Prepared(
    select(keys.c.enabled).where(
        (keys.c.secret_hash == bindparam("hash"))
        | ((keys.c.previous_hash == bindparam("hash")) & (keys.c.previous_until > bindparam("now"))),
        keys.c.deleted_at.is_(None),
    )
)
_NUMBER = Prepared(
    select(keys.c.enabled)
    .join(accounts, accounts.c.key_id == keys.c.id)
    .where(accounts.c.number == bindparam("number"), works(bindparam("now")))
)
_ACCOUNTS = Prepared(
    select(accounts.c.id, accounts.c.key_id, accounts.c.closed_at.is_(None).label("open"), keys.c.enabled)
    .join(keys, keys.c.id == accounts.c.key_id)
    .where(accounts.c.email == bindparam("email"))
)
_DEPUTY = Prepared(select(deputies.c.id).where(deputies.c.email == bindparam("email")).limit(1))


def key_is_enabled(tx: Connection, secret_hash: str, now: float) -> bool:
    """Whether there is a key with this secret, and it is enabled: one look-up, whatever the answer."""
    return bool(_KEY.scalar(tx, hash=secret_hash, now=now))


def key_exists(tx: Connection, secret_hash: str, now: float) -> bool:
    """Whether there is a key with this secret at all."""
    return _KEY.first(tx, hash=secret_hash, now=now) is not None


def number_is_open(tx: Connection, number: str, now: float) -> bool | None:
    """Whether an account that is open, or forwarded, has this number and its key is enabled; None when none has it."""
    found = _NUMBER.scalar(tx, number=number, now=now)
    return None if found is None else bool(found)


def accounts_of(tx: Connection, email: str) -> list[tuple[int, int, bool, bool]]:
    """Every account of an address: its id, its key's, whether it is open, whether its key is enabled."""
    return [(row.id, row.key_id, bool(row.open), bool(row.enabled)) for row in _ACCOUNTS.all(tx, email=email)]


def is_deputy(tx: Connection, email: str) -> bool:
    """Whether an address is named as a deputy of any account."""
    return _DEPUTY.first(tx, email=email) is not None
