"""The policy protocol of Postfix, as `docs/policy.md` says it: requests in, one action each out.

While the store is away the door is open (`dunno`), and stays so for a few seconds without asking: mails must not wait
for a database that the pipe does without.
"""

from __future__ import annotations

import asyncio
import time

from smsdialog import log
from smsdialog.dialog.door import Caller, Door, note_refusal
from smsdialog.errors import TemporaryError

LONGEST_LINE = 2048
LONGEST_REQUEST = 16_384
MOST_CONNECTIONS = 1000
OPEN_SECONDS = 5.0
DUNNO = b"action=dunno\n\n"


class PolicyServer:
    """Answers the requests of a process."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._open_until = 0.0
        self.connections: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: any number of requests, until it is closed."""
        if len(self.connections) >= MOST_CONNECTIONS:
            writer.close()
            return
        self.connections.add(writer)
        try:
            while (asked := await _request(reader)) is not None:
                writer.write(self._answer(asked))
                await writer.drain()
                if reader.at_eof():
                    return
        except (OSError, ValueError, asyncio.LimitOverrunError):
            return
        finally:
            self.connections.discard(writer)
            writer.close()

    def _answer(self, asked: dict[str, str]) -> bytes:
        if asked.get("protocol_state", "RCPT").upper() not in ("RCPT", "") or time.monotonic() < self._open_until:
            return DUNNO
        size = asked.get("size", "")
        caller = Caller(
            asked.get("sender", ""),
            asked.get("sasl_username", ""),
            asked.get("client_address", ""),
            int(size) if size.isascii() and size.isdigit() else 0,
        )
        try:
            verdict = self._door.judge(asked.get("recipient", ""), caller)
        except TemporaryError as error:
            self._open_until = time.monotonic() + OPEN_SECONDS
            log.failure(error)
            return DUNNO
        except Exception as error:
            log.failure(error)
            return DUNNO
        if verdict is None:
            return DUNNO
        note_refusal(asked.get("recipient", ""), caller, verdict, asked.get("queue_id", ""))
        return f"action={verdict.line}\n\n".encode()


async def _request(reader: asyncio.StreamReader) -> dict[str, str] | None:
    """The attributes of the next request; None at the end. Raises ValueError when it is too long."""
    try:
        octets = await reader.readuntil(b"\n\n")
    except asyncio.IncompleteReadError as error:
        octets = error.partial
    lines = octets.decode("utf-8", "replace").split("\n")
    if len(octets) > LONGEST_REQUEST or max(map(len, lines)) > LONGEST_LINE:
        raise ValueError("the request is too long")
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name: value for name, _, value in pairs} if octets.strip() else None
