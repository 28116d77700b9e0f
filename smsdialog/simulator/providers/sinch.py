"""Sinch: batches of messages, and JSON webhooks signed over body, nonce and time."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from smsdialog.simulator import credentials
from smsdialog.simulator.calls import JSON, NO_JSON, Answer, Call, Callback, Refused, Wrong, json_answer, json_octets
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must, optional, sender, text_in
from smsdialog.simulator.signing import base64_sha256
from smsdialog.simulator.sms import Inbound, Order, Sms, State

LONGEST_TEXT = 2000
PATH = f"/xms/v1/{credentials.PLAN}/batches"
_STATUS = {
    State.SENT: ("Dispatched", 401),
    State.DELIVERED: ("Delivered", 0),
    State.FAILED: ("Failed", 402),
    State.EXPIRED: ("Expired", 406),
}
_REPORTS = ("none", "summary", "full", "per_recipient", "per_recipient_final")
_TROUBLE = {
    Fate.REFUSED: (400, "syntax_invalid_parameter_format", "Invalid recipient"),
    Fate.RATE: (429, "too_many_requests", "Slow down"),
    Fate.CREDIT: (402, "payment_required", "No credit"),
    Fate.LATER: (503, "internal_error", "Try again later"),
}


class Sinch(Provider):
    """`/xms/v1/PLAN/batches`."""

    name = "sinch"

    def order(self, call: Call) -> Order:
        """A batch with one recipient."""
        if (call.method, call.path) != ("POST", PATH):
            raise Refused(_error(404, "not_found", "no such resource"))
        must(call.authorization == ("bearer", credentials.TOKEN))
        fields = call.document
        to = fields.get("to")
        if not isinstance(to, list) or len(to) != 1 or not isinstance(to[0], str):
            raise Wrong("to", "a list of one number here")
        report = fields.get("delivery_report", "none")
        if report not in _REPORTS:
            raise Wrong("delivery_report", "unknown")
        origin = sender("from", text_in(fields, "from").removeprefix("+"))
        text = text_in(fields, "body", most=LONGEST_TEXT)
        url = optional(fields, "callback_url") or self.portal.receipt(self.name)
        reference = optional(fields, "client_reference")
        return Order(digits("to", to[0].removeprefix("+")), origin, text, reference, url, extra={"report": report})

    def accepted(self, sms: Sms) -> Answer:
        """201 with the batch."""
        body = {"id": sms.id, "to": [sms.order.to], "from": sms.order.sender, "body": sms.order.text}
        return json_answer(201, body | {"type": "mt_text", "created_at": _now(), "canceled": False})

    def denied(self) -> Answer:
        """A wrong token."""
        return _error(401, "unauthorized", "Unauthorized")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter, or no JSON."""
        code = "syntax_invalid_json" if error.field == NO_JSON else "syntax_invalid_parameter_format"
        return _error(400, code, str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By HTTP status and code."""
        return _error(*_TROUBLE[fate])

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """The joined text."""
        document = {
            "type": "mo_text",
            "id": self.new_id(),
            "from": sms.sender,
            "to": sms.receiver,
            "body": sms.text,
            "received_at": _now(),
            "sent_at": _now(),
            "operator_id": "23801",
        }
        return [_signed(self.portal.inbound(self.name), document)]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """As `delivery_report` asks: for the recipient, or for the batch."""
        report = sms.order.extra["report"]
        if report == "none" or (state is State.SENT and report != "per_recipient"):
            return []
        status, code = _STATUS[state]
        document: dict[str, Any] = {"batch_id": sms.id, "client_reference": sms.order.reference}
        if report.startswith("per_recipient"):
            document |= {"type": "recipient_delivery_report_sms", "recipient": sms.order.to}
            document |= {"status": status, "code": code, "at": _now(), "operator_status_at": _now()}
        else:
            row = {"code": code, "count": 1, "recipients": [sms.order.to], "status": status}
            document |= {"type": "delivery_report_sms", "statuses": [row], "total_message_count": 1}
        return [_signed(sms.order.receipt_url, document)]

    def new_id(self) -> str:
        """26 characters, as a ULID has."""
        return secrets.token_hex(13).upper()


def _signed(url: str, document: dict[str, Any]) -> Callback:
    body = json_octets(document)
    nonce, timestamp = secrets.token_hex(13).upper(), str(int(time.time()))
    signed = body + f".{nonce}.{timestamp}".encode()
    headers = {
        "Content-Type": JSON,
        "x-sinch-webhook-signature": base64_sha256(credentials.WEBHOOK_SECRET, signed),
        "x-sinch-webhook-signature-nonce": nonce,
        "x-sinch-webhook-signature-timestamp": timestamp,
        "x-sinch-webhook-signature-algorithm": "HmacSHA256",
    }
    return Callback("POST", url, headers, body)


def _error(status: int, code: str, text: str) -> Answer:
    return json_answer(status, {"code": code, "text": text})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
