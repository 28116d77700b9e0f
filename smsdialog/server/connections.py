"""The connections to one listening socket, each served by a thread from its beginning to its end.

One thread waits for the next connection. Who has one lets another wait, and serves it himself: nothing is handed over.
Processes share the socket; who comes first has the connection, and who is busy comes later.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Callable

from smsdialog import log

# Threads that are kept although nobody is there to be served: to start one takes longer than to wake one.
SPARE_THREADS = 8
# So long no connection is taken after one could not be, for want of descriptors or memory.
PAUSE_SECONDS = 1.0
_SOMEBODY_ELSE_HAS_IT = (BlockingIOError, ConnectionAbortedError)


class Connections:
    """`serve` is called for each connection, which is closed when it returns; beyond `most` at once, at once."""

    def __init__(self, listening: socket.socket, serve: Callable[[socket.socket], None], *, most: int) -> None:
        self._listening, self._serve, self._most = listening, serve, most
        self._open: set[socket.socket] = set()
        self._free = 0  # threads that serve nobody: one of them waits at the socket, and others for that
        self._waits = threading.Lock()
        self._counting = threading.Lock()
        end, self._ending = os.pipe()
        self._ended = False
        self._heard = select.poll()
        self._heard.register(listening, select.POLLIN)
        self._heard.register(end, select.POLLIN)
        self._add_thread()
        if not self._free:
            raise RuntimeError("no thread to take connections")

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        """Take no more, in this process; those that are open stay."""
        self._ended = True
        os.write(self._ending, b".")
        with self._waits:  # nobody waits at it any more
            self._listening.close()

    def hang_up(self) -> None:
        """Read nothing more from those that are open; what was read is still answered."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RD)

    def _add_thread(self) -> None:
        with self._counting:
            try:
                threading.Thread(target=self._wait_and_serve, daemon=True).start()
                self._free += 1
            except RuntimeError as error:  # the system has no more: the next who is done with his connection will wait
                log.failure(error)

    def _wait_and_serve(self) -> None:
        while (one := self._next()) is not None:
            try:
                self._serve(one)
            except Exception as error:
                log.failure(error)
            if not self._is_wanted_after(one):
                return

    def _next(self) -> socket.socket | None:
        """Wait for a connection, and see that somebody waits for the next; None at the end."""
        with self._waits:
            one = self._accepted()
        if one and not self._free:
            self._add_thread()
        return one

    def _accepted(self) -> socket.socket | None:
        while True:
            self._heard.poll()
            if self._ended:
                return None
            try:
                one, _ = self._listening.accept()
            except _SOMEBODY_ELSE_HAS_IT:
                continue
            except OSError as error:
                log.failure(error)
                time.sleep(PAUSE_SECONDS)
                continue
            if self._has_room_for(one):
                return one
            one.close()

    def _has_room_for(self, one: socket.socket) -> bool:
        with self._counting:
            if len(self._open) >= self._most:
                return False
            self._open.add(one)
            self._free -= 1
            return True

    def _is_wanted_after(self, one: socket.socket) -> bool:
        """Close a connection; whether its thread is to wait for another."""
        with self._counting:
            self._open.discard(one)
            is_wanted = self._free < SPARE_THREADS
            self._free += is_wanted
        one.close()
        return is_wanted
