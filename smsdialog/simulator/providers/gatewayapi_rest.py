"""GatewayAPI's legacy REST API: JSON in, JSON webhooks out, each with a token that holds all of it again."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Sequence
from typing import Any

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import JSON, Answer, Call, Callback, Refused, Wrong, json_answer, json_octets
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, must, only_row, optional, sender, text_in
from smsdialog.simulator.signing import jwt_hs256
from smsdialog.simulator.sms import Inbound, Order, Sms, State

_STATUS = {
    State.SENT: "ENROUTE",
    State.DELIVERED: "DELIVERED",
    State.FAILED: "UNDELIVERABLE",
    State.EXPIRED: "EXPIRED",
}
_TROUBLE = {
    Fate.REFUSED: (422, "0x0220", "One or more MSISDNs are invalid"),
    Fate.RATE: (429, "0x0209", "Try again"),
    Fate.CREDIT: (403, "0x0216", "Insufficient credit"),
    Fate.LATER: (500, "0x0209", "Try again"),
}


class GatewayApiRest(Provider):
    """`/rest/mtsms`; `/rest/me` for the balance."""

    name = "gatewayapi_rest"

    def order(self, call: Call) -> Order:
        """A message with one recipient, whose number is a whole number in JSON."""
        if (call.method, call.path) != ("POST", "/rest/mtsms"):
            raise Refused(_error(404, "0x0220", "no such resource"))
        self._authenticate(call)
        fields = call.document
        text = text_in(fields, "message")
        if fields.get("encoding", "UTF8") == "UTF8" and not gsm7.fits(text):
            raise Wrong("encoding", "the text needs UCS2")
        url = optional(fields, "callback_url") or self.portal.receipt(self.name)
        reference = optional(fields, "userref")
        return Order(_recipient(fields), sender("sender", text_in(fields, "sender")), text, reference, url)

    def accepted(self, sms: Sms) -> Answer:
        """The id, and what it costs."""
        usage = {"countries": {"DK": len(sms.parts)}, "currency": "DKK", "total_cost": 0.3 * len(sms.parts)}
        return json_answer(200, {"ids": [int(sms.id)], "usage": usage})

    def denied(self) -> Answer:
        """An unknown token."""
        return _error(401, "0x0210", "Unauthorized")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error(422, "0x0222", str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By codes."""
        status, code, message = _TROUBLE[fate]
        return _error(status, code, message)

    def other(self, call: Call) -> Answer | None:
        """The balance."""
        if (call.method, call.path) != ("GET", "/rest/me"):
            return None
        self._authenticate(call)
        return json_answer(200, {"credit": 1234.5, "currency": "DKK", "id": 1})

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """The whole text, once; a sender that is no number comes as a name beside a number."""
        number = sms.sender.isdigit()
        event: dict[str, Any] = {
            "id": int(self.new_id()),
            "msisdn": int(sms.sender) if number else 0,
            "receiver": int(sms.receiver),
            "message": sms.text,
            "senttime": int(time.time()),
            "webhook_label": "simulator",
            "encoding": "UTF8" if gsm7.fits(sms.text) else "UCS2",
            "country_code": "DK",
            "country_prefix": 45,
        }
        return [_webhook(self.portal.inbound(self.name), event if number else event | {"sender": sms.sender})]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """One for the SMS."""
        failed = state is State.FAILED
        event = {
            "id": int(sms.id),
            "msisdn": int(sms.order.to),
            "time": int(time.time()),
            "status": _STATUS[state],
            "error": "Unknown subscriber" if failed else None,
            "code": "0x1010" if failed else None,
            "userref": sms.order.reference or None,
        }
        return [_webhook(sms.order.receipt_url, event)]

    def new_id(self) -> str:
        """A whole number."""
        return str(secrets.randbelow(10**9) + 1)

    def _authenticate(self, call: Call) -> None:
        given = call.query.get("token") == credentials.TOKEN
        header = call.authorization == ("token", credentials.TOKEN)
        must(given or header or call.basic == (credentials.TOKEN, ""))


def _recipient(fields: dict[str, Any]) -> str:
    number = only_row(fields, "recipients").get("msisdn")
    if not isinstance(number, int) or isinstance(number, bool) or not 1001 <= number < 10**15:
        raise Wrong("recipients.0.msisdn", "not a whole number")
    return str(number)


def _error(status: int, code: str, message: str) -> Answer:
    body = {"code": code, "incident_uuid": str(uuid.uuid4()), "message": message, "variables": []}
    return json_answer(status, body)


def _webhook(url: str, event: dict[str, Any]) -> Callback:
    token = jwt_hs256(credentials.WEBHOOK_SECRET, event)
    return Callback("POST", url, {"Content-Type": JSON, "X-Gwapi-Signature": token}, json_octets(event))
