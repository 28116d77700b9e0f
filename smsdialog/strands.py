"""Where work waits for somebody else: a peer, a gateway, the disk, another mail.

The resident takes care of its mails in one thread. Each is a strand, which has the thread to itself until it waits;
meanwhile the others go on (`server.hub`). In every other thread, as in the pipe and in a call from the web, it is the
thread that waits, and lets others work (`pace`). Who waits need not know which of the two he is.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from smsdialog import pace

Made = TypeVar("Made")
Clock = Callable[[], float]


class Signal(Protocol):
    """What one waits for, and another, of any thread, says once."""

    def set(self) -> None:
        """Say it."""

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for it; False when it was not said in time."""


class Strands(Protocol):
    """Who switches between the strands of a thread."""

    def ready(self, one: socket.socket, event: int, seconds: float) -> bool:
        """As the function below."""

    def elsewhere(self, deed: Callable[[], Made]) -> Made:
        """As the function below."""

    def let_others(self) -> None:
        """As the function below."""

    def signal(self) -> Signal:
        """As the function below."""

    def clock(self) -> Clock:
        """As the function below."""


class _Mine(threading.local):
    """Who switches in this thread, if anybody does."""

    strands: Strands | None = None


_mine = _Mine()


def belong_to(strands: Strands) -> None:
    """From now on this thread runs strands."""
    _mine.strands = strands


def ready(one: socket.socket, event: int, seconds: float) -> bool:
    """Wait until a socket has something to read (select.POLLIN) or room (POLLOUT); False when it has not in time."""
    if _mine.strands:
        return _mine.strands.ready(one, event, seconds)
    poll = select.poll()
    poll.register(one, event)
    with pace.waiting():
        return bool(poll.poll(seconds * 1000))


def received(one: socket.socket, most: int, seconds: float) -> bytes:
    """What comes next on a socket that does not block; empty at its end. Raises OSError."""
    while ready(one, select.POLLIN, seconds):
        try:
            return one.recv(most)
        except BlockingIOError:
            continue
    raise TimeoutError


def send_all(one: socket.socket, octets: bytes, seconds: float) -> None:
    """Send all of it on a socket that does not block; there may be a pause of so many seconds. Raises OSError."""
    left = memoryview(octets)
    while left:
        try:
            left = left[one.send(left) :]
        except BlockingIOError:
            if not ready(one, select.POLLOUT, seconds):
                raise TimeoutError from None


def let_others() -> None:
    """Let those go on that are ready to."""
    if _mine.strands:
        _mine.strands.let_others()


def elsewhere(deed: Callable[[], Made]) -> Made:
    """Have done what makes a thread wait, in one that may; what it returns or raises."""
    if _mine.strands:
        return _mine.strands.elsewhere(deed)
    with pace.waiting():
        return deed()


def signal() -> Signal:
    """A signal that this strand or thread is going to wait for."""
    return _mine.strands.signal() if _mine.strands else _Lock()


def clock() -> Clock:
    """What tells any thread how much processor time (seconds) this strand or thread has used since now."""
    if _mine.strands:
        return _mine.strands.clock()
    thread, before = threading.get_native_id(), time.thread_time()
    return lambda: processor_seconds(thread) - before


def processor_seconds(thread: int) -> float:
    """What a thread of this process has used so far, to a hundredth of a second."""
    fields = Path(f"/proc/self/task/{thread}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Lock:
    """The signal that a thread waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def set(self) -> None:
        """Say it."""
        self._lock.release()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for it; False when it was not said in time."""
        with pace.waiting():
            return self._lock.acquire(timeout=-1 if seconds is None else seconds)


class Gate:
    """So many may be inside at once; the others wait in the order in which they come."""

    def __init__(self, places: int) -> None:
        self._guard = threading.Lock()
        self._places = places
        self._waiting: deque[Signal] = deque()

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Be inside, however long one has to wait for that."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def enter(self, seconds: float | None = None) -> bool:
        """Wait for a place; False when there was none in time."""
        with self._guard:
            if self._places:
                self._places -= 1
                return True
            mine = signal()
            self._waiting.append(mine)
        return mine.wait(seconds) or not self._is_left(mine)

    def hand_over(self) -> bool:
        """Give one's place to the next; False when nobody waits, and it is kept."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
                return True
        return False

    def leave(self) -> None:
        """Give one's place up."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._places += 1

    def _is_left(self, mine: Signal) -> bool:
        """Wait no longer; False when there is a place just now."""
        with self._guard:
            if mine not in self._waiting:
                return False
            self._waiting.remove(mine)
            return True
