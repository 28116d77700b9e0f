"""The mails in hand: no more than so many and so large at once, each with a deadline.

A mail that finds no room is refused for now (`Full`): the MTA has a queue, we have none that grows. One that takes
too long is given up: its thread cannot be ended, so the process takes no more mails and is replaced (`worn`). If the
mail has used up its processor time, that counts against it, as in the pipe; a slow database or gateway does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from smsdialog.core.model import Envelope
from smsdialog.dialog import quarantine
from smsdialog.dialog.handle import OK, Answer
from smsdialog.dialog.service import Service
from smsdialog.dialog.take import take
from smsdialog.errors import DeadlineExceeded, TemporaryError
from smsdialog.faults import patience

# As the pipe has it: no gateway call begins that could last beyond this; a locked database may hold a mail 30 s more.
DEADLINE_SECONDS = patience(65)
PATIENCE_SECONDS = DEADLINE_SECONDS + patience(33)
PROCESSOR_SECONDS = 30
# What all mails in hand may take together; one that is alone may be as large as `mail.max_bytes` allows.
MOST_OCTETS = 64 * 1024 * 1024


class Full(TemporaryError):
    """As many mails are in hand as there is room for."""

    status_code = "4.3.2"
    public_line = "too many mails at once, please try again later"


class Desk:
    """One process's mails. Used from its event loop only; `worn`: it should be replaced."""

    def __init__(self, service: Service, *, threads: int, queue: int) -> None:
        self._service = service
        self._threads = ThreadPoolExecutor(threads, "mail")
        self._places = threads + queue
        self._octets = 0
        self._closed = False
        self.in_hand = 0
        self.worn = asyncio.Event()

    def close(self) -> None:
        """From now on every mail finds no room."""
        self._closed = True

    @contextlib.contextmanager
    def room(self, octets: int) -> Iterator[None]:
        """A place for a mail of this size, before it is read. Raises Full."""
        too_many = self.in_hand >= self._places or (self.in_hand and self._octets + octets > MOST_OCTETS)
        if too_many or self._closed or self.worn.is_set():
            raise Full
        self.in_hand += 1
        self._octets += octets
        try:
            yield
        finally:
            self.in_hand -= 1
            self._octets -= octets

    async def take(self, raw: bytes, envelope: Envelope) -> tuple[Answer, ...]:
        """Take care of a mail, for which there is room: an answer for each recipient. Raises TemporaryError, too."""
        work = _Work(self._service, raw, envelope)
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.wait_for(asyncio.shield(running), PATIENCE_SECONDS)
        except TimeoutError:
            self.worn.set()
            return await asyncio.to_thread(self._give_up, work)

    def _give_up(self, work: _Work) -> tuple[Answer, ...]:
        if work.processor_seconds() > PROCESSOR_SECONDS and quarantine.put_aside(
            self._service, work.raw, work.envelope
        ):
            return (OK,) * max(1, len(work.envelope.recipients))
        raise DeadlineExceeded(f"a mail took longer than {PATIENCE_SECONDS:g} s")


class _Work:
    """One mail on its way through a thread."""

    def __init__(self, service: Service, raw: bytes, envelope: Envelope) -> None:
        self._service = service
        self.raw, self.envelope = raw, envelope
        self._deadline = service.now() + DEADLINE_SECONDS
        self._thread = 0

    def __call__(self) -> tuple[Answer, ...]:
        self._thread = threading.get_native_id()
        self._before = time.thread_time()
        self._service.store.check_schema()
        return take(self._service, self.raw, self.envelope, deadline=self._deadline)

    def processor_seconds(self) -> float:
        """What its thread has used so far, of which it had at most what it had used before."""
        if not self._thread:
            return 0.0
        fields = Path(f"/proc/self/task/{self._thread}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") - self._before
