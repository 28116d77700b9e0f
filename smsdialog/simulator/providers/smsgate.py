"""SMS Gateway for Android: an id of the caller's that is taken once, and webhooks from the phone itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from smsdialog.simulator import credentials
from smsdialog.simulator.calls import JSON, Answer, Call, Callback, Refused, Wrong, json_answer, json_octets
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, must, optional, table_in, text_in, with_plus
from smsdialog.simulator.signing import hex_sha256
from smsdialog.simulator.sms import Inbound, Order, Sms, State

LONGEST_ID = 36
# The phone itself, old and new; and the cloud.
PATHS = ("/message", "/messages", "/3rdparty/v1/message", "/3rdparty/v1/messages")
_EVENTS = {
    State.SENT: ("sms:sent", "sentAt"),
    State.DELIVERED: ("sms:delivered", "deliveredAt"),
    State.FAILED: ("sms:failed", "failedAt"),
    State.EXPIRED: ("sms:failed", "failedAt"),
}
_TROUBLE = {
    Fate.REFUSED: (400, "invalid phone number"),
    Fate.RATE: (429, "too many requests"),
    Fate.CREDIT: (402, "payment required"),
    Fate.LATER: (503, "no device is online"),
}


class SmsGate(Provider):
    """`/message` of the phone, `/3rdparty/v1/messages` of the cloud."""

    name = "smsgate"

    def order(self, call: Call) -> Order:
        """A message to one phone number."""
        if call.method != "POST" or call.path not in PATHS:
            raise Refused(_error(404, "not found"))
        must(call.basic == (credentials.USERNAME, credentials.PASSWORD))
        fields = call.document
        numbers = fields.get("phoneNumbers")
        if not isinstance(numbers, list) or len(numbers) != 1 or not isinstance(numbers[0], str):
            raise Wrong("phoneNumbers", "a list of one number here")
        text = text_in(table_in(fields, "textMessage"), "text")
        given = optional(fields, "id", most=LONGEST_ID)
        url = self.portal.receipt(self.name) if fields.get("withDeliveryReport", True) else ""
        return Order(with_plus("phoneNumbers", numbers[0]), "", text, given, url, key=given, id=given)

    def accepted(self, sms: Sms) -> Answer:
        """202, waiting for the phone."""
        row = {"phoneNumber": f"+{sms.order.to}", "state": "Pending", "error": None}
        return json_answer(202, {"id": sms.id, "state": "Pending", "recipients": [row]})

    def repeated(self, sms: Sms) -> Answer:
        """409: it was taken before."""
        return _error(409, "message with this ID already exists")

    def denied(self) -> Answer:
        """Wrong credentials."""
        return _error(401, "unauthorized")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error(400, str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By HTTP status."""
        status, message = _TROUBLE[fate]
        return _error(status, message)

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """One event with the joined text."""
        payload = {
            "messageId": sms.id[:8],
            "sender": f"+{sms.sender}" if sms.sender.isdigit() else sms.sender,
            "recipient": f"+{sms.receiver}",
            "simNumber": 1,
            "message": sms.text,
            "receivedAt": _now(),
        }
        return [self._event(self.portal.inbound(self.name), "sms:received", payload)]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """One event, but for each part one when it was delivered: that is told only where a report was wanted."""
        if state is State.DELIVERED and not sms.order.receipt_url:
            return []
        event, moment = _EVENTS[state]
        payload: dict[str, Any] = {"messageId": sms.id, "recipient": f"+{sms.order.to}", "simNumber": 1, moment: _now()}
        if event == "sms:sent":
            payload["partsCount"] = len(sms.parts)
        if event == "sms:failed":
            payload["reason"] = "TTL expired" if state is State.EXPIRED else "RESULT_ERROR_GENERIC_FAILURE"
        times = len(sms.parts) if state is State.DELIVERED else 1
        return [self._event(self.portal.receipt(self.name), event, payload) for _ in range(times)]

    def _event(self, url: str, event: str, payload: dict[str, Any]) -> Callback:
        envelope = {"id": self.new_id(), "webhookId": "webhook1", "deviceId": "device1"}
        body = json_octets(envelope | {"event": event, "payload": payload})
        timestamp = str(int(time.time()))
        signature = hex_sha256(credentials.WEBHOOK_SECRET, body + timestamp.encode())
        return Callback("POST", url, {"Content-Type": JSON, "X-Signature": signature, "X-Timestamp": timestamp}, body)


def _error(status: int, message: str) -> Answer:
    return json_answer(status, {"message": message})


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")
