"""A process that answers the policy protocol and does nothing else, so that an answer never waits for a mail."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import replace

from smsdialog.config import Config
from smsdialog.dialog.door import Door
from smsdialog.dialog.service import Service, open_service
from smsdialog.server import loop
from smsdialog.server.child import Heart
from smsdialog.server.policy import PolicyServer
from smsdialog.server.sockets import POLICY
from smsdialog.store import open_store

# An SMTP session waits for the answer: a database that takes longer is none, and the door is open.
PATIENCE_SECONDS = 2.0


def run(config: Config, sockets: Mapping[str, socket.socket], heart: Heart) -> None:
    """Answer until told to finish."""
    asyncio.run(_serve(config, sockets, heart))


def impatient(service: Service) -> Door:
    """The door of an installation, whose database is not waited for long."""
    return Door(replace(service, store=open_store(service.config.database.url, PATIENCE_SECONDS)))


async def _serve(config: Config, sockets: Mapping[str, socket.socket], heart: Heart) -> None:
    policy = PolicyServer(impatient(open_service(config)))
    server = await loop.listen(sockets[POLICY], loop.streams(policy.serve))
    await loop.until_told(heart)
    server.close()
    for writer in list(policy.connections):  # an answer is written at once, so none is cut off
        writer.close()
    await asyncio.sleep(0)
