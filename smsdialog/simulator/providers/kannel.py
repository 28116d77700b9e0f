"""Kannel: everything in queries, no ids and no signatures; URLs with escapes are its webhooks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import Answer, Call, Callback, Refused, Wrong, text_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must
from smsdialog.simulator.sms import Inbound, Order, Sms, State

# The bits of dlr-mask, and what %d is.
_DLR = {State.SENT: 8, State.DELIVERED: 1, State.FAILED: 2, State.EXPIRED: 2}
_REPLY = {
    State.SENT: "ACK/",
    State.DELIVERED: "id:1 stat:DELIVRD err:000",
    State.FAILED: "id:1 stat:UNDELIV err:001",
    State.EXPIRED: "id:1 stat:EXPIRED err:000",
}
_GET_URL = "&from=%p&to=%P&text=%b&coding=%c&charset=%C&id=%I&time=%t"
_ESCAPE = re.compile("%([a-zA-Z])")


class Kannel(Provider):
    """`/cgi-bin/sendsms`."""

    name = "kannel"

    def order(self, call: Call) -> Order:
        """A GET; coding 2 says that the text is Unicode, in the charset named."""
        if call.path != "/cgi-bin/sendsms":
            raise Refused(text_answer(404, "Unknown request."))
        fields = call.query
        must((fields.get("username"), fields.get("password")) == (credentials.USERNAME, credentials.PASSWORD))
        if not fields.get("to"):
            raise Wrong("to", "Missing receiver number, rejected")
        to = digits("to", fields["to"].removeprefix("+").removeprefix("00"))
        mask = fields.get("dlr-mask", "0")
        if not mask.isdigit():
            raise Wrong("dlr-mask", "DLR-mask is no number, rejected")
        url = fields.get("dlr-url", "") if int(mask) else ""
        return Order(to, fields.get("from", ""), _text(call), receipt_url=url, extra={"mask": mask})

    def accepted(self, sms: Sms) -> Answer:
        """202; no id."""
        return text_answer(202, "0: Accepted for delivery")

    def denied(self) -> Answer:
        """Wrong credentials."""
        return text_answer(403, "Authorization failed for sendsms")

    def wrong(self, error: Wrong) -> Answer:
        """What is wrong, in words."""
        return text_answer(400, error.why)

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """No, or not now: Kannel knows no credit and no rates."""
        if fate is Fate.REFUSED:
            return text_answer(400, "Invalid receiver, rejected")
        return text_answer(503, "Temporal failure, try again later.")

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """The get-url of the documented sms-service; the parts are joined."""
        plain = gsm7.fits(sms.text)
        values = {
            "p": sms.sender.encode(),
            "P": sms.receiver.encode(),
            "b": sms.text.encode("utf-8" if plain else "utf-16-be"),
            "c": b"0" if plain else b"2",
            "C": b"UTF-8" if plain else b"UTF-16BE",
            "I": sms.id.encode(),
            "t": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S").encode(),
        }
        return [Callback("GET", _expand(self.portal.inbound(self.name, token=True) + _GET_URL, values))]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """The dlr-url, for what dlr-mask asks for."""
        status = _DLR[state]
        if not sms.order.receipt_url or not int(sms.order.extra["mask"]) & status:
            return []
        values = {
            "d": str(status).encode(),
            "A": _REPLY[state].encode(),
            "F": sms.id.encode(),
            "I": sms.id.encode(),
            "p": sms.order.sender.encode(),
            "P": sms.order.to.encode(),
            "T": str(int(datetime.now(UTC).timestamp())).encode(),
        }
        return [Callback("GET", _expand(sms.order.receipt_url, values))]

    def texted(self, answer: Answer) -> str:
        """The body is sent back as an SMS (an empty one is not, with omit-empty)."""
        return answer.text


def _text(call: Call) -> str:
    """The text that reaches the phone: what coding 0 has no room for is lost on the way."""
    octets, coding = call.octets, call.query.get("coding", "0")
    charset = call.query.get("charset") or ("UTF-16BE" if coding == "2" else "UTF-8")
    try:
        text = octets.get("text", b"").decode(charset)
    except (ValueError, LookupError) as error:
        raise Wrong("charset", "Charset or body misformed, rejected") from error
    return text if coding == "2" else "".join(char if gsm7.fits(char) else "?" for char in text)


def _expand(template: str, values: Mapping[str, bytes]) -> str:
    """A URL with its escapes filled in; what is no escape stays, such as %26."""
    return _ESCAPE.sub(lambda found: quote(values.get(found[1], b""), safe=""), template)
