"""A request that never left may be sent again; one whose answer was lost may not. Over real sockets."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from smsdialog.gateways import _client
from smsdialog.gateways._base import AnswerLost, HttpRequest, HttpResponse, NotSent
from smsdialog.gateways._client import perform
from tests.gateways.table import HIDDEN

Behaviour = Callable[[socket.socket], None]
OK = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok"
BROKEN_RECORD = b"\x17\x03\x03\x00\x20" + b"x" * 32


@pytest.fixture
def impatient(monkeypatch):
    """For those that wait in vain; whoever is answered has all the time that a slow machine takes."""
    monkeypatch.setattr(_client, "CONNECT_TIMEOUT_SECONDS", 2.0)
    monkeypatch.setattr(_client, "SEND_TIMEOUT_SECONDS", 4.0)


@pytest.fixture(autouse=True)
def _without_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@contextmanager
def provider(behave: Behaviour) -> Iterator[int]:
    """A server on a loopback port that treats its one caller as told."""

    def serve() -> None:
        caller, _ = listening.accept()
        with closing(caller), suppress(OSError):  # the caller may have gone
            behave(caller)

    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(30)


def more(caller: socket.socket) -> bytes:
    """What comes next. Raises ConnectionError when nothing does any more."""
    octets = caller.recv(65_536)
    if not octets:
        raise ConnectionError
    return octets


def heard(caller: socket.socket) -> bytes:
    """The whole request: its header, and as much body as it announces."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += more(caller)
    header, _, body = request.partition(b"\r\n\r\n")
    announced = [line for line in header.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while announced and len(body) < int(announced[0].partition(b":")[2]):
        body += more(caller)
    return header + b"\r\n\r\n" + body


def get(port: int, scheme: str = "http") -> HttpRequest:
    return HttpRequest("GET", f"{scheme}://127.0.0.1:{port}/sendsms", (("password", HIDDEN),))


def fate(behave: Behaviour, scheme: str = "http") -> HttpResponse | NotSent | AnswerLost:
    """What becomes of a request to such a provider."""
    with provider(behave) as port:
        try:
            return perform(get(port, scheme))
        except (NotSent, AnswerLost) as error:
            return error


def saying(answer: bytes) -> Behaviour:
    def behave(caller: socket.socket) -> None:
        heard(caller)
        caller.sendall(answer)

    return behave


def test_the_request_arrives_as_it_was_meant():
    requests: list[bytes] = []

    def behave(caller: socket.socket) -> None:
        requests.append(heard(caller))
        caller.sendall(OK)

    params = (("text", "æ + 100%\n&"), ("dlr-url", "https://sms.firma.example/receipt/main?a=b&status=%d"))
    with provider(behave) as port:
        url = f"http://127.0.0.1:{port}/sendsms"
        answer = perform(HttpRequest("POST", url, params, (("X-Key", "k"),), b"{}"))
    assert answer == HttpResponse(202, b"ok")
    header, _, body = requests[0].partition(b"\r\n\r\n")
    assert header.split(b"\r\n")[0] == (
        b"POST /sendsms?text=%C3%A6+%2B+100%25%0A%26"
        b"&dlr-url=https%3A%2F%2Fsms.firma.example%2Freceipt%2Fmain%3Fa%3Db%26status%3D%25d HTTP/1.1"
    )
    assert b"X-Key: k" in header
    assert body == b"{}"


@pytest.mark.parametrize("status", [200, 202, 400, 403, 404, 500, 503])
def test_every_status_is_an_answer(status):
    assert fate(saying(b"HTTP/1.1 %d x\r\nContent-Length: 1\r\n\r\nb" % status)) == HttpResponse(status, b"b")


def test_an_answer_without_a_body_is_an_answer():
    assert fate(saying(b"HTTP/1.1 204 x\r\n\r\n")) == HttpResponse(204, b"")


def test_a_redirect_is_not_followed():
    elsewhere = socket.create_server(("127.0.0.1", 0))
    elsewhere.settimeout(0.2)
    with closing(elsewhere):
        location = b"http://127.0.0.1:%d/" % elsewhere.getsockname()[1]
        redirect = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % location
        assert fate(saying(redirect)) == HttpResponse(302, b"")
        with pytest.raises(TimeoutError):
            elsewhere.accept()


def test_of_a_long_answer_the_beginning_is_kept():
    answer = fate(saying(b"HTTP/1.1 200 x\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000))
    assert answer == HttpResponse(200, b"x" * _client.MAX_ANSWER_BYTES)


def test_a_slow_answer_is_waited_for():
    def behave(caller: socket.socket) -> None:
        heard(caller)
        time.sleep(0.2)
        caller.sendall(OK)

    assert fate(behave) == HttpResponse(202, b"ok")


def test_a_refused_connection_was_never_sent():
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(NotSent) as caught:
        perform(get(port))
    assert HIDDEN not in str(caught.value)


@pytest.mark.usefixtures("impatient")
def test_a_provider_that_cannot_be_reached_was_sent_nothing():
    with closing(socket.socket()) as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        waiting = [socket.socket() for _ in range(4)]  # fill its queue, so that nobody else gets in
        for caller in waiting:
            caller.setblocking(False)
            caller.connect_ex(busy.getsockname())
        try:
            with pytest.raises(NotSent):
                perform(get(busy.getsockname()[1]))
        finally:
            for caller in waiting:
                caller.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://no-such-host.invalid/",
        "http://" + "a" * 64 + ".example/",
        "http://[::1",
        "http://a b/",
        "http://",
        "http://127.0.0.1:99999/",
    ],
)
def test_a_name_that_leads_nowhere_was_sent_nothing(url):
    with pytest.raises(NotSent):
        perform(HttpRequest("GET", url))


def hang(caller: socket.socket) -> None:
    heard(caller)
    _wait_for_the_end(caller)


def _wait_for_the_end(caller: socket.socket) -> None:
    caller.settimeout(30)
    caller.recv(1)


def close(caller: socket.socket) -> None:
    heard(caller)


def reset(caller: socket.socket) -> None:
    caller.recv(1)
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def begin_and_hang(caller: socket.socket) -> None:
    heard(caller)
    caller.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nok")
    _wait_for_the_end(caller)


def begin_and_close(caller: socket.socket) -> None:
    heard(caller)
    caller.sendall(b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok")


@pytest.mark.parametrize(
    "header", [("Authorization", "Token two\nlines"), ("Authorization", "Token zażółć"), ("X\r\nY", "a")]
)
def test_a_header_that_cannot_be_written_was_not_sent(header):
    """A secret with a line break or foreign letters must not make every SMS one of unknown fate."""
    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(NotSent) as refused:
        perform(HttpRequest("POST", f"http://127.0.0.1:{listening.getsockname()[1]}/", headers=(header,), body=b"x"))
    assert "Token" not in str(refused.value)


@pytest.mark.parametrize("url", ["provider.example/sms", "mailto:sms@provider.example", "htp://provider.example"])
def test_what_is_no_address_of_the_web_was_sent_nothing(url):
    with pytest.raises(NotSent):
        perform(HttpRequest("GET", url))


never_answered = pytest.mark.parametrize(
    "behave",
    [
        hang,
        close,
        reset,
        begin_and_hang,
        begin_and_close,
        saying(b"HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\n0: Acc"),
        saying(b"what is this?\r\n\r\n"),
        saying(b"HTTP/1.1 abc\r\n\r\n"),
        saying(b"HTTP/1.1 200 x\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz"),
        saying(BROKEN_RECORD),
    ],
    ids=lambda behave: behave.__name__,
)


@never_answered
@pytest.mark.usefixtures("impatient")
def test_a_request_that_left_and_was_not_answered_is_lost(behave):
    lost = fate(behave)
    assert isinstance(lost, AnswerLost)
    assert HIDDEN not in str(lost)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        ["openssl", "req", *kind, *subject, "-keyout", path.with_suffix(".key"), "-out", path],
        check=True,
        capture_output=True,
    )
    return path


class TestOverTls:
    """TLS is verified; what fails before anything was said is not sent, what fails after may have been."""

    @staticmethod
    def over_tls(certificate: Path, behave: Behaviour) -> Behaviour:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))

        def wrapped(caller: socket.socket) -> None:
            with context.wrap_socket(caller, server_side=True) as secured:
                behave(secured)

        return wrapped

    @pytest.mark.needs("openssl")
    def test_a_verified_provider_is_heard(self, certificate, monkeypatch):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert fate(self.over_tls(certificate, saying(OK)), "https") == HttpResponse(202, b"ok")

    @pytest.mark.needs("openssl")
    def test_a_stranger_is_told_nothing(self, certificate):
        requests: list[bytes] = []
        behave = self.over_tls(certificate, lambda caller: requests.append(caller.recv(1000)))
        assert isinstance(fate(behave, "https"), NotSent)
        assert HIDDEN.encode() not in b"".join(requests)

    def test_a_provider_without_tls_is_told_nothing(self):
        assert isinstance(fate(lambda caller: caller.sendall(b"HTTP/1.1 400 x\r\n\r\n"), "https"), NotSent)

    @pytest.mark.needs("openssl")
    def test_tls_that_breaks_after_the_request_is_a_lost_answer(self, certificate, monkeypatch):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))

        def break_off(caller: socket.socket) -> None:
            heard(caller)
            with socket.socket(fileno=os.dup(caller.fileno())) as raw:
                raw.sendall(BROKEN_RECORD)

        assert isinstance(fate(self.over_tls(certificate, break_off), "https"), AnswerLost)


