"""When what happens once in a while is due: at an hour of the configured timezone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def latest(now: float, zone: str, hour: int, every_hours: int = 24) -> float:
    """When it was due last, in seconds since the epoch: at that hour, or so many hours, and as many again, after it.

    >>> when(latest(1795000000.0, "Europe/Copenhagen", 7), "Europe/Copenhagen")
    '18-11 07:00'
    >>> when(latest(1795000000.0, "Europe/Copenhagen", 15), "Europe/Copenhagen")
    '17-11 15:00'
    >>> when(latest(1795000000.0, "Europe/Copenhagen", 8, 6), "Europe/Copenhagen")
    '18-11 08:00'

    An hour that comes twice, when the clocks are put back, is due once; every hour, as often as it comes.

    >>> [latest(1792888200.0 + 3600 * each, "Europe/Copenhagen", 2) for each in range(3)]
    [1792886400.0, 1792886400.0, 1792886400.0]
    >>> [latest(1792888200.0 + 3600 * each, "Europe/Copenhagen", 2, 1) for each in range(3)]
    [1792886400.0, 1792890000.0, 1792893600.0]
    """
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    hours = range(hour % every_hours, 24, every_hours)
    passed = [each for each in hours if each <= local.hour]
    day = local if passed else local - timedelta(days=1)
    fold = day.fold if every_hours == 1 else 0
    return day.replace(hour=(passed or hours)[-1], minute=0, second=0, microsecond=0, fold=fold).timestamp()


def when(seconds: float, zone: str) -> str:
    """A time as people read it: `22-11 07:00`."""
    return datetime.fromtimestamp(seconds, ZoneInfo(zone)).strftime("%d-%m %H:%M")
