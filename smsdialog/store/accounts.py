"""Accounts, their dialogs, and the signatures learned for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from smsdialog.core.model import Account
from smsdialog.store.insert import insert_once
from smsdialog.store.schema import accounts, dialogs, endings, keys, signatures

# How many mails of an account are compared to see its signature.
ENDINGS_KEPT = 5


def add(tx: Connection, *, key_id: int, email: str, number: str, now: float) -> int | None:
    """Insert an open account; None when the key has an open one for the address, or the number is in use."""
    return insert_once(tx, accounts, key_id=key_id, email=email, number=number, created_at=now, closed_at=None)


def by_id(tx: Connection, account_id: int) -> Account:
    """The account with this id, which exists."""
    return _account(tx.execute(_BY_ID, {"the_id": account_id}).one())


def open_of(tx: Connection, email: str) -> list[Account]:
    """The open accounts of an address (paused ones included), oldest first."""
    return [_account(row) for row in tx.execute(_OPEN_OF, {"the_email": email})]


def open_on(tx: Connection, key_id: int, email: str) -> Account | None:
    """The open account of an address on one key."""
    found = _many(tx, accounts.c.key_id == key_id, accounts.c.email == email, accounts.c.closed_at.is_(None))
    return found[0] if found else None


def by_number(tx: Connection, number: str) -> Account | None:
    """The account that has a number, or had it last: an open one before a closed one."""
    found = _many(tx, accounts.c.number == number)
    return max(found, key=lambda account: (account.closed_at is None, account.id), default=None)


def by_email(tx: Connection, email: str) -> list[Account]:
    """Every account of an address, closed ones included, oldest first."""
    return _many(tx, accounts.c.email == email)


def of_key(tx: Connection, key_id: int) -> list[Account]:
    """The open accounts of a key, oldest first."""
    return _many(tx, accounts.c.key_id == key_id, accounts.c.closed_at.is_(None))


def by_ids(tx: Connection, ids: Sequence[int]) -> list[Account]:
    """The accounts with these ids, in this order."""
    found = {account.id: account for account in _many(tx, accounts.c.id.in_(ids))}
    return [found[account_id] for account_id in ids]


def listing(tx: Connection) -> list[Account]:
    """Every account, oldest first."""
    return _many(tx)


def close(tx: Connection, account_id: int, now: float) -> None:
    """Close an account: its number is dead from this commit on."""
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(closed_at=now))


def change(tx: Connection, account_id: int, **values: Any) -> None:
    """Set columns (`email`, `key_id`). Raises Clash when the key has an open account for the address."""
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(**values))


def dialog(tx: Connection, account_id: int, peer: str, now: float) -> int:
    """The id of the dialog between an account and a customer, begun if need be."""
    found = insert_once(tx, dialogs, account_id=account_id, peer=peer, used_at=now)
    if found is not None:
        return found
    mine = {"the_account": account_id, "the_peer": peer, "used_at": now}
    return int(tx.execute(_USE_DIALOG, mine).scalar_one())


def wrote(tx: Connection, account_id: int, peer: str, message_id: str, now: float) -> int:
    """The id of the dialog in which the employee has just written a mail with this Message-ID, begun if need be."""
    values = {"the_account": account_id, "the_peer": peer, "used_at": now, "last_mail_id": message_id}
    found = tx.execute(_USE_DIALOG, values).scalar()
    if found is not None:
        return int(found)
    dialog_id = dialog(tx, account_id, peer, now)
    tx.execute(_REMEMBER_MAIL, {"the_id": dialog_id, "last_mail_id": message_id})
    return dialog_id


def last_dialog(tx: Connection, account_ids: list[int], peer: str) -> int | None:
    """Which of these accounts was last in dialog with a customer."""
    query = (
        select(dialogs.c.account_id)
        .where(dialogs.c.account_id.in_(account_ids), dialogs.c.peer == peer)
        .order_by(dialogs.c.used_at.desc())
        .limit(1)
    )
    return tx.execute(query).scalar()


def last_mail_id(tx: Connection, dialog_id: int) -> str:
    """The Message-ID of the employee's last mail in a dialog, or an empty text."""
    return str(tx.execute(select(dialogs.c.last_mail_id).where(dialogs.c.id == dialog_id)).scalar_one())


def learn_signature(tx: Connection, account_id: int, text: str, source: str, now: float) -> None:
    """Keep a text as a signature of an account, in place of what was learned from the same source."""
    tx.execute(delete(signatures).where(signatures.c.account_id == account_id, signatures.c.source == source))
    tx.execute(insert(signatures).values(account_id=account_id, text=text, source=source, created_at=now))


def signatures_of(tx: Connection, account_id: int) -> tuple[str, ...]:
    """The signatures learned for an account."""
    return tuple(tx.execute(_SIGNATURES, {"account": account_id}).scalars())


def forget_signatures(tx: Connection, account_id: int) -> None:
    """Forget the signatures learned for an account, and what they were learned from."""
    tx.execute(delete(signatures).where(signatures.c.account_id == account_id))
    tx.execute(delete(endings).where(endings.c.account_id == account_id))


def remember_ending(tx: Connection, account_id: int, mail_id: int, text: str) -> tuple[str, ...]:
    """Keep how a mail ended, and forget what is older than the last few; returns those kept, oldest first."""
    insert_once(tx, endings, account_id=account_id, mail_id=mail_id, text=text)
    kept = tx.execute(_ENDINGS, {"account": account_id}).all()
    tx.execute(_FORGET_ENDINGS, {"account": account_id, "first": kept[-1].id})
    return tuple(row.text for row in reversed(kept))


_QUERY = select(
    accounts.c.id,
    accounts.c.email,
    accounts.c.number,
    accounts.c.key_id,
    keys.c.label,
    keys.c.enabled,
    accounts.c.closed_at,
    accounts.c.suspended_at,
    accounts.c.receipts,
).join(keys, keys.c.id == accounts.c.key_id)


# Made once: to put a statement together takes longer than to run it.
_BY_ID = _QUERY.where(accounts.c.id == bindparam("the_id"))
_OPEN_OF = _QUERY.where(accounts.c.email == bindparam("the_email"), accounts.c.closed_at.is_(None)).order_by(
    accounts.c.id
)
_USE_DIALOG = (
    update(dialogs)
    .where(dialogs.c.account_id == bindparam("the_account"), dialogs.c.peer == bindparam("the_peer"))
    .returning(dialogs.c.id)
)
_REMEMBER_MAIL = update(dialogs).where(dialogs.c.id == bindparam("the_id"))
_SIGNATURES = select(signatures.c.text).where(signatures.c.account_id == bindparam("account")).order_by(signatures.c.id)
_ENDINGS = (
    select(endings.c.id, endings.c.text)
    .where(endings.c.account_id == bindparam("account"))
    .order_by(endings.c.id.desc())
    .limit(ENDINGS_KEPT)
)
_FORGET_ENDINGS = delete(endings).where(endings.c.account_id == bindparam("account"), endings.c.id < bindparam("first"))


def _many(tx: Connection, *conditions: ColumnElement[bool]) -> list[Account]:
    return [_account(row) for row in tx.execute(_QUERY.where(*conditions).order_by(accounts.c.id))]


def _account(row: Any) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        number=row.number,
        key_id=row.key_id,
        key=row.label,
        enabled=row.enabled,
        closed_at=row.closed_at,
        suspended_at=row.suspended_at,
        receipts=row.receipts,
    )
