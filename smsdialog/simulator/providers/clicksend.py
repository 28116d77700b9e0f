"""ClickSend: 200 with a status in words for each message; no signatures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from smsdialog.simulator import credentials
from smsdialog.simulator.calls import FORM, Answer, Call, Callback, Refused, Wrong, json_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, must, only_row, optional, sender, text_in, with_plus
from smsdialog.simulator.sms import Inbound, Order, Sms, State

_STATUS = {State.DELIVERED: ("201", "Delivered"), State.FAILED: ("301", "Failed"), State.EXPIRED: ("301", "Expired")}
_ROW = {Fate.REFUSED: "INVALID_RECIPIENT", Fate.RATE: "THROTTLED", Fate.CREDIT: "INSUFFICIENT_CREDIT"}


class ClickSend(Provider):
    """`/v3/sms/send`."""

    name = "clicksend"

    def order(self, call: Call) -> Order:
        """One message."""
        if (call.method, call.path) != ("POST", "/v3/sms/send"):
            raise Refused(_error(404, "NOT_FOUND"))
        must(call.basic == (credentials.USERNAME, credentials.PASSWORD))
        message = only_row(call.document, "messages")
        to = with_plus("to", text_in(message, "to"))
        origin = sender("from", optional(message, "from").removeprefix("+"))
        return Order(to, origin, text_in(message, "body"), optional(message, "custom_string"))

    def accepted(self, sms: Sms) -> Answer:
        """A row that says SUCCESS."""
        return _answer(sms.order, "SUCCESS", sms.id, len(sms.parts))

    def denied(self) -> Answer:
        """Wrong credentials."""
        return _error(401, "UNAUTHORIZED")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error(400, f"BAD_REQUEST {error}")

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By the row's status."""
        return _answer(order, _ROW[fate], "", 0) if fate in _ROW else _error(503, "SERVICE_UNAVAILABLE")

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A form, as an automation rule posts it."""
        fields = {
            "timestamp": str(int(time.time())),
            "from": f"+{sms.sender}" if sms.sender.isdigit() else sms.sender,
            "body": sms.text,
            "to": f"+{sms.receiver}",
            "message_id": sms.id,
            "original_body": "",
            "original_message_id": "",
            "custom_string": "",
        }
        return [_posted(self.portal.inbound(self.name, token=True), fields)]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """A form when it is over."""
        if state not in _STATUS:
            return []
        code, text = _STATUS[state]
        fields = {
            "timestamp": str(int(time.time())),
            "message_id": sms.id,
            "status_code": code,
            "status_text": text,
            "error_code": "" if code == "201" else code,
            "error_text": "" if code == "201" else text,
            "custom_string": sms.order.reference,
        }
        return [_posted(self.portal.receipt(self.name, token=True), fields)]


def _answer(order: Order, status: str, message_id: str, parts: int) -> Answer:
    row: dict[str, Any] = {"to": f"+{order.to}", "message_id": message_id, "status": status}
    row |= {"message_parts": parts, "custom_string": order.reference}
    taken = int(status == "SUCCESS")
    data = {"total_count": 1, "queued_count": taken, "blocked_count": 1 - taken, "messages": [row]}
    body = {"http_code": 200, "response_code": "SUCCESS", "response_msg": "Messages queued for delivery."}
    return json_answer(200, body | {"data": data})


def _posted(url: str, fields: dict[str, str]) -> Callback:
    return Callback("POST", url, {"Content-Type": FORM}, urlencode(fields).encode())


def _error(status: int, code: str) -> Answer:
    return json_answer(status, {"http_code": status, "response_code": code, "response_msg": code, "data": None})
