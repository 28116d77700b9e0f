"""The connections to one listening socket, each served by a strand from its beginning to its end.

Processes share the socket; who comes first has the connection, and who is busy comes later.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from select import POLLIN

from smsdialog import log, strands
from smsdialog.server.hub import Hub

# So long no connection is taken after one could not be, for want of descriptors or memory.
PAUSE_SECONDS = 1.0
# How long the hub may be busy when it is told to take no more.
CLOSE_SECONDS = 2.0
_FOR_EVER = 1e9
_SOMEBODY_ELSE_HAS_IT = (BlockingIOError, ConnectionAbortedError)


class Connections:
    """`serve` is called for each connection, which does not block and is closed when it returns; beyond `most` at
    once, at once."""

    def __init__(
        self, hub: Hub, listening: socket.socket, serve: Callable[[socket.socket], None], *, most: int
    ) -> None:
        self._hub, self._listening, self._serve, self._most = hub, listening, serve, most
        self._open: set[socket.socket] = set()
        self._ends, self._ended = False, threading.Event()
        hub.begin(self._take)

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        """Take no more, in this process; those that are open stay."""
        self._ends = True
        self._hub.call(partial(self._hub.forget, self._listening))
        self._ended.wait(CLOSE_SECONDS)

    def hang_up(self) -> None:
        """Read nothing more from those that are open; what was read is still answered."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RD)

    def _take(self) -> None:
        while not self._ends:
            try:
                if strands.ready(self._listening, POLLIN, _FOR_EVER) and not self._ends:
                    self._accept()
            except OSError as error:
                log.failure(error)
                strands.elsewhere(partial(time.sleep, PAUSE_SECONDS))
        self._listening.close()
        self._ended.set()

    def _accept(self) -> None:
        try:
            one, _ = self._listening.accept()
        except _SOMEBODY_ELSE_HAS_IT:
            return
        if len(self._open) >= self._most:
            one.close()
            return
        one.setblocking(False)
        self._open.add(one)
        self._hub.begin(partial(self._see_through, one))

    def _see_through(self, one: socket.socket) -> None:
        try:
            self._serve(one)
        finally:
            self._open.discard(one)
            one.close()
