"""playSMS webservices: 200 with OK or ERR in the row; inbound SMS by "SMS custom", a URL with placeholders."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from smsdialog.core import gsm7
from smsdialog.simulator import credentials
from smsdialog.simulator.calls import Answer, Call, Callback, Refused, Wrong, json_answer, text_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, digits, must
from smsdialog.simulator.sms import Inbound, Order, Sms, State

_CREDIT = "103"
_SEND_FAILED = "200"


class PlaySms(Provider):
    """`/index.php?app=ws`."""

    name = "playsms"

    def order(self, call: Call) -> Order:
        """`op=pv`, in the query or a form; `unicode=1` for what GSM-7 has not."""
        fields = self._fields(call)
        if fields.get("op") != "pv":
            raise Wrong("op", "unknown")
        text = fields.get("msg", "")
        if not text or not fields.get("to"):
            raise Wrong("msg", "missing")
        if fields.get("unicode") != "1":
            text = "".join(char if gsm7.fits(char) else "?" for char in text)
        return Order(digits("to", fields["to"].removeprefix("+")), fields.get("from", ""), text)

    def accepted(self, sms: Sms) -> Answer:
        """A row that says OK."""
        row = {"status": "OK", "error": "0", "smslog_id": sms.id, "queue": sms.id, "to": sms.order.to}
        return json_answer(200, {"data": [row], "error_string": None})

    def denied(self) -> Answer:
        """Wrong credentials."""
        return _error("100", "authentication failed")

    def wrong(self, error: Wrong) -> Answer:
        """A bad parameter."""
        return _error("102", str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """Its codes know the credit and a failure; the rest is by HTTP status."""
        if fate is Fate.CREDIT:
            return _error(_CREDIT, "not enough credit")
        if fate is Fate.REFUSED:
            return _error(_SEND_FAILED, "send message failed")
        if fate is Fate.RATE:
            return text_answer(429, "")
        return text_answer(503, "")

    def other(self, call: Call) -> Answer | None:
        """`op=cr`, the balance."""
        if call.path == "/index.php" and call.query.get("op") == "cr":
            self._fields(call)
            return json_answer(200, {"status": "OK", "error": "0", "credit": "1234.50"})
        return None

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A GET on the documented URL."""
        fields = {
            "from": f"+{sms.sender}" if sms.sender.isdigit() else sms.sender,
            "to": sms.receiver,
            "text": sms.text,
            "time": datetime.now().strftime("%Y-%m-%d %H:%M:%S"),
        }
        return [Callback("GET", f"{self.portal.inbound(self.name, token=True)}&{urlencode(fields)}")]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """It is asked for them, and calls nobody."""
        return []

    def new_id(self) -> str:
        """A whole number."""
        return str(secrets.randbelow(10**9) + 1)

    def texted(self, answer: Answer) -> str:
        """The body may be sent back as an SMS."""
        return answer.text

    def _fields(self, call: Call) -> dict[str, str]:
        if call.path != "/index.php":
            raise Refused(text_answer(404, ""))
        fields = call.query | (call.form if call.method == "POST" else {})
        must((fields.get("u"), fields.get("h")) == (credentials.USERNAME, credentials.TOKEN))
        return fields


def _error(code: str, message: str) -> Answer:
    return json_answer(200, {"data": [{"status": "ERR", "error": code, "to": ""}], "error_string": message})
