"""The one place that speaks HTTP to providers, and the only importer of requests.

It tells apart what must be told apart: whether a request that failed may have been carried out.
Redirects are not followed, TLS is verified, and no error text holds a URL (it may hold a password).
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from select import POLLIN
from threading import Lock, Thread, local
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema
from requests.utils import default_headers
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationParseError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    SSLError,
)
from urllib3.poolmanager import PoolManager
from urllib3.response import BaseHTTPResponse

from smsdialog import strands
from smsdialog.faults import patience
from smsdialog.gateways._base import SEND_TIMEOUT_SECONDS, AnswerLost, HttpRequest, HttpResponse, NotSent

CONNECT_TIMEOUT_SECONDS = patience(10)
MAX_ANSWER_BYTES = 65_536
CHUNK_BYTES = 4096
KEPT_SECONDS = 1.0

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]{1,9})\r?$", re.IGNORECASE | re.MULTILINE)
# An interim answer, and one whose length stands in it (RFC 9112, 6.3).
_MORE_COMES = re.compile(rb"\AHTTP/1\.. 1|\r\ntransfer-encoding:", re.IGNORECASE)
# As requests has them; an answer is short, and not to be packed.
_HEADERS = {**default_headers(), "Accept-Encoding": "identity"}
# What urllib3 makes of answers costs as much as a request.
_PLAIN = http.client.HTTPConnection
# What requests refuses to send at all.
_UNSENDABLE = InvalidURL | InvalidSchema | MissingSchema | InvalidHeader


def perform(request: HttpRequest) -> HttpResponse:
    """Carry out one request in time, however slowly its answer comes. Raises NotSent or AnswerLost."""
    line = _line_to(_origin(request))
    line.ends_at = time.monotonic() + SEND_TIMEOUT_SECONDS
    _watch.over(line)
    try:
        answer = _carried_out(request, line)
    except (NotSent, AnswerLost):
        line.close()
        raise
    finally:
        _watch.no_more(line)
    if line.was_cut:  # the end of what came until then looks like the end of an answer
        line.close()
        raise AnswerLost("the gateway's answer came too slowly")
    if answer.status < 200:  # interim (RFC 9110, 15.2): the answer itself comes behind it, and is not to be another's
        line.close()
        raise AnswerLost(f"the gateway said {answer.status}, and nothing more was waited for")
    if _stays_open(answer):
        line.used_at = time.monotonic()
        _idle.append(line)
    else:
        line.close()
    return answer


@dataclass(eq=False)
class _Line:
    """The way to one provider, for one request at a time; `ends_at` is when its answer is to be there (monotonic).

    What the environment says of proxies and certificates is read when it is first used.
    """

    origin: str
    used_at: float = 0.0
    ends_at: float = 0.0
    was_cut: bool = False
    connection: HTTPConnection | None = None
    socket: socket.socket | None = None  # the connection lets go of it when the header says that it ends
    _session: requests.Session = field(default_factory=requests.Session)
    _settings: dict[str, Any] = field(default_factory=dict)

    def send(self, prepared: requests.PreparedRequest) -> HttpResponse:
        """Send a request, and read its answer."""
        if self.connection and self.connection.is_connected and not self.connection.proxy:
            return _once_more(self.connection, prepared)
        return strands.elsewhere(partial(self._first, prepared))

    def _first(self, prepared: requests.PreparedRequest) -> HttpResponse:
        """Connect, and send a request."""
        url = prepared.url or ""
        if not self._settings:
            for scheme in ("http://", "https://"):
                self._session.mount(scheme, _Adapter())
            self._settings |= self._session.merge_environment_settings(url, {}, True, None, None)
        limits = (CONNECT_TIMEOUT_SECONDS, SEND_TIMEOUT_SECONDS - CONNECT_TIMEOUT_SECONDS)
        _now.line = self
        # The adapter's own: a session would keep cookies, and follow redirects.
        return _read(self._session.get_adapter(url).send(prepared, timeout=limits, **self._settings).raw)

    def cut(self) -> None:
        """End it under who waits for an answer."""
        self.was_cut = True
        with suppress(OSError):
            if self.socket:
                self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Use it no more."""
        self._session.close()


