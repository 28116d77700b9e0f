"""A gateway stand-in: takes an SMS as smsbox's sendsms does, and treats its caller as told."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import cast
from urllib.parse import parse_qs, urlsplit

ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 24\r\n\r\n0: Accepted for delivery"
BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
HEAD = b"HTTP/1.1 202 Accepted\r\nContent-Length: 100000\r\n\r\n"


class Provider(socketserver.ThreadingTCPServer):
    """Listens on a port of loopback or of `address`; `seen` counts what it was asked to send, by customer and text.

    `manner` is how it answers: accept, hang, reset, bad-gateway, garbage, late, trickle, trickle-head.
    """

    daemon_threads = True
    request_queue_size = 200

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), _Call)
        self.manner = "accept"
        self.seen: Counter[tuple[str, str]] = Counter()
        self.closing = threading.Event()
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}/sendsms"

    def close(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()


class _Call(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with suppress(OSError):
            self._answer(cast(Provider, self.server), cast(socket.socket, self.request))

    def _answer(self, provider: Provider, caller: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            more = caller.recv(65_536)
            if not more:
                return
            request += more
        asked = parse_qs(urlsplit(request.split(b" ")[1].decode()).query)
        with provider.lock:
            provider.seen[asked["to"][0], asked["text"][0]] += 1
        match provider.manner:
            case "accept":
                caller.sendall(ACCEPTED)
            case "hang":
                provider.closing.wait(60)
            case "reset":
                caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case "bad-gateway":
                caller.sendall(BAD_GATEWAY)
            case "garbage":
                caller.sendall(b"\x00\xff no HTTP at all \r\n\r\n")
            case "late":
                provider.closing.wait(4)
                caller.sendall(ACCEPTED)
            case "trickle":
                self._trickle(provider, caller, HEAD, b"0")
            case "trickle-head":
                self._trickle(provider, caller, b"HTTP/1.1 202 Accepted\r\nX-Slow: ", b"x")

    def _trickle(self, provider: Provider, caller: socket.socket, beginning: bytes, octet: bytes) -> None:
        caller.sendall(beginning)
        until = time.monotonic() + 60
        while time.monotonic() < until and not provider.closing.wait(0.1):
            caller.sendall(octet)
