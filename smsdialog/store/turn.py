"""Whose turn it is to write to a SQLite file: one process's of this machine.

SQLite lets one write at a time, and who finds it busy looks again after pauses that grow to a tenth of a second; with
two processes at work, both were idle a third of the time. So who would write takes turns before asking SQLite, by
flock(2) of the folder, looked at every fraction of a millisecond. It is a courtesy and no guarantee: who waits too long
goes on, and SQLite's own lock decides. A process that dies gives its turn up.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

LONGEST_WAIT_SECONDS = 2.0
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.0002, 0.002


class Turn:
    """A context in which this process may write; of those who write in it one enters at a time (`together`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor = -1

    def __enter__(self) -> None:
        if not self._take():
            self._wait()

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the folder."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _wait(self) -> None:
        deadline, pause = time.monotonic() + LONGEST_WAIT_SECONDS, SHORTEST_PAUSE_SECONDS
        while not self._take() and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _take(self) -> bool:
        """Whether no other process has the turn; where the folder cannot be opened, none is asked."""
        try:
            if self._descriptor < 0:
                self._descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True
