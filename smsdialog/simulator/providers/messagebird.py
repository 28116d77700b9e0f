"""MessageBird: JSON in; receipts are a GET, inbound SMS a form, both with a token over their URL and body."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import FORM, Answer, Call, Callback, Refused, Wrong, json_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must, optional, sender, text_in
from smsdialog.simulator.signing import jwt_hs256
from smsdialog.simulator.sms import Inbound, Order, Sms, State

TOKEN_SECONDS = 60
_STATUS = {
    State.SENT: "sent",
    State.DELIVERED: "delivered",
    State.FAILED: "delivery_failed",
    State.EXPIRED: "expired",
}
_CODINGS = ("plain", "unicode", "auto")
_TROUBLE = {
    Fate.REFUSED: (422, 9, "no (correct) recipients found"),
    Fate.RATE: (429, 20, "too many requests"),
    Fate.CREDIT: (402, 25, "not enough balance"),
    Fate.LATER: (503, 98, "try again later"),
}


class MessageBird(Provider):
    """`/messages`."""

    name = "messagebird"

    def order(self, call: Call) -> Order:
        """A message to one recipient; receipts need a reference."""
        if (call.method, call.path) != ("POST", "/messages"):
            raise Refused(_error(404, 20, "message not found"))
        must(call.authorization == ("accesskey", credentials.TOKEN))
        fields = call.document
        recipients = fields.get("recipients")
        if not isinstance(recipients, list) or len(recipients) != 1:
            raise Wrong("recipients", "a list of one number here")
        to = digits("recipients", str(recipients[0]).removeprefix("+"))
        text, coding = text_in(fields, "body"), fields.get("datacoding", "plain")
        if coding not in _CODINGS or (coding == "plain" and not gsm7.fits(text)):
            raise Wrong("datacoding", "not for this text")
        reference = optional(fields, "reference")
        url = (optional(fields, "reportUrl") or self.portal.receipt(self.name)) if reference else ""
        origin = sender("originator", text_in(fields, "originator").removeprefix("+"))
        return Order(to, origin, text, reference, url)

    def accepted(self, sms: Sms) -> Answer:
        """201 with the message."""
        row = {"recipient": int(sms.order.to), "status": "sent", "messagePartCount": len(sms.parts)}
        recipients = {"totalCount": 1, "totalSentCount": 1, "items": [row]}
        return json_answer(201, {"id": sms.id, "reference": sms.order.reference or None, "recipients": recipients})

    def denied(self) -> Answer:
        """A wrong key."""
        return _error(401, 2, "Request not allowed (incorrect access_key)")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error(422, 9, error.why, error.field)

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By codes."""
        status, code, description = _TROUBLE[fate]
        return _error(status, code, description)

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A form with the joined text."""
        fields = {
            "id": self.new_id(),
            "recipient": sms.receiver,
            "originator": sms.sender,
            "body": sms.text,
            "createdDatetime": _now(),
        }
        body = urlencode(fields).encode()
        url = self.portal.inbound(self.name)
        return [Callback("POST", url, {"Content-Type": FORM, **_signature(url, body)}, body)]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """A GET with everything in the query."""
        base = sms.order.receipt_url
        if not base:
            return []
        fields = {
            "id": sms.id,
            "reference": sms.order.reference,
            "recipient": sms.order.to,
            "status": _STATUS[state],
            "statusReason": "unknown subscriber" if state is State.FAILED else "",
            "statusDatetime": _now(),
            "mccmnc": "23801",
            "ported": "0",
        }
        url = base + ("&" if "?" in base else "?") + urlencode(fields)
        return [Callback("GET", url, _signature(url, b""))]

    def new_id(self) -> str:
        """32 digits in hex."""
        return secrets.token_hex(16)


def _signature(url: str, body: bytes) -> dict[str, str]:
    now = int(time.time())
    claims: dict[str, object] = {
        "iss": "MessageBird",
        "nbf": now,
        "exp": now + TOKEN_SECONDS,
        "jti": secrets.token_hex(16),
        "url_hash": hashlib.sha256(url.encode()).hexdigest(),
    }
    if body:
        claims["payload_hash"] = hashlib.sha256(body).hexdigest()
    return {"MessageBird-Signature-JWT": jwt_hs256(credentials.WEBHOOK_SECRET, claims)}


def _error(status: int, code: int, description: str, parameter: str | None = None) -> Answer:
    error = {"code": code, "description": description, "parameter": parameter}
    return json_answer(status, {"errors": [error]})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
