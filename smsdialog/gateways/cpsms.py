"""CPSMS (Compaya): JSON out, plain GET calls in.

Source: api.cpsms.dk/documentation, November 2026; what comes in, from customers' programs, so its names are options. It
gives no message id and signs nothing: our reference and our token stand in the URL that it calls for receipts. An error
may come inside a 200, beside a success inside a 207. A text that is not GSM-7 must be called UNICODE.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import charset, phone
from smsdialog.core.model import Delivery, Encoding, InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall
from smsdialog.gateways._base import (
    Accepted,
    Event,
    HttpGateway,
    HttpRequest,
    HttpResponse,
    Outcome,
    basic_auth,
    by_status,
    in_words,
    json_request,
)
from smsdialog.gateways._options import base_url, wrong
from smsdialog.gateways._signature import require_token
from smsdialog.gateways._values import text
from smsdialog.gateways._webcall import WebCall

# What needs no escape in a URL (RFC 3986, 2.3), as CPSMS undoes escapes before it calls.
_PLAIN_TOKEN = re.compile(r"[A-Za-z0-9._~-]*")
_DANISH_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]{3})*(,[0-9]+)?")

_DELIVERY = {
    "1": (Delivery.DELIVERED, "delivered"),
    "2": (Delivery.FAILED, "failed"),
    "4": (Delivery.ON_ITS_WAY, "waits for the phone"),
    "8": (Delivery.FAILED, "given up"),
}


@dataclass(frozen=True)
class Options:
    """`token` guards what CPSMS calls: without one, every call is refused. The three `inbound_` names are those of
    the parameters that hold the customer's number, the number he wrote to, and the text.
    """

    username: str
    api_key: str = field(repr=False)
    token: str = field(default="", repr=False)
    inbound_from: str = "from"
    inbound_to: str = "number"
    inbound_text: str = "message"
    url: str = "https://api.cpsms.dk/v2"


def create(table: GatewayTable, config: Config) -> Cpsms:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options: Options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    if not _PLAIN_TOKEN.fullmatch(options.token):
        raise wrong(table, config, "token", "letters, digits, - . _ and ~ only")
    options = replace(options, url=base_url(table, config, options.url))
    return Cpsms(table.name, options, config.public_url.rstrip("/"))


class Cpsms(HttpGateway):
    """One account."""

    type = "cpsms"

    def __init__(self, name: str, options: Options, public_url: str) -> None:
        super().__init__(name, (options.api_key, options.token))
        self._options = options
        self._authorization = basic_auth(options.username, options.api_key)
        self._public_url = public_url

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The POST of one SMS. A receipt is asked for where CPSMS can reach us and will be believed."""
        document = {
            "to": sms.to.digits,
            "message": sms.text,
            "from": sms.sender,
            "encoding": "UTF-8",
            "format": "UNICODE" if sms.encoding is Encoding.UCS2 else "GSM",
            "reference": sms.reference,
        }
        if self._public_url and self._options.token:
            document["dlr_url"] = self._dlr_url(sms.reference)
        return json_request(f"{self._options.url}/send", document, self._authorization)

    def outcome(self, response: HttpResponse) -> Outcome:
        """A row of success is accepted, whatever stands beside it; else the error's code, which is like a status."""
        if response.status in (200, 201, 207) and response.object.get("success"):
            return Accepted()
        error = _error(response.object)
        code, message = text(error, "code"), text(error, "message")
        repeats_status = code == str(response.status)
        reason = in_words("CPSMS", response, message if repeats_status else f"{code} {message}".strip())
        if response.status < 500 and re.fullmatch("[1-9][0-9]{2}", code, re.ASCII):
            return by_status(replace(response, status=int(code)), reason)
        return by_status(response, reason)

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The SMS of one GET."""
        self._authenticate(call)
        names = self._options
        given = {name for name, _ in call.query_pairs}
        if not {names.inbound_from, names.inbound_text} <= given:
            raise BadCall(f"expected {names.inbound_from} and {names.inbound_text}")
        words = charset.decode(call.octets(names.inbound_text), "UTF-8")
        to = call.argument(names.inbound_to)
        return (InboundSms(self.name, "", phone.sender(call.argument(names.inbound_from)), to, words),)

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """What became of the SMS that the URL names, whether or not CPSMS made an ampersand of the escape in it."""
        call = replace(call, query=call.query.replace(b"%26", b"&"))
        self._authenticate(call)
        reference, status = call.argument("reference"), "".join(call.argument("status").split())
        if not reference or not status:
            raise BadCall("reference and status are missing")
        delivery, words = _DELIVERY.get(status, (Delivery.ON_ITS_WAY, ""))
        reason = f"CPSMS: {status[:20]} {words}".strip()
        return (Receipt(self.name, reference, "", delivery, reason),)

    def balance_request(self) -> HttpRequest:
        """See `HttpGateway`."""
        return HttpRequest("GET", f"{self._options.url}/creditvalue", headers=(self._authorization,))

    def balance_of(self, response: HttpResponse) -> str:
        """The credit, which CPSMS writes as Danes do."""
        return plain_amount(text(response.object, "credit")) if response.status == 200 else ""

    def _authenticate(self, call: WebCall) -> None:
        require_token(call, self._options.token)
        if call.method != "GET":
            raise BadCall("expected a GET")

    def _dlr_url(self, reference: str) -> str:
        """CPSMS appends `&status=…`, so there must be a parameter before it; our own ampersand is to be escaped."""
        return f"{self._public_url}/receipt/{self.name}?token={self._options.token}%26reference={reference}"


def plain_amount(amount: str) -> str:
    """An amount in Danish writing with a decimal point and nothing between its thousands; any other text as it is.

    >>> plain_amount("9.843,40"), plain_amount("17"), plain_amount("-0,5"), plain_amount("12.50")
    ('9843.40', '17', '-0.5', '12.50')
    """
    danish = _DANISH_AMOUNT.fullmatch(amount)
    return amount.replace(".", "").replace(",", ".") if danish else amount


def _error(document: dict[str, Any]) -> dict[str, Any]:
    """The first error of an answer; there may be a list of them, as there may be several recipients."""
    error = document.get("error")
    first = error[0] if isinstance(error, list) and error else error
    return first if isinstance(first, dict) else {}
