"""GatewayAPI, the Mobile Message API: JSON in, JSON webhooks out, signed over their octets."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import JSON, Answer, Call, Callback, Refused, Wrong, json_answer, json_octets
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, must, optional, sender, text_in
from smsdialog.simulator.signing import hex_sha256
from smsdialog.simulator.sms import Inbound, Order, Sms, State

LONGEST_TEXT = 39_015
HIGHEST_NUMBER = 999_999_999_999_999
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_STATUS = {
    State.SENT: "ENROUTE",
    State.DELIVERED: "DELIVERED",
    State.FAILED: "UNDELIVERABLE",
    State.EXPIRED: "EXPIRED",
}
_ERROR = {"hex_code": "0x1010", "details": "Unknown subscriber"}


class GatewayApi(Provider):
    """`/mobile/single`; `/rest/me` for the balance."""

    name = "gatewayapi"

    def order(self, call: Call) -> Order:
        """A message for `/mobile/single`. The recipient is a whole number in JSON."""
        if (call.method, call.path) != ("POST", "/mobile/single"):
            raise Refused(json_answer(404, {"detail": "Not Found"}))
        self._authenticate(call)
        fields = call.document
        recipient = fields.get("recipient")
        if not isinstance(recipient, int) or isinstance(recipient, bool):
            raise Wrong("recipient", "Input should be a valid integer")
        if not 1001 <= recipient <= HIGHEST_NUMBER:
            raise Wrong("recipient", "Input should be a number with its country code")
        origin = sender("sender", text_in(fields, "sender", most=18))
        text = text_in(fields, "message", most=LONGEST_TEXT)
        return Order(str(recipient), origin, text, optional(fields, "reference"))

    def accepted(self, sms: Sms) -> Answer:
        """202 with the id."""
        body = {"msg_id": sms.id, "recipient": int(sms.order.to), "reference": sms.order.reference or None}
        return json_answer(202, body)

    def denied(self) -> Answer:
        """A wrong key, or one of another region."""
        return json_answer(403, {"detail": "Forbidden"})

    def wrong(self, error: Wrong) -> Answer:
        """What validation found."""
        detail = {"loc": ["body", error.field], "msg": error.why, "type": "value_error"}
        return json_answer(422, {"detail": [detail]})

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By HTTP statuses alone; 402 for the credit, of which the documentation says nothing."""
        if fate is Fate.REFUSED:
            return self.wrong(Wrong("recipient", "Input should be a valid number"))
        if fate is Fate.RATE:
            return json_answer(429, {"detail": "Too Many Requests"})
        return json_answer(402 if fate is Fate.CREDIT else 503, {"detail": "Payment Required or Unavailable"})

    def other(self, call: Call) -> Answer | None:
        """The balance."""
        if (call.method, call.path) != ("GET", "/rest/me"):
            return None
        self._authenticate(call)
        return json_answer(200, {"credit": 1234.5, "currency": "DKK", "id": 1})

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """One event for each part; only the URL tells the receiver, and the header which part it is."""
        reference, parts = secrets.randbelow(256), sms.parts
        url = self.portal.inbound(self.name, receiver=sms.receiver)
        return [
            self._event(url, "user-message.text.sms", self._part(sms, index, reference))
            for index in range(1, len(parts) + 1)
        ]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """One event."""
        event = {
            "msg_id": sms.id,
            "recipient": int(sms.order.to),
            "reference": sms.order.reference or None,
            "status": _STATUS[state],
            "status_at": _now(),
            "error": _ERROR if state is State.FAILED else None,
        }
        return [self._event(self.portal.receipt(self.name), "message.status.sms", event)]

    def new_id(self) -> str:
        """A ULID: 48 bits of time, 80 at random."""
        number = int(time.time() * 1000) << 80 | secrets.randbits(80)
        return "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(26)))

    def _authenticate(self, call: Call) -> None:
        if not call.authorization[0]:
            raise Refused(json_answer(401, {"detail": "Not authenticated"}))
        must(call.authorization == ("token", credentials.TOKEN))

    def _part(self, sms: Inbound, index: int, reference: int) -> dict[str, Any]:
        parts = sms.parts
        header = f"050003{reference:02X}{len(parts):02X}{index:02X}" if len(parts) > 1 else ""
        content = {
            "message": parts[index - 1],
            "encoding": "GSM7" if gsm7.fits(sms.text) else "UCS2",
            "header": header or None,
        }
        origin: object = int(sms.sender) if sms.sender.isdigit() else sms.sender
        return {"msg_id": self.new_id(), "sender": origin, "sent_at": _now(), "content": content}

    def _event(self, url: str, kind: str, event: dict[str, Any]) -> Callback:
        envelope = {"event_id": self.new_id(), "timestamp": _now(), "event_type": kind, "event": event}
        body = json_octets(envelope)
        signature = "v1=" + hex_sha256(credentials.WEBHOOK_SECRET, body)
        return Callback("POST", url, {"Content-Type": JSON, "Signature": signature}, body)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
