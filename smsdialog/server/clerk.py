"""A process for what is not urgent to anybody who waits: the rounds over what waits, and HTTP.

HTTP is waitress with the WSGI application: what gateways call is accepted with a 2xx only after its commit.
"""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from smsdialog import log, wsgi
from smsdialog.config import Config
from smsdialog.dialog.flush import flush_due
from smsdialog.dialog.service import Service, open_service
from smsdialog.server.child import BEAT_SECONDS, Heart
from smsdialog.server.sockets import HTTP

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from waitress.server import BaseWSGIServer, MultiSocketServer

WEB_THREADS = 8
MOST_CONNECTIONS = 1000
FINISH_SECONDS = 60
ANSWER_SECONDS = 0.3


def run(config: Config, sockets: Mapping[str, socket.socket], heart: Heart) -> None:
    """Make rounds and serve HTTP until told to finish; a round or an answer in hand is finished first."""
    service = open_service(config)
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    rounds = threading.Thread(target=make_rounds, args=(service, config.serve.flush_seconds, told), daemon=True)
    rounds.start()
    web = _Web(service, sockets[HTTP]) if HTTP in sockets else None
    while not told.is_set() and not _is_alone(heart):
        with contextlib.suppress(OSError):
            heart.beat()
    told.set()
    if web:
        web.finish()
    rounds.join(FINISH_SECONDS)


def make_rounds(service: Service, seconds: float, told: threading.Event) -> None:
    """Take what waits, again and again; trouble of one round is another round's business."""
    while not told.wait(seconds):
        try:
            service.store.check_schema()
            flush_due(service)
        except Exception as error:
            log.failure(error)


def application(service: Service) -> WSGIApplication:
    """The WSGI application of an installation that is open."""

    def opened() -> Service:
        return service

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return wsgi.respond(environ, opened)(environ, start_response)

    return respond


def _is_alone(heart: Heart) -> bool:
    """Whether the supervisor has gone; waits for a beat's time otherwise."""
    try:
        return bool(select.select([heart.supervisor], [], [], BEAT_SECONDS)[0])
    except InterruptedError:
        return False


class _Web:
    """waitress in a thread of its own."""

    def __init__(self, service: Service, one: socket.socket) -> None:
        from waitress.server import create_server

        self._server: MultiSocketServer | BaseWSGIServer = create_server(
            application(service), sockets=[one], threads=WEB_THREADS, connection_limit=MOST_CONNECTIONS,
            max_request_body_size=wsgi.MAX_BODY_BYTES * 2, ident=None,
            clear_untrusted_proxy_headers=False,  # `admin.trusted_proxies` says whom to believe
        )  # fmt: skip
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Take no more calls, and answer those in hand."""
        self._server.task_dispatcher.shutdown(cancel_pending=False, timeout=FINISH_SECONDS)
        time.sleep(ANSWER_SECONDS)  # what was answered is on its way through waitress's own thread
