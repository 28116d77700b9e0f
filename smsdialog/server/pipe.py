"""What the pipe hands over, as `smsdialog.handover` says it.

Only who may use the socket's file may connect: the pipe's own user. So what he says of the MTA is believed.
"""

from __future__ import annotations

import asyncio
import os

from smsdialog import handover, log
from smsdialog.config import Config
from smsdialog.deliver import parse_arguments, read_envelope
from smsdialog.dialog.handle import Answer, together
from smsdialog.errors import SmsDialogError
from smsdialog.server.desk import Desk

READ_SECONDS = 60.0
MOST_WORD_OCTETS = 1 << 20
TEMPORARY = 75


class PipeServer:
    """Answers the pipes of one installation."""

    def __init__(self, config: Config, desk: Desk) -> None:
        self._config, self._desk = config, desk
        self._greeting = handover.greeting(os.path.realpath(config.source))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, which brings one mail."""
        try:
            writer.write(self._greeting)
            answer = await self._mail(reader)
            writer.write(f"{answer.exit_status} {answer.line}\r\n".encode("ascii", "replace"))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            return  # the pipe has gone, and the MTA still has the mail
        finally:
            writer.close()

    async def _mail(self, reader: asyncio.StreamReader) -> Answer:
        head = await asyncio.wait_for(reader.readline(), READ_SECONDS)
        if not head:
            raise ConnectionResetError
        try:
            word_octets, count, mail_octets = _numbers(head)
            with self._desk.room(mail_octets):
                return await self._take(reader, word_octets, count, mail_octets)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            raise
        except SmsDialogError as error:
            log.failure(error)
            return Answer(TEMPORARY, f"{error.status_code} {error.public_line}")
        except Exception as error:
            log.failure(error)
            return Answer(TEMPORARY, f"{SmsDialogError.status_code} {SmsDialogError.public_line}")

    async def _take(self, reader: asyncio.StreamReader, word_octets: int, count: int, mail_octets: int) -> Answer:
        words = await asyncio.wait_for(reader.readexactly(word_octets), READ_SECONDS)
        mail = await asyncio.wait_for(reader.readexactly(mail_octets), READ_SECONDS)
        said = [os.fsdecode(word) for word in words.split(b"\0")[:-1]]
        environment = dict(pair.split("=", 1) for pair in said[count:])
        raw = mail[: self._config.mail.max_bytes + 1]
        read = raw[: self._config.mail.max_bytes]
        envelope = read_envelope(parse_arguments(said[:count]), environment, read, self._config.domain)
        with log.about(queue=envelope.queue_id):
            return together(await self._desk.take(raw, envelope))


def _numbers(head: bytes) -> tuple[int, int, int]:
    """The three numbers of a request's first line. Raises ValueError."""
    verb, *numbers = head.split()
    word_octets, count, mail_octets = (int(number) for number in numbers)
    if verb != b"DELIVER" or not 0 <= word_octets <= MOST_WORD_OCTETS or not 0 <= mail_octets <= handover.MOST_OCTETS:
        raise ValueError("not a request of the pipe")
    return word_octets, count, mail_octets
