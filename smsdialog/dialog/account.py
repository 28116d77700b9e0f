"""Accounts, as administrators and subscribe mails open, change and close them."""

from __future__ import annotations

from smsdialog.config import SERVICE_NUMBER_DIGITS
from smsdialog.core.mailbox import can_be_written_to, canonical_address
from smsdialog.core.model import Account, Key
from smsdialog.core.phone import service_number
from smsdialog.dialog import post
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound, NumbersExhausted
from smsdialog.store import Clash, Connection, accounts, bounces, inbound, keys, numbers


def create(service: Service, tx: Connection, *, email: str, key: Key, number: str = "") -> Account:
    """Open an account, with a random free number unless one is wished. Raises Conflict, NumbersExhausted. Writes."""
    wished = _wished(service, tx, number) if number else ""
    while True:
        drawn = wished or numbers.draw(tx, ranges(service, tx), service.resting_since)
        if drawn is None:
            raise NumbersExhausted
        account_id = accounts.add(tx, key_id=key.id, email=email, number=drawn, now=service.now())
        if account_id is not None:
            return accounts.by_id(tx, account_id)
        if accounts.open_on(tx, key.id, email):
            raise Conflict(f"{email} has an open account on key '{key.label}' already")
        if wished:
            raise Conflict(f"the number {wished} is in use")


def ranges(service: Service, tx: Connection) -> list[tuple[int, int]]:
    """The ranges that numbers are drawn from: the configured ones and those added, without overlaps."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted([*service.config.number_ranges, *numbers.added_ranges(tx)]):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def find(tx: Connection, name: str) -> Account:
    """The account with this number or e-mail address; an open one before a closed one. Raises NotFound, Conflict."""
    number = service_number(name)
    found = accounts.by_number(tx, number) if number else None
    if found:
        return found
    matching = accounts.by_email(tx, _email(name)) if "@" in name else []
    still_open = [account for account in matching if account.closed_at is None]
    if len(still_open) > 1:
        raise Conflict(f"{name} has {len(still_open)} open accounts; name one by its number")
    if not matching:
        raise NotFound(f"there is no account '{name}'")
    return (still_open or matching)[-1]


def open_account(service: Service, email: str, key_name: str, number: str) -> Account:
    """Open an account for an administrator; the key may be disabled. Raises NotFound, Conflict, NumbersExhausted."""
    with service.store.transaction() as tx:
        key = keys.by_name(tx, key_name)
        if key is None:
            raise NotFound(f"there is no key '{key_name}'")
        return create(service, tx, email=_email(email), key=key, number=number)


def edit(
    service: Service,
    name: str,
    *,
    email: str | None = None,
    key_name: str | None = None,
    forget: bool = False,
    resume: bool = False,
) -> Account:
    """Change an open account's address or key; number and dialogs stay. Raises NotFound, Conflict.

    `forget` drops the signatures learned for it; `resume` writes to its mailbox again after that kept
    refusing mails, as a new address does. What was held for it is mailed when the new key is enabled.
    """
    values: dict[str, object] = {"email": _email(email)} if email else {}
    if email or resume:
        values["suspended_at"] = None
    try:
        with service.store.transaction() as tx:
            account = _open(tx, name)
            if key_name is not None:
                key = keys.by_name(tx, key_name)
                if key is None:
                    raise NotFound(f"there is no key '{key_name}'")
                values["key_id"] = key.id
            if values:
                accounts.change(tx, account.id, **values)
            if "suspended_at" in values:
                bounces.forget(tx, account.id)
            if forget:
                accounts.forget_signatures(tx, account.id)
            changed = accounts.by_id(tx, account.id)
            if changed.state == "open":
                inbound.release(tx, account.id)
    except Clash as error:
        raise Conflict("that key has an open account for that address already") from error
    post.inbound_of(service, changed.id)
    return changed


def close(service: Service, name: str) -> Account:
    """Close an open account: its number is dead at once. Raises NotFound, Conflict."""
    with service.store.transaction() as tx:
        account = _open(tx, name)
        accounts.close(tx, account.id, service.now())
        return accounts.by_id(tx, account.id)


def _open(tx: Connection, name: str) -> Account:
    account = find(tx, name)
    if account.closed_at is not None:
        raise Conflict(f"the account '{name}' is closed")
    return account


def _wished(service: Service, tx: Connection, text: str) -> str:
    number = service_number(text)
    if len(number) != SERVICE_NUMBER_DIGITS:
        raise Conflict(f"'{text}' is not a number of {SERVICE_NUMBER_DIGITS} digits")
    if not any(first <= int(number) <= last for first, last in ranges(service, tx)):
        raise Conflict(f"the number {number} lies in no range; add it with 'smsdialog number add {number}-{number}'")
    if not numbers.is_free(tx, number, service.resting_since):
        raise Conflict(f"the number {number} is in use, or rests since its last account was closed")
    return number


def _email(text: str) -> str:
    email = canonical_address(text.strip())
    if email is None or not can_be_written_to(email):
        raise Conflict(f"'{text}' is not an e-mail address that can be used here")
    return email
