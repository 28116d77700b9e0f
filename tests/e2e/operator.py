"""A mobile operator for Kannel's `smsc = http`: takes SMS, and says afterwards what became of them.

Kannel's `system-type = generic` calls `send-url`, looks for its id in the answer, and is called back with that id
(gw/smsc/http/generic.c).
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

from tests.e2e.daemons import LOOPBACK, free_port
from tests.e2e.kannel import Kannel

DELIVERED, FAILED, BUFFERED = 1, 2, 4

GROUP = """
group = smsc
smsc = http
smsc-id = operator
system-type = generic
port = {kannel_port}
connect-allow-ip = 127.0.0.1
smsc-username = kannel
smsc-password = kannel
send-url = "http://127.0.0.1:{port}/?from=%P&to=%p&text=%b&coding=%c&charset=%C&udh=%u"
status-success-regex = "^ok"
status-permfail-regex = "^no"
status-tempfail-regex = "^later"
generic-foreign-id-regex = "id ([0-9]+)"
allowed-prefix = "{prefix};+{prefix}"
"""


@dataclass(frozen=True)
class Taken:
    """One part that the operator took: his id of it, whom it is for, and its header."""

    number: str
    to: str
    text: str
    header: bytes


class Operator:
    """Serves numbers that begin with `prefix`; those in `unknown` he refuses."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.taken: list[Taken] = []
        self.unknown: set[str] = set()
        self.kannel_port = free_port()
        self._ids = itertools.count(1)
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def group(self) -> str:
        """His group in Kannel's configuration."""
        return GROUP.format(kannel_port=self.kannel_port, port=self._server.server_port, prefix=self.prefix)

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()

    def to(self, number: str) -> list[Taken]:
        """What he took for a number."""
        return [taken for taken in self.taken if taken.to.removeprefix("+") == number]

    def reports(self, taken: Taken, mask: int, words: str) -> None:
        """Say what became of a part."""
        told = {"username": "kannel", "password": "kannel", "from": "1", "to": taken.to, "text": words}
        fields = {**told, "dlr-mid": taken.number, "dlr-mask": str(mask)}
        urlopen(f"http://{LOOPBACK}:{self.kannel_port}/?{urlencode(fields)}", timeout=10).close()

    def _answer(self, fields: dict[str, str]) -> bytes:
        if fields["to"].removeprefix("+") in self.unknown:
            return b"no such number"
        number = str(next(self._ids))
        octets = fields["text"].encode("latin-1")
        text = octets.decode("utf-16-be" if fields["coding"] == "2" else "utf-8")
        self.taken.append(Taken(number, fields["to"], text, fields["udh"].encode("latin-1")))
        return f"ok id {number}".encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        operator = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qsl(urlsplit(self.path).query, keep_blank_values=True, encoding="latin-1")
                body = operator._answer(dict(query))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler


class KannelWithOperator(Kannel):
    """A Kannel with the phones, which get what the operator does not serve."""

    def __init__(self, base: Path, web_port: int, operator: Operator) -> None:
        super().__init__(base, web_port)
        self._operator = operator

    def _write_config(self) -> None:
        super()._write_config()
        path = self.base / "kannel.conf"
        denied = f'denied-prefix = "{self._operator.prefix};+{self._operator.prefix}"'
        text = path.read_text().replace("smsc-id = phones\n", f"smsc-id = phones\n{denied}\n")
        path.write_text(text.replace("\ninclude = ", f"{self._operator.group}\ninclude = "))
