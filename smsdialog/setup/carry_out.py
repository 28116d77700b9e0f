"""Write what is wished, or take it out again: everything is looked at first, and what goes wrong is put back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from smsdialog.errors import SetupRefused
from smsdialog.setup.entry import Entry
from smsdialog.setup.journal import Journal, Record


@dataclass(frozen=True)
class Wish:
    """What shall stand in one place."""

    entry: Entry
    text: str


@dataclass(frozen=True)
class Change:
    """One place: what stands there now, and what shall."""

    entry: Entry
    now: str | None
    then: str | None


@dataclass(frozen=True)
class Plan:
    """What is to be written, and what the journal says afterwards; `left` are places that others changed since."""

    changes: tuple[Change, ...]
    records: tuple[Record, ...]
    left: tuple[Record, ...] = ()


def to_apply(wishes: Sequence[Wish], journal: Journal) -> Plan:
    """What is wanting, and what of ours is not wished any more. Reads."""
    wished = {wish.entry for wish in wishes}
    stale = to_undo([record for entry, record in journal.records.items() if entry not in wished])
    changes, records = list(stale.changes), list(stale.left)
    for wish in wishes:
        now, record = wish.entry.read(), journal.records.get(wish.entry)
        if now == wish.text:
            records += [record] if record else []
        else:
            before = record.before if record and now == record.written else now
            changes.append(Change(wish.entry, now, wish.text))
            records.append(Record(wish.entry, before, wish.text))
    return Plan(tuple(changes), tuple(records), stale.left)


def to_undo(records: Sequence[Record]) -> Plan:
    """What stood before us, last written first; what others changed since is left to them. Reads."""
    changes: list[Change] = []
    left: list[Record] = []
    for record in reversed(records):
        now = record.entry.read()
        if now == record.written:
            changes.append(Change(record.entry, now, record.before))
        elif now != record.before:
            left.append(record)
    return Plan(tuple(changes), tuple(left), tuple(left))


def carry_out(plan: Plan, journal: Journal, check: Callable[[], None]) -> None:
    """Do it; `check` has the mail server look at the result. Raises SetupRefused when all of it was put back."""
    earlier = tuple(journal.records.values())
    if plan.records:
        journal.copy(change.entry.touches for change in plan.changes if change.entry.touches)
        journal.keep({record.entry: record for record in (*earlier, *plan.records)}.values())
    with _put_back(plan, journal, earlier):
        for change in plan.changes:
            change.entry.write(change.then)
        _look_back(plan)
        check()
    journal.keep(plan.records)


def _look_back(plan: Plan) -> None:
    """A tool that ends well may have written something else. Raises SetupRefused."""
    for change in plan.changes:
        if change.entry.read() != change.then:
            raise SetupRefused(f"{change.entry.where} does not have what was written")


@contextlib.contextmanager
def _put_back(plan: Plan, journal: Journal, earlier: Sequence[Record]) -> Iterator[None]:
    try:
        yield
    except (OSError, SetupRefused) as error:
        for change in reversed(plan.changes):
            if change.entry.read() != change.now:
                change.entry.write(change.now)
        journal.keep(earlier)
        raise SetupRefused(f"{error}; everything was put back") from error
