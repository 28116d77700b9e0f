"""The one place that speaks HTTP to providers, and the only importer of requests.

It tells apart what must be told apart: whether a request that failed may have been carried out.
Redirects are not followed, TLS is verified, and no error text holds a URL (it may hold a password).
"""

from __future__ import annotations

import ssl
import time
import traceback
from http.cookiejar import DefaultCookiePolicy
from queue import Empty, SimpleQueue
from threading import Thread

import requests
from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema
from urllib3.exceptions import LocationParseError, MaxRetryError, NameResolutionError, NewConnectionError, SSLError

from smsdialog.faults import patience
from smsdialog.gateways._base import SEND_TIMEOUT_SECONDS, AnswerLost, HttpRequest, HttpResponse, NotSent

CONNECT_TIMEOUT_SECONDS = patience(10)
MAX_ANSWER_BYTES = 65_536
CHUNK_BYTES = 4096
KEPT_SECONDS = 1.0
# What requests refuses to send at all.
_UNSENDABLE = InvalidURL | InvalidSchema | MissingSchema | InvalidHeader
# Sessions that nobody uses just now, and since when (seconds, monotonic).
_idle: list[tuple[float, requests.Session]] = []


def perform(request: HttpRequest) -> HttpResponse:
    """Carry out one request in time, however slowly its answer comes. Raises NotSent or AnswerLost.

    It has a thread of its own, as requests limits the wait for each octet and not for all of them; one that is
    given up ends by itself, or with the process.
    """
    ended: SimpleQueue[HttpResponse | NotSent | AnswerLost] = SimpleQueue()
    Thread(target=lambda: ended.put(_outcome(request)), daemon=True).start()
    try:
        answer = ended.get(timeout=SEND_TIMEOUT_SECONDS)
    except Empty:
        raise AnswerLost("the gateway's answer came too slowly") from None
    if isinstance(answer, HttpResponse):
        return answer
    raise answer


def _outcome(request: HttpRequest) -> HttpResponse | NotSent | AnswerLost:
    try:
        return _carried_out(request)
    except (NotSent, AnswerLost) as error:
        return error


def _carried_out(request: HttpRequest) -> HttpResponse:
    session = _kept()
    try:
        response = session.request(
            request.method,
            request.url,
            params=request.params,
            headers=dict(request.headers),
            data=request.body or None,
            auth=_as_it_is,
            timeout=(CONNECT_TIMEOUT_SECONDS, SEND_TIMEOUT_SECONDS - CONNECT_TIMEOUT_SECONDS),
            allow_redirects=False,
            stream=True,
        )
        answer = HttpResponse(response.status_code, _body(response), _headers(response))
        if _stays_open(answer):
            _idle.append((time.monotonic(), session))
        else:
            session.close()
        return answer
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


def _kept() -> requests.Session:
    """A session whose connection was used a moment ago, or a new one.

    A provider that ends a connection just when it is used again leaves a request of which nobody knows. So only one is
    used again whose provider has said that it stays open, and within a second of its last answer.
    """
    while _idle:
        try:
            used_at, session = _idle.pop()
        except IndexError:  # another thread was first
            break
        if time.monotonic() - used_at < KEPT_SECONDS:
            return session
        session.close()
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return session


def _stays_open(answer: HttpResponse) -> bool:
    """Whether a provider says that it keeps the connection, and its answer was read to the end."""
    return answer.headers.get("connection", "").lower() == "keep-alive" and len(answer.body) < MAX_ANSWER_BYTES


def _as_it_is(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials but the request's own: without this requests would put those of ~/.netrc in their place."""
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
