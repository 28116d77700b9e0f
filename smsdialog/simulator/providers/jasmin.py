"""Jasmin's HTTP API: quoted answers, SMPP's words, and an exact body as the only good answer to its calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote_from_bytes, urlencode

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import FORM, JSON, Answer, Call, Callback, Refused, Wrong, text_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must
from smsdialog.simulator.sms import Inbound, Order, Sms, State

ACKNOWLEDGED = "ACK/Jasmin"
_CODINGS = (*map(str, range(11)), "13", "14")
_STATUS = {State.DELIVERED: "DELIVRD", State.FAILED: "UNDELIV", State.EXPIRED: "EXPIRED"}
_TROUBLE = {
    Fate.REFUSED: (400, "Argument [to] has an invalid value."),
    Fate.RATE: (503, "Cannot send submit_sm, throttled"),
    Fate.CREDIT: (403, "Authorization failed for username [simulator], quota exceeded."),
    Fate.LATER: (500, "Cannot send submit_sm, check log file for details"),
}


class Jasmin(Provider):
    """`/send`."""

    name = "jasmin"

    def order(self, call: Call) -> Order:
        """A query, a form, or JSON; coding 8 with hex-content for what GSM-7 has not."""
        if call.path != "/send":
            raise Refused(_error(404, "No such resource"))
        fields = _fields(call)
        must((fields.get("username"), fields.get("password")) == (credentials.USERNAME, credentials.PASSWORD))
        if "to" not in fields:
            raise Wrong("to", "Mandatory argument [to] is not found.")
        to = digits("to", fields["to"].removeprefix("+"))
        wanted = fields.get("dlr", "no") == "yes"
        if wanted and not (fields.get("dlr-url") and fields.get("dlr-level") in ("1", "2", "3")):
            raise Wrong("dlr-url", "dlr needs dlr-url and dlr-level.")
        extra = {"level": fields.get("dlr-level", ""), "method": fields.get("dlr-method", "GET")}
        url = fields["dlr-url"] if wanted else ""
        return Order(to, fields.get("from", ""), _text(fields), receipt_url=url, extra=extra)

    def accepted(self, sms: Sms) -> Answer:
        """The id."""
        return text_answer(200, f'Success "{sms.id}"')

    def denied(self) -> Answer:
        """Wrong credentials."""
        return _error(403, "Authentication failure for username:simulator")

    def wrong(self, error: Wrong) -> Answer:
        """A bad argument."""
        return _error(400, error.why)

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By HTTP status."""
        return _error(*_TROUBLE[fate])

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A form, with the octets of the text beside it in hex; in coding 0 they are GSM's."""
        plain = gsm7.fits(sms.text)
        octets = _gsm(sms.text) if plain else sms.text.encode("utf-16-be")
        fields = {
            "id": sms.id,
            "from": sms.sender,
            "to": sms.receiver,
            "origin-connector": "simulator",
            "priority": "1",
            "coding": "0" if plain else "8",
            "validity": "None",
            "binary": octets.hex(),
        }
        body = f"{urlencode(fields)}&content={quote_from_bytes(octets)}"
        return [Callback("POST", self.portal.inbound(self.name, token=True), {"Content-Type": FORM}, body.encode())]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """Level 1: taken by the SMSC. Level 2: what became of it. Level 3: both."""
        level = 1 if state is State.SENT else 2
        if not sms.order.receipt_url or sms.order.extra["level"] not in (str(level), "3"):
            return []
        fields = {"id": sms.id, "level": str(level), "connector": "simulator"}
        if level == 1:
            return [_called(sms, fields | {"message_status": "ESME_ROK"})]
        now = datetime.now(UTC).strftime("%y%m%d%H%M")
        delivered = "001" if state is State.DELIVERED else "000"
        final = {"id_smsc": sms.id[:8], "sub": "001", "dlvrd": delivered, "subdate": now, "donedate": now}
        final |= {"err": "000" if state is State.DELIVERED else "001", "text": "-"}
        return [_called(sms, fields | {"message_status": _STATUS[state]} | final)]

    def took(self, answer: Answer) -> bool:
        """Nothing but the exact body."""
        return answer.status == 200 and answer.text == ACKNOWLEDGED


def _fields(call: Call) -> dict[str, str]:
    if call.method == "GET":
        return call.query
    if call.media_type == JSON:
        return {name: str(value) for name, value in call.document.items()}
    return call.form


def _text(fields: Mapping[str, str]) -> str:
    """The text that reaches the phone: coding 0 has question marks for what GSM-7 has not."""
    coding = fields.get("coding", "0")
    if coding not in _CODINGS or ("content" in fields) == ("hex-content" in fields):
        raise Wrong("coding", "One of content and hex-content, and a known coding.")
    if "hex-content" not in fields:
        return "".join(char if coding != "0" or gsm7.fits(char) else "?" for char in fields["content"])
    try:
        octets = bytes.fromhex(fields["hex-content"])
        return octets.decode("utf-16-be" if coding == "8" else "latin-1")
    except ValueError as error:
        raise Wrong("hex-content", "Invalid hex-content data.") from error


def _gsm(text: str) -> bytes:
    """A text in GSM-7, a septet an octet (3GPP TS 23.038, 6.2.1)."""
    octets = bytearray()
    for char in text:
        if char in gsm7.EXTENSION:
            octets += bytes((gsm7.BASIC.index(gsm7.ESCAPE), gsm7.EXTENSION[char]))
        else:
            octets.append(gsm7.BASIC.index(char))
    return bytes(octets)


def _called(sms: Sms, fields: Mapping[str, str]) -> Callback:
    url, query = sms.order.receipt_url, urlencode(fields)
    if sms.order.extra["method"].upper() == "POST":
        return Callback("POST", url, {"Content-Type": FORM}, query.encode())
    return Callback("GET", url + ("&" if "?" in url else "?") + query)


def _error(status: int, message: str) -> Answer:
    return text_answer(status, f'Error "{message}"')
