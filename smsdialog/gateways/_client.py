"""The one place that speaks HTTP to providers, and the only importer of requests.

It tells apart what must be told apart: whether a request that failed may have been carried out.
Redirects are not followed, TLS is verified, and no error text holds a URL (it may hold a password).
"""

from __future__ import annotations

import ssl
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import requests
from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema
from requests.utils import default_headers
from urllib3.exceptions import LocationParseError, MaxRetryError, NameResolutionError, NewConnectionError, SSLError

from smsdialog.faults import patience
from smsdialog.gateways._base import SEND_TIMEOUT_SECONDS, AnswerLost, HttpRequest, HttpResponse, NotSent

CONNECT_TIMEOUT_SECONDS = patience(10)
MAX_ANSWER_BYTES = 65_536
CHUNK_BYTES = 4096
KEPT_SECONDS = 1.0
# What requests refuses to send at all.
_UNSENDABLE = InvalidURL | InvalidSchema | MissingSchema | InvalidHeader
Ended = HttpResponse | NotSent | AnswerLost


def perform(request: HttpRequest) -> HttpResponse:
    """Carry out one request in time, however slowly its answer comes. Raises NotSent or AnswerLost.

    Another thread does it, as requests limits the wait for each octet and not for all of them; one that is given up
    finishes by itself, or with the process.
    """
    ended: SimpleQueue[Ended] = SimpleQueue()
    _sender().asked.put((request, ended))
    try:
        answer = ended.get(timeout=SEND_TIMEOUT_SECONDS)
    except Empty:
        raise AnswerLost("the gateway's answer came too slowly") from None
    if isinstance(answer, HttpResponse):
        return answer
    raise answer


class _Sender(Thread):
    """A thread that carries out one request after the other, and ends when nobody has asked it for a while.

    To start one for each request would cost as much as the request.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.asked: SimpleQueue[tuple[HttpRequest, SimpleQueue[Ended]]] = SimpleQueue()
        self._line: _Line | None = None

    def run(self) -> None:
        """Carry out what is asked, as long as anything is."""
        while True:
            try:
                request, ended = self.asked.get(timeout=KEPT_SECONDS)
            except Empty:
                with suppress(ValueError):  # somebody has just taken us: there is another request
                    _idle.remove(self)
                    break
                continue
            answer = self._outcome(request)
            _idle.append(self)
            ended.put(answer)
            del request, ended, answer  # a text is not kept until the next
        if self._line:
            self._line.session.close()

    def _outcome(self, request: HttpRequest) -> Ended:
        line, self._line = self._line_for(request), None
        try:
            answer = _carried_out(request, line)
        except (NotSent, AnswerLost) as error:
            line.session.close()
            return error
        if _stays_open(answer):
            line.used_at, self._line = time.monotonic(), line
        else:
            line.session.close()
        return answer

    def _line_for(self, request: HttpRequest) -> _Line:
        """The line of the last request, if it was a moment ago and to the same provider, or a new one.

        A provider that ends a connection just when it is used again leaves a request of which nobody knows. So only
        one is used again whose provider has said that it stays open, and within a second of its last answer.
        """
        kept = self._line
        if kept and kept.origin == _origin(request) and time.monotonic() - kept.used_at < KEPT_SECONDS:
            return kept
        if kept:
            kept.session.close()
        return _Line(_origin(request))


@dataclass
class _Line:
    """The way to one provider; what the environment says of proxies and certificates is read when it is first used."""

    origin: str
    session: requests.Session = field(default_factory=requests.Session)
    used_at: float = 0.0
    _settings: dict[str, Any] = field(default_factory=dict)

    def send(self, prepared: requests.PreparedRequest) -> requests.Response:
        """Send a request, and read its answer but for the body."""
        if not self._settings:
            self._settings |= self.session.merge_environment_settings(prepared.url or "", {}, True, None, None)
        limits = (CONNECT_TIMEOUT_SECONDS, SEND_TIMEOUT_SECONDS - CONNECT_TIMEOUT_SECONDS)
        return self.session.send(prepared, timeout=limits, allow_redirects=False, **self._settings)


# Those that have nothing to do just now; the one that was busy last is at the end.
_idle: list[_Sender] = []


def _sender() -> _Sender:
    """One that has nothing to do, or a new one."""
    with suppress(IndexError):
        return _idle.pop()
    sender = _Sender()
    sender.start()
    return sender


def _origin(request: HttpRequest) -> str:
    """Scheme and host of a request, as far as it has any."""
    return "/".join(request.url.split("/", 3)[:3])


def _carried_out(request: HttpRequest, line: _Line) -> HttpResponse:
    try:
        response = line.send(_prepared(request))
        return HttpResponse(response.status_code, _body(response), _headers(response))
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
        {**default_headers(), **dict(request.headers)},
        params=request.params,
        data=request.body or None,
        auth=_as_it_is,
    ).prepare()


def _stays_open(answer: HttpResponse) -> bool:
    """Whether a provider says that it keeps the connection, and its answer was read to the end."""
    return answer.headers.get("connection", "").lower() == "keep-alive" and len(answer.body) < MAX_ANSWER_BYTES


def _as_it_is(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials but the request's own: none that stand in the URL."""
    return prepared


def _body(response: requests.Response) -> bytes:
    """The beginning of an answer's body."""
    body = b""
    for chunk in response.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) >= MAX_ANSWER_BYTES:
            break
    return body[:MAX_ANSWER_BYTES]


def _headers(response: requests.Response) -> dict[str, str]:
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
    if isinstance(reason, SSLError):
        return _in_handshake(reason)
    return isinstance(reason, NewConnectionError | NameResolutionError)


def _in_handshake(error: SSLError) -> bool:
    """Whether TLS failed before anything of ours was sent; a broken record may come after all of it was read."""
    causes = [cause for cause in error.args if isinstance(cause, ssl.SSLError)]
    return any(frame.name == "do_handshake" for cause in causes for frame in traceback.extract_tb(cause.__traceback__))
