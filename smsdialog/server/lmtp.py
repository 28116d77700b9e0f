"""LMTP (RFC 2033) for an MTA that delivers without a pipe: its connections. What is said on one: `session`.

The commands of what has come are answered one after the other, and the answers go in one piece, before anything more is
waited for. An MTA that stops reading or writing keeps its own strand waiting and nobody else.
"""

from __future__ import annotations

import contextlib
import socket
import time
from functools import partial

from smsdialog import log, strands
from smsdialog.dialog.door import Caller, Door, Verdict
from smsdialog.errors import SmsDialogError, TemporaryError
from smsdialog.server.desk import Desk
from smsdialog.server.inhand import GivenUp
from smsdialog.server.mailbody import MailBody
from smsdialog.server.session import Session

MOST_CONNECTIONS = 200
IDLE_SECONDS = 300.0
# How long nothing may come in the middle of a mail.
DATA_SECONDS = 180.0
# How long all of a mail may take to come.
MAIL_SECONDS = 900.0
LINE_OCTETS = 4096
CHUNK_OCTETS = 8192
# How many may ask at the door at once, and how long the others wait for that.
DOOR_PLACES = 4
DOOR_SECONDS = 1.0


class LmtpServer:
    """What all connections of a process share."""

    def __init__(self, desk: Desk, door: Door, max_bytes: int) -> None:
        self.desk, self.max_bytes = desk, max_bytes
        self._door, self._places = door, strands.Gate(DOOR_PLACES)

    def serve(self, one: socket.socket) -> None:
        """One connection; by a Unix socket XFORWARD is believed in full."""
        by_unix_socket = one.family == socket.AF_UNIX
        if not by_unix_socket:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(Gone, GivenUp):
            Connection(self, one, ("ADDR", "IDENT") if by_unix_socket else ("IDENT",)).run()

    def judge(self, recipient: str, caller: Caller) -> Verdict | None:
        """What the door says; one that does not answer is open."""
        if not self._places.enter(DOOR_SECONDS):
            return None
        try:
            judge = partial(self._door.judge, recipient, caller)
            return judge() if self._door.is_quick else strands.elsewhere(judge)
        except TemporaryError:
            return None
        finally:
            self._places.leave()


class Gone(Exception):
    """The MTA has closed the connection, or neither reads nor writes."""


class Connection:
    """One MTA that delivers."""

    def __init__(self, server: LmtpServer, one: socket.socket, attributes: tuple[str, ...]) -> None:
        self._socket, self._max_bytes = one, server.max_bytes
        self._session = Session(server, attributes, self)
        self._said: list[str] = []
        self._held = b""
        self._patience = IDLE_SECONDS

    def run(self) -> None:
        """Greet, and answer until the end. Raises Gone and GivenUp."""
        self._say("220 smsdialog LMTP")
        while not self._session.is_over:
            self._say(self._answer(self._line()))
        self._send()

    def mail(self) -> bytes:
        """Ask for a mail, and have all of it; what was sent ahead is its beginning. Raises Gone."""
        self._say("354 End data with <CR><LF>.<CR><LF>")
        self._patience = DATA_SECONDS
        body = MailBody(self._max_bytes)
        behind = body.feed(self._held)
        if behind is not None:  # all of it was sent ahead
            self._send()
        until = time.monotonic() + MAIL_SECONDS
        while behind is None:
            if time.monotonic() > until:
                raise Gone
            behind = body.feed(self._received())
        self._held = behind
        self._patience = IDLE_SECONDS
        return body.mail

    def last_word(self, answer: str) -> None:
        """Answer in place of the connection's own thread, which is at a mail that was given up."""
        self._say(answer)
        with contextlib.suppress(Gone, OSError):
            self._send()
            self._socket.shutdown(socket.SHUT_RDWR)

    def _answer(self, line: str) -> str:
        try:
            return self._session.answer(line)
        except (Gone, GivenUp):
            raise
        except Exception as error:
            log.failure(error)
            return f"451 {SmsDialogError.status_code} {SmsDialogError.public_line}"

    def _line(self) -> str:
        """The next line; one that is too long is none that anybody understands."""
        while True:
            line, ended, rest = self._held.partition(b"\n")
            if ended or len(line) > LINE_OCTETS:
                self._held = rest
                return line.rstrip(b"\r").decode("utf-8", "surrogateescape") if len(line) <= LINE_OCTETS else ""
            self._held += self._received()

    def _say(self, answer: str) -> None:
        """Say it with the next that is sent."""
        self._said.append(answer)

    def _send(self) -> None:
        if not self._said:
            return
        octets = "".join(f"{answer}\r\n" for answer in self._said).encode("ascii", "replace")
        self._said.clear()
        try:
            strands.send_all(self._socket, octets, self._patience)
        except OSError as error:
            raise Gone from error

    def _received(self) -> bytes:
        """What comes next, when what we have to say is on its way."""
        try:
            self._send()
            octets = strands.received(self._socket, CHUNK_OCTETS, self._patience)
        except OSError as error:
            raise Gone from error
        if not octets:
            raise Gone
        return octets
