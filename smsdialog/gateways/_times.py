"""When something happened, as providers write it."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_seconds(written: object) -> float | None:
    """Seconds since the epoch of a time in ISO 8601, which is UTC where it names no zone; None of anything else.

    >>> utc_seconds("2026-11-22 09:00:00"), utc_seconds("2026-11-22T10:00:00.000+01:00"), utc_seconds("soon")
    (1795338000.0, 1795338000.0, None)
    """
    try:
        moment = datetime.fromisoformat(str(written).strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
