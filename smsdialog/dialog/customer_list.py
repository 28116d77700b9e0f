"""A file of customers, checked number by number, before any of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from smsdialog.core import addressbook, phone
from smsdialog.core.model import PhoneNumber
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NumberRefused

MOST_ENTRIES = 50_000


@dataclass(frozen=True)
class Customer:
    """One good entry; `name` may be empty."""

    number: PhoneNumber
    name: str


@dataclass(frozen=True)
class Wrong:
    """One entry that cannot be texted: its line, what stands there, and a key of `errors.NUMBER_REASONS`."""

    line: int
    typed: str
    reason: str


@dataclass(frozen=True)
class CustomerList:
    """What a file holds: each number once, the first name that it has; `repeated` counts the other entries."""

    customers: tuple[Customer, ...]
    wrong: tuple[Wrong, ...]
    repeated: int


def read(
    service: Service, octets: bytes, progress: Callable[[int, int], None] = lambda done, total: None
) -> CustomerList:
    """Read a CSV or vCard file; `progress` hears how many of how many entries were looked at. Raises Conflict."""
    entries = addressbook.read(octets)
    if not entries:
        raise Conflict("there is no number in the file")
    if len(entries) > MOST_ENTRIES:
        raise Conflict(
            "the file has %(count)s entries; at most %(most)s are taken", count=len(entries), most=MOST_ENTRIES
        )
    good: dict[PhoneNumber, str] = {}
    wrong: list[Wrong] = []
    for done, entry in enumerate(entries, start=1):
        try:
            number = parse(service, entry.typed)
            good[number] = good.get(number, "") or entry.name
        except NumberRefused as error:
            wrong.append(Wrong(entry.line, entry.typed[:60], error.reason))
        progress(done, len(entries))
    customers = tuple(Customer(number, name) for number, name in good.items())
    return CustomerList(customers, tuple(wrong), len(entries) - len(good) - len(wrong))


def parse(service: Service, typed: str) -> PhoneNumber:
    """A customer's number as it may be texted here. Raises NumberRefused."""
    number = phone.parse(typed, service.config.country)
    phone.check_country(number, service.config.limits.countries)
    return number


def number(service: Service, typed: str) -> PhoneNumber:
    """The same, for somebody at a form or a shell. Raises Conflict."""
    try:
        return parse(service, typed)
    except NumberRefused as error:
        raise Conflict("'%(typed)s' is not a number that can be texted", typed=typed) from error
