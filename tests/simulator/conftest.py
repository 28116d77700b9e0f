"""A simulator on a free port, and somebody in the product's place who notes how he is called."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as Answer

from smsdialog.simulator.server import Simulator
from tests.simulator.requests import SEND, Raw, Response, Wish, ask

DELAY_SECONDS = 0.02
PATIENCE_SECONDS = 60


def eventually(look: Callable[[], Any]) -> Any:
    """What `look` finds as soon as it finds anything."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)
    return found


@dataclass
class Called:
    """A call to the product."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    url: str

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Product:
    """Whom the providers call; `answers` are those to the next calls, then there are empty 200s."""

    url: str = ""
    calls: list[Called] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def __call__(self, environ, start_response):
        request = Request(environ)
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = dict(parse_qsl(request.query_string.decode(), keep_blank_values=True))
        self.calls.append(Called(request.method, request.path, query, headers, request.get_data(), request.url))
        answer = self.answers.pop(0) if self.answers else Answer("", 200)
        return answer(environ, start_response)

    def gets(self, count: int) -> list[Called]:
        eventually(lambda: len(self.calls) >= count)
        return self.calls


@dataclass
class Provider:
    """One provider of the simulator, and its book."""

    name: str
    simulator: Simulator

    def sends(self, **wish: str) -> Response:
        return self.asks(SEND[self.name](Wish(**wish)))

    def asks(self, raw: Raw) -> Response:
        return ask(self.simulator.url, raw)

    def messages(self) -> list[dict[str, Any]]:
        return self.simulator.book.everything()["messages"]

    def refused(self) -> list[dict[str, Any]]:
        return self.simulator.book.everything()["refused"]

    def heard(self, count: int) -> list[dict[str, Any]]:
        eventually(lambda: len(self.simulator.book.everything()["calls"]) >= count)
        return self.simulator.book.everything()["calls"]


@pytest.fixture
def product() -> Iterator[Product]:
    product = Product()
    server = make_server("127.0.0.1", 0, product, threaded=True)
    server.log = lambda *_: None  # type: ignore[method-assign]
    product.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
    yield product
    server.shutdown()
    server.server_close()


@pytest.fixture
def simulator(product: Product) -> Iterator[Simulator]:
    with Simulator("127.0.0.1:0", product.url, DELAY_SECONDS) as simulator:
        yield simulator


@pytest.fixture
def provider(simulator: Simulator) -> Callable[[str], Provider]:
    return lambda name: Provider(name, simulator)
