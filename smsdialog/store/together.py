"""Group commit: what the threads of a process write to SQLite goes to the disk together.

SQLite has one writer at a time, and to take a transaction to the disk costs as much as most of ours do before. So who
is done while others wait to write leaves the transaction open to the next of them, and waits until the last of them
has committed for all. Each has a savepoint of his own: what goes wrong for one is undone for him alone. A commit that
fails has failed for everybody.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Lock

from sqlalchemy import Connection

from smsdialog import pace

# Who was first waits for all: no more than this go together.
MOST_MEMBERS = 16

Begin = Callable[[], AbstractContextManager[Connection]]


class Together:
    """The transactions of one database file in this process."""

    def __init__(self, patience_seconds: float) -> None:
        self._queue = _Queue(patience_seconds)
        self._group: _Group | None = None

    @contextmanager
    def transaction(self, begin: Begin, *, durable: bool) -> Iterator[Connection]:
        """A transaction that others may share, which `begin` opens if need be; committed at the end, or undone.

        What is not `durable` may go with what is, but not the other way round. Raises sqlite3.OperationalError when
        others are at it for longer than anybody should wait.
        """
        self._queue.enter()
        try:
            group = self._joined(begin, durable)
        except BaseException:
            self._queue.leave()
            raise
        try:
            with group.member() as tx:
                yield tx
        finally:
            self._leave(group)
        group.wait()

    def _joined(self, begin: Begin, durable: bool) -> _Group:
        if self._group and durable and not self._group.durable:
            group, self._group = self._group, None
            group.finish()
        if not self._group:
            self._group = _Group(begin(), durable)
        return self._group

    def _leave(self, group: _Group) -> None:
        """Let the next go on, or end it for all."""
        if not group.is_full() and self._queue.hand_over():
            return
        self._group = None
        try:
            group.finish()
        finally:
            self._queue.leave()


class _Group:
    """One transaction of the database, and those who share it."""

    def __init__(self, opened: AbstractContextManager[Connection], durable: bool) -> None:
        self.durable = durable
        self._tx = opened.__enter__()
        self._opened = opened
        self._members = 0
        self._failure: BaseException | None = None
        self._ended = Event()

    @contextmanager
    def member(self) -> Iterator[Connection]:
        """One who writes; what he wrote is undone when anything is raised. The first is undone with the whole."""
        self._members += 1
        alone = self._members == 1
        if not alone:
            self._execute("SAVEPOINT member")
        try:
            yield self._tx
            if not alone:
                self._execute("RELEASE member")
        except BaseException as error:
            self._failure = error if alone else self._undone()
            raise

    def is_full(self) -> bool:
        """Whether it is to end now, because it is large enough, or undone."""
        return self._members >= MOST_MEMBERS or self._failure is not None

    def finish(self) -> None:
        """Commit it, or undo it; those who wait hear of it."""
        try:
            error = self._failure
            with pace.waiting():  # for the disk
                self._opened.__exit__(type(error) if error else None, error, None)
        except BaseException as error:
            self._failure = error
        finally:
            self._ended.set()

    def wait(self) -> None:
        """Wait until it is committed. Raises sqlite3.OperationalError when it was not."""
        if not self._ended.is_set():
            with pace.waiting():
                self._ended.wait()
        if self._failure:
            raise sqlite3.OperationalError(str(getattr(self._failure, "orig", self._failure))) from self._failure

    def _undone(self) -> BaseException | None:
        """Undo what the last one wrote; what stands in the way of that undoes all."""
        try:
            self._execute("ROLLBACK TO member")
            self._execute("RELEASE member")
        except Exception as error:  # as when the disk is full, and SQLite has undone all by itself
            return error
        return None

    def _execute(self, statement: str) -> None:
        self._tx.connection.cursor().execute(statement)


class _Queue:
    """Threads, one at a time, in the order in which they come."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._guard = Lock()
        self._is_taken = False
        self._waiting: deque[Lock] = deque()

    def enter(self) -> None:
        """Wait for one's turn. Raises sqlite3.OperationalError, as SQLite does when it has been busy for too long."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        with pace.waiting():
            if not mine.acquire(timeout=self._patience) and self._is_left(mine):
                raise sqlite3.OperationalError("database is locked")

    def _is_left(self, mine: Lock) -> bool:
        """Wait no longer; False when the turn has come just now."""
        with self._guard:
            if mine not in self._waiting:
                return False
            self._waiting.remove(mine)
            return True

    def hand_over(self) -> bool:
        """Give the turn to the next; False when nobody waits, and it is kept."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
                return True
        return False

    def leave(self) -> None:
        """Give the turn up."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