@pytest.mark.parametrize(
    "header",
    [
        b"Connection: close\r\n",
        b"Connection: close\r\nContent-Length: 999\r\n",
        b"Connection: keep-alive\r\nContent-Length: 999\r\n",
    ],
    ids=["to-the-end", "closing", "staying"],
)
def test_an_answer_that_trickles_is_cut_whatever_its_header_says(impatient, header):
    def behave(caller: socket.socket) -> None:
        heard(caller)
        caller.sendall(b"HTTP/1.1 202 Accepted\r\n" + header + b"\r\n")
        for _ in range(300):
            caller.sendall(b"x")
            time.sleep(0.1)

    began = time.monotonic()
    assert isinstance(fate(behave), AnswerLost)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("status", [b"102 Processing", b"103 Early Hints"])
def test_an_answer_that_says_that_another_comes_is_none_and_the_next_request_does_not_get_that(status):
    interim = b"HTTP/1.1 " + status + b"\r\nConnection: keep-alive\r\n\r\n"
    with keeping_provider(interim + STAYS) as (port, counts):
        for _ in range(2):
            with pytest.raises(AnswerLost):
                perform(HttpRequest("GET", f"http://127.0.0.1:{port}/"))
    assert counts == [1, 1]


def test_a_proxy_that_is_not_there_is_no_reason_for_doubt(monkeypatch):
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        nobody = listening.getsockname()[1]
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{nobody}")
    with pytest.raises(NotSent):
        perform(HttpRequest("GET", "http://gateway.example/"))


