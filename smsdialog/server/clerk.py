"""What is not urgent to anybody: the rounds over what waits, in a thread of the first process that takes mails.

A process of its own for them would take a sixth of the resident's memory.
"""

from __future__ import annotations

import threading

from smsdialog import log, pace
from smsdialog.dialog.flush import flush_due
from smsdialog.dialog.service import Service
from smsdialog.watch import rounds


class Clerk(threading.Thread):
    """Takes what waits, again and again, from its start until told to `end`; a round that is under way is finished."""

    def __init__(self, service: Service, seconds: float) -> None:
        super().__init__(name="clerk", daemon=True)
        self._service, self._seconds = service, seconds
        self._told = threading.Event()

    def run(self) -> None:
        """Make rounds; trouble of one is another one's business."""
        while not self._told.wait(self._seconds):
            try:
                with pace.working():
                    self._service.store.check_schema()
                    flush_due(self._service)
                    rounds.make(self._service)
            except Exception as error:
                log.failure(error)

    def end(self) -> None:
        """Begin no round any more."""
        self._told.set()
