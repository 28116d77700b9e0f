"""One key=value line per outcome, to syslog's mail facility.

Numbers are masked, key- and token-shaped words are shortened, and texts never come here.
"""

from __future__ import annotations

import re
import syslog
import traceback

from smsdialog.core.address import redact

_IDENT = "smsdialog"
_ODD = re.compile(r"[^\x21-\x7e]+")
_DIGITS = re.compile(r"\d{7,}")


def event(name: str, **fields: object) -> None:
    """Write one line: `event=NAME key=value …`; empty values are left out."""
    syslog.openlog(_IDENT, syslog.LOG_PID, syslog.LOG_MAIL)
    syslog.syslog(syslog.LOG_INFO, line(name, **fields))


def failure(error: BaseException) -> None:
    """Write what went wrong unexpectedly, and where; the MTA and its users see none of this."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = ",".join(f"{frame.filename}:{frame.lineno}" for frame in last)
    event("error", error=type(error).__name__, detail=error, where=where)


def line(name: str, **fields: object) -> str:
    """The line that `event` writes.

    >>> line("sent", queue="4XyZ1234567", to="+4520123456", reason="it's fine")
    "event=sent queue=4XyZ1234567 to=+45201*** reason=it's_fine"
    """
    pairs = [("event", name), *((key, _value(key, value)) for key, value in fields.items() if value not in ("", None))]
    return " ".join(f"{key}={value}" for key, value in pairs)


def _value(key: str, value: object) -> str:
    text = _ODD.sub("_", redact(str(value)))[:200]
    return text if key == "queue" else _DIGITS.sub(lambda digits: digits[0][:5] + "***", text)
