"""One mail in hand, from the place that it is given to its answer.

The strand of its connection takes care of it, and answers. When that takes too long, somebody else answers in its
place: if the mail has used up its processor time, that counts against it, as in the pipe; a slow database or gateway
does not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import inf

from smsdialog import log, pace, strands
from smsdialog.core.model import Envelope
from smsdialog.dialog import quarantine
from smsdialog.dialog.handle import OK, Answer
from smsdialog.dialog.service import Service
from smsdialog.dialog.take import take
from smsdialog.errors import EXIT_TEMPORARY, DeadlineExceeded, SmsDialogError
from smsdialog.faults import patience
from smsdialog.strands import Clock, Gate

# As the pipe has it: no gateway call begins that could last beyond this; a locked database may hold a mail 30 s more.
DEADLINE_SECONDS = patience(65)
PATIENCE_SECONDS = DEADLINE_SECONDS + patience(33)
PROCESSOR_SECONDS = 30

Answers = tuple[Answer, ...]


class GivenUp(Exception):
    """A mail was given up, and its connection with it: it has been answered by somebody else."""


class MailInHand:
    """One mail, which was said to have so many `octets`; `turns` are those of the mails that are worked on at once."""

    def __init__(self, service: Service, turns: Gate, octets: int) -> None:
        self.octets = octets
        self._service, self._turns = service, turns
        self._answering, self._given_up = threading.Lock(), threading.Event()
        self._late_at = inf
        self._used: Clock | None = None

    def take(self, raw: bytes, envelope: Envelope, instead: Callable[[Answers], None]) -> Answers:
        """Take care of it: an answer for each recipient, whatever comes of it.

        When that takes too long, another thread calls `instead` with the answers, and here GivenUp is raised, if ever.
        """
        self._raw, self._envelope, self._instead = raw, envelope, instead
        self._deadline = self._service.now() + DEADLINE_SECONDS
        self._late_at = time.monotonic() + PATIENCE_SECONDS
        answers = self._tried(self._take)
        if not self.is_first_to_answer():
            strands.elsewhere(self._given_up.wait)
            raise GivenUp
        return answers

    def is_late(self) -> bool:
        """Whether it has been waited for long enough."""
        return time.monotonic() > self._late_at

    def is_first_to_answer(self) -> bool:
        """True for whoever asks first, and only once."""
        return self._answering.acquire(blocking=False)

    def give_up(self) -> None:
        """Answer in place of the thread that is at it."""
        try:
            self._instead(self._tried(self._counted))
        finally:
            self._given_up.set()

    def _take(self) -> Answers:
        with self._turns.place():
            if self._answering.locked():  # it was given up before its turn came
                return ()
            return self._taken() if self._service.store.is_file else strands.elsewhere(self._taken_elsewhere)

    def _taken(self) -> Answers:
        self._used = strands.clock()
        self._service.store.check_schema()
        return take(self._service, self._raw, self._envelope, deadline=self._deadline)

    def _taken_elsewhere(self) -> Answers:
        """A server is waited for at every statement: a mail that uses one has a thread."""
        with pace.working():
            return self._taken()

    def _counted(self) -> Answers:
        """What is answered of a mail that took too long."""
        used = self._used() if self._used else 0.0
        if used > PROCESSOR_SECONDS and quarantine.put_aside(self._service, self._raw, self._envelope):
            return (OK,) * self._recipients
        raise DeadlineExceeded(f"a mail took longer than {PATIENCE_SECONDS:g} s")

    def _tried(self, deed: Callable[[], Answers]) -> Answers:
        """The answers that it gives, or that it should be tried again later."""
        try:
            return deed()
        except SmsDialogError as error:
            log.failure(error, queue=self._envelope.queue_id)
            return (temporary(error),) * self._recipients
        except Exception as error:
            log.failure(error, queue=self._envelope.queue_id)
            return (temporary(SmsDialogError()),) * self._recipients

    @property
    def _recipients(self) -> int:
        return max(1, len(self._envelope.recipients))


def temporary(error: SmsDialogError) -> Answer:
    """The answer to a mail that is to be tried again."""
    return Answer(EXIT_TEMPORARY, f"{error.status_code} {error.public_line}")
