"""What stands in a provider's JSON, read as what it should be. Nothing here raises, whatever stands there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsdialog.gateways._times import utc_seconds

# Before the year 5138; what is larger are no seconds.
_LAST_SECOND = 1e11


def text(document: Mapping[str, Any], name: str) -> str:
    """A text, or a whole number as its digits; empty where there is neither.

    >>> text({"id": 17, "status": "DELIVERED", "error": None}, "id"), text({}, "id")
    ('17', '')
    """
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def nested(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A JSON object inside another; an empty one where there is none.

    >>> nested({"event": {"id": 1}}, "event"), nested({"event": "x"}, "event")
    ({'id': 1}, {})
    """
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def count(document: Mapping[str, Any], name: str) -> int:
    """A number of something, however it is written; 0 where there is none.

    >>> count({"segments": 2}, "segments"), count({"segments": "2"}, "segments"), count({}, "segments")
    (2, 2, 0)
    """
    written = text(document, name)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def moment(value: object) -> float | None:
    """Seconds since the epoch, of such seconds or of a time in ISO 8601; None of anything else.

    >>> moment(1795338000), moment("2026-11-22T10:00:00+01:00"), moment(True)
    (1795338000.0, 1795338000.0, None)
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if 0 < value < _LAST_SECOND else None
    return utc_seconds(value)


def hexadecimal(value: str) -> int | None:
    """A code written in hex, with `0x` before it or not; None where it is none.

    >>> hexadecimal("0x1013"), hexadecimal("1013"), hexadecimal("")
    (4115, 4115, None)
    """
    try:
        return int(value, 16)
    except ValueError:
        return None