def _once_more(connection: HTTPConnection, prepared: requests.PreparedRequest) -> HttpResponse:
    """Send one more request on a connection: what requests would do before it, was done for the first."""
    body = prepared.body
    assert body is None or isinstance(body, bytes)
    _PLAIN.request(connection, prepared.method or "", prepared.path_url, body, prepared.headers)
    answering = connection.sock
    assert answering
    if not strands.ready(answering, POLLIN, SEND_TIMEOUT_SECONDS - CONNECT_TIMEOUT_SECONDS):
        raise TimeoutError
    read = partial(_plainly_read, connection)
    return read() if _is_all_there(answering) else strands.elsewhere(read)


def _is_all_there(answering: socket.socket) -> bool:
    """Whether an answer can be read without waiting, as far as that can be seen from outside."""
    if isinstance(answering, ssl.SSLSocket):
        return False
    head, end, body = answering.recv(CHUNK_BYTES, socket.MSG_PEEK).partition(b"\r\n\r\n")
    length = None if not end or _MORE_COMES.search(head) else _LENGTH.search(head)
    return length is not None and len(body) >= int(length[1])


def _plainly_read(connection: HTTPConnection) -> HttpResponse:
    """An answer with the beginning of its body, as it is."""
    response = _PLAIN.getresponse(connection)
    headers = {name.lower(): value for name, value in response.getheaders()}
    body = response.read(MAX_ANSWER_BYTES)
    if "content-encoding" in headers or (response.length and len(body) < MAX_ANSWER_BYTES):
        raise http.client.IncompleteRead(body)  # packed although nobody wanted that, or shorter than it said
    return HttpResponse(response.status, body, headers)


def _read(response: BaseHTTPResponse) -> HttpResponse:
    """An answer with its body."""
    return HttpResponse(response.status, _body(response), _headers(response))


class _Now(local):
    """The line that this thread uses just now."""

    line: _Line


class _Watch:
    """Sees to it that no answer takes too long, and that no line stays open that nobody uses.

    requests limits the wait for each octet and not for all of them. So a thread looks at all lines in use, as long as
    there are any: it costs a request nothing, where one that carried it out would cost as much as the request.
    """

    def __init__(self) -> None:
        self._lines: set[_Line] = set()
        self._lock = Lock()
        self._thread: Thread | None = None

    def over(self, line: _Line) -> None:
        """This one is in use."""
        with self._lock:
            self._lines.add(line)
            if not self._thread or not self._thread.is_alive():
                self._thread = Thread(target=self._look, name="gateway-watch", daemon=True)
                self._thread.start()

    def no_more(self, line: _Line) -> None:
        """It is in use no more."""
        with self._lock:
            self._lines.discard(line)

    def _look(self) -> None:
        while self._pause():
            now = time.monotonic()
            with self._lock:  # so that none is cut that has just got its answer
                for line in self._lines:
                    if line.ends_at <= now:
                        line.cut()
            for line in [line for line in list(_idle) if line.used_at + KEPT_SECONDS <= now]:
                with suppress(ValueError):  # somebody has just taken it
                    _idle.remove(line)
                    line.close()

    def _pause(self) -> bool:
        """Wait until a line may be late; False when there is none to look after."""
        with self._lock:
            if not self._lines and not _idle:
                self._thread = None
                return False
            soonest = min((line.ends_at for line in self._lines if not line.was_cut), default=float("inf"))
        time.sleep(max(0.0, min(KEPT_SECONDS, soonest - time.monotonic())))
        return True


def _line_to(origin: str) -> _Line:
    """The line of a request that was answered a moment ago by the same provider, or a new one.

    A provider that ends a connection just when it is used again leaves a request of which nobody knows. So only
    one is used again whose provider has said that it stays open, and within a second of its last answer.
    """
    while _idle:
        with suppress(IndexError):
            line = _idle.pop()
            if line.origin == origin and time.monotonic() - line.used_at < KEPT_SECONDS:
                return line
            line.close()
    return _Line(origin)


