"""What Kannel calls under the shipped groups, seen by a web server that writes it down."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

import pytest

from tests.e2e.daemons import LOOPBACK, base_directory, wait_for
from tests.e2e.kannel import PASSWORD, TOKEN, Kannel
from tests.e2e.phone import Phones

pytestmark = [pytest.mark.needs("kannel")]

Call = tuple[str, dict[str, str]]


class Web:
    """A web server that answers with `status` and `body`, and keeps what it was asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.status = 200
        self.body = b""
        self.server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                web.calls.append((url.path, dict(parse_qsl(url.query, keep_blank_values=True, encoding="latin-1"))))
                self.send_response(web.status)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(web.body)))
                self.end_headers()
                self.wfile.write(web.body)

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    running = Web()
    yield running
    running.server.shutdown()


@pytest.fixture(scope="module")
def kannel(web: Web) -> Iterator[Kannel]:
    with base_directory("kannel") as base:
        instance = Kannel(base, web.server.server_port)
        try:
            instance.start()
            yield instance
        finally:
            instance.stop()


@pytest.fixture
def phones(kannel: Kannel, web: Web) -> Phones:
    web.calls.clear()
    web.status, web.body = 200, b""
    assert kannel.phones
    kannel.phones.inbox.clear()
    return kannel.phones


def send(kannel: Kannel, **fields: str) -> int:
    """Ask for an SMS as the product does; the status of the answer."""
    query = urlencode({"username": "smsdialog", "password": PASSWORD, "charset": "UTF-8", **fields})
    with urlopen(f"{kannel.url}?{query}", timeout=10) as answer:
        return int(answer.status)


def test_an_sms_comes_with_all_that_the_contract_names(web: Web, phones: Phones) -> None:
    """Token, both numbers, text, its coding and charset, an id and a time."""
    phones.texts("4520123456", "459192000001", "Hej æøå & + %")
    path, fields = wait_for(lambda: web.calls, "a call")[0]
    assert path == "/inbound/main"
    assert fields["token"] == TOKEN
    assert (fields["from"], fields["to"]) == ("4520123456", "459192000001")
    assert (fields["coding"], fields["charset"]) == ("0", "UTF-8")
    assert fields["text"].encode("latin-1").decode() == "Hej æøå & + %"
    assert fields["id"]
    assert fields["time"].startswith("20")


def test_signs_beyond_gsm_come_as_utf_16(web: Web, phones: Phones) -> None:
    """`%C` names it."""
    phones.texts("4520123456", "459192000001", "Hej\nПривет 🙂")
    _, fields = wait_for(lambda: web.calls, "a call")[0]
    assert (fields["coding"], fields["charset"]) == ("2", "UTF-16BE")
    assert fields["text"].encode("latin-1").decode("utf-16-be") == "Hej\nПривет 🙂"


@pytest.mark.parametrize("body", [b"", b"<h1>Error</h1>"])
def test_nothing_goes_back_to_the_phone_by_itself(web: Web, phones: Phones, body: bytes) -> None:
    """`max-messages = 0`: not even an error page."""
    web.body = body
    phones.texts("4520123456", "459192000001", "Hej")
    wait_for(lambda: web.calls, "a call")
    time.sleep(0.5)
    assert phones.inbox == []


def test_an_sms_that_is_not_taken_is_offered_again_with_the_same_id(web: Web, phones: Phones) -> None:
    """`http-request-retry`: until it is taken."""
    web.status = 503
    phones.texts("4520123456", "459192000001", "igen")
    wait_for(lambda: len(web.calls) > 4, "more calls than Kannel makes by default", 15)
    web.status = 200
    before = len(web.calls)
    wait_for(lambda: len(web.calls) > before, "the last call", 5)
    time.sleep(1.5)
    assert len(web.calls) == before + 1
    assert len({fields["id"] for _, fields in web.calls}) == 1


def test_long_texts_are_one_sms_of_several_parts(kannel: Kannel, phones: Phones) -> None:
    """`concatenation` and a `max-messages` that cuts nothing: 2000 characters are all there."""
    text = "Blåbærgrød på Ærø. " * 105
    assert send(kannel, **{"from": "459192000001", "to": "4520123456", "text": text}) == 202
    sms = wait_for(lambda: phones.inbox, "an SMS")[0]
    assert sms.text == text
    assert sms.parts == 14


def test_texts_are_not_written_to_the_log(kannel: Kannel, phones: Phones, web: Web) -> None:
    """smsbox is quiet about what people write."""
    phones.texts("4520123456", "459192000001", "hemmelighed")
    wait_for(lambda: web.calls, "a call")
    assert "hemmelighed" not in (kannel.base / "smsbox.log").read_text(errors="replace")


def test_receipts_come_with_our_reference(kannel: Kannel, web: Web, phones: Phones) -> None:
    """The dlr-url of the request is called with its escapes filled in: accepted, then delivered."""
    receipt = f"http://{LOOPBACK}:{kannel.web_port}/receipt/main?token=T&reference=R&status=%d&reply=%A&id=%F"
    fields = {"from": "459192000001", "to": "4520123456", "text": "Hej", "dlr-mask": "27", "dlr-url": receipt}
    send(kannel, **fields)
    wait_for(lambda: len(web.calls) == 2, "two receipts")
    assert {path for path, _ in web.calls} == {"/receipt/main"}
    assert {fields["reference"] for _, fields in web.calls} == {"R"}
    assert {fields["status"] for _, fields in web.calls} == {"8", "1"}
