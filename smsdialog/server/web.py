"""HTTP beside the mails of a process: waitress with the WSGI application, in threads of its own.

What gateways call is accepted with a 2xx only after its commit. Several processes take their calls from one socket.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from smsdialog import pace, wsgi
from smsdialog.dialog.service import Service

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from waitress.server import BaseWSGIServer, MultiSocketServer

THREADS = 8
MOST_CONNECTIONS = 1000
FINISH_SECONDS = 60
ANSWER_SECONDS = 0.3


def application(service: Service) -> WSGIApplication:
    """The WSGI application of an installation that is open."""

    def opened() -> Service:
        return service

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with pace.working():
            response = wsgi.respond(environ, opened)
        return response(environ, start_response)

    return respond


class Web:
    """waitress, from its start on."""

    def __init__(self, service: Service, one: socket.socket) -> None:
        from waitress.server import create_server

        self._server: MultiSocketServer | BaseWSGIServer = create_server(
            application(service), sockets=[one], threads=THREADS, connection_limit=MOST_CONNECTIONS,
            max_request_body_size=wsgi.MAX_BODY_BYTES * 2, ident=None,
            clear_untrusted_proxy_headers=False,  # `admin.trusted_proxies` says whom to believe
        )  # fmt: skip
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Take no more calls, and answer those in hand."""
        self._server.task_dispatcher.shutdown(cancel_pending=False, timeout=FINISH_SECONDS)
        time.sleep(ANSWER_SECONDS)  # what was answered is on its way through waitress's own thread
