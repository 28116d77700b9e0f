"""A process that takes mails, over LMTP and from the pipe, and calls over HTTP; as many of these run as `serve.workers`
says."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Mapping

from smsdialog.config import Config
from smsdialog.dialog.door import Door
from smsdialog.dialog.service import open_service
from smsdialog.server import loop
from smsdialog.server.child import Heart
from smsdialog.server.desk import Desk
from smsdialog.server.lmtp import LmtpServer
from smsdialog.server.pipe import PipeServer
from smsdialog.server.sockets import HTTP, LMTP, PIPE
from smsdialog.server.web import Web

POLL_SECONDS = 0.05
# How long a thread that works on a mail may keep those waiting that talk to the MTA; five times that is Python's own.
SWITCH_SECONDS = 0.001


def run(config: Config, sockets: Mapping[str, socket.socket], heart: Heart) -> None:
    """Take mails until told to finish; what is in hand then is finished first."""
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(_serve(config, sockets, heart))


async def _serve(config: Config, sockets: Mapping[str, socket.socket], heart: Heart) -> None:
    service = open_service(config)
    desk = Desk(service, threads=config.serve.threads, queue=config.serve.queue)
    pipe = PipeServer(config, desk)
    lmtp = LmtpServer(desk, Door(service), config.mail.max_bytes)
    servers = [await loop.listen(sockets[PIPE], loop.streams(pipe.serve))]
    if LMTP in sockets:
        believed = sockets[LMTP].family == socket.AF_UNIX
        servers.append(await loop.listen(sockets[LMTP], lambda: lmtp.connection(believed=believed)))
    web = Web(service, sockets[HTTP]) if HTTP in sockets else None
    await loop.until_told(heart, or_when=desk.worn)
    for server in servers:
        server.close()
    beating = asyncio.create_task(loop.beat_on(heart))
    await asyncio.gather(_finish(desk, lmtp), asyncio.to_thread(web.finish) if web else asyncio.sleep(0))
    beating.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await beating


async def _finish(desk: Desk, lmtp: LmtpServer) -> None:
    """Take no more mails, and wait for those in hand; their answers are on their way when they are done."""
    desk.close()
    while desk.in_hand:
        await asyncio.sleep(POLL_SECONDS)
    for connection in list(lmtp.connections):
        connection.transport.close()
    await asyncio.sleep(POLL_SECONDS)
