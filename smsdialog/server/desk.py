"""The mails in hand: no more than so many and so large at once, each with a deadline.

A mail that finds no room is refused for now (`Full`): the MTA has a queue, we have none that grows. One that takes
too long is given up: its strand cannot be ended, so the process takes no more mails and is replaced (`worn`).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from smsdialog.dialog.service import Service
from smsdialog.errors import TemporaryError
from smsdialog.server.inhand import MailInHand
from smsdialog.strands import Gate

# What all mails in hand may take together; one that is alone may be as large as `mail.max_bytes` allows.
MOST_OCTETS = 64 * 1024 * 1024


class Full(TemporaryError):
    """As many mails are in hand as there is room for."""

    status_code = "4.3.2"
    public_line = "too many mails at once, please try again later"


class Desk:
    """One process's mails: `threads` are worked on at once, and `queue` more wait for that. `worn`: it should be
    replaced."""

    def __init__(self, service: Service, *, threads: int, queue: int) -> None:
        self._service = service
        self._turns = Gate(threads)
        self._places = threads + queue
        self._mails: set[MailInHand] = set()
        self._lock = threading.Lock()
        self._closed = False
        self.worn = False

    @property
    def in_hand(self) -> int:
        """How many mails have a place; one that was given up has none."""
        return len(self._mails)

    def close(self) -> None:
        """From now on every mail finds no room."""
        with self._lock:  # who has just found room is in hand
            self._closed = True

    @contextlib.contextmanager
    def room(self, octets: int) -> Iterator[MailInHand]:
        """A place for a mail of this size, before it is read. Raises Full."""
        mail = MailInHand(self._service, self._turns, octets)
        with self._lock:
            if self._closed or self.worn or not self._has_room_for(octets):
                raise Full
            self._mails.add(mail)
        try:
            yield mail
        finally:
            self._leave(mail)

    def look(self) -> None:
        """Give up the mails that take too long; to be called every second or so."""
        with self._lock:
            late = [mail for mail in self._mails if mail.is_late() and mail.is_first_to_answer()]
        for mail in late:
            self.worn = True
            threading.Thread(target=self._give_up, args=(mail,), daemon=True).start()

    def _has_room_for(self, octets: int) -> bool:
        taken = sum(mail.octets for mail in self._mails)
        return not self._mails or (len(self._mails) < self._places and taken + octets <= MOST_OCTETS)

    def _leave(self, mail: MailInHand) -> None:
        with self._lock:
            self._mails.discard(mail)

    def _give_up(self, mail: MailInHand) -> None:
        try:
            mail.give_up()
        finally:
            self._leave(mail)
