"""LINK Mobility Common: JSON in, JSON from a "gate" out, one receipt for each part."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import JSON, Answer, Call, Callback, Refused, Wrong, json_answer, json_octets
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, must, optional, text_in, with_plus
from smsdialog.simulator.sms import Inbound, Order, Sms, State

_RESULT = {State.SENT: 1000, State.DELIVERED: 1001, State.FAILED: 2104, State.EXPIRED: 1002}
_KINDS_OF_SENDER = ("ALPHANUMERIC", "SHORTNUMBER", "MSISDN")
_CODINGS = ("TEXT", "GSM", "UCS2", "BINARY")


class Link(Provider):
    """`/sms/send`."""

    name = "link"

    def order(self, call: Call) -> Order:
        """A message from a platform's partner; receipts need a gate."""
        if (call.method, call.path) != ("POST", "/sms/send"):
            raise Refused(_error(404, 106000, "Not found"))
        must(call.basic == (credentials.USERNAME, credentials.PASSWORD))
        fields = call.document
        if (fields.get("platformId"), fields.get("platformPartnerId")) != (credentials.PLATFORM, credentials.PARTNER):
            raise Refused(_error(400, 106200, "Unknown platformId or platformPartnerId"))
        gates = _gates(fields)
        text = _text(fields)
        extra = {"ignored": "yes"} if fields.get("ignoreResponse", True) else {}
        url = self.portal.receipt(self.name) if gates else ""
        number = with_plus("destination", text_in(fields, "destination"))
        return Order(number, _source(fields), text, optional(fields, "refId"), url, extra=extra)

    def accepted(self, sms: Sms) -> Answer:
        """Queued; nothing is told where `ignoreResponse` was left as it is."""
        if sms.order.extra.get("ignored"):
            return Answer(204)
        return json_answer(200, {"messageId": sms.id, "resultCode": 1005, "description": "Queued"})

    def denied(self) -> Answer:
        """Wrong credentials."""
        return _error(401, 106100, "Authentication failed")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error(400, 106000, str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """A refused number comes with its result code; the rest by HTTP status, and 22xx for billing."""
        if fate is Fate.REFUSED:
            return _error(400, 2106, "Wrong destination number")
        if fate is Fate.CREDIT:
            return _error(403, 2200, "Billing: not enough credit")
        if fate is Fate.RATE:
            return _error(429, 106000, "Too many requests")
        return _error(503, 106000, "Temporarily unavailable")

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """The joined text; a number of ours as `DK-1919`."""
        document = {
            "messageId": self.new_id(),
            "source": f"+{sms.sender}" if sms.sender.isdigit() else sms.sender,
            "destination": f"DK-{sms.receiver.removeprefix('45')}",
            "operator": "Simulator",
            "timestamp": _now(),
            "operatorTimestamp": _now(),
            "content": {"type": "TEXT", "userData": sms.text, "encoding": "GSM" if gsm7.fits(sms.text) else "UCS2"},
            "route": {"type": "SUBNUMBER_ROUTE", "id": "1", "refId": ""},
        }
        return [_from_gate(self.portal.inbound(self.name, token=True), document)]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """One for each part, where a gate was named."""
        if not sms.order.receipt_url:
            return []
        url = self.portal.receipt(self.name, token=True)
        several = len(sms.parts) > 1
        return [
            _from_gate(url, _receipt(sms, state, f"{sms.id}${index}" if several else sms.id))
            for index in range(1, len(sms.parts) + 1)
        ]


def _receipt(sms: Sms, state: State, part_id: str) -> dict[str, Any]:
    return {
        "refId": sms.order.reference,
        "id": part_id,
        "operator": "Simulator",
        "sentTimestamp": _now(),
        "timestamp": _now(),
        "resultCode": _RESULT[state],
        "operatorResultCode": "0",
        "segments": len(sms.parts),
    }


def _gates(fields: dict[str, Any]) -> list[Any]:
    gates = fields.get("deliveryReportGates") or []
    wanted = fields.get("useDeliveryReport", True)
    if wanted and gates != [credentials.GATE]:
        raise Refused(_error(400, 106300, "No such gate"))
    return gates if wanted else []


def _text(fields: dict[str, Any]) -> str:
    text = text_in(fields, "userData")
    coding = fields.get("dcs", "TEXT")
    if coding not in _CODINGS:
        raise Wrong("dcs", "unknown")
    if coding == "GSM" and not gsm7.fits(text):
        raise Wrong("userData", "not in GSM")
    if any(ord(char) > 0xFFFF for char in text):
        raise Wrong("userData", "Unicode of four bytes")
    return text


def _source(fields: dict[str, Any]) -> str:
    source, kind = text_in(fields, "source"), fields.get("sourceTON", "ALPHANUMERIC")
    if kind not in _KINDS_OF_SENDER:
        raise Wrong("sourceTON", "unknown")
    if kind == "ALPHANUMERIC" and (not 2 <= len(source) <= 11 or source[0].isdigit()):
        raise Wrong("source", "2 to 11 characters, no digit first")
    if kind != "ALPHANUMERIC" and not source.removeprefix("+").isdigit():
        raise Wrong("source", "not a number")
    return source


def _from_gate(url: str, document: dict[str, Any]) -> Callback:
    login = b64encode(f"{credentials.USERNAME}:{credentials.PASSWORD}".encode()).decode()
    return Callback("POST", url, {"Content-Type": JSON, "Authorization": f"Basic {login}"}, json_octets(document))


def _error(status: int, code: int, text: str) -> Answer:
    return json_answer(status, {"resultCode": code, "description": text})


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
