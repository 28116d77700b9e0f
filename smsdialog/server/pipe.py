"""What the pipe hands over, as `smsdialog.handover` says it.

Only who may use the socket's file may connect: the pipe's own user. So what he says of the MTA is believed.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time

from smsdialog import handover, log, strands
from smsdialog.config import Config
from smsdialog.deliver import parse_arguments, read_envelope
from smsdialog.dialog.handle import Answer, together
from smsdialog.errors import EXIT_TEMPORARY, SmsDialogError
from smsdialog.server.desk import Desk
from smsdialog.server.inhand import Answers, GivenUp, MailInHand, temporary

# How long the request's first line, its words, the mail, and our answer may take.
READ_SECONDS = 60.0
MOST_CONNECTIONS = 500
MOST_LINE_OCTETS = 1024
MOST_WORD_OCTETS = 1 << 20
CHUNK_OCTETS = 65_536


class PipeServer:
    """Answers the pipes of one installation."""

    def __init__(self, config: Config, desk: Desk) -> None:
        self._config, self._desk = config, desk
        self._greeting = handover.greeting(os.path.realpath(config.source))

    def serve(self, one: socket.socket) -> None:
        """One connection, which brings one mail; when it breaks, the pipe has gone, and the MTA still has the mail."""
        with contextlib.suppress(OSError, GivenUp):
            strands.send_all(one, self._greeting, READ_SECONDS)
            _say(one, self._answer(_Request(one)))

    def _answer(self, request: _Request) -> Answer:
        head = request.line()
        try:
            word_octets, count, mail_octets = _numbers(head)
            with self._desk.room(mail_octets) as place:
                words, mail = request.octets(word_octets), request.octets(mail_octets)
                said = [os.fsdecode(word) for word in words.split(b"\0")[:-1]]
                return self._take(place, request, said[:count], said[count:], mail)
        except (OSError, GivenUp):
            raise
        except SmsDialogError as error:
            log.failure(error)
            return temporary(error)
        except Exception as error:
            log.failure(error)
            return temporary(SmsDialogError())

    def _take(self, place: MailInHand, request: _Request, arguments: list[str], told: list[str], mail: bytes) -> Answer:
        most = self._config.mail.max_bytes
        environment = dict(pair.split("=", 1) for pair in told)
        envelope = read_envelope(parse_arguments(arguments), environment, mail[:most], self._config.domain)
        return _one(place.take(mail[: most + 1], envelope, request.last_word))


class _Request:
    """What comes on one connection. Raises OSError when it breaks, or when something takes too long."""

    def __init__(self, one: socket.socket) -> None:
        self._socket = one
        self._held = bytearray()

    def line(self) -> bytes:
        """The first line."""
        until = time.monotonic() + READ_SECONDS
        while b"\n" not in self._held and len(self._held) < MOST_LINE_OCTETS:
            self._read(until)
        return self._taken(self._held.find(b"\n") + 1)

    def octets(self, count: int) -> bytes:
        """So many octets more."""
        until = time.monotonic() + READ_SECONDS
        while len(self._held) < count:
            self._read(until)
        return self._taken(count)

    def last_word(self, answers: Answers) -> None:
        """Answer in place of the connection's own thread, which is at a mail that was given up."""
        with contextlib.suppress(OSError):
            _say(self._socket, _one(answers))
            self._socket.shutdown(socket.SHUT_RDWR)

    def _read(self, until: float) -> None:
        octets = strands.received(self._socket, CHUNK_OCTETS, max(0.001, until - time.monotonic()))
        if not octets:
            raise ConnectionResetError
        self._held += octets

    def _taken(self, count: int) -> bytes:
        taken = bytes(memoryview(self._held)[:count])
        del self._held[:count]
        return taken


def _say(one: socket.socket, answer: Answer) -> None:
    strands.send_all(one, f"{answer.exit_status} {answer.line}\r\n".encode("ascii", "replace"), READ_SECONDS)


def _one(answers: Answers) -> Answer:
    """The one answer of a run; what could not be taken care of at all says why."""
    return next((one for one in answers if one.exit_status == EXIT_TEMPORARY), None) or together(answers)


def _numbers(head: bytes) -> tuple[int, int, int]:
    """The three numbers of a request's first line. Raises ValueError."""
    verb, *numbers = head.split()
    word_octets, count, mail_octets = (int(number) for number in numbers)
    if verb != b"DELIVER" or not 0 <= word_octets <= MOST_WORD_OCTETS or not 0 <= mail_octets <= handover.MOST_OCTETS:
        raise ValueError("not a request of the pipe")
    return word_octets, count, mail_octets
