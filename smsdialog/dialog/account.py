"""Accounts, as administrators and subscribe mails open, change and close them."""

from __future__ import annotations

from collections.abc import Sequence

from smsdialog.config import SERVICE_NUMBER_DIGITS
from smsdialog.core.mailbox import can_be_written_to, canonical_address
from smsdialog.core.model import Account, Key
from smsdialog.core.phone import service_number
from smsdialog.dialog import audit, deputy, post
from smsdialog.dialog import key as key_use_cases
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound, NumbersExhausted
from smsdialog.store import Clash, Connection, accounts, bounces, inbound, numbers

# What the log of acts says of a change.
_SHOWN = ("email", "key", "receipts")
MOST_FORWARD_DAYS = 366
SECONDS_PER_DAY = 86_400


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
            raise Conflict("%(email)s has an open account on key '%(key)s' already", email=email, key=key.label)
        if wished:
            raise Conflict("the number %(number)s is in use", number=wished)


def ranges(service: Service, tx: Connection) -> list[tuple[int, int]]:
    """The ranges that numbers are drawn from: the configured ones and those added, without overlaps."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted([*service.config.number_ranges, *numbers.added_ranges(tx)]):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def find(service: Service, tx: Connection, name: str) -> Account:
    """The account with this number or e-mail address, if it is there for who acts; an open one before a closed one.

    Raises NotFound, Conflict.
    """
    found = [account for account in _named(tx, name) if service.actor.reaches(account.key_id)]
    still_open = [account for account in found if account.closed_at is None]
    if len(still_open) > 1:
        raise Conflict("%(name)s has %(count)s open accounts; name one by its number", name=name, count=len(still_open))
    if not found:
        raise NotFound("there is no account '%(name)s'", name=name)
    return (still_open or found)[-1]


def open_account(service: Service, email: str, key_name: str, number: str) -> Account:
    """Open an account for an administrator; the key may be disabled. Raises NotFound, Conflict, NumbersExhausted."""
    with service.store.transaction() as tx:
        key = key_use_cases.find(service, tx, key_name)
        opened = create(service, tx, email=_mailbox(service, email), key=key, number=number)
        audit.changed(service, tx, "account.create", opened.number, email=opened.email, key=key.label)
        return opened


def edit(
    service: Service,
    name: str,
    *,
    email: str | None = None,
    key_name: str | None = None,
    receipts: str | None = None,
    deliver_to: Sequence[str] | None = None,
    members: Sequence[str] | None = None,
    forget: bool = False,
    resume: bool = False,
) -> Account:
    """Change an open account's address or key, its wish for receipts, or its deputies; number and dialogs stay.

    Raises NotFound, Conflict. `receipts` is one of `Receipts`, or empty for what its key says. `deliver_to` are those
    who get its SMS, nobody: its own address; `members` those who may answer as the account besides.
    `forget` drops the signatures learned for it; `resume` writes to its mailbox again after that kept
    refusing mails, as new addresses do. What was held for it is mailed when the new key is enabled.
    """
    values: dict[str, object] = {} if email is None else {"email": _mailbox(service, email)}
    if receipts is not None:
        values["receipts"] = receipts
    try:
        with service.store.transaction() as tx:
            account = _open(service, tx, name)
            if resume or deliver_to is not None or values.get("email", account.email) != account.email:
                values["suspended_at"] = None
            if key_name is not None:
                values["key_id"] = key_use_cases.find(service, tx, key_name).id
            if values:
                accounts.change(tx, account.id, **values)
            if "suspended_at" in values:
                bounces.forget(tx, account.id)
            if forget:
                accounts.forget_signatures(tx, account.id)
            changed = accounts.by_id(tx, account.id)
            different = _differences(account, changed) | _appoint(service, tx, changed, deliver_to, members)
            asked = {name: True for name, asked in (("forget", forget), ("resume", resume)) if asked}
            audit.changed(service, tx, "account.edit", account.number, **different, **asked)
            if changed.state == "open":
                inbound.release(tx, account.id)
    except Clash as error:
        raise Conflict("that key has an open account for that address already") from error
    post.inbound_of(service, changed.id)
    return changed


def _differences(before: Account, after: Account) -> dict[str, object]:
    """What an edit changed, for the log of acts."""
    return {name: getattr(after, name) for name in _SHOWN if getattr(after, name) != getattr(before, name)}


def close(service: Service, name: str) -> Account:
    """Close an account: its number is dead at once, also if it was being forwarded. Raises NotFound, Conflict."""
    with service.store.transaction() as tx:
        account = _working(service, tx, name)
        accounts.close(tx, account.id, service.now())
        audit.changed(service, tx, "account.close", account.number, email=account.email)
        return accounts.by_id(tx, account.id)


def forward(service: Service, name: str, days: float, deliver_to: Sequence[str] | None = None) -> Account:
    """Close an account, and go on mailing the SMS to its number for so many days: to `deliver_to`, who may answer, else
    to whoever got them so far. Its own employee may not answer them. Raises NotFound, Conflict.
    """
    if not 0 < days <= MOST_FORWARD_DAYS:
        raise Conflict("SMS can be forwarded for 1 to %(days)s days", days=MOST_FORWARD_DAYS)
    with service.store.transaction() as tx:
        account = _working(service, tx, name)
        accounts.forward(tx, account.id, service.now(), service.now() + days * SECONDS_PER_DAY)
        appointed = _appoint(service, tx, account, deliver_to, None)
        details = {"email": account.email, "forward_days": days, **appointed}
        audit.changed(service, tx, "account.close", account.number, **details)
        return accounts.by_id(tx, account.id)


def _appoint(
    service: Service, tx: Connection, account: Account, deliver_to: Sequence[str] | None, members: Sequence[str] | None
) -> dict[str, object]:
    if deliver_to is None and members is None:
        return {}
    return deputy.appoint(service, tx, account, _mailboxes(service, deliver_to), _mailboxes(service, members))


def _mailboxes(service: Service, typed: Sequence[str] | None) -> list[str] | None:
    return None if typed is None else [_mailbox(service, text) for text in typed]


def _named(tx: Connection, name: str) -> list[Account]:
    number = service_number(name)
    found = accounts.by_number(tx, number) if number else None
    if found:
        return [found]
    return accounts.by_email(tx, _email(name)) if "@" in name else []


def _open(service: Service, tx: Connection, name: str) -> Account:
    account = find(service, tx, name)
    if account.closed_at is not None:
        raise Conflict("the account '%(name)s' is closed", name=name)
    return account


def _working(service: Service, tx: Connection, name: str) -> Account:
    account = find(service, tx, name)
    if account.closed_at is not None and not account.is_forwarded(service.now()):
        raise Conflict("the account '%(name)s' is closed", name=name)
    return account


def _wished(service: Service, tx: Connection, text: str) -> str:
    number = service_number(text)
    if len(number) != SERVICE_NUMBER_DIGITS:
        raise Conflict("'%(text)s' is not a number of %(digits)s digits", text=text, digits=SERVICE_NUMBER_DIGITS)
    if not any(first <= int(number) <= last for first, last in ranges(service, tx)):
        raise Conflict(
            "the number %(number)s lies in no range; add it with 'smsdialog number add %(number)s-%(number)s'",
            number=number,
        )
    if not numbers.is_free(tx, number, service.resting_since):
        raise Conflict("the number %(number)s is in use, or rests since its last account was closed", number=number)
    return number


def _mailbox(service: Service, text: str) -> str:
    """An address that an account may have: not one of ours, which would write to itself."""
    email = _email(text)
    if email.endswith(f"@{service.config.domain}"):
        raise Conflict("'%(text)s' is not an e-mail address that can be used here", text=text)
    return email


def _email(text: str) -> str:
    email = canonical_address(text.strip())
    if email is None or not can_be_written_to(email):
        raise Conflict("'%(text)s' is not an e-mail address that can be used here", text=text)
    return email
