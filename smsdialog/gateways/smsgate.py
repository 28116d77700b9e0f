"""SMS Gateway for Android: an app that makes a gateway of a telephone, in reach or by way of a server.

Source: the app's documentation ("Sending messages", "Webhooks", "Status tracking", "Errors") and its source, read in
November 2026. An SMS bears our reference as its id, so one that is sent twice is refused as known: of all types only
this one can be sure. The telephone calls us itself, and signs what it says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import phone
from smsdialog.core.model import Delivery, InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall
from smsdialog.gateways._base import (
    Accepted,
    Event,
    HttpGateway,
    HttpRequest,
    HttpResponse,
    Misconfigured,
    Outcome,
    Refused,
    Unknown,
    basic_auth,
    by_status,
    explained,
    in_words,
    json_request,
)
from smsdialog.gateways._options import base_url, wrong
from smsdialog.gateways._signature import require_hmac, require_recent
from smsdialog.gateways._times import utc_seconds
from smsdialog.gateways._values import count, text
from smsdialog.gateways._webcall import WebCall

MOST_SIMS = 3
# The numbers are checked already; the app knows no Danish ones of 12 digits and would refuse them.
NO_NUMBER_CHECK = (("skipPhoneValidation", "true"),)
_PATHS = ("/message", "/messages")
_TAKEN = ("Pending", "Processed", "Sent", "Delivered")
_NOT_TO_BE_SENT = ("Failed", "Cancelling", "Cancelled")
# The two complaints of a 400 that are not about the SMS: "No devices registered" and "Invalid device ID".
_NO_TELEPHONE = re.compile(r"\bdevices?\b", re.IGNORECASE)
_RECEIVED = "sms:received"
_RECEIPTS = {
    "sms:sent": (Delivery.ON_ITS_WAY, "sentAt"),
    "sms:delivered": (Delivery.DELIVERED, "deliveredAt"),
    "sms:failed": (Delivery.FAILED, "failedAt"),
    "sms:cancelled": (Delivery.FAILED, "cancelledAt"),
}
_MEANINGS = {
    "RESULT_ERROR_GENERIC_FAILURE": "often no money is left on the SIM card",
    "RESULT_ERROR_LIMIT_EXCEEDED": "more SMS than Android or the operator allow",
    "RESULT_RIL_MODEM_ERR": "trouble with the SIM card or the network",
    "RESULT_NO_DEFAULT_SMS_APP": "the telephone has no app or no SIM card chosen for SMS",
    "No SIMs found": "the telephone has no SIM card, or the app may not see it",
}


@dataclass(frozen=True)
class Options:
    """`username` and `password` are shown by the app; `signing_key` too, and without it every call is refused.

    `url` is that of the app's own server, a private one or the public one. `device_id` names one telephone of
    several, `sim_number` (1 to 3) one of its SIM cards; else the app chooses.
    """

    username: str
    password: str = field(repr=False)
    signing_key: str = field(default="", repr=False)
    url: str = "https://api.sms-gate.app/3rdparty/v1"
    device_id: str = ""
    sim_number: int = 0


def create(table: GatewayTable, config: Config) -> SmsGate:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options: Options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    if not 0 <= options.sim_number <= MOST_SIMS:
        raise wrong(table, config, "sim_number", f"a number from 1 to {MOST_SIMS}, or 0 to leave it to the app")
    url = base_url(table, config, options.url)
    return SmsGate(table.name, options, url if url.endswith(_PATHS) else f"{url}/messages")


class SmsGate(HttpGateway):
    """One telephone, or several of one account."""

    type = "smsgate"

    def __init__(self, name: str, options: Options, url: str) -> None:
        super().__init__(name, (options.password, options.signing_key))
        self._options = options
        self._url = url

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A new message. Its sender is the SIM card's number, whatever ours is."""
        message: dict[str, object] = {
            "id": sms.reference,
            "textMessage": {"text": sms.text},
            "phoneNumbers": [sms.to],
            "withDeliveryReport": True,
        }
        if self._options.device_id:
            message["deviceId"] = self._options.device_id
        if self._options.sim_number:
            message["simNumber"] = self._options.sim_number
        request = json_request(self._url, message, basic_auth(self._options.username, self._options.password))
        return HttpRequest(request.method, request.url, NO_NUMBER_CHECK, request.headers, request.body)

    def outcome(self, response: HttpResponse) -> Outcome:
        """202 with a state is accepted, and so is a 409: this id is known from an earlier try."""
        if response.status == 409:
            return Accepted()
        if response.status == 202:
            return _taken(response)
        words = text(response.object, "message")
        reason = in_words("SMS Gateway", response, words)
        if response.status == 400 and _NO_TELEPHONE.search(words):
            return Misconfigured(reason)
        return by_status(response, reason)

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """What a webhook says, an SMS or a receipt: an account of the app may have one address for all of them."""
        return self._events(call)

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """The same as `inbound`."""
        return self._events(call)

    def _events(self, call: WebCall) -> tuple[Event, ...]:
        self._authenticate(call)
        document = call.object
        event, payload = document.get("event"), document.get("payload")
        if not isinstance(event, str):
            raise BadCall("event is missing")
        if event != _RECEIVED and event not in _RECEIPTS:
            return ()  # a sign of life, an MMS, or what is yet to be invented
        if not isinstance(payload, dict):
            raise BadCall("payload is missing")
        event_id = text(document, "id")
        if event == _RECEIVED:
            return (self._received(event_id, payload),)
        return (self._reported(event, event_id, payload),)

    def _authenticate(self, call: WebCall) -> None:
        signed_at = call.header("x-timestamp")
        message = call.body + signed_at.encode("utf-8", "surrogatepass")
        require_hmac(self._options.signing_key, message, [call.header("x-signature")])
        require_recent(signed_at, call.received_at)
        if call.method != "POST":
            raise BadCall("expected a POST")

    def _received(self, event_id: str, payload: dict[str, Any]) -> InboundSms:
        """An SMS, whose parts the telephone has joined. Its id is the event's: messages of the same words share theirs.

        `sender` was `phoneNumber` once, and `recipient`, the SIM card's number, is often unknown to the telephone.
        """
        sender = text(payload, "sender") or text(payload, "phoneNumber")
        if not sender or not isinstance(payload.get("message"), str):
            raise BadCall("sender or message is missing")
        to, sent_at = text(payload, "recipient"), utc_seconds(payload.get("receivedAt"))
        return InboundSms(self.name, event_id, phone.sender(sender), to, text(payload, "message"), sent_at)

    def _reported(self, event: str, event_id: str, payload: dict[str, Any]) -> Receipt:
        """What became of a message; each part that is delivered is an event of its own, and has no other name."""
        reference = text(payload, "messageId")
        if not reference:
            raise BadCall("messageId is missing")
        delivery, when = _RECEIPTS[event]
        part = event_id if delivery is Delivery.DELIVERED else ""
        return Receipt(
            self.name,
            reference,
            reference,
            delivery,
            _explained(event, text(payload, "reason")),
            part,
            utc_seconds(payload.get(when)),
            count(payload, "partsCount"),
        )


def _taken(response: HttpResponse) -> Outcome:
    """What the state of a message means that was just handed over."""
    state, gateway_id = response.object.get("state"), response.object.get("id")
    reason = in_words("SMS Gateway", response)
    if state in _NOT_TO_BE_SENT:
        return Refused(reason)
    return Accepted(gateway_id) if state in _TAKEN and isinstance(gateway_id, str) else Unknown(reason)


def _explained(event: str, reason: str) -> str:
    said = ": ".join(filter(None, (event.removeprefix("sms:"), " ".join(reason.split()))))
    return explained(said, meaning=next((meaning for words, meaning in _MEANINGS.items() if words in said), ""))
