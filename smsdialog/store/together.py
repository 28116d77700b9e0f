"""Group commit: what the strands and threads of a process write to SQLite goes to the disk together.

SQLite has one writer at a time, and to take a transaction to the disk costs as much as most of ours do before. So who
is done while others wait to write leaves the transaction open to the next of them, and waits until the last of them
has committed for all. Each has a savepoint of his own: what goes wrong for one is undone for him alone. A commit that
fails has failed for everybody.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from threading import Lock

from sqlalchemy import Connection

from smsdialog import strands
from smsdialog.strands import Gate

# Who was first waits for all: no more than this go together.
MOST_MEMBERS = 16

Begin = Callable[[], AbstractContextManager[Connection]]


class Together:
    """The transactions of one database file in this process."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._queue = Gate(1)
        self._group: _Group | None = None

    @contextmanager
    def transaction(self, begin: Begin, *, durable: bool) -> Iterator[Connection]:
        """A transaction that others may share, which `begin` opens if need be; committed at the end, or undone.

        What is not `durable` may go with what is, but not the other way round. Raises sqlite3.OperationalError when
        others are at it for longer than anybody should wait.
        """
        if not self._queue.enter(self._patience):
            raise sqlite3.OperationalError("database is locked")  # as SQLite says when it has been busy for too long
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
        if not group.is_full():
            if not self._queue.is_waited_for:
                strands.let_others()  # to come, too
            if self._queue.hand_over():
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
        self._tx = strands.elsewhere(opened.__enter__)  # SQLite may be busy with another program
        self._opened = opened
        self._members = 0
        self._failure: BaseException | None = None
        self._guard, self._ended = Lock(), False
        self._waiting: list[strands.Signal] = []

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
            end = partial(self._opened.__exit__, type(error) if error else None, error, None)
            if self.durable:
                strands.elsewhere(end)  # it waits for the disk
            else:
                end()
        except BaseException as error:
            self._failure = error
        finally:
            self._tell()

    def wait(self) -> None:
        """Wait until it is committed. Raises sqlite3.OperationalError when it was not."""
        with self._guard:
            mine = None if self._ended else strands.signal()
            if mine:
                self._waiting.append(mine)
        if mine:
            mine.wait()
        if self._failure:
            raise sqlite3.OperationalError(str(getattr(self._failure, "orig", self._failure))) from self._failure

    def _tell(self) -> None:
        """Let go on who waits."""
        with self._guard:
            self._ended = True
        for one in self._waiting:
            one.set()

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
