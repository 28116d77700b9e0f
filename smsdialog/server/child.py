"""One process of the resident, seen from both sides: it beats while it is well, and ends when it is told.

The supervisor reads the beats from a pipe. The child reads the other way: a pipe whose end is the supervisor's
death, at which it finishes as at SIGTERM, so that nothing of a resident is left behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from smsdialog import log

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
BEAT_SECONDS = 1.0
# mallopt(3), of glibc's <malloc.h>: one heap for all threads; what is free at its end is given back, and what is large
# has pages of its own, however often it comes.
_HEAP = {-8: 1, -1: 524_288, -3: 98_304}


@dataclass(frozen=True)
class Heart:
    """The child's side: two descriptors."""

    beats: int
    supervisor: int

    def beat(self) -> None:
        """Say that we are well."""
        os.write(self.beats, b".")


@dataclass
class Child:
    """The supervisor's side. `beaten_at` is 0 until it is ready (seconds, monotonic)."""

    role: str
    pid: int
    beats: int
    started_at: float = field(default_factory=time.monotonic)
    beaten_at: float = 0.0

    def listen(self) -> None:
        """Note the beats since last time."""
        try:
            beaten = os.read(self.beats, 4096)
        except BlockingIOError:
            return
        if beaten:
            self.beaten_at = time.monotonic()

    def end(self, signal_number: int = signal.SIGTERM) -> None:
        """Tell it to finish, or make it."""
        os.kill(self.pid, signal_number)


def keep_little_memory() -> None:
    """Have this process, and those forked from it, keep less memory that is free.

    glibc gives each thread a heap of its own, of no use to another, and keeps what it has once had: 10 MB a process.
    """
    with contextlib.suppress(AttributeError):  # another C library
        for parameter, value in _HEAP.items():
            ctypes.CDLL(None).mallopt(parameter, value)


def start(role: str, run: Callable[[Heart], None], life: tuple[int, int], forget: Callable[[], None]) -> Child:
    """Fork a process that runs `run`; `life` is the supervisor's pipe, `forget` drops what is not the child's."""
    beats, beating = os.pipe()
    os.set_blocking(beats, False)
    os.set_blocking(beating, False)
    gc.freeze()  # what is there before the fork stays shared
    pid = os.fork()
    if pid:
        os.close(beating)
        return Child(role, pid, beats)
    os.close(beats)
    os.close(life[1])
    forget()
    _live(role, run, Heart(beating, life[0]))
    return Child(role, 0, beats)  # never reached: the process has ended


def _live(role: str, run: Callable[[Heart], None], heart: Heart) -> None:
    status = 1
    try:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN if number in (signal.SIGINT, signal.SIGHUP) else signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        run(heart)
        status = 0
    except BaseException as error:
        log.failure(error)
    finally:
        os._exit(status)