class _Timely:
    """A connection that is there in time or not at all, whatever has to be asked, tried and agreed upon for it.

    Names are looked up without any limit, and of several addresses each has all the time: so another thread does it.
    """

    def connect(self) -> None:
        """Connect, with TLS and through a proxy where need be. Raises what urllib3 does."""
        ended: SimpleQueue[BaseException | None] = SimpleQueue()
        Thread(target=_ended, args=(super().connect, ended), daemon=True).start()  # type: ignore[misc]  # a mixin
        try:
            error = ended.get(timeout=CONNECT_TIMEOUT_SECONDS)
        except Empty:
            raise ConnectTimeoutError(self, "no connection in time") from None
        if error:
            raise error
        connection: HTTPConnection = self  # type: ignore[assignment]  # a mixin
        _now.line.connection, _now.line.socket = connection, connection.sock


def _ended(work: Callable[[], None], ended: SimpleQueue[BaseException | None]) -> None:
    try:
        work()
    except BaseException as error:
        ended.put(error)
    else:
        ended.put(None)


class _Plain(_Timely, HTTPConnection):
    pass


class _Encrypted(_Timely, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class _Adapter(HTTPAdapter):
    """requests, with connections of ours."""

    def init_poolmanager(self, *arguments: Any, **settings: Any) -> None:
        """As it is, with our connections."""
        super().init_poolmanager(*arguments, **settings)
        _use_ours(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **settings: Any) -> Any:
        """As it is, with our connections."""
        return _use_ours(super().proxy_manager_for(*arguments, **settings))


def _use_ours(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}
    return manager


_now = _Now()
_watch = _Watch()
# Lines that nobody uses just now; the one that was used last is at the end.
_idle: list[_Line] = []


def _origin(request: HttpRequest) -> str:
    """Scheme and host of a request, as far as it has any."""
    return "/".join(request.url.split("/", 3)[:3])


def _carried_out(request: HttpRequest, line: _Line) -> HttpResponse:
    try:
        return line.send(_prepared(request))
    except requests.RequestException as error:
        if _never_left(error):
            raise NotSent(f"no connection to the gateway: {type(error).__name__}") from error
        raise AnswerLost(f"the gateway's answer was lost: {type(error).__name__}") from error
    except LocationParseError as error:  # a host name that cannot be one; requests lets some of these pass
        raise NotSent("the gateway's URL has no usable host name") from error
    except UnicodeEncodeError as error:  # only headers are texts here, and they are written before anything leaves
        raise NotSent("a header of the request, such as the credential, has characters that none can have") from error
    except Exception as error:  # urllib3 and http.client raise their own while the body is read
        raise AnswerLost(f"the gateway's answer was lost: {type(error).__name__}") from error


def _prepared(request: HttpRequest) -> requests.PreparedRequest:
    """A request as it is: what a session would add (cookies of other answers, credentials of ~/.netrc) stays out."""
    return requests.Request(
        request.method,
        request.url,
        {**_HEADERS, **dict(request.headers)},
        params=request.params,
        data=request.body or None,
        auth=_as_it_is,
    ).prepare()


def _stays_open(answer: HttpResponse) -> bool:
    """Whether a provider says that it keeps the connection, and its answer was read to the end, and not packed."""
    kept, packed = answer.headers.get("connection", "").lower() == "keep-alive", "content-encoding" in answer.headers
    return kept and not packed and len(answer.body) < MAX_ANSWER_BYTES


def _as_it_is(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials but the request's own: none that stand in the URL."""
    return prepared


def _body(response: BaseHTTPResponse) -> bytes:
    """The beginning of an answer's body."""
    body = b""
    for chunk in response.stream(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) >= MAX_ANSWER_BYTES:
            break
    return body[:MAX_ANSWER_BYTES]


def _headers(response: BaseHTTPResponse) -> dict[str, str]:
    """An answer's headers, by lower-case names."""
    return {name.lower(): value for name, value in response.headers.items()}


def _never_left(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout | _UNSENDABLE):
        return True
    if not isinstance(error, requests.ConnectionError) or not error.args:
        return False
    reason = error.args[0]
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    if isinstance(reason, ProxyError):
        reason = reason.original_error
    if isinstance(reason, SSLError):
        return _in_handshake(reason)
    return isinstance(reason, NewConnectionError | NameResolutionError)


def _in_handshake(error: SSLError) -> bool:
    """Whether TLS failed before anything of ours was sent; a broken record may come after all of it was read."""
    causes = [cause for cause in error.args if isinstance(cause, ssl.SSLError)]
    return any(frame.name == "do_handshake" for cause in causes for frame in traceback.extract_tb(cause.__traceback__))
