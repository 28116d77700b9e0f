"""Telnyx: JSON both ways, an Idempotency-Key, and webhooks signed with Ed25519."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import JSON, Answer, Call, Callback, Refused, Wrong, json_answer, json_octets
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, must, optional, sender, text_in, with_plus
from smsdialog.simulator.signing import ed25519
from smsdialog.simulator.sms import Inbound, Order, Sms, State

_STATUS = {
    State.SENT: ("message.sent", "sent"),
    State.DELIVERED: ("message.finalized", "delivered"),
    State.FAILED: ("message.finalized", "delivery_failed"),
    State.EXPIRED: ("message.finalized", "delivery_failed"),
}
_TROUBLE = {
    Fate.REFUSED: (400, "40310", "Invalid 'to' address"),
    Fate.RATE: (429, "10011", "Too many requests"),
    Fate.CREDIT: (402, "20100", "Insufficient funds"),
    Fate.LATER: (503, "10016", "Service unavailable"),
}


class Telnyx(Provider):
    """`/v2/messages`."""

    name = "telnyx"

    def order(self, call: Call) -> Order:
        """A message; a name as its sender needs a messaging profile."""
        if (call.method, call.path) != ("POST", "/v2/messages"):
            raise Refused(_error(404, "10005", "Resource not found"))
        must(call.authorization == ("bearer", credentials.TOKEN))
        fields = call.document
        origin = sender("from", text_in(fields, "from"), plus=True)
        if not origin.startswith("+") and not origin.isdigit() and not fields.get("messaging_profile_id"):
            raise Wrong("messaging_profile_id", "required with an alphanumeric sender")
        text, encoding = text_in(fields, "text"), fields.get("encoding", "auto")
        if encoding not in ("auto", "gsm7", "ucs2") or (encoding == "gsm7" and not gsm7.fits(text)):
            raise Wrong("encoding", "not for this text")
        to = with_plus("to", text_in(fields, "to"))
        url = optional(fields, "webhook_url") or self.portal.receipt(self.name)
        return Order(to, origin, text, receipt_url=url, key=call.headers.get("idempotency-key", ""))

    def accepted(self, sms: Sms) -> Answer:
        """200 with the message."""
        row = {"phone_number": f"+{sms.order.to}", "status": "queued"}
        data = {"record_type": "message", "id": sms.id, "to": [row], "text": sms.order.text}
        encoding = "GSM-7" if gsm7.fits(sms.order.text) else "UCS-2"
        return json_answer(200, {"data": data | {"parts": len(sms.parts), "encoding": encoding, "errors": []}})

    def denied(self) -> Answer:
        """A wrong key."""
        return _error(401, "10009", "Authentication failed")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error(422, "10015", str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By HTTP status and code."""
        return _error(*_TROUBLE[fate])

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """The joined text."""
        payload = {
            "id": sms.id,
            "direction": "inbound",
            "from": {"phone_number": f"+{sms.sender}" if sms.sender.isdigit() else sms.sender},
            "to": [{"phone_number": f"+{sms.receiver}", "status": "webhook_delivered"}],
            "text": sms.text,
            "parts": len(sms.parts),
            "encoding": "GSM-7" if gsm7.fits(sms.text) else "UCS-2",
            "received_at": _now(),
            "tags": [],
        }
        return [self._event(self.portal.inbound(self.name), "message.received", payload)]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """One event."""
        event, status = _STATUS[state]
        errors = [{"code": "40300", "title": "Blocked"}] if status == "delivery_failed" else []
        payload = {
            "id": sms.id,
            "direction": "outbound",
            "from": {"phone_number": sms.order.sender},
            "to": [{"phone_number": f"+{sms.order.to}", "status": status}],
            "text": sms.order.text,
            "parts": len(sms.parts),
            "errors": errors,
            "tags": [],
        }
        return [self._event(sms.order.receipt_url, event, payload)]

    def _event(self, url: str, kind: str, payload: dict[str, Any]) -> Callback:
        data = {"event_type": kind, "id": self.new_id(), "occurred_at": _now(), "payload": payload}
        body = json_octets({"data": data, "meta": {"attempt": 1, "delivered_to": url}})
        timestamp = str(int(time.time()))
        signature = ed25519(credentials.ED25519_SEED, f"{timestamp}|".encode() + body)
        headers = {"telnyx-signature-ed25519": signature, "telnyx-timestamp": timestamp}
        return Callback("POST", url, {"Content-Type": JSON, **headers}, body)


def _error(status: int, code: str, title: str) -> Answer:
    error = {"code": code, "title": title, "detail": title, "source": {"pointer": "/"}}
    return json_answer(status, {"errors": [error]})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
