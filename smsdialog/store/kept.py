"""Connections kept at hand between transactions.

To hand a connection out and to take it back, SQLAlchemy's pool takes longer than SQLite takes for a transaction. So a
few are not given back. The last one used is the next: what SQLite has read stays good until another connection writes.
One with which anything went wrong is given back; and where it was the database, all are (`let_go`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.engine import Engine

MOST_KEPT = 5


class Kept:
    """The connections of one engine that nobody uses just now; safe to share between threads.

    With a `file`, those that were opened while another file had that name are not used again (`identity`).
    """

    def __init__(self, engine: Engine, file: str = "") -> None:
        self._engine = engine
        self._file = file
        self._idle: list[Connection] = []

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """A connection without a transaction, to be left without one."""
        connection = self._take()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if len(self._idle) < MOST_KEPT:
            self._idle.append(connection)
        else:
            connection.close()

    def let_go(self) -> None:
        """Give back every connection that nobody uses."""
        while (connection := self._pop()) is not None:
            connection.close()

    def _take(self) -> Connection:
        while (connection := self._pop()) is not None:
            if not self._file or connection.info.get("file") == identity(self._file):
                return connection
            connection.invalidate()
            connection.close()
        return self._engine.connect()

    def _pop(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None


def identity(file: str) -> tuple[int, int] | None:
    """What tells a file from another of the same name; None where there is none."""
    try:
        found = os.stat(file)  # pathlib's takes five times as long
    except OSError:
        return None
    return found.st_dev, found.st_ino