STAYS = OK.replace(b"\r\n", b"\r\nConnection: keep-alive\r\n", 1)


@contextmanager
def keeping_provider(answered: bytes, *, closes: bool = False) -> Iterator[tuple[int, list[int]]]:
    """A server that answers request after request on a connection, and how many came on each."""
    counts: list[int] = []

    def answer(caller: socket.socket, at: int) -> None:
        with closing(caller), suppress(OSError, IndexError):
            while heard(caller):
                counts[at] += 1
                caller.sendall(answered)
                if closes:
                    return

    def serve() -> None:
        with suppress(OSError):
            while True:
                caller, _ = listening.accept()
                counts.append(0)
                threading.Thread(target=answer, args=(caller, len(counts) - 1), daemon=True).start()

    _client._idle.clear()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1], counts
    _client._idle.clear()


def test_requests_in_a_row_share_a_connection():
    with keeping_provider(STAYS) as (port, counts):
        for _ in range(3):
            assert perform(HttpRequest("GET", f"http://127.0.0.1:{port}/")).status == 202
    assert counts == [3]


@never_answered
@pytest.mark.usefixtures("impatient")
def test_the_second_in_a_row_that_was_not_answered_is_lost_as_well(behave):
    def twice(caller: socket.socket) -> None:
        heard(caller)
        caller.sendall(STAYS)
        behave(caller)

    _client._idle.clear()
    with provider(twice) as port:
        assert perform(get(port)).status == 202
        with pytest.raises(AnswerLost):
            perform(get(port))


