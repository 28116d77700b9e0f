"""What every gateway type speaks: one SMS out, and what its provider calls us with.

A type is one module of this package with a function `create(table, config) -> Gateway`. Its parts are
pure: `request` makes an HTTP request of an SMS, `outcome` reads the answer, `inbound` and `receipt`
read a call. The one place that touches the network is `_client.perform`.

The outcome of a send is never a bool:

    Accepted        the provider has it
    Refused         it never will be sent, and why
    Later           provably nothing was sent; try again
      Rate            too many at once: slow down, for as long as the provider says
      Credit          no money is left: the operator has to see to it
      Misconfigured   our credentials or settings are wrong: the operator has to see to it
    Unknown         it may have been sent: never sent again on our own
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol, runtime_checkable
from urllib.parse import quote, quote_plus, urlencode

from smsdialog.core.model import InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall
from smsdialog.faults import patience
from smsdialog.gateways._webcall import Reply, WebCall

SEND_TIMEOUT_SECONDS = patience(30)
# Of a provider's words: for a reason that people read, and for the operator.
REASON_CHARACTERS = 200
ANSWER_CHARACTERS = 2000
# Shorter values are no secrets, and stand in many an innocent answer.
LEAST_HIDDEN_CHARACTERS = 6

__all__ = ["Reply", "WebCall"]


@dataclass(frozen=True)
class Accepted:
    """The provider has it; `gateway_id` is its own id, empty where it gives none.

    `answer` is, here and below, what the provider said, whole, for the operator.
    """

    gateway_id: str = ""
    answer: str = field(default="", compare=False, repr=False)
    kind: ClassVar[str] = "accepted"


@dataclass(frozen=True)
class Refused:
    """The provider will never send it."""

    reason: str
    answer: str = field(default="", compare=False, repr=False)
    kind: ClassVar[str] = "refused"


@dataclass(frozen=True)
class Later:
    """Provably nothing was sent. `wait_seconds` is what the provider asks for, 0 if it does not."""

    reason: str
    wait_seconds: float = 0.0
    answer: str = field(default="", compare=False, repr=False)
    kind: ClassVar[str] = "later"


@dataclass(frozen=True)
class Rate(Later):
    """Too many at once."""

    kind: ClassVar[str] = "rate"


@dataclass(frozen=True)
class Credit(Later):
    """No money is left on the provider's account."""

    kind: ClassVar[str] = "credit"


@dataclass(frozen=True)
class Misconfigured(Later):
    """Credentials, sender or address are not what the provider wants, whatever the SMS."""

    kind: ClassVar[str] = "config"


@dataclass(frozen=True)
class Unknown:
    """It may have been sent, or not."""

    reason: str
    answer: str = field(default="", compare=False, repr=False)
    kind: ClassVar[str] = "unknown"


Outcome = Accepted | Refused | Later | Unknown
Event = InboundSms | Receipt


class NotSent(Exception):
    """The request never left: no connection, no name, no TLS."""


class AnswerLost(Exception):
    """The request left, and no answer came."""


