"""Service numbers: the ranges, and a random free one.

A number is free when no open account has it, and none that had it was closed, or forwarded, within the rest time.
"""

from __future__ import annotations

import secrets
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select

from smsdialog.store.schema import accounts, number_ranges

# How often a number is drawn blindly before the taken ones are counted through.
BLIND_DRAWS = 16
SECONDS_PER_DAY = 86_400
# When a number's rest begins: nothing reaches anybody by it any more.
closed_for_good = func.coalesce(accounts.c.forward_until, accounts.c.closed_at)


@dataclass(frozen=True)
class Range:
    """A range of numbers, both ends included, and how many of them are in use or rest."""

    first: int
    last: int
    used: int
    resting: int

    @property
    def size(self) -> int:
        """How many numbers the range has."""
        return self.last - self.first + 1

    @property
    def free(self) -> int:
        """How many of them an account could get now."""
        return self.size - self.used - self.resting


def add_range(tx: Connection, first: int, last: int, now: float) -> None:
    """Add a range beside the configured ones."""
    tx.execute(insert(number_ranges).values(first=first, last=last, created_at=now))


def added_ranges(tx: Connection) -> list[tuple[int, int]]:
    """The ranges that were added beside the configured ones."""
    query = select(number_ranges.c.first, number_ranges.c.last).order_by(number_ranges.c.id)
    return [(row.first, row.last) for row in tx.execute(query)]


def describe(tx: Connection, first: int, last: int, resting_since: float) -> Range:
    """Count a range. `resting_since`: a number closed after this time still rests."""
    inside = accounts.c.number.between(str(first), str(last))
    used = select(func.count(accounts.c.number.distinct())).where(inside, accounts.c.closed_at.is_(None))
    resting = select(func.count(accounts.c.number.distinct())).where(
        inside, closed_for_good > resting_since, accounts.c.number.not_in(_in_use())
    )
    return Range(first, last, tx.execute(used).scalar_one(), tx.execute(resting).scalar_one())


def is_free(tx: Connection, number: str, resting_since: float) -> bool:
    """Whether an account could get this number now."""
    query = select(accounts.c.id).where(accounts.c.number == number, _taken(resting_since)).limit(1)
    return tx.execute(query).first() is None


def draw(tx: Connection, ranges: Iterable[tuple[int, int]], resting_since: float) -> str | None:
    """A free number of the ranges, each as likely as the other; None when there is none."""
    spans = list(ranges)
    sizes = [last - first + 1 for first, last in spans]
    for _ in range(BLIND_DRAWS):
        number = _pick(spans, sizes, secrets.randbelow(sum(sizes))) if spans else ""
        if number and is_free(tx, number, resting_since):
            return number
    return _draw_among_free(tx, spans, resting_since)


def _draw_among_free(tx: Connection, spans: list[tuple[int, int]], resting_since: float) -> str | None:
    free: list[tuple[int, int]] = []
    for first, last in spans:
        query = (
            select(accounts.c.number)
            .where(accounts.c.number.between(str(first), str(last)), _taken(resting_since))
            .distinct()
            .order_by(accounts.c.number)
        )
        free.extend(_gaps(first, last, [int(number) for number in tx.execute(query).scalars()]))
    sizes = [last - first + 1 for first, last in free]
    return _pick(free, sizes, secrets.randbelow(sum(sizes))) if free else None


def _gaps(first: int, last: int, taken: list[int]) -> list[tuple[int, int]]:
    edges = [first - 1, *taken, last + 1]
    return [(a + 1, b - 1) for a, b in pairwise(edges) if b - a > 1]


def _pick(spans: list[tuple[int, int]], sizes: list[int], position: int) -> str:
    ends = [sum(sizes[: index + 1]) for index in range(len(sizes))]
    index = bisect_left(ends, position + 1)
    return str(spans[index][0] + position - (ends[index] - sizes[index]))


def _taken(resting_since: float) -> ColumnElement[bool]:
    return or_(accounts.c.closed_at.is_(None), closed_for_good > resting_since)


def _in_use() -> ColumnElement[str]:
    return select(accounts.c.number).where(accounts.c.closed_at.is_(None)).scalar_subquery()