@pytest.mark.parametrize("packed", [b"0: Accepted", b"0" * 70_000])
def test_the_second_answer_is_read_to_its_end_however_it_comes(packed):
    def twice(caller: socket.socket) -> None:
        heard(caller)
        caller.sendall(STAYS)
        heard(caller)
        caller.sendall(b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n")
        for octets in (b"%x\r\n" % len(packed), packed, b"\r\n0\r\n\r\n"):
            caller.sendall(octets)

    _client._idle.clear()
    with provider(twice) as port:
        assert perform(get(port)).status == 202
        assert perform(get(port)).body == packed[: _client.MAX_ANSWER_BYTES]


@pytest.mark.parametrize(
    ("come", "is_there"),
    [
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok", True),
        (b"HTTP/1.1 202 Accepted\r\ncontent-length:2\r\nServer: x\r\n\r\nok", True),
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n", False),
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\no", False),
        (b"HTTP/1.1 202 Accepted\r\n\r\nok", False),
        (b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r", False),
    ],
)
def test_an_answer_is_all_there_when_nothing_of_it_can_be_waited_for(come, is_there):
    here, there = socket.socketpair()
    with closing(here), closing(there):
        there.sendall(come)
        assert _client._is_all_there(here) is is_there


def test_a_connection_of_which_the_provider_says_nothing_is_not_used_again():
    """It may be about to close it; then nobody would know what became of the request."""
    with keeping_provider(OK) as (port, counts):
        for _ in range(3):
            assert perform(HttpRequest("GET", f"http://127.0.0.1:{port}/")).status == 202
    assert counts == [1] * 3


def test_a_connection_that_was_idle_is_not_used_again(monkeypatch):
    """The provider may be about to close it; then nobody would know what became of the request."""
    with keeping_provider(STAYS) as (port, counts):
        perform(HttpRequest("GET", f"http://127.0.0.1:{port}/"))
        monkeypatch.setattr(_client, "KEPT_SECONDS", 0.05)
        time.sleep(0.1)
        perform(HttpRequest("GET", f"http://127.0.0.1:{port}/"))
    assert counts == [1, 1]


def test_a_connection_that_the_provider_closed_is_not_used_again():
    with keeping_provider(STAYS, closes=True) as (port, counts):
        for _ in range(5):
            assert perform(HttpRequest("GET", f"http://127.0.0.1:{port}/")).status == 202
            time.sleep(0.02)
    assert counts == [1] * 5


def test_a_cookie_of_one_answer_does_not_come_back_with_the_next_request():
    seen: list[bytes] = []

    def behave(caller: socket.socket) -> None:
        for _ in range(2):
            seen.append(caller.recv(65_536))
            caller.sendall(STAYS.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b\r\n\r\n"))

    _client._idle.clear()
    with provider(behave) as port:
        for _ in range(2):
            perform(HttpRequest("GET", f"http://127.0.0.1:{port}/"))
    assert len(seen) == 2
    assert b"cookie" not in seen[1].lower()


def test_a_connection_that_nobody_uses_any_more_is_closed_and_nobody_looks_after_it():
    ended = threading.Event()

    def behave(caller: socket.socket) -> None:
        heard(caller)
        caller.sendall(STAYS)
        if caller.recv(1) == b"":
            ended.set()

    _client._idle.clear()
    with provider(behave) as port:
        perform(HttpRequest("GET", f"http://127.0.0.1:{port}/"))
        assert ended.wait(30)
    if watching := _client._watch._thread:
        watching.join(30)
    assert _client._idle == []
    assert _client._watch._thread is None


def test_a_name_that_nobody_can_tell_in_time_is_no_reason_for_doubt(impatient, monkeypatch):
    asked = threading.Event()

    def look_up_for_ever(*_: object) -> None:
        asked.wait(60)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_for_ever)
    with pytest.raises(NotSent):
        perform(HttpRequest("GET", "http://gateway.example/"))
    asked.set()


def test_another_provider_gets_a_connection_of_its_own_and_the_first_a_new_one():
    with keeping_provider(STAYS) as (first, of_first), keeping_provider(STAYS) as (second, of_second):
        for port in (first, second, first):
            assert perform(HttpRequest("GET", f"http://127.0.0.1:{port}/")).status == 202
    assert (of_first, of_second) == ([1, 1], [1])


def test_one_that_is_given_up_is_in_nobodys_way(monkeypatch):
    with provider(hang) as slow, keeping_provider(STAYS) as (port, _):
        with monkeypatch.context() as patch:
            patch.setattr(_client, "CONNECT_TIMEOUT_SECONDS", 2.0)
            patch.setattr(_client, "SEND_TIMEOUT_SECONDS", 4.0)
            with pytest.raises(AnswerLost):
                perform(get(slow))
        assert perform(HttpRequest("GET", f"http://127.0.0.1:{port}/")).status == 202
