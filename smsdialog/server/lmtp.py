"""LMTP (RFC 2033) for an MTA that delivers without a pipe: its connections. What is said on one: `session`.

What has come is acted on as it stands in the buffer, and answered in one piece; only for the door and for a mail is
anything waited for, and meanwhile no more than a little is read ahead.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from smsdialog import log
from smsdialog.dialog.door import Door
from smsdialog.server.desk import Desk
from smsdialog.server.mailbody import MailBody
from smsdialog.server.session import Session, Wait

MOST_CONNECTIONS = 200
IDLE_SECONDS = 300.0
# How long nothing may come in the middle of a mail.
DATA_SECONDS = 180.0
LOOK_SECONDS = 30.0
AHEAD_OCTETS = 1 << 20
LINE_OCTETS = 4096
DOOR_THREADS = 2


class LmtpServer:
    """What all connections of a process share."""

    def __init__(self, desk: Desk, door: Door, max_bytes: int) -> None:
        self.desk, self.door, self.max_bytes = desk, door, max_bytes
        self.connections: set[Connection] = set()
        self.threads = ThreadPoolExecutor(DOOR_THREADS, "door")

    def connection(self, *, believed: bool) -> asyncio.BaseProtocol:
        """A new connection; `believed`: it came by a Unix socket, so XFORWARD counts in full."""
        return Connection(self, ("ADDR", "IDENT") if believed else ("IDENT",))


class Connection(asyncio.Protocol):
    """One MTA that delivers."""

    transport: asyncio.Transport

    def __init__(self, server: LmtpServer, attributes: tuple[str, ...]) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = server
        self._session = Session(server, attributes, self._mail)
        self._held = b""
        self._waiting: asyncio.Task[str] | None = None
        self._body: MailBody | None = None
        self._whole: asyncio.Future[bytes] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet; one connection too many is closed again."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._heard_at = self._loop.time()
        self._look_again = self._loop.call_later(LOOK_SECONDS, self._look)
        if len(self._server.connections) >= MOST_CONNECTIONS:
            transport.close()
        self._server.connections.add(self)
        self._say("220 smsdialog LMTP")

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it; a mail that is in hand is finished, one that is not whole is nothing."""
        self._server.connections.discard(self)
        self._look_again.cancel()
        if self._body and self._waiting:
            self._waiting.cancel()

    def data_received(self, octets: bytes) -> None:
        """Act on what has come."""
        self._heard_at = self._loop.time()
        if self._body:
            self._read(octets)
            return
        self._held += octets
        self._go_on()
        if len(self._held) > AHEAD_OCTETS:
            self.transport.pause_reading()

    def _go_on(self) -> None:
        """Act on one line after the other, until something has to be waited for."""
        said: list[str] = []
        while not self._waiting and not self._session.is_over and (line := self._line()) is not None:
            answer = self._session.answer(line)
            if isinstance(answer, str):
                said.append(answer)
            else:
                self._wait(answer)
        self._say(*said)
        if self._session.is_over:
            self.transport.close()

    def _wait(self, answer: Wait) -> None:
        self._waiting = self._loop.create_task(answer)
        self._waiting.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[str]) -> None:
        """What was waited for is there."""
        self._waiting = self._body = None
        if task.cancelled() or self.transport.is_closing():
            return
        if error := task.exception():
            log.failure(error)
        self._say("451 4.3.0 temporary failure, please try again later" if error else task.result())
        self.transport.resume_reading()
        self._go_on()

    def _line(self) -> str | None:
        """The next line, if it is there; one that is too long is none that anybody understands."""
        line, ended, rest = self._held.partition(b"\n")
        if not ended and len(line) <= LINE_OCTETS:
            return None
        self._held = rest
        return line.rstrip(b"\r").decode("utf-8", "surrogateescape") if len(line) <= LINE_OCTETS else ""

    def _say(self, *answers: str) -> None:
        if answers:
            self.transport.write("".join(f"{answer}\r\n" for answer in answers).encode("ascii", "replace"))

    async def _mail(self) -> bytes:
        """Ask for a mail, and have all of it; what was sent ahead is its beginning."""
        self._body, self._whole = MailBody(self._server.max_bytes), self._loop.create_future()
        self._say("354 End data with <CR><LF>.<CR><LF>")
        ahead, self._held = self._held, b""
        self._read(ahead)
        self.transport.resume_reading()
        return await self._whole

    def _read(self, octets: bytes) -> None:
        """Some more of a mail."""
        assert self._body
        behind = self._body.feed(octets)
        if behind is not None:
            self._whole.set_result(self._body.mail)
            self._held, self._body = behind, None

    def _look(self) -> None:
        """Close a connection on which nothing comes."""
        patience = DATA_SECONDS if self._body else IDLE_SECONDS
        if (self._body or not self._waiting) and self._loop.time() - self._heard_at > patience:
            self.transport.close()
        self._look_again = self._loop.call_later(LOOK_SECONDS, self._look)
