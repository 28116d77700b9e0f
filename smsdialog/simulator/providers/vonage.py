"""Vonage's SMS API: always 200, a row for each part; what it calls is signed by its parameters."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import FORM, JSON, Answer, Call, Callback, Refused, Wrong, json_answer, text_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must, optional, sender, text_in
from smsdialog.simulator.signing import vonage
from smsdialog.simulator.sms import Inbound, Order, Sms, State

LONGEST_TEXT = 3200
LONGEST_REFERENCE = 100
LONGEST_CALLBACK = 100
_TYPES = ("text", "unicode")
_STATUS = {
    State.SENT: ("accepted", "0"),
    State.DELIVERED: ("delivered", "0"),
    State.FAILED: ("failed", "9"),
    State.EXPIRED: ("expired", "2"),
}
_TROUBLE = {
    Fate.REFUSED: ("7", "Number barred"),
    Fate.RATE: ("1", "Throughput Rate Exceeded - please wait [ 250 ] and retry"),
    Fate.CREDIT: ("9", "Partner quota exceeded"),
    Fate.LATER: ("5", "Internal error"),
}


class Vonage(Provider):
    """`/sms/json`."""

    name = "vonage"

    def order(self, call: Call) -> Order:
        """A form or JSON; the caller says himself that his text is Unicode."""
        if (call.method, call.path) != ("POST", "/sms/json"):
            raise Refused(text_answer(404, "Not found"))
        fields = call.document if call.media_type == JSON else call.form
        login = call.basic or (fields.get("api_key"), fields.get("api_secret"))
        must(login == (credentials.USERNAME, credentials.PASSWORD))
        to = digits("to", text_in(fields, "to"))
        origin = sender("from", text_in(fields, "from"))
        if " " in origin:
            raise Refused(_row("15", "Illegal Sender Address - rejected"))
        text = text_in(fields, "text")
        if len(text) > LONGEST_TEXT:
            raise Refused(_row("12", "Message too long"))
        kind = fields.get("type", "text")
        if kind not in _TYPES or (kind == "text" and not gsm7.fits(text)):
            raise Refused(_row("6", "Unrecognised or unreadable message: the text needs type unicode"))
        reference = optional(fields, "client-ref", most=LONGEST_REFERENCE)
        url = optional(fields, "callback", most=LONGEST_CALLBACK) or self.portal.receipt(self.name)
        return Order(to, origin, text, reference, url)

    def accepted(self, sms: Sms) -> Answer:
        """A row for each part; the first has the id of the SMS."""
        rows = []
        for part_id in _part_ids(sms):
            row = {"to": sms.order.to, "message-id": part_id, "status": "0", "remaining-balance": "3.14"}
            row |= {"message-price": "0.03", "network": "23801"}
            rows.append(row | ({"client-ref": sms.order.reference} if sms.order.reference else {}))
        return json_answer(200, {"message-count": str(len(rows)), "messages": rows})

    def denied(self) -> Answer:
        """Wrong credentials."""
        return _row("4", "Bad Credentials")

    def wrong(self, error: Wrong) -> Answer:
        """A parameter that is missing, or invalid."""
        missing = error.why == "field required"
        return _row("2" if missing else "3", f"{'Missing' if missing else 'Invalid'} parameter: {error.field}")

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By the status of the row."""
        return _row(*_TROUBLE[fate])

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A form for each part."""
        parts, reference = sms.parts, str(secrets.randbelow(256))
        url = self.portal.inbound(self.name)
        calls = []
        for index, part in enumerate(parts, 1):
            fields = {
                "type": "text" if gsm7.fits(sms.text) else "unicode",
                "msisdn": sms.sender,
                "to": sms.receiver,
                "messageId": self.new_id(),
                "text": part,
                "keyword": (sms.text.split() or [""])[0].upper(),
                "message-timestamp": _now(),
                "api-key": credentials.USERNAME,
            }
            if len(parts) > 1:
                fields |= {"concat": "true", "concat-ref": reference}
                fields |= {"concat-total": str(len(parts)), "concat-part": str(index)}
            calls.append(_signed(url, fields))
        return calls

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """One for each part."""
        status, error = _STATUS[state]
        return [
            _signed(
                sms.order.receipt_url,
                {
                    "msisdn": sms.order.to,
                    "to": sms.order.sender,
                    "network-code": "23801",
                    "messageId": part_id,
                    "price": "0.03",
                    "status": status,
                    "scts": datetime.now(UTC).strftime("%y%m%d%H%M"),
                    "err-code": error,
                    "message-timestamp": _now(),
                    "api-key": credentials.USERNAME,
                }
                | ({"client-ref": sms.order.reference} if sms.order.reference else {}),
            )
            for part_id in _part_ids(sms)
        ]

    def new_id(self) -> str:
        """16 digits in hex."""
        return secrets.token_hex(8).upper()


def _part_ids(sms: Sms) -> list[str]:
    """Each part has an id of its own."""
    first = int(sms.id, 16)
    return [sms.id] + [f"{(first + index) % 2**64:016X}" for index in range(1, len(sms.parts))]


def _signed(url: str, fields: Mapping[str, str]) -> Callback:
    complete = {**fields, "timestamp": str(int(time.time())), "nonce": secrets.token_hex(16)}
    complete["sig"] = vonage(credentials.WEBHOOK_SECRET, complete)
    return Callback("POST", url, {"Content-Type": FORM}, urlencode(complete).encode())


def _row(status: str, error: str) -> Answer:
    return json_answer(200, {"message-count": "1", "messages": [{"status": status, "error-text": error}]})


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
