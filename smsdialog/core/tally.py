"""Running totals over a table that grows at one end: what is old is not counted again.

The newest rows are counted whenever somebody asks, because they still change. Of what is older the count is kept. A
total never falls, although a row may go from one series to another, or be purged: what is counted stays counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# A count for each series: whole numbers, or seconds.
Counts = Mapping[str, float]
# So many of the newest rows are counted anew each time; older ones are done with, and the few that change are missed.
LIVE_ROWS = 20_000
# Rows are put away so many at once.
STEP_ROWS = 20_000


@dataclass(frozen=True)
class Tally:
    """The `totals` of all series; `live` is what the rows above the id `upto` counted when they were last counted."""

    upto: int = 0
    live: Counts = field(default_factory=dict)
    totals: Counts = field(default_factory=dict)


def counted(tally: Tally, live: Counts) -> Tally:
    """The tally after its live rows were counted again.

    >>> counted(Tally(7, {"sent": 3, "failed": 1}, {"sent": 10, "failed": 2}), {"sent": 5}).totals
    {'sent': 12, 'failed': 2}
    """
    return Tally(tally.upto, dict(live), _more(tally, live))


def put_away(tally: Tally, old: Counts, upto: int) -> Tally:
    """The tally after its oldest live rows, up to an id, were counted for the last time.

    >>> put_away(Tally(7, {"sent": 3, "failed": 1}, {"sent": 10, "failed": 2}), {"sent": 2, "failed": 2}, 9)
    Tally(upto=9, live={'sent': 1, 'failed': 0}, totals={'sent': 10, 'failed': 3})
    """
    rest = {series: max(0, count - old.get(series, 0)) for series, count in tally.live.items()}
    return Tally(upto, rest, _more(tally, old))


def next_step(tally: Tally, newest: int) -> int | None:
    """Up to which id rows are to be put away now; None when there are not enough of them.

    >>> next_step(Tally(0), 30_000), next_step(Tally(0), 1_000_000), next_step(Tally(900_000), 1_000_000)
    (None, 20000, 920000)
    """
    if newest - tally.upto < LIVE_ROWS + STEP_ROWS:
        return None
    return tally.upto + STEP_ROWS


def restarted(tally: Tally, newest: int) -> Tally:
    """The tally, from the newest row on where all newer ones are gone: their ids are used again.

    >>> restarted(Tally(7, {"sent": 3}, {"sent": 10}), 4)
    Tally(upto=4, live={}, totals={'sent': 10})
    """
    return Tally(newest, {}, tally.totals) if newest < tally.upto else tally


def _more(tally: Tally, now: Counts) -> dict[str, float]:
    gained = {series: max(0, count - tally.live.get(series, 0)) for series, count in now.items()}
    return {series: tally.totals.get(series, 0) + gained.get(series, 0) for series in {**tally.totals, **now}}
