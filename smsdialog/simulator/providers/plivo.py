"""Plivo: JSON in, forms out, a receipt for each part; signed over the URL, and in the newer way over the fields."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from smsdialog.simulator import credentials
from smsdialog.simulator.calls import FORM, Answer, Call, Callback, Refused, Wrong, json_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must, optional, sender, text_in
from smsdialog.simulator.signing import plivo_v2, plivo_v3
from smsdialog.simulator.sms import Inbound, Order, Sms, State

PATH = f"/v1/Account/{credentials.USERNAME}/Message/"
_STATUS = {
    State.SENT: ("sent", ""),
    State.DELIVERED: ("delivered", "000"),
    State.FAILED: ("undelivered", "300"),
    State.EXPIRED: ("undelivered", "420"),
}
_TROUBLE = {
    Fate.REFUSED: (400, "invalid destination number"),
    Fate.RATE: (429, "rate limit exceeded"),
    Fate.CREDIT: (402, "insufficient credit"),
    Fate.LATER: (503, "service unavailable"),
}


class Plivo(Provider):
    """`/v1/Account/USER/Message/`."""

    name = "plivo"

    def order(self, call: Call) -> Order:
        """A message to one destination; several would be joined by `<`."""
        if (call.method, call.path) != ("POST", PATH):
            raise Refused(_error(404, "not found"))
        must(call.basic == (credentials.USERNAME, credentials.PASSWORD))
        fields = call.document
        to = digits("dst", text_in(fields, "dst").removeprefix("+"))
        origin = sender("src", text_in(fields, "src").removeprefix("+"))
        return Order(to, origin, text_in(fields, "text"), receipt_url=optional(fields, "url"))

    def accepted(self, sms: Sms) -> Answer:
        """202 with the id."""
        body = {"message_uuid": [sms.id], "api_id": self.new_id(), "message": "message(s) queued"}
        return json_answer(202, body)

    def denied(self) -> Answer:
        """Wrong credentials."""
        return _error(401, "authentication failed")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error(400, str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By HTTP status."""
        return _error(*_TROUBLE[fate])

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A form with the joined text."""
        fields = {
            "From": sms.sender,
            "To": sms.receiver,
            "Text": sms.text,
            "Type": "sms",
            "MessageUUID": self.new_id(),
            "Units": str(len(sms.parts)),
            "TotalRate": "0",
            "TotalAmount": "0",
        }
        return [_signed(self.portal.inbound(self.name), fields)]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """A form for each part, for the URL that came with the SMS."""
        if not sms.order.receipt_url:
            return []
        status, code = _STATUS[state]
        several = len(sms.parts)
        return [
            _signed(
                sms.order.receipt_url,
                {
                    "From": sms.order.sender,
                    "To": sms.order.to,
                    "Status": status,
                    "MessageUUID": sms.id if index == 1 else str(uuid.uuid5(uuid.UUID(sms.id), str(index))),
                    "ParentMessageUUID": sms.id,
                    "PartInfo": f"{index} of {several}",
                    "ErrorCode": code,
                    "MCC": "238",
                    "MNC": "01",
                    "Units": str(several),
                },
            )
            for index in range(1, several + 1)
        ]


def _signed(url: str, fields: Mapping[str, str]) -> Callback:
    nonce = secrets.token_hex(10)
    headers = {
        "Content-Type": FORM,
        "X-Plivo-Signature-V2": plivo_v2(credentials.PASSWORD, url, nonce),
        "X-Plivo-Signature-V2-Nonce": nonce,
        "X-Plivo-Signature-V3": plivo_v3(credentials.PASSWORD, url, fields, nonce),
        "X-Plivo-Signature-V3-Nonce": nonce,
    }
    return Callback("POST", url, headers, urlencode(fields).encode())


def _error(status: int, error: str) -> Answer:
    return json_answer(status, {"error": error})
