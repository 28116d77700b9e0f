"""The network around the installation: a DNS server, a Kannel, and the web server that gateways call."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dns.message
import dns.rcode
import dns.rrset
from werkzeug.serving import make_server

from smsdialog import config as configuration
from smsdialog import wsgi
from smsdialog.dialog.service import Service, open_service

LOOPBACK = "127.0.0.1"
PASSWORD = "kannel-password"
HEALTHY_ZONE = {
    ("dk.", "SOA"): ["b.nic.dk. tech.nic.dk. 1 3600 600 600000 3600"],
    ("sendmailsms.dk.", "MX"): ["10 mx.firma.example."],
    ("mx.firma.example.", "A"): ["192.0.2.1"],
    ("sendmailsms.dk.", "TXT"): ['"v=spf1 mx " "-all"', '"something else"'],
    ("_dmarc.sendmailsms.dk.", "TXT"): ['"v=DMARC1; p=none"'],
    ("mail._domainkey.sendmailsms.dk.", "TXT"): ['"v=DKIM1; k=rsa; p=MIIB"'],
}


class NameServer(socketserver.ThreadingUDPServer):
    """Answers from `zone`, and knows no other name."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Question)
        self.zone = {name: list(records) for name, records in HEALTHY_ZONE.items()}
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"{LOOPBACK}#{self.server_address[1]}"

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Question(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, back = self.request
        asked = dns.message.from_wire(data)
        question = asked.question[0]
        name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        zone = self.server.zone
        answer = dns.message.make_response(asked)
        if records := zone.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *records))
        elif not any(known == name for known, _ in zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        back.sendto(answer.to_wire(), self.client_address)


class KannelDesk(ThreadingHTTPServer):
    """Kannel's sendsms, as far as its manners go: 403 to strangers, 400 to an SMS for nobody."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Desk)
        self.password, self.seconds_off, self.status = PASSWORD, 0.0, 0
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Desk(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        fields = parse_qs(urlsplit(self.path).query)
        known = fields.get("password") == [self.server.password]
        self.send_response(self.server.status or (403 if not known else 202 if "to" in fields else 400))
        self.end_headers()
        self.wfile.write(b"0: Accepted for delivery")

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(time.time() + self.server.seconds_off, usegmt=True)

    def log_message(self, *arguments: object) -> None:
        pass


class WebServer:
    """The product's own, or (with `status`) somebody else's."""

    def __init__(self, service: Callable[[], Service]) -> None:
        self.status = 0
        self._service = service
        self._server = make_server(LOOPBACK, 0, self._answer, threaded=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reads(self, path: Path) -> None:
        """Serve with another configuration."""
        self._service = lambda: open_service(configuration.load(path))

    def _answer(self, environ, start_response):
        if self.status:
            start_response(f"{self.status} So", [])
            return [b""]
        return wsgi.respond(environ, self._service)(environ, start_response)
