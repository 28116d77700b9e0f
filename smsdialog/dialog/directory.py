"""The accounts as an administrator looks through them, and why SMS of one are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from smsdialog.core.model import Account
from smsdialog.dialog import account as account_use_cases
from smsdialog.dialog.deputy import emails
from smsdialog.dialog.service import Service
from smsdialog.store import deputies, directory
from smsdialog.store.directory import SORTS, STATES, Wanted

__all__ = ["SORTS", "STATES", "Entry", "Page", "Wanted", "entry", "page"]


@dataclass(frozen=True)
class Entry:
    """An account, how many SMS are held for it, on their way in and on their way out; and of one that is looked at
    alone who gets its SMS in its place, and who else may answer as it.
    """

    account: Account
    held_in: int
    held_out: int
    deliver_to: Sequence[str] = ()
    members: Sequence[str] = ()


@dataclass(frozen=True)
class Page:
    """Some of the accounts, from `number` (1: the first page) of `pages`, `total` accounts in all."""

    entries: Sequence[Entry]
    number: int
    pages: int
    total: int


def page(service: Service, wanted: Wanted, number: int, size: int) -> Page:
    """One page of the accounts that are there for who acts; one beyond the last is the last. Reads."""
    wanted = replace(wanted, keys=service.actor.keys)
    with service.store.reading() as tx:
        total = directory.count(tx, wanted)
        pages = max(1, -(-total // size))
        number = min(max(1, number), pages)
        found = directory.page(tx, wanted, (number - 1) * size, size)
        held = directory.held(tx, [account.id for account in found])
    return Page([Entry(account, *held[account.id]) for account in found], number, pages, total)


def entry(service: Service, name: str) -> Entry:
    """One account by its number or address. Raises NotFound, Conflict. Reads."""
    with service.store.reading() as tx:
        account = account_use_cases.find(service, tx, name)
        named = deputies.of_account(tx, account.id)
        deliver_to, members = emails(named, receives=True), emails(named, receives=False)
        return Entry(account, *directory.held(tx, [account.id])[account.id], deliver_to, members)
