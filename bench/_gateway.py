"""A gateway stand-in that costs little: smsbox's sendsms over HTTP on kept connections; notes when it was asked.

A POST is Request Tracker's rt-mailgate with a mail: it hears that all is well.
"""

from __future__ import annotations

import asyncio
import threading
import time
from urllib.parse import parse_qs, urlsplit

MAILGATE = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nok\n"
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nConnection: keep-alive\r\nContent-Length: 24\r\n\r\n0: Accepted for delivery"


class Gateway(threading.Thread):
    """Listens on a loopback port; `asked_at` has the time of each text (seconds, time.time)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.asked_at: dict[str, float] = {}
        self.calls = 0
        self.port = 0
        self._ready = threading.Event()

    def begin(self) -> None:
        """Start, and wait until it listens."""
        self.start()
        self._ready.wait(10)

    def run(self) -> None:
        """Serve for ever."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _Call(self), "127.0.0.1", 0, backlog=500)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await server.serve_forever()


class _Call(asyncio.Protocol):
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        if b"\r\n\r\n" not in self._read:
            return
        if self._read.startswith(b"POST "):
            self._take_mail()
            return
        gateway = self._gateway
        gateway.calls += 1
        text = parse_qs(urlsplit(self._read.split(b" ", 2)[1].decode()).query)["text"][0]
        gateway.asked_at.setdefault(text, time.time())
        self._read = b""
        self._transport.write(ACCEPTED)

    def _take_mail(self) -> None:
        head, _, body = self._read.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if len(body) >= int(lengths[0].partition(b":")[2]):
            self._transport.write(MAILGATE)
            self._transport.close()
