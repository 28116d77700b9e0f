"""GatewayAPI's Mobile Messaging API: one JSON POST out, signed JSON events in.

Source: GatewayAPI, "Mobile Messaging API" and its OpenAPI document, November 2026. The recipient is a number in JSON,
not a text. Nothing in an event says which of our numbers or keywords it was sent to, so each has a URL of its own,
`/inbound/NAME/NUMBER`. Long SMS come in parts, each with its user data header. An account belongs to one region, and
its token is worth nothing in the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import phone, udh
from smsdialog.core.model import Delivery, InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall
from smsdialog.gateways import _gatewayapi
from smsdialog.gateways._base import (
    Accepted,
    Event,
    HttpGateway,
    HttpRequest,
    HttpResponse,
    Misconfigured,
    Outcome,
    by_status,
    in_words,
    json_request,
)
from smsdialog.gateways._options import base_url
from smsdialog.gateways._signature import require_hmac, require_recent
from smsdialog.gateways._values import moment, nested, text
from smsdialog.gateways._webcall import WebCall

_VERSION = "v1="  # of the way of signing
_DELIVERY = {**_gatewayapi.DELIVERY, "READ": Delivery.DELIVERED}


@dataclass(frozen=True)
class Options:
    """`api_token` lets us send, `webhook_secret` is what events are signed with: without one, every call is refused.

    `url` is that of the account's region.
    """

    api_token: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)
    url: str = "https://messaging.gatewayapi.com"


def create(table: GatewayTable, config: Config) -> GatewayApi:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options: Options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    return GatewayApi(table.name, options, base_url(table, config, options.url))


class GatewayApi(HttpGateway):
    """One account in one region."""

    type = "gatewayapi"

    def __init__(self, name: str, options: Options, url: str) -> None:
        super().__init__(name, (options.api_token, options.webhook_secret))
        self._secret = options.webhook_secret
        self._authorization = ("Authorization", f"Token {options.api_token}")
        self._url = url

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The POST of one SMS; coding and splitting are GatewayAPI's."""
        document = {
            "sender": sms.sender,
            "recipient": int(sms.to.digits),
            "message": sms.text,
            "reference": sms.reference,
        }
        return json_request(f"{self._url}/mobile/single", document, self._authorization)

    def outcome(self, response: HttpResponse) -> Outcome:
        """202 with its id is accepted. What is wrong with the sender is the operator's to put right."""
        message_id = text(response.object, "msg_id")
        if response.status == 202 and message_id:
            return Accepted(message_id)
        faults = [fault for fault in _list(response.object.get("detail")) if isinstance(fault, dict)]
        reason = in_words("GatewayAPI", response, "; ".join(map(_fault, faults)))
        if response.status == 422 and any("sender" in _list(fault.get("loc")) for fault in faults):
            return Misconfigured(reason)
        return by_status(response, reason)

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """What one event says; an event of a kind that does not concern us says nothing."""
        event, kind = self._event(call)
        match kind:
            case "user-message.text.sms" | "user-message.text.rcs":
                return (self._sms(event),)
            case "message.status.sms" | "message.status.rcs":
                return (self._receipt(event),)
        return ()

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """The same: one webhook may take both."""
        return self.inbound(call)

    def balance_request(self) -> HttpRequest:
        """The REST API of the same region knows what is left."""
        return _gatewayapi.balance_request(self._url.replace("://messaging.", "://", 1), self._authorization)

    def balance_of(self, response: HttpResponse) -> str:
        """See `HttpGateway`."""
        return _gatewayapi.balance_of(response)

    def _event(self, call: WebCall) -> tuple[dict[str, Any], str]:
        """The event of a call and its kind. Raises Unauthentic or BadCall."""
        values = (value.strip() for value in call.header("signature").split(","))
        signatures = [value.removeprefix(_VERSION) for value in values if value.startswith(_VERSION)]
        require_hmac(self._secret, call.body, signatures)
        envelope = call.object
        happened_at = moment(envelope.get("timestamp"))
        if happened_at is None:
            raise BadCall("timestamp is missing")
        require_recent(happened_at, call.received_at, _gatewayapi.REPLAY_SECONDS)
        return nested(envelope, "event"), text(envelope, "event_type")

    def _sms(self, event: dict[str, Any]) -> InboundSms:
        content = event.get("content")  # a text in RCS
        words = content.get("message") if isinstance(content, dict) else content
        sender = text(event, "sender")
        if not sender or not isinstance(words, str):
            raise BadCall("sender and content are missing")
        segment = udh.segment_of(text(nested(event, "content"), "header"))
        message_id, sent_at = text(event, "msg_id"), moment(event.get("sent_at"))
        return InboundSms(self.name, message_id, phone.sender(sender), "", words, sent_at, segment)

    def _receipt(self, event: dict[str, Any]) -> Receipt:
        reference, message_id, status = text(event, "reference"), text(event, "msg_id"), text(event, "status")
        if not status or not (reference or message_id):
            raise BadCall("status and msg_id are missing")
        error = nested(event, "error")
        reason = _gatewayapi.in_words(status, text(error, "details"), text(error, "hex_code"))
        delivery = _DELIVERY.get(status, Delivery.ON_ITS_WAY)
        return Receipt(self.name, reference, message_id, delivery, reason, happened_at=moment(event.get("status_at")))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _fault(fault: dict[str, Any]) -> str:
    """Where a value is wrong, and how: `body.recipient: Input should be …`."""
    return f"{'.'.join(map(str, _list(fault.get('loc'))))}: {text(fault, 'msg')}"
