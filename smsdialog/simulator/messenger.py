"""Receipts and inbound SMS on their way to the product: a while later, in order, and again where they fail."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from smsdialog.simulator.calls import Answer, Callback
from smsdialog.simulator.provider import Provider
from smsdialog.simulator.sms import Book, Heard

TRIES = 4
TIMEOUT_SECONDS = 15


def _nothing() -> None:
    """Nothing is done before."""


@dataclass(frozen=True)
class Errand:
    """One call to make; `before` is done when its time has come."""

    kind: str
    subject: str
    callback: Callback
    before: Callable[[], None] = _nothing


class Messenger:
    """Makes calls `delay` seconds after they are due, and tries again after twice as long, each time.

    It calls `product`'s host and this machine, and nobody else: URLs come with the requests.
    """

    def __init__(self, book: Book, product: str, delay_seconds: float) -> None:
        self._book = book
        self._host = urlsplit(product).hostname or ""
        self._delay = delay_seconds
        self._stopped = threading.Event()

    def go(self, provider: Provider, errands: Sequence[Errand]) -> None:
        """Make these calls, one after the other, while the caller goes on."""
        if errands:
            threading.Thread(target=self._run, args=(provider, errands), daemon=True).start()

    def stop(self) -> None:
        """Make no more calls."""
        self._stopped.set()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until it is over."""
        self._stopped.wait(seconds)

    def _run(self, provider: Provider, errands: Sequence[Errand]) -> None:
        for errand in errands:
            if self._stopped.wait(self._delay):
                return
            errand.before()
            self._book.hear(self._made(provider, errand))

    def _made(self, provider: Provider, errand: Errand) -> Heard:
        """What came of one call, after as many tries as it took."""
        heard = Heard(provider.name, errand.kind, errand.subject)
        while heard.tries < TRIES and not heard.taken:
            if heard.tries and self._stopped.wait(self._delay * 2**heard.tries):
                break
            heard.tries += 1
            try:
                answer = self._call(errand.callback)
            except (OSError, http.client.HTTPException, ValueError) as error:
                heard.status, heard.trouble = 0, type(error).__name__
                continue
            heard.status, heard.trouble, heard.taken = answer.status, "", provider.took(answer)
            heard.reply = provider.texted(answer) if errand.kind == "inbound" else ""
        return heard

    def _call(self, callback: Callback) -> Answer:
        url = urlsplit(callback.url)
        host = url.hostname or ""
        if host != self._host and not is_loopback(host):
            raise ValueError("a URL of another host")
        connection = _connection(url.scheme, host, url.port)
        try:
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request(callback.method, target, callback.body or None, dict(callback.headers))
            response = connection.getresponse()
            return Answer(response.status, response.read(65_536), response.headers.get_content_type())
        finally:
            connection.close()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its address or as `localhost`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
