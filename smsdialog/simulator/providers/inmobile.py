"""inMobile: an invalid number is answered with 200, too, and only its row says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import JSON, Answer, Call, Callback, Refused, Wrong, json_answer, json_octets
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must, only_row, optional, text_in
from smsdialog.simulator.sms import Inbound, Order, Sms, State

_ENCODINGS = ("gsm7", "ucs2", "auto")
_TROUBLE = {Fate.RATE: 429, Fate.CREDIT: 402, Fate.LATER: 503}


class InMobile(Provider):
    """`/v4/sms/outgoing`."""

    name = "inmobile"

    def order(self, call: Call) -> Order:
        """One message; a name or a number that is too long is cut silently."""
        if (call.method, call.path) != ("POST", "/v4/sms/outgoing"):
            raise Refused(_error(404, "Not found"))
        must(bool(call.basic) and (call.basic or ("", ""))[1] == credentials.TOKEN)
        message = only_row(call.document, "messages")
        origin = text_in(message, "from")
        origin = origin[: 14 if origin.isdigit() else 11]
        text, encoding = text_in(message, "text"), message.get("encoding", "gsm7")
        if encoding not in _ENCODINGS:
            raise Wrong("encoding", "unknown")
        if encoding == "gsm7":
            text = "".join(char if gsm7.fits(char) else "?" for char in text)
        given = optional(message, "messageId")
        to, url = digits("to", text_in(message, "to")), optional(message, "statusCallbackUrl")
        return Order(to, origin, text, given, url, id=given)

    def accepted(self, sms: Sms) -> Answer:
        """A row that is valid."""
        return _row(sms.order, sms.id, len(sms.parts), valid=True)

    def denied(self) -> Answer:
        """A wrong key."""
        return _error(401, "Unauthorized")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error(400, str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """A refused number has a row of its own."""
        if fate is Fate.REFUSED:
            return _row(order, order.id or self.new_id(), 0, valid=False)
        return _error(_TROUBLE[fate], fate.meaning)

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A list of one, as it is when it is asked for: how it looks when it is pushed is not published."""
        number = sms.sender.isdigit()
        origin = {"rawSource": sms.sender, "countryCode": sms.sender[:2], "phoneNumber": sms.sender[2:]}
        row = {
            "from": origin if number else {"rawSource": sms.sender},
            "to": {"msisdn": sms.receiver},
            "text": sms.text,
            "receivedAt": _now(),
        }
        return [_posted(self.portal.inbound(self.name, token=True), {"messages": [row]})]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """A list of one report, as it is when it is asked for, for the URL that came with the SMS."""
        if not sms.order.receipt_url or state is State.SENT:
            return []
        delivered = state is State.DELIVERED
        info = {"stateCode": 1 if delivered else -1, "stateDescription": state.value, "doneTime": _now()}
        return [_posted(sms.order.receipt_url, {"reports": [{"messageId": sms.id, "deliveryInfo": info}]})]


def _row(order: Order, message_id: str, parts: int, *, valid: bool) -> Answer:
    details = {"isValidMsisdn": valid, "rawMsisdn": order.to}
    encoding = "gsm7" if gsm7.fits(order.text) else "ucs2"
    row = {"messageId": message_id, "smsCount": parts, "encoding": encoding, "numberDetails": details}
    return json_answer(200, {"results": [row]})


def _posted(url: str, document: dict[str, Any]) -> Callback:
    return Callback("POST", url, {"Content-Type": JSON}, json_octets(document))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _error(status: int, message: str) -> Answer:
    return json_answer(status, {"errorMessage": message})
