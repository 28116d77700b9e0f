"""sms.dk: CPSMS's younger sister, with codes of its own and a report on each receiver."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import Answer, Call, Callback, Refused, Wrong, json_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must, optional, sender, text_in
from smsdialog.simulator.sms import Inbound, Order, Sms, State

_STATUS = {State.SENT: "0", State.DELIVERED: "1", State.FAILED: "2", State.EXPIRED: "4"}
# The code and the HTTP status of a field that is missing, and of one that is wrong.
_MISSING = {"receiver": 1002, "senderName": 1003, "message": 1004}
_CODES = {
    "receiver": (1014, 409),
    "format": (1009, 409),
    "encoding": (1010, 409),
    "senderName": (1011, 400),
    "dlrUrl": (1013, 409),
}
_TROUBLE = {Fate.RATE: 429, Fate.CREDIT: 402, Fate.LATER: 503}


class SmsDk(Provider):
    """`/v1/sms/send`."""

    name = "smsdk"

    def order(self, call: Call) -> Order:
        """A message to one recipient."""
        if (call.method, call.path) != ("POST", "/v1/sms/send"):
            raise Refused(_error(404, 404, "Not found"))
        must(call.authorization == ("bearer", credentials.TOKEN))
        fields = call.document
        if not fields.get("receiver"):
            raise Wrong("receiver", "field required")
        to = digits("receiver", str(fields["receiver"]))
        origin = sender("senderName", text_in(fields, "senderName"))
        text = text_in(fields, "message")
        if (optional(fields, "format") or "gsm").lower() == "gsm" and not gsm7.fits(text):
            raise Wrong("format", "the text needs unicode")
        return Order(to, origin, text, receipt_url=optional(fields, "dlrUrl"))

    def accepted(self, sms: Sms) -> Answer:
        """A batch of one, of which nothing was rejected."""
        report = {"accepted": [{"receiver": sms.order.to}], "rejected": []}
        result = {"batchId": sms.id, "report": report}
        return json_answer(200, {"status": "success", "message": "OK", "result": result})

    def denied(self) -> Answer:
        """A wrong key."""
        return _error(401, 401, "Unauthorized")

    def wrong(self, error: Wrong) -> Answer:
        """By the field."""
        if error.why == "field required" and error.field in _MISSING:
            return _error(400, _MISSING[error.field], str(error))
        code, status = _CODES.get(error.field, (1000, 400))
        return _error(status, code, str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """A refused number has its code; the rest is by HTTP status."""
        if fate is Fate.REFUSED:
            return _error(409, 1015, "Country code and phone number do not match.")
        return _error(_TROUBLE[fate], _TROUBLE[fate], fate.meaning)

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A GET, as its elder sister's: how it calls is not published."""
        query = urlencode({"from": sms.sender, "number": sms.receiver, "message": sms.text})
        return [Callback("GET", f"{self.portal.inbound(self.name, token=True)}&{query}")]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """A GET on the URL that came with the SMS."""
        url = sms.order.receipt_url
        if not url:
            return []
        query = f"dlrStatus={_STATUS[state]}&receiver={sms.order.to}"
        return [Callback("GET", url + ("&" if "?" in url else "?") + query)]


def _error(status: int, code: int, message: str) -> Answer:
    return json_answer(status, {"status": "error", "messageCode": code, "message": message})
