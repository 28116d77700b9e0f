"""LMTP (RFC 2033) for an MTA that delivers without a pipe: one answer for each recipient.

aiosmtpd speaks the protocol. What is ours: recipients are judged as at the door, so that an MTA that probes them
(`reject_unverified_recipient`) can refuse at RCPT; mails are read whole, whatever the length of their lines; addresses
are taken as they stand; XFORWARD tells where a mail came from and its queue id. Who is on a loopback port may be any
user of the machine: there XFORWARD is not believed where it could prove somebody (ADDR).
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from aiosmtpd.lmtp import LMTP

from smsdialog import log
from smsdialog.core.model import Envelope
from smsdialog.dialog.door import Caller, Door
from smsdialog.dialog.handle import Answer
from smsdialog.errors import EXIT_NO_PERMISSION, EXIT_OK, EXIT_UNKNOWN_RECIPIENT, SmsDialogError, TemporaryError
from smsdialog.server.desk import Desk, Full

MOST_RECIPIENTS = 1000
MOST_CONNECTIONS = 200
IDLE_SECONDS = 300.0
DATA_SECONDS = 180.0
# As much as the reader ever holds, so that it is empty when something is put back.
CHUNK_OCTETS = 1 << 20
LINE_OCTETS = 65_536
DOOR_SECONDS = 3.0
# A mail of which the MTA did not say how large it is.
USUAL_OCTETS = 65_536
_END = b"\r\n.\r\n"
_UNAVAILABLE = ("[UNAVAILABLE]", "[TEMPUNAVAIL]")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_CODES = {EXIT_OK: "250", EXIT_UNKNOWN_RECIPIENT: "550", EXIT_NO_PERMISSION: "550"}


class LmtpServer:
    """What all connections of a process share."""

    def __init__(self, desk: Desk, door: Door, max_bytes: int) -> None:
        self.desk, self.door, self.max_bytes = desk, door, max_bytes
        self.connections: set[Connection] = set()

    def connection(self, *, believed: bool) -> asyncio.BaseProtocol:
        """A new connection; `believed`: it came by a Unix socket, so XFORWARD counts in full."""
        return Connection(self, "ADDR IDENT" if believed else "IDENT")


class Connection(LMTP):
    """One MTA that delivers."""

    line_length_limit = LINE_OCTETS

    def __init__(self, server: LmtpServer, attributes: str) -> None:
        super().__init__(
            _Handler(), enable_SMTPUTF8=True, data_size_limit=server.max_bytes, hostname="smsdialog", ident="LMTP",
            timeout=IDLE_SECONDS, loop=asyncio.get_running_loop(),
        )  # fmt: skip
        self._server = server
        self.attributes = attributes
        self.forwarded: dict[str, str] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it; one too many is closed again."""
        if len(self._server.connections) >= MOST_CONNECTIONS:
            transport.close()
        self._server.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        self._server.connections.discard(self)
        super().connection_lost(error)

    def _set_post_data_state(self) -> None:
        super()._set_post_data_state()  # type: ignore[no-untyped-call]
        self.forwarded = {}

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """An address as it stands between < and >, whatever is in it, and what follows it."""
        quoted = re.match(r'<((?:"(?:[^"\\]|\\.)*"|[^">])*)>(.*)', arg.strip())
        return (quoted[1] or "<>", quoted[2]) if quoted else (None, None)

    async def smtp_XFORWARD(self, arg: str | None) -> None:  # noqa: N802
        """Postfix's XFORWARD: where the mail came from, before MAIL FROM."""
        for pair in (arg or "").split():
            name, _, value = pair.partition("=")
            if name.upper() in self.attributes.split() and value not in _UNAVAILABLE:
                self.forwarded[name.upper()] = _XTEXT.sub(lambda octet: chr(int(octet[1], 16)), value)
        await self.push("250 2.0.0 Ok")

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Read a mail and take care of it."""
        assert self.envelope is not None
        if not self.envelope.rcpt_tos or arg:
            await self.push("503 5.5.1 need RCPT command first")
            return
        desk, recipients = self._server.desk, self.envelope.rcpt_tos
        declared = next((o[5:] for o in self.envelope.mail_options if o.startswith("SIZE=")), "")
        try:
            with desk.room(int(declared or USUAL_OCTETS)):
                await self.push("354 End data with <CR><LF>.<CR><LF>")
                raw = await asyncio.wait_for(self._read_mail(), DATA_SECONDS)
                self._reset_timeout(DATA_SECONDS)
                status = await self._answers(raw, recipients)
        except Full as error:
            status = f"452 {error.status_code} {error.public_line}"
        self._set_post_data_state()
        await self.push(status)

    async def _read_mail(self) -> bytes:
        """What follows DATA, as pipe(8) hands it over; one octet more than is allowed, so that too much is seen."""
        most = self._server.max_bytes + 1
        body, searched = bytearray(b"\r\n"), 0
        while (end := body.find(_END, searched)) < 0:
            del body[2 * most : -len(_END)]
            searched = max(0, len(body) - len(_END))
            more = await self._reader.read(CHUNK_OCTETS)
            if not more:
                raise ConnectionResetError
            body += more
        if len(body) > end + len(_END):  # what was sent behind it (RFC 2920) is the next command
            self._reader.feed_data(bytes(body[end + len(_END) :]))
        lines = bytes(body[2 : end + 2]).replace(b"\r\n", b"\n")
        return lines.removeprefix(b".").replace(b"\n.", b"\n")[:most]

    async def _answers(self, raw: bytes, recipients: list[str]) -> str:
        """The answer to a mail: a line for each recipient."""
        try:
            answers = await self._server.desk.take(raw, self._told(tuple(recipients)))
        except SmsDialogError as error:
            log.failure(error)
            answers = (_temporary(error),) * len(recipients)
        except Exception as error:
            log.failure(error)
            answers = (_temporary(TemporaryError()),) * len(recipients)
        return "\r\n".join(map(_reply, answers))

    def _told(self, recipients: tuple[str, ...]) -> Envelope:
        return Envelope(self._sender(), recipients, self.forwarded.get("IDENT", ""), "", self._client_address())

    def _sender(self) -> str:
        """The envelope sender, empty for a bounce."""
        assert self.envelope is not None
        return (self.envelope.mail_from or "").removeprefix("<>")

    def _client_address(self) -> str:
        """Where the mail came from, if the MTA said so."""
        return self.forwarded.get("ADDR", "").removeprefix("IPV6:")

    async def judge(self, recipient: str) -> str:
        """The answer to RCPT; a door that does not answer is open."""
        caller = Caller(self._sender(), "", self._client_address())
        judging = asyncio.to_thread(self._server.door.judge, recipient, caller)
        try:
            verdict = await asyncio.wait_for(judging, DOOR_SECONDS)
        except (TemporaryError, TimeoutError):
            return ""
        # The mail has been taken: what is over a limit is held and told of, not tried again for days.
        return verdict.line if verdict and verdict.line[0] == "5" else ""


class _Handler:
    """aiosmtpd's hooks."""

    async def handle_EHLO(  # noqa: N802
        self, server: Connection, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Say what we can."""
        session.host_name = hostname
        ours = ["250-PIPELINING", "250-ENHANCEDSTATUSCODES", f"250-XFORWARD {server.attributes}"]
        return [*responses[:1], *ours, *responses[1:]]

    async def handle_MAIL(  # noqa: N802
        self, server: Connection, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """A mail begins."""
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802
        self, server: Connection, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """A recipient of it, as at the door."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        refused = await server.judge(address)
        if not refused:
            envelope.rcpt_tos.append(address)
        return refused or "250 2.1.5 Ok"

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours is no reason to lose a mail."""
        log.failure(error)
        return "451 4.3.0 temporary failure, please try again later"


def _reply(answer: Answer) -> str:
    return f"{_CODES.get(answer.exit_status, '451')} {answer.line or '2.0.0 Ok'}"


def _temporary(error: SmsDialogError) -> Answer:
    return Answer(75, f"{error.status_code} {error.public_line}")
