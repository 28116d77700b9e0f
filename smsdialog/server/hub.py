"""The strands of one thread: each has it to itself until it waits, and goes on when what it waits for is there.

A strand is a greenlet, so what it does is written as if it had a thread of its own. Threads would cost more than half
of a mail's own work: to wake one, to fight for Python's turn, and to find the processor's caches cold, a dozen times a
mail. What makes the thread itself wait (a commit, a program, a name) is done `elsewhere`.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from greenlet import getcurrent, greenlet

from smsdialog import log, pace, strands
from smsdialog.strands import Clock, Made

# How soon somebody who has waited for too long hears so.
LOOK_SECONDS = 1.0
# How long the hub lets another thread work before it goes on: all its mails wait meanwhile.
PATIENCE_SECONDS = 0.005
# As many things as may be done elsewhere at once; the threads for that come when they are wanted.
MOST_THREADS = 256


class Hub:
    """One thread that runs strands, once it is started."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._deeds: deque[Callable[[], object]] = deque()
        self._sockets: dict[int, tuple[greenlet, float]] = {}
        self._signals: dict[_Signal, float] = {}
        self._threads = ThreadPoolExecutor(MOST_THREADS, "elsewhere")
        self._woken, self._waking = socket.socketpair()
        self._woken.setblocking(False)
        self._poll.register(self._woken, select.EPOLLIN)
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)
        self._listens = False
        self._running: greenlet | None = None
        self._since = 0.0

    def start(self) -> None:
        """Begin."""
        self._threads.submit(int).result()  # one there is from now on, however many more the system has
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it runs, as it should for ever."""
        return self._thread.is_alive()

    def begin(self, deed: Callable[[], None]) -> None:
        """A new strand, from any thread; what it raises is logged."""
        self.call(lambda: self._resume(greenlet(partial(_logged, deed), self._root)))

    def call(self, deed: Callable[[], object]) -> None:
        """Have it done by the hub itself, soon; from any thread."""
        self._deeds.append(deed)
        if self._listens:
            self._listens = False
            self._waking.send(b".")

    def forget(self, one: socket.socket) -> None:
        """Whoever waits for this socket need not wait any longer. Only by `call`."""
        self._end_wait(one.fileno(), False)

    def ready(self, one: socket.socket, event: int, seconds: float) -> bool:
        """Wait for a socket, see `strands`."""
        number = one.fileno()
        try:
            self._poll.modify(number, event | select.EPOLLONESHOT)
        except FileNotFoundError:
            self._poll.register(number, event | select.EPOLLONESHOT)
        self._sockets[number] = getcurrent(), time.monotonic() + seconds
        return bool(self._root.switch())

    def let_others(self) -> None:
        """Let a round pass, see `strands`."""
        self._deeds.append(partial(self._resume, getcurrent()))
        self._root.switch()

    def elsewhere(self, deed: Callable[[], Made]) -> Made:
        """Have it done by another thread, see `strands`."""
        done, ended = _Signal(self), Future[Made]()
        with contextlib.suppress(RuntimeError):  # no more threads: it waits for one of those there are
            self._threads.submit(_carry_out, deed, ended, done)
        done.wait()
        return ended.result()

    def signal(self) -> _Signal:
        """A signal that a strand of ours is going to wait for."""
        return _Signal(self)

    def clock(self) -> Clock:
        """The time of the strand that asks since it last waited: what hangs for ever does not wait."""
        strand, thread = getcurrent(), threading.get_native_id()
        return lambda: strands.processor_seconds(thread) - self._since if self._running is strand else 0.0

    def _run(self) -> None:
        strands.belong_to(self)
        self._root = getcurrent()
        look_at = time.monotonic()
        with pace.working(PATIENCE_SECONDS):
            while True:
                for _ in range(len(self._deeds)):
                    self._deeds.popleft()()
                self._listen()
                if time.monotonic() >= look_at:
                    self._look()
                    look_at = time.monotonic() + LOOK_SECONDS

    def _listen(self) -> None:
        self._listens = True  # before looking for deeds: who comes from now on wakes us
        with pace.waiting():
            heard = self._poll.poll(0 if self._deeds else LOOK_SECONDS)
        self._listens = False
        for number, _ in heard:
            if number == self._woken.fileno():
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(4096)
            else:
                self._end_wait(number, True)

    def _look(self) -> None:
        """End what has been waited for for too long."""
        now = time.monotonic()
        for number in [number for number, (_, until) in self._sockets.items() if until < now]:
            self._end_wait(number, False)
        for late in [one for one, until in self._signals.items() if until < now]:
            late.end(False)

    def _end_wait(self, number: int, is_ready: bool) -> None:
        if number in self._sockets:
            strand, _ = self._sockets.pop(number)
            self._resume(strand, is_ready)

    def _resume(self, strand: greenlet, *told: bool) -> None:
        self._running, self._since = strand, time.thread_time()
        strand.switch(*told)
        self._running = None


class _Signal:
    """The signal that a strand waits for. What becomes of it is the hub's business alone: `set` only calls for it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._strand: greenlet | None = None
        self._is_set = False

    def set(self) -> None:
        """Say it, from any thread."""
        self._hub.call(partial(self.end, True))

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for it; False when it was not said in time."""
        if self._is_set:
            return True
        self._strand = getcurrent()
        if seconds is not None:
            self._hub._signals[self] = time.monotonic() + seconds
        return bool(self._hub._root.switch())

    def end(self, is_set: bool) -> None:
        """Let go on who waits."""
        self._is_set = is_set
        self._hub._signals.pop(self, None)
        if self._strand:
            strand, self._strand = self._strand, None
            self._hub._resume(strand, is_set)


def _carry_out(deed: Callable[[], Made], ended: Future[Made], done: _Signal) -> None:
    try:
        ended.set_result(deed())
    except BaseException as error:
        ended.set_exception(error)
    done.set()


def _logged(deed: Callable[[], None]) -> None:
    try:
        deed()
    except Exception as error:
        log.failure(error)