@dataclass(frozen=True)
class HttpRequest:
    """One request to a provider. Its repr shows nothing but the method: everything else may hold secrets."""

    method: str
    url: str = field(repr=False)
    params: tuple[tuple[str, str | bytes], ...] = field(default=(), repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class HttpResponse:
    """A provider's answer, of which at most 64 KiB are kept. `headers` have lower-case names."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def text(self) -> str:
        """The body, for people and for comparing."""
        return self.body.decode("utf-8", "replace")

    @property
    def document(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def object(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one where it is none."""
        document = self.document
        return document if isinstance(document, dict) else {}

    @property
    def retry_after(self) -> float:
        """The seconds that a Retry-After asks for (RFC 9110, 10.2.3), 0 where there is none that we understand."""
        value = self.headers.get("retry-after", "").strip()
        return float(value) if value.isascii() and value.isdigit() and len(value) < 7 else 0.0


Perform = Callable[[HttpRequest], HttpResponse]


class Gateway(Protocol):
    """One configured gateway. `reply` is what an inbound call hears, `receipt_reply` what a receipt hears."""

    name: str
    type: str
    reply: Reply
    receipt_reply: Reply

    def send(self, sms: OutboundSms, perform: Perform) -> Outcome:
        """Hand one SMS over. Writes; never raises for what a provider or a network can do."""
        ...

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The SMS of a call, and receipts if the provider sends them to the same place.

        Raises Unauthentic or BadCall; an empty tuple is a call to be ignored.
        """
        ...

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """The receipts of a call, and SMS if the provider sends them to the same place. Raises as `inbound` does."""
        ...

    def balance(self, perform: Perform) -> str:
        """What the provider says is left; empty where it does not tell. Raises NotSent or AnswerLost."""
        ...


@runtime_checkable
class KeepsFiles(Protocol):
    """A gateway with files on this machine that hold what SMS said. `names` says whether a text names somebody."""

    def naming(self, names: Callable[[str], bool]) -> list[str]:
        """Where somebody is named: paths, and lines behind a colon. Reads; raises OSError."""
        ...

    def drop(self, names: Callable[[str], bool]) -> int:
        """Remove these files, or these lines; returns how many. Writes; raises OSError."""
        ...


@runtime_checkable
class LocalGateway(Gateway, Protocol):
    """A gateway whose daemon runs on this machine: it runs a command of ours for each event, once.

    What it tells mostly lies in a file of its own, too, which `waiting` finds when that run went wrong. `arguments`
    are the command's own, here and below.
    """

    def event(self, arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[Event, ...]:
        """What one run of the command says; an empty tuple is nothing that concerns us, or was taken before.

        Raises BadCall for what can never be understood, TemporaryError for what cannot be read yet.
        """
        ...

    def holds(self, arguments: Sequence[str]) -> bool:
        """Whether a file of the daemon's still has the event, so that `waiting` will find it. Reads."""
        ...

    def taken(self, arguments: Sequence[str]) -> None:
        """The event is in the ledger: its file may go. Writes; raises OSError."""
        ...

    def set_aside(self, arguments: Sequence[str]) -> None:
        """The event can never be understood: its file stays, for the operator, and is found no more. Writes."""
        ...

    def waiting(self, now: float) -> tuple[tuple[str, ...], ...]:
        """The arguments of events that no run took, and of SMS that the daemon never took. Writes."""
        ...


class HttpGateway:
    """A provider over HTTP: one request, one answer, one outcome. A type fills in the pure parts.

    `secrets` are blotted out of whatever the provider says.
    """

    type: str
    reply = Reply()

    def __init__(self, name: str, secrets: Iterable[str]) -> None:
        self.name = name
        self._secrets = tuple(secrets)

    @property
    def receipt_reply(self) -> Reply:
        """The same as for an inbound call, where a type does not say otherwise."""
        return self.reply

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The request that sends one SMS; two attempts at one SMS make the same request."""
        raise NotImplementedError

    def outcome(self, response: HttpResponse) -> Outcome:
        """What the provider's answer to it means."""
        raise NotImplementedError

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """See `Gateway`."""
        raise NotImplementedError

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """See `Gateway`."""
        raise BadCall("this gateway has no receipts")

    def send(self, sms: OutboundSms, perform: Perform) -> Outcome:
        """Hand one SMS over."""
        return send_over_http(self.request(sms), self.outcome, perform, (*self._secrets, sms.text))

    def balance_request(self) -> HttpRequest | None:
        """The request that asks what is left; None where the provider does not tell."""
        return None

    def balance_of(self, response: HttpResponse) -> str:
        """What is left, as the provider's answer has it; empty where it says nothing of the kind."""
        raise NotImplementedError

    def balance(self, perform: Perform) -> str:
        """Ask what is left."""
        request = self.balance_request()
        if request is None:
            return ""
        answer = perform(request)
        return self.balance_of(replace(answer, body=blotted(answer.body, self._secrets)))


def send_over_http(
    request: HttpRequest, outcome: Callable[[HttpResponse], Outcome], perform: Perform, hide: Iterable[str]
) -> Outcome:
    """One request, one answer, one outcome.

    What is to `hide` (secrets, the text) is blotted out of the answer before it is read: a provider may echo
    the request, and its words are shown to employees and kept for the operator.
    """
    try:
        answer = perform(request)
    except NotSent as error:
        return Later(str(error))
    except AnswerLost as error:
        return Unknown(str(error))
    answer = replace(answer, body=blotted(answer.body, hide))
    return replace(outcome(answer), answer=f"{answer.status} {answer.text[:ANSWER_CHARACTERS]}".strip())


def by_status(response: HttpResponse, reason: str) -> Outcome:
    """What an answer means by its HTTP status alone: for what a provider's own vocabulary does not name.

    A 2xx is Unknown here, as only the type knows what success looks like; so are 500, 502 and 504, after which the
    SMS may be out.
    """
    match response.status:
        case 400 | 409 | 413 | 414 | 422:
            return Refused(reason)
        case 401 | 403 | 404 | 405:
            return Misconfigured(reason)
        case 402:
            return Credit(reason)
        case 429:
            return Rate(reason, response.retry_after)
        case 408 | 425 | 503:
            return Later(reason, response.retry_after)
    return Unknown(reason)


def in_words(provider: str, response: HttpResponse, said: object = "") -> str:
    """A reason: who says so, the HTTP status, and the words (or the beginning of the body) on one line."""
    words = " ".join(str(said or response.text[: 2 * REASON_CHARACTERS]).split())
    return f"{provider}: {response.status} {words}".strip()[:REASON_CHARACTERS]


def explained(words: str, code: str = "", meaning: str = "") -> str:
    """A provider's words, with its code and what that means: `undelivered (30005: the number is unknown)`."""
    coded = ": ".join(filter(None, (code, meaning)))
    return (f"{words} ({coded})" if coded else words)[:REASON_CHARACTERS]


def basic_auth(user: str, password: str) -> tuple[str, str]:
    """The header of HTTP Basic authentication (RFC 7617)."""
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def json_request(url: str, document: object, *headers: tuple[str, str]) -> HttpRequest:
    """A POST of JSON; æ and emoji travel as themselves, half an emoji as a question mark."""
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    return HttpRequest("POST", url, headers=(*headers, ("Content-Type", "application/json")), body=body)


def form_request(url: str, fields: Mapping[str, str], *headers: tuple[str, str]) -> HttpRequest:
    """A POST of a form."""
    body = urlencode(fields, encoding="utf-8", errors="replace").encode()
    return HttpRequest(
        "POST", url, headers=(*headers, ("Content-Type", "application/x-www-form-urlencoded")), body=body
    )


def blotted(body: bytes, hide: Iterable[str]) -> bytes:
    """An answer without the values to hide: as they are, as JSON has them, or percent-encoded once or twice."""
    for value in (value for value in hide if LEAST_HIDDEN_CHARACTERS <= len(value) <= len(body)):
        forms = {value, quote(value), quote(value, safe=""), quote_plus(value), quote(quote(value, safe=""), safe="")}
        forms |= {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
        for form in sorted(filter(None, forms), key=len, reverse=True):
            body = body.replace(form.encode("utf-8", "replace"), b"***")
    return body
