"""Accounts, their dialogs, and the signatures learned for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from smsdialog.core.model import Account
from smsdialog.store.insert import insert_once
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import accounts, deputies, dialogs, endings, keys, signatures

# How many mails of an account are compared to see its signature.
ENDINGS_KEPT = 5


def add(tx: Connection, *, key_id: int, email: str, number: str, now: float) -> int | None:
    """Insert an open account; None when the key has an open one for the address, or the number is in use."""
    return insert_once(tx, accounts, key_id=key_id, email=email, number=number, created_at=now, closed_at=None)


def by_id(tx: Connection, account_id: int) -> Account:
    """The account with this id, which exists."""
    return _account(_BY_ID.first(tx, the_id=account_id))


def open_of(tx: Connection, email: str) -> list[Account]:
    """The open accounts of an address (paused ones included), oldest first."""
    return [_account(row) for row in _OPEN_OF.all(tx, the_email=email)]


def open_on(tx: Connection, key_id: int, email: str) -> Account | None:
    """The open account of an address on one key."""
    found = _many(tx, accounts.c.key_id == key_id, accounts.c.email == email, accounts.c.closed_at.is_(None))
    return found[0] if found else None


def by_number(tx: Connection, number: str) -> Account | None:
    """The account that has a number, or had it last: an open one before a closed one."""
    found = [_account(row) for row in _BY_NUMBER.all(tx, the_number=number)]
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
    """Close an account: its number is dead from this commit on, and nobody stands in for it any more."""
    tx.execute(delete(deputies).where(deputies.c.account_id == account_id))
    forward(tx, account_id, now, None)


def forward(tx: Connection, account_id: int, now: float, until: float | None) -> None:
    """Close an account, or leave it closed; SMS to its number still become mails until then."""
    closed_at = func.coalesce(accounts.c.closed_at, now)
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(closed_at=closed_at, forward_until=until))


def works(now: ColumnElement[float]) -> ColumnElement[bool]:
    """Whether SMS to an account's number become mails: it is open, or closed and still forwarded."""
    return accounts.c.closed_at.is_(None) | (accounts.c.forward_until > now)


def change(tx: Connection, account_id: int, **values: Any) -> None:
    """Set columns (`email`, `key_id`). Raises Clash when the key has an open account for the address."""
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(**values))


def dialog(tx: Connection, account_id: int, peer: str, now: float) -> int:
    """The id of the dialog between an account and a customer, begun if need be."""
    mine = {"the_account": account_id, "the_peer": peer, "used_at": now}
    found = _USE_DIALOG.scalar(tx, **mine) or insert_once(tx, dialogs, account_id=account_id, peer=peer, used_at=now)
    return int(found or _USE_DIALOG.scalar(tx, **mine))  # somebody else has begun it just now


def wrote(tx: Connection, account_id: int, peer: str, message_id: str, now: float) -> int:
    """The id of the dialog in which the employee has just written a mail with this Message-ID, begun if need be."""
    found = _USE_DIALOG.scalar(tx, the_account=account_id, the_peer=peer, used_at=now, last_mail_id=message_id)
    if found is not None:
        return int(found)
    dialog_id = dialog(tx, account_id, peer, now)
    _REMEMBER_MAIL.count(tx, the_id=dialog_id, last_mail_id=message_id)
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
    return str(_LAST_MAIL_ID.scalar(tx, the_id=dialog_id))


def learn_signature(tx: Connection, account_id: int, text: str, source: str, now: float) -> None:
    """Keep a text as a signature of an account, in place of what was learned from the same source."""
    tx.execute(delete(signatures).where(signatures.c.account_id == account_id, signatures.c.source == source))
    tx.execute(insert(signatures).values(account_id=account_id, text=text, source=source, created_at=now))


def signatures_of(tx: Connection, account_id: int) -> tuple[str, ...]:
    """The signatures learned for an account."""
    return tuple(_SIGNATURES.scalars(tx, account=account_id))


def forget_signatures(tx: Connection, account_id: int) -> None:
    """Forget the signatures learned for an account, and what they were learned from."""
    tx.execute(delete(signatures).where(signatures.c.account_id == account_id))
    tx.execute(delete(endings).where(endings.c.account_id == account_id))


def remember_ending(tx: Connection, account_id: int, mail_id: int, text: str) -> tuple[str, ...]:
    """Keep how a mail ended, in place of the oldest but for the last few; returns those kept, oldest first."""
    kept = _ENDINGS.all(tx, account=account_id)
    if mail_id not in [row.mail_id for row in kept]:
        if len(kept) < ENDINGS_KEPT:
            insert_once(tx, endings, account_id=account_id, mail_id=mail_id, text=text)
        else:
            _REPLACE_ENDING.count(tx, the_id=kept.pop(0).id, mail_id=mail_id, text=text)
        return (*(row.text for row in kept), text)
    return tuple(row.text for row in kept)


_QUERY = select(  # in the order of `Account`
    accounts.c.id,
    accounts.c.email,
    accounts.c.number,
    accounts.c.key_id,
    keys.c.label,
    keys.c.enabled,
    accounts.c.closed_at,
    accounts.c.suspended_at,
    accounts.c.receipts,
    accounts.c.forward_until,
    keys.c.stop_words,
    keys.c.texts,
).join(keys, keys.c.id == accounts.c.key_id)


# Made once: to put a statement together takes longer than to run it.
_BY_ID = Prepared(_QUERY.where(accounts.c.id == bindparam("the_id")))
_BY_NUMBER = Prepared(_QUERY.where(accounts.c.number == bindparam("the_number")))
_OPEN_OF = Prepared(
    _QUERY.where(accounts.c.email == bindparam("the_email"), accounts.c.closed_at.is_(None)).order_by(accounts.c.id)
)
_USE_DIALOG = Prepared(
    update(dialogs)
    .where(dialogs.c.account_id == bindparam("the_account"), dialogs.c.peer == bindparam("the_peer"))
    .returning(dialogs.c.id)
)
_REMEMBER_MAIL = Prepared(update(dialogs).where(dialogs.c.id == bindparam("the_id")))
_LAST_MAIL_ID = Prepared(select(dialogs.c.last_mail_id).where(dialogs.c.id == bindparam("the_id")))
_SIGNATURES = Prepared(
    select(signatures.c.text).where(signatures.c.account_id == bindparam("account")).order_by(signatures.c.id)
)
_ENDINGS = Prepared(
    select(endings.c.id, endings.c.mail_id, endings.c.text)
    .where(endings.c.account_id == bindparam("account"))
    .order_by(endings.c.mail_id)
)
_REPLACE_ENDING = Prepared(update(endings).where(endings.c.id == bindparam("the_id")))


def _many(tx: Connection, *conditions: ColumnElement[bool]) -> list[Account]:
    return [_account(row) for row in tx.execute(_QUERY.where(*conditions).order_by(accounts.c.id))]


def _account(row: Any) -> Account:
    return Account(*row)
