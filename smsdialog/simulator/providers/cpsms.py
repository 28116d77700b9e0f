"""CPSMS: no message ids, no signatures; receipts are a GET on the URL that came with the SMS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import Answer, Call, Callback, Refused, Wrong, json_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must, optional, sender, text_in
from smsdialog.simulator.sms import Inbound, Order, Sms, State

LONGEST_REFERENCE = 32
_STATUS = {State.SENT: "4", State.DELIVERED: "1", State.FAILED: "2", State.EXPIRED: "8"}
_FORMATS = ("GSM", "UNICODE")


class Cpsms(Provider):
    """`/v2/send`; `/v2/creditvalue` for the balance."""

    name = "cpsms"

    def order(self, call: Call) -> Order:
        """A message to one recipient."""
        if (call.method, call.path) != ("POST", "/v2/send"):
            raise Refused(_error(404, "Not found"))
        self._authenticate(call)
        fields = call.document
        to = fields.get("to")
        number = digits("to", text_in({"to": to[0] if isinstance(to, list) and len(to) == 1 else to}, "to"))
        text = text_in(fields, "message")
        if fields.get("format", "GSM") not in _FORMATS:
            raise Wrong("format", "GSM or UNICODE")
        if fields.get("format", "GSM") == "GSM" and not gsm7.fits(text):
            raise Wrong("format", "the text needs UNICODE")
        reference = optional(fields, "reference", most=LONGEST_REFERENCE)
        url = _receipt_url(optional(fields, "dlr_url"))
        return Order(number, sender("from", text_in(fields, "from")), text, reference, url)

    def accepted(self, sms: Sms) -> Answer:
        """What it costs; no id."""
        row = {"to": sms.order.to, "cost": len(sms.parts), "smsAmount": len(sms.parts)}
        return json_answer(200, {"success": [row]})

    def denied(self) -> Answer:
        """Wrong credentials."""
        return _error(401, "Authentication failed")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error(400, str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """A refused recipient comes with 200, as a row of its own."""
        if fate is Fate.REFUSED:
            row = {"code": 409, "message": "Recipient is blocked", "to": order.to}
            return json_answer(200, {"error": [row]})
        if fate is Fate.RATE:
            return _error(429, "Too many requests")
        return _error(402, "Not enough credit") if fate is Fate.CREDIT else _error(503, "Service unavailable")

    def other(self, call: Call) -> Answer | None:
        """The balance, as Danes write it."""
        if (call.method, call.path) != ("GET", "/v2/creditvalue"):
            return None
        self._authenticate(call)
        return json_answer(200, {"credit": "9.843,40"})

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A GET with the text in the query."""
        query = urlencode({"from": sms.sender, "number": sms.receiver, "message": sms.text})
        return [Callback("GET", f"{self.portal.inbound(self.name, token=True)}&{query}")]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """A GET on the URL of the SMS, with status and receiver appended."""
        if not sms.order.receipt_url:
            return []
        return [Callback("GET", f"{sms.order.receipt_url}&status={_STATUS[state]}&receiver={sms.order.to}")]

    def _authenticate(self, call: Call) -> None:
        must(call.basic == (credentials.USERNAME, credentials.PASSWORD))


def _receipt_url(given: str) -> str:
    """The URL as CPSMS calls it: it needs a query, an `&` of its own ends it, and `%26` stands for one."""
    if given and "?" not in given:
        raise Wrong("dlr_url", "has no parameter")
    return given.partition("&")[0].replace("%26", "&")


def _error(status: int, message: str) -> Answer:
    body: dict[str, Any] = {"error": {"code": status, "message": message}}
    return json_answer(status, body)
