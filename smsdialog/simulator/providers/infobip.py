"""Infobip: 200 with a status for each message; reports in lists, each with what it knows of the error."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from smsdialog.simulator import credentials
from smsdialog.simulator.calls import JSON, Answer, Call, Callback, Refused, Wrong, json_answer, json_octets
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must, only_row, optional, sender, table_in, text_in
from smsdialog.simulator.sms import Inbound, Order, Sms, State

LONGEST_ID = 200
_GROUPS = {
    State.SENT: (1, "PENDING"),
    State.DELIVERED: (3, "DELIVERED"),
    State.FAILED: (2, "UNDELIVERABLE"),
    State.EXPIRED: (4, "EXPIRED"),
}
_TROUBLE = {Fate.RATE: (429, "E429"), Fate.CREDIT: (402, "E402"), Fate.LATER: (503, "E503")}


class Infobip(Provider):
    """`/sms/3/messages`."""

    name = "infobip"

    def order(self, call: Call) -> Order:
        """One message to one destination."""
        if (call.method, call.path) != ("POST", "/sms/3/messages"):
            raise Refused(_error(404, "E404", "Not found"))
        must(call.authorization == ("app", credentials.TOKEN))
        message = only_row(call.document, "messages")
        destination = only_row(message, "destinations")
        text = text_in(table_in(message, "content"), "text")
        given = optional(destination, "messageId", most=LONGEST_ID)
        webhooks = table_in(message, "webhooks")
        delivery = table_in(webhooks, "delivery")
        url = optional(delivery, "url")
        extra = {"intermediate": "yes"} if delivery.get("intermediateReport") else {}
        extra["data"] = optional(webhooks, "callbackData", most=4000)
        to = digits("to", text_in(destination, "to").removeprefix("+"))
        origin = sender("sender", text_in(message, "sender").removeprefix("+"))
        return Order(to, origin, text, given, url, id=given, extra=extra)

    def accepted(self, sms: Sms) -> Answer:
        """A row that is pending."""
        return _row(sms.order, sms.id, (1, "PENDING"), "PENDING_ACCEPTED")

    def denied(self) -> Answer:
        """A wrong key."""
        return _error(401, "E401", "Invalid login details")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error(400, "E400", str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """A refused number has a row that says so."""
        if fate is Fate.REFUSED:
            return _row(order, order.id or self.new_id(), (5, "REJECTED"), "REJECTED_DESTINATION")
        return _error(*_TROUBLE[fate], fate.meaning)

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A list of one message, its text joined."""
        row = {
            "messageId": sms.id,
            "from": sms.sender,
            "to": sms.receiver,
            "text": sms.text,
            "cleanText": sms.text,
            "keyword": "",
            "receivedAt": _now(),
            "smsCount": len(sms.parts),
            "price": {"pricePerMessage": 0, "currency": "DKK"},
            "callbackData": "",
        }
        document = {"results": [row], "messageCount": 1, "pendingMessageCount": 0}
        return [_posted(self.portal.inbound(self.name, token=True), document)]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """A list of one report, for the URL that came with the SMS."""
        if not sms.order.receipt_url or (state is State.SENT and "intermediate" not in sms.order.extra):
            return []
        failed = state is State.FAILED
        row = {
            "bulkId": "bulk1",
            "messageId": sms.id,
            "to": sms.order.to,
            "sender": sms.order.sender,
            "sentAt": _now(),
            "doneAt": _now(),
            "messageCount": len(sms.parts),
            "mccMnc": "23801",
            "callbackData": sms.order.extra["data"],
            "status": _status(_GROUPS[state], f"{_GROUPS[state][1]}_SIMULATED"),
            "error": {
                "groupName": "HANDSET_ERRORS" if failed else "OK",
                "id": 1 if failed else 0,
                "name": "EC_UNKNOWN_SUBSCRIBER" if failed else "NO_ERROR",
                "permanent": failed,
            },
        }
        return [_posted(sms.order.receipt_url, {"results": [row]})]


def _status(group: tuple[int, str], name: str) -> dict[str, object]:
    return {"groupId": group[0], "groupName": group[1], "id": 1, "name": name, "description": name.capitalize()}


def _row(order: Order, message_id: str, group: tuple[int, str], name: str) -> Answer:
    row = {"messageId": message_id, "destination": order.to, "status": _status(group, name)}
    return json_answer(200, {"bulkId": "bulk1", "messages": [row]})


def _posted(url: str, document: dict[str, Any]) -> Callback:
    login = b64encode(f"{credentials.USERNAME}:{credentials.PASSWORD}".encode()).decode()
    return Callback("POST", url, {"Content-Type": JSON, "Authorization": f"Basic {login}"}, json_octets(document))


def _error(status: int, code: str, description: str) -> Answer:
    body = {"errorCode": code, "description": description, "action": "", "violations": [], "resources": []}
    return json_answer(status, body)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
