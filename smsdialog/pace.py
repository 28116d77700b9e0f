"""Which thread of a process is at work: of those that take care of mails and calls, one at a time.

Python runs one thread at a time as it is, and lets them fight for that at every statement of the database: four
threads at work took a quarter more processor time for a mail than one, most of it for handing over. So a thread that
works has the turn, and gives it up where it waits for somebody else: a gateway, sendmail, whoever writes to the
database. It is a courtesy and no guarantee: who has waited a moment goes on without it. Where nobody works so, as in
the pipe, none of this does anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local

LONGEST_WAIT_SECONDS = 0.05


class _Mine(local):
    """Whether this thread is at work, and whether it has the turn for that or goes on without."""

    works = held = False
    patience = LONGEST_WAIT_SECONDS


_turn = Lock()
_mine = _Mine()


@contextmanager
def working(patience: float | None = None) -> Iterator[None]:
    """This thread works in here; not to be entered twice. It waits for others no longer than `patience` (seconds)."""
    _mine.works, _mine.patience = True, LONGEST_WAIT_SECONDS if patience is None else patience
    _take()
    try:
        yield
    finally:
        _give_up()
        _mine.works = False


@contextmanager
def waiting() -> Iterator[None]:
    """A thread that works waits in here for what is not its own work."""
    if not _mine.works:
        yield
        return
    _give_up()
    try:
        yield
    finally:
        _take()


def _take() -> None:
    _mine.held = _turn.acquire(timeout=_mine.patience)


def _give_up() -> None:
    if _mine.held:
        _mine.held = False
        _turn.release()
