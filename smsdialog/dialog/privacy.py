"""What is stored about somebody, to be handed to him or to be removed: a customer by number, an employee by address.

Who asked for it stands in the log of acts; whose data it was only masked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from smsdialog import log
from smsdialog.core import personal
from smsdialog.core.model import Account
from smsdialog.core.personal import Person
from smsdialog.dialog import account, audit, leftovers, post, report, stop, totals
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, Forbidden
from smsdialog.store import Connection, accounts, contacts, erasure
from smsdialog.store import personal as stored

# How often somebody is looked for again, who turned up anew while he was being removed.
ROUNDS = 5
# Of rows that are handed out: who holds them just now, secrets, and digests say nothing of anybody.
_INTERNAL = {"owner", "leased_until", "attempts", "generation", "password_hash", "digest", "group_digest", "joined"}


@dataclass(frozen=True)
class Export:
    """All about somebody: rows by the names of their tables, and the files that name him."""

    of: str
    rows: Mapping[str, list[dict[str, Any]]]
    files: list[str]


@dataclass(frozen=True)
class Erased:
    """How much of what is gone, and which files stay, and why."""

    gone: Mapping[str, int]
    files_left: tuple[str, ...]


def export(service: Service, typed: str) -> Export:
    """All that is stored about a customer's number or an employee's address; that it was asked for is recorded.

    Raises Conflict, Forbidden. Writes.
    """
    person = _whom(service, typed)
    with service.store.reading() as tx:
        found = stored.about(tx, person)
        rows = {table.name: [_shown(row) for row in stored.rows(tx, table, ids)] for table, ids in found.items()}
    with service.store.transaction() as tx:
        audit.noted(service, tx, "privacy.export", person.masked)
    return Export(person.number or person.email, rows, leftovers.naming(service, person))


def open_accounts(service: Service, typed: str) -> list[Account]:
    """The accounts that will be closed before their employee is removed. Raises Conflict, Forbidden. Reads."""
    person = _whom(service, typed)
    with service.store.reading() as tx:
        return accounts.open_of(tx, person.email) if person.email else []


def erase(service: Service, typed: str) -> Erased:
    """Remove somebody, and tell employees what of theirs was given up. Writes. Raises Conflict, Forbidden."""
    person = _whom(service, typed)
    with service.store.reading() as tx:
        _check_nothing_is_under_way(tx, person)
    for one in open_accounts(service, typed):
        account.close(service, one.number)
    totals.totals(service)  # what goes stays counted
    cleared = leftovers.clear(service, person)  # first: what waits there would come back from it
    gone = _from_the_ledger(service, person)
    gone["files"] = cleared.gone
    totals.totals(service)
    with service.store.transaction() as tx:
        erasure.guessable(tx)
        audit.changed(service, tx, "privacy.erase", person.masked, **gone)
    service.store.compact()
    log.event("erased", **gone)
    return Erased(dict(gone), cleared.left)


def _from_the_ledger(service: Service, person: Person) -> Counter[str]:
    """Remove him until he is not found any more: he is looked for while others write."""
    gone: Counter[str] = Counter()
    for _ in range(ROUNDS):
        with service.store.reading() as tx:
            found = stored.mentions(tx, person)
        if not found:
            break
        with service.store.transaction() as tx:
            named = replace(person, names=contacts.names_of(tx, person.number)) if person.number else person
            counted, untold = _remove(service, tx, person)
            counted["mentions"] += stored.blot(tx, found, named)
        gone += counted
        for mail_id in untold:
            report.tell(service, mail_id)
            post.notices_of(service, mail_id)
    return gone


def _remove(service: Service, tx: Connection, person: Person) -> tuple[Counter[str], list[int]]:
    _check_nothing_is_under_way(tx, person)
    if person.number:
        stop.keep_without_number(service, tx, person.number)
        return erasure.customer(tx, person.number, service.now())
    return erasure.employee(tx, person.email, service.now()), []


def _check_nothing_is_under_way(tx: Connection, person: Person) -> None:
    """What a gateway answers would bring him back."""
    if erasure.is_under_way(tx, number=person.number or "", email=person.email):
        raise Conflict("an SMS is just being sent; try again in two minutes")


def _whom(service: Service, typed: str) -> Person:
    if service.actor.keys is not None or not service.actor.role.may_change:
        raise Forbidden("your role lets you see a part of what is stored, and remove nothing")
    return personal.read(typed, service.config.country)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _INTERNAL}
