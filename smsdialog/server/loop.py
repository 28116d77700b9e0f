"""One process with an event loop: it listens, beats, and finishes when it is told or when the supervisor has gone."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Coroutine
from typing import Any

from smsdialog.server.child import BEAT_SECONDS, Heart
from smsdialog.server.sockets import BACKLOG

Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
LINE_OCTETS = 65_536


async def until_told(heart: Heart) -> None:
    """Beat until SIGTERM or the supervisor's death."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    loop.add_reader(heart.supervisor, told.set)  # it is never written to: what can be read is its end
    while not told.is_set():
        try:
            heart.beat()
            await asyncio.wait_for(told.wait(), BEAT_SECONDS)
        except TimeoutError:
            continue
        except OSError:
            return
    loop.remove_reader(heart.supervisor)


async def listen(one: socket.socket, factory: Callable[[], asyncio.BaseProtocol]) -> asyncio.Server:
    """Serve a listening socket that other processes share.

    asyncio takes as many connections at once as its `backlog`, before anybody else can have one: so it is 1, and the
    kernel's is set back.
    """
    loop = asyncio.get_running_loop()
    if one.family == socket.AF_UNIX:
        server = await loop.create_unix_server(factory, sock=one, backlog=1)
    else:
        server = await loop.create_server(factory, sock=one, backlog=1)
    one.listen(BACKLOG)
    return server


def streams(connected: Connected) -> Callable[[], asyncio.BaseProtocol]:
    """A protocol that hands each connection to a coroutine as two streams."""
    loop = asyncio.get_running_loop()

    def factory() -> asyncio.BaseProtocol:
        reader = asyncio.StreamReader(limit=LINE_OCTETS, loop=loop)
        return asyncio.StreamReaderProtocol(reader, connected, loop=loop)

    return factory
