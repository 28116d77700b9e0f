"""What every gateway type speaks: one SMS out, and what its provider calls us with.

A type is one module of this package with a function `create(table, config) -> Gateway`. Its parts are
pure: `request` makes an HTTP request of an SMS, `outcome` reads the answer, `inbound` and `receipt`
read a call. The one place that touches the network is `_client.perform`.

The outcome of a send is never a bool:

    Accepted   the provider has it
    Refused    it never will be sent, and why
    Later      provably nothing was sent; try again
    Unknown    it may have been sent: never sent again on our own
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, quote, quote_plus

from smsdialog.core.model import InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall
from smsdialog.faults import patience

SEND_TIMEOUT_SECONDS = patience(30)
MAX_QUERY_FIELDS = 100
# Shorter values are no secrets, and stand in many an innocent answer.
LEAST_HIDDEN_CHARACTERS = 6


@dataclass(frozen=True)
class Accepted:
    """The provider has it; `gateway_id` is its own id, empty where it gives none."""

    gateway_id: str = ""


@dataclass(frozen=True)
class Refused:
    """The provider will never send it."""

    reason: str


@dataclass(frozen=True)
class Later:
    """Provably nothing was sent."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """It may have been sent, or not."""

    reason: str


Outcome = Accepted | Refused | Later | Unknown


class NotSent(Exception):
    """The request never left: no connection, no name, no TLS."""


class AnswerLost(Exception):
    """The request left, and no answer came."""


@dataclass(frozen=True)
class HttpRequest:
    """One request to a provider. Its repr shows neither query nor body: they may hold secrets."""

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class HttpResponse:
    """A provider's answer, of which at most 64 KiB are kept."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        """The body, for people and for comparing."""
        return self.body.decode("utf-8", "replace")


Perform = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class WebCall:
    """An HTTP call to us, as raw as the WSGI server hands it over. `headers` have lower-case names."""

    method: str
    query: bytes = field(default=b"", repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def octets(self, name: str) -> bytes:
        """The first value of a query parameter, percent-decoded but in its own charset; empty if absent.

        Latin-1 maps every octet to one character and back; `parse_qsl` of octets takes ASCII only.
        """
        query = self.query.decode("latin-1")
        try:
            pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_QUERY_FIELDS)
        except ValueError as error:
            raise BadCall("too many fields") from error
        return next((value.encode("latin-1") for key, value in pairs if key == name), b"")

    def argument(self, name: str) -> str:
        """The first value of a query parameter as UTF-8."""
        return self.octets(name).decode("utf-8", "replace")


@dataclass(frozen=True)
class Reply:
    """What the provider must hear when all went well. Some send the body to the phone: mostly it is empty."""

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""


class Gateway(Protocol):
    """One configured gateway."""

    name: str
    type: str
    reply: Reply

    def send(self, sms: OutboundSms, perform: Perform) -> Outcome:
        """Hand one SMS over. Writes; never raises for what a provider or a network can do."""
        ...

    def inbound(self, call: WebCall) -> tuple[InboundSms, ...]:
        """The SMS of a call. Raises Unauthentic or BadCall; an empty tuple is a call to be ignored."""
        ...

    def receipt(self, call: WebCall) -> tuple[Receipt, ...]:
        """The receipts of a call. Raises Unauthentic or BadCall."""
        ...


def send_over_http(
    request: HttpRequest, outcome: Callable[[HttpResponse], Outcome], perform: Perform, hide: Iterable[str]
) -> Outcome:
    """One request, one answer, one outcome: the way of every type that speaks HTTP.

    What is to `hide` (secrets, the text) is blotted out of the answer before it is read: a provider may echo
    the request, and its words are shown to employees and kept for the operator.
    """
    try:
        answer = perform(request)
        return outcome(HttpResponse(answer.status, _blotted(answer.body, hide)))
    except NotSent as error:
        return Later(str(error))
    except AnswerLost as error:
        return Unknown(str(error))


def _blotted(body: bytes, hide: Iterable[str]) -> bytes:
    """An answer without the values to hide, as they are or percent-encoded once or twice."""
    for value in (value for value in hide if len(value) >= LEAST_HIDDEN_CHARACTERS):
        forms = {value, quote(value), quote(value, safe=""), quote_plus(value), quote(quote(value, safe=""), safe="")}
        for form in sorted(filter(None, forms), key=len, reverse=True):
            body = body.replace(form.encode("utf-8", "replace"), b"***")
    return body
