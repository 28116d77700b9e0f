"""One key=value line per outcome, to syslog's mail facility; `docs/log.md` lists them all.

Numbers are masked, key- and token-shaped words are shortened, and texts never come here. What a line is about (its
trace, its queue id) need not be handed down to whoever writes it: see `about`. A line that is written within a
transaction waits for its commit: what is undone has not happened, see `when_done`.
"""

from __future__ import annotations

import re
import syslog
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from smsdialog.core.address import redact

_IDENT = "smsdialog"
_ODD = re.compile(r"[^\x21-\x7e]+")
_DIGITS = re.compile(r"\d{7,}")
# Ids that one looks for, in which many digits may follow each other.
_WHOLE = ("queue", "trace", "of", "joined")
_subject: ContextVar[Mapping[str, object]] = ContextVar("subject")
_waiting: ContextVar[list[str] | None] = ContextVar("waiting", default=None)


def event(name: str, **fields: object) -> None:
    """Write one line: `event=NAME key=value …`; empty values are left out."""
    written = line(name, **{**_subject.get({}), **fields})
    waiting = _waiting.get()
    if waiting is None:
        _write(written)
    else:
        waiting.append(written)


def failure(error: BaseException, **fields: object) -> None:
    """Write at once what went wrong unexpectedly, and where; the MTA and its users see none of this."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = ",".join(f"{frame.filename}:{frame.lineno}" for frame in last)
    about_it = {**_subject.get({}), **fields, **error.__dict__.get("about", {})}
    _write(line("error", **about_it, error=type(error).__name__, detail=error, where=where))


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """Every line that is written in here bears these fields, too, and so does that of a failure that leaves it."""
    subject = {**_subject.get({}), **{name: value for name, value in fields.items() if value}}
    before = _subject.set(subject)
    try:
        yield
    except BaseException as error:
        error.__dict__.setdefault("about", subject)
        raise
    finally:
        _subject.reset(before)


@contextmanager
def when_done() -> Iterator[None]:
    """Lines that are written in here are held back until it ends well, and are thrown away when it does not."""
    lines: list[str] = []
    before = _waiting.set(lines)
    try:
        yield
    finally:
        _waiting.reset(before)
    for held in lines:
        _write(held)


def line(name: str, **fields: object) -> str:
    """The line that `event` writes.

    >>> line("sent", queue="4XyZ1234567", to="+4520123456", reason="it's fine")
    "event=sent queue=4XyZ1234567 to=+45201*** reason=it's_fine"
    """
    pairs = [f"{key}={_value(key, value)}" for key, value in fields.items() if value not in ("", None)]
    return " ".join([f"event={name}", *pairs])


def _write(written: str) -> None:
    syslog.openlog(_IDENT, syslog.LOG_PID, syslog.LOG_MAIL)
    syslog.syslog(syslog.LOG_INFO, written)


def _value(key: str, value: object) -> str:
    text = _ODD.sub("_", redact(str(value)))[:200]
    return text if key in _WHOLE else _DIGITS.sub(lambda digits: digits[0][:5] + "***", text)
