"""When a provider says that something happened.

`iso` is ISO 8601, `unix` and `unix_ms` count from the epoch; everything else is a format of strptime. A time without a
zone is in the zone that the table names. What cannot be read is no time at all, and no reason to lose an SMS.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from smsdialog.gateways._http.document import Said
from smsdialog.gateways._http.place import Place, read_place
from smsdialog.gateways._http.table import Table

# Before the year 5138; what is larger are no seconds.
_LAST_SECOND = 1e11


@dataclass(frozen=True)
class Moment:
    """Where a time stands and how it is written."""

    place: Place
    formats: tuple[str, ...] = ("iso",)
    zone: tzinfo = UTC

    def find(self, said: Said) -> float | None:
        """Seconds since the epoch, or None."""
        text = self.place.find(said).strip()
        return next((found for form in self.formats if (found := _seconds(text, form, self.zone)) is not None), None)


def read_moment(table: Table) -> Moment:
    """The keys `time`, `time_format` and `time_zone`. Raises ConfigError."""
    formats = table.texts("time_format", ("iso",))
    if not all(form in ("iso", "unix", "unix_ms") or "%" in form for form in formats):
        raise table.wrong("time_format", "iso, unix, unix_ms or a format such as %Y-%m-%d %H:%M:%S")
    return Moment(read_place(table, "time"), formats, _zone(table))


def _zone(table: Table) -> tzinfo:
    if "time_zone" not in table:
        return UTC
    from zoneinfo import ZoneInfo  # 10 ms that only those pay whose provider names no zone

    try:
        return ZoneInfo(table.text("time_zone"))
    except (KeyError, ValueError, OSError) as error:  # zoneinfo raises all of these for a name that is none
        raise table.wrong("time_zone", "a time zone such as Europe/Copenhagen") from error


def _seconds(text: str, form: str, zone: tzinfo) -> float | None:
    try:
        if form in ("unix", "unix_ms"):
            seconds = float(text) / (1000 if form == "unix_ms" else 1)
            return seconds if 0 < seconds < _LAST_SECOND else None
        read = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)
        return (read if read.tzinfo else read.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        return None
