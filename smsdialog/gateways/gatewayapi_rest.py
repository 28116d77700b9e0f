"""GatewayAPI's older REST API, which many accounts still have: JSON out, signed JSON Web Tokens in.

Source: GatewayAPI, "REST API" and "Error code index", November 2026. Without `encoding` the text is taken for GSM-7,
whatever it holds, so UCS-2 is asked for by name. A webhook's token is in the header `X-Gwapi-Signature`; its claims are
the whole document, so the body, which nobody signed, is not even looked at. One webhook may take SMS and receipts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import phone, udh
from smsdialog.core.model import Delivery, Encoding, InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall
from smsdialog.gateways import _gatewayapi
from smsdialog.gateways._base import (
    Accepted,
    Credit,
    Event,
    HttpGateway,
    HttpRequest,
    HttpResponse,
    Later,
    Misconfigured,
    Outcome,
    Refused,
    basic_auth,
    by_status,
    in_words,
    json_request,
)
from smsdialog.gateways._options import base_url
from smsdialog.gateways._signature import jwt_claims, require_recent
from smsdialog.gateways._values import hexadecimal, moment, text
from smsdialog.gateways._webcall import WebCall

_ALGORITHMS = ("HS256", "HS384", "HS512")
# The network has taken it on the phone's behalf, and nothing more will come.
_DELIVERY = {**_gatewayapi.DELIVERY, "ACCEPTED": Delivery.DELIVERED}

# API errors. A blacklisted number, a country or an operator that is not allowed, and a filtered text are this SMS's.
_REFUSED = {0x0215, 0x0217, 0x021F, 0x0220, 0x0222, 0x0310, 0x0311, 0x0312, 0x0313}
_MISCONFIGURED = {*range(0x0210, 0x0214), *range(0x0218, 0x021F), 0x0221, *range(0x0223, 0x022B)}
_TEMPORARILY_BLACKLISTED = 0x0214
_NO_CREDIT = 0x0216
_TRY_AGAIN = 0x09  # the low byte, in any group of codes


@dataclass(frozen=True)
class Options:
    """`api_token` lets us send; `webhook_secret` is the "authentication token" of the webhook, without which every
    call is refused. `url` is that of the account's region.
    """

    api_token: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)
    url: str = "https://gatewayapi.com"


def create(table: GatewayTable, config: Config) -> GatewayApiRest:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options: Options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    return GatewayApiRest(table.name, options, base_url(table, config, options.url))


class GatewayApiRest(HttpGateway):
    """One account in one region."""

    type = "gatewayapi_rest"

    def __init__(self, name: str, options: Options, url: str) -> None:
        super().__init__(name, (options.api_token, options.webhook_secret))
        self._secret = options.webhook_secret
        self._authorization = basic_auth(options.api_token, "")
        self._url = url

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The POST of one SMS. `UTF8` is GatewayAPI's name for GSM-7."""
        document = {
            "message": sms.text,
            "sender": sms.sender,
            "recipients": [{"msisdn": int(sms.to.digits)}],
            "userref": sms.reference,
            "encoding": "UCS2" if sms.encoding is Encoding.UCS2 else "UTF8",
        }
        return json_request(f"{self._url}/rest/mtsms", document, self._authorization)

    def outcome(self, response: HttpResponse) -> Outcome:
        """200 with its id is accepted; else the code says what is wrong, or the status where that says it better."""
        ids = response.object.get("ids")
        if response.status == 200 and isinstance(ids, list) and ids:
            return Accepted(str(ids[0]))
        code = text(response.object, "code")
        reason = in_words("GatewayAPI", response, f"{code} {_message(response.object)}".strip())
        if response.status in (404, 429):
            return by_status(response, reason)
        return _by_code(hexadecimal(code), reason) or by_status(response, reason)

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The SMS or the receipt that the signed claims are."""
        claims = jwt_claims(call.header("x-gwapi-signature"), self._secret, call.received_at, _ALGORITHMS)
        happened_at = moment(claims.get("time", claims.get("senttime")))
        if happened_at is not None:
            require_recent(happened_at, call.received_at, _gatewayapi.REPLAY_SECONDS)
        if "status" in claims:
            return (self._receipt(claims, happened_at),)
        return (self._sms(claims, happened_at),)

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """The same: one webhook may take both."""
        return self.inbound(call)

    def balance_request(self) -> HttpRequest:
        """See `HttpGateway`."""
        return _gatewayapi.balance_request(self._url, self._authorization)

    def balance_of(self, response: HttpResponse) -> str:
        """See `HttpGateway`."""
        return _gatewayapi.balance_of(response)

    def _sms(self, claims: dict[str, Any], sent_at: float | None) -> InboundSms:
        """An SMS with its keyword; of a binary one, whose octets are nothing to read, that it came."""
        sender = text(claims, "sender") or text(claims, "msisdn")
        words = claims.get("message")
        if not isinstance(words, str) and claims.get("payload"):
            words = ""
        if not sender or not isinstance(words, str):
            raise BadCall("expected msisdn and message, or a status")
        gateway_id, receiver = text(claims, "id"), text(claims, "receiver")
        segment = udh.segment_of(text(claims, "udh"))
        return InboundSms(self.name, gateway_id, phone.sender(sender), receiver, words, sent_at, segment)

    def _receipt(self, claims: dict[str, Any], happened_at: float | None) -> Receipt:
        reference, gateway_id, status = text(claims, "userref"), text(claims, "id"), text(claims, "status")
        if not status or not (reference or gateway_id):
            raise BadCall("status and id are missing")
        reason = _gatewayapi.in_words(status, text(claims, "error"), text(claims, "code"))
        delivery = _DELIVERY.get(status, Delivery.ON_ITS_WAY)
        return Receipt(self.name, reference, gateway_id, delivery, reason, happened_at=happened_at)


def _by_code(code: int | None, reason: str) -> Outcome | None:
    """What a documented error code means; None for any other."""
    if code is None:
        return None
    if code in _REFUSED:
        return Refused(reason)
    if code in _MISCONFIGURED:
        return Misconfigured(reason)
    if code == _NO_CREDIT:
        return Credit(reason)
    if code == _TEMPORARILY_BLACKLISTED or code & 0xFF == _TRY_AGAIN:
        return Later(reason)
    return None


def _message(error: dict[str, Any]) -> str:
    """An error's message with its variables in their places, which are written `%1`, `%2`."""
    variables = error.get("variables")
    values = [str(value) for value in variables] if isinstance(variables, list) else []

    def value(place: re.Match[str]) -> str:
        at = int(place[1]) - 1
        return values[at] if 0 <= at < len(values) else place[0]

    return re.sub(r"%([1-9])", value, text(error, "message"))
