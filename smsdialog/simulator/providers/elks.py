"""46elks: forms both ways, errors in plain words, and no signatures."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from smsdialog.simulator import credentials
from smsdialog.simulator.calls import FORM, Answer, Call, Callback, Refused, Wrong, json_answer, text_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, must, optional, sender, text_in, with_plus
from smsdialog.simulator.sms import Inbound, Order, Sms, State

_STATUS = {State.SENT: "sent", State.DELIVERED: "delivered", State.FAILED: "failed", State.EXPIRED: "failed"}
# Ten-thousandths of the account's currency.
_COST_OF_A_PART = 3500


class Elks(Provider):
    """`/a1/sms`."""

    name = "elks"

    def order(self, call: Call) -> Order:
        """A form; a name begins with a letter, a number with a plus."""
        if (call.method, call.path) != ("POST", "/a1/sms"):
            raise Refused(text_answer(404, "Not found"))
        must(call.basic == (credentials.USERNAME, credentials.PASSWORD))
        fields = call.form
        origin = sender("from", text_in(fields, "from"), plus=True)
        if not (origin[0].isalpha() or origin[0] == "+"):
            raise Wrong("from", "begins with a letter or a plus")
        to = with_plus("to", text_in(fields, "to"))
        return Order(to, origin, text_in(fields, "message"), receipt_url=optional(fields, "whendelivered"))

    def accepted(self, sms: Sms) -> Answer:
        """The message."""
        return json_answer(
            200,
            {
                "id": sms.id,
                "status": "created",
                "from": sms.order.sender,
                "to": f"+{sms.order.to}",
                "message": sms.order.text,
                "created": _now(),
                "direction": "outgoing",
                "parts": len(sms.parts),
                "cost": _COST_OF_A_PART * len(sms.parts),
            },
        )

    def denied(self) -> Answer:
        """Wrong credentials."""
        return text_answer(401, "API access requires Basic HTTP authentication")

    def wrong(self, error: Wrong) -> Answer:
        """In plain words."""
        return text_answer(400, f"Invalid parameter {error}")

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By HTTP status."""
        if fate is Fate.REFUSED:
            return text_answer(400, f"Invalid to number +{order.to}")
        if fate is Fate.RATE:
            return text_answer(429, "Too many requests")
        return text_answer(402, "Not enough credits") if fate is Fate.CREDIT else text_answer(503, "Try again later")

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A form with the joined text."""
        fields = {
            "direction": "incoming",
            "id": self.new_id(),
            "from": f"+{sms.sender}" if sms.sender.isdigit() else sms.sender,
            "to": f"+{sms.receiver}",
            "message": sms.text,
            "created": _now(),
        }
        return [_posted(self.portal.inbound(self.name, token=True), fields)]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """A form for the URL that came with the SMS."""
        if not sms.order.receipt_url:
            return []
        fields = {"id": sms.id, "status": _STATUS[state]}
        if state is State.DELIVERED:
            fields["delivered"] = _now()
        return [_posted(sms.order.receipt_url, fields)]

    def new_id(self) -> str:
        """S and 32 digits in hex."""
        return f"s{secrets.token_hex(16)}"

    def took(self, answer: Answer) -> bool:
        """200 to 204."""
        return 200 <= answer.status <= 204

    def texted(self, answer: Answer) -> str:
        """The body is sent back as an SMS."""
        return answer.text


def _posted(url: str, fields: dict[str, str]) -> Callback:
    return Callback("POST", url, {"Content-Type": FORM}, urlencode(fields).encode())


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat()
