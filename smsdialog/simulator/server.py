"""The simulator as a server, on loopback unless it is told otherwise."""

from __future__ import annotations

import threading
from types import TracebackType

from werkzeug.serving import WSGIRequestHandler, make_server

from smsdialog.errors import Declined
from smsdialog.simulator.messenger import Messenger, is_loopback
from smsdialog.simulator.provider import Portal
from smsdialog.simulator.providers import built_in
from smsdialog.simulator.sms import Book
from smsdialog.simulator.web import Application


class _Quiet(WSGIRequestHandler):
    """Logs nothing: passwords travel in some providers' URLs."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Log nothing."""


class Simulator:
    """All providers, listening at `HOST:PORT`; `url` is where (port 0 takes a free one).

    `product` is where the product is reached, as its `public_url` has it. Raises Declined for an address
    that other machines reach, unless `exposed`: whoever reaches it learns every text, and can send to the product.
    """

    def __init__(self, listen: str, product: str, delay_seconds: float, *, exposed: bool = False) -> None:
        host, _, port = listen.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not (port.isascii() and port.isdigit() and int(port) < 65_536 and host):
            raise Declined(f"'{listen}' is no address such as 127.0.0.1:8099")
        if not (exposed or is_loopback(host)):
            raise Declined(f"'{host}' is reached from other machines; --expose allows it")
        self.book = Book()
        self._messenger = Messenger(self.book, product, delay_seconds)
        application = Application(built_in(Portal(product.rstrip("/"))), self.book, self._messenger)
        try:
            self._server = make_server(host, int(port), application, threaded=True, request_handler=_Quiet)
        except (OSError, SystemExit) as error:
            raise Declined(f"cannot listen at {listen}") from error
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_port}"

    def run(self) -> None:
        """Serve until it is interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self.close()

    def close(self) -> None:
        """Serve no more, and call nobody any more."""
        self._messenger.stop()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Simulator:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
