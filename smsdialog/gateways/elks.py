"""46elks: SMS over its HTTP API, and the forms that it posts.

Source: 46elks, "Send SMS", "Receive an SMS" and "SMS delivery reports", read in November 2026. It signs nothing: a
token in the URLs that it calls is what it is known by. It takes no reference of ours, so ours stands beside the
token, and it would text the words of an answer to the customer, so it hears none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import phone
from smsdialog.core.model import Delivery, InboundSms, OutboundSms, Receipt, SenderForm
from smsdialog.errors import BadCall
from smsdialog.gateways._base import (
    REASON_CHARACTERS,
    Accepted,
    Credit,
    Event,
    HttpGateway,
    HttpRequest,
    HttpResponse,
    Outcome,
    Refused,
    Unknown,
    basic_auth,
    by_status,
    form_request,
    in_words,
)
from smsdialog.gateways._options import base_url
from smsdialog.gateways._signature import require_token
from smsdialog.gateways._times import utc_seconds
from smsdialog.gateways._webcall import WebCall

MONEY_UNIT = 10_000
# Its errors are plain words; these are said of an empty account, with whatever status.
_NO_CREDIT = re.compile(r"\b(credits?|balance|funds)\b", re.IGNORECASE)
_TAKEN = ("created", "sent", "delivered")
_DELIVERY = {"delivered": Delivery.DELIVERED, "failed": Delivery.FAILED}


@dataclass(frozen=True)
class Options:
    """`username` and `password` are the API's, not those of the dashboard.

    `token` guards what 46elks calls: without one, every call is refused and no receipts are asked for.
    """

    username: str
    password: str = field(repr=False)
    token: str = field(default="", repr=False)
    url: str = "https://api.46elks.com/a1"


def create(table: GatewayTable, config: Config) -> Elks:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options: Options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    return Elks(table.name, options, base_url(table, config, options.url), config.public_url)


class Elks(HttpGateway):
    """One account of 46elks'."""

    type = "elks"

    def __init__(self, name: str, options: Options, url: str, public_url: str) -> None:
        super().__init__(name, (options.password, options.token))
        self._options = options
        self._url = url
        self._public_url = public_url.rstrip("/")

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A new SMS; 46elks finds the coding by itself."""
        is_number = phone.sender_form(sms.sender) is SenderForm.NUMBER
        fields = {"from": f"+{sms.sender}" if is_number else sms.sender, "to": sms.to, "message": sms.text}
        if self._public_url and self._options.token:
            query = urlencode({"token": self._options.token, "reference": sms.reference})
            fields["whendelivered"] = f"{self._public_url}/receipt/{self.name}?{query}"
        return form_request(f"{self._url}/sms", fields, self._credentials())

    def outcome(self, response: HttpResponse) -> Outcome:
        """200 with an id and a status of those documented is accepted; errors are plain words."""
        answer = response.object
        gateway_id, status = answer.get("id"), answer.get("status")
        reason = in_words("46elks", response, status or "")
        if response.status == 200 and status in _TAKEN and isinstance(gateway_id, str):
            return Accepted(gateway_id)
        if response.status == 200:
            return Refused(reason) if status == "failed" else Unknown(reason)
        if 400 <= response.status < 500 and _NO_CREDIT.search(response.text):
            return Credit(reason)
        return by_status(response, reason)

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The SMS of a call to a number's `sms_url`; 46elks has joined its parts."""
        fields = self._fields(call)
        if not all(name in fields for name in ("id", "from", "message")):
            raise BadCall("id, from or message is missing")
        if fields.get("direction", "incoming") != "incoming":
            return ()
        sender, sent_at = phone.sender(fields["from"]), utc_seconds(fields.get("created"))
        return (InboundSms(self.name, fields["id"], sender, fields.get("to", ""), fields["message"], sent_at),)

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """What a delivery report says of the SMS that its address names."""
        fields = self._fields(call)
        status, gateway_id = fields.get("status", ""), fields.get("id", "")
        if not status or not gateway_id:
            raise BadCall("id or status is missing")
        delivery, happened_at = _DELIVERY.get(status, Delivery.ON_ITS_WAY), utc_seconds(fields.get("delivered"))
        reference, reason = call.argument("reference"), status[:REASON_CHARACTERS]
        return (Receipt(self.name, reference, gateway_id, delivery, reason, happened_at=happened_at),)

    def balance_request(self) -> HttpRequest:
        """The account."""
        return HttpRequest("GET", f"{self._url}/me", headers=(self._credentials(),))

    def balance_of(self, response: HttpResponse) -> str:
        """The amount, of which 46elks counts ten thousandths, and its currency."""
        answer = response.object
        balance = answer.get("balance")
        if response.status != 200 or not isinstance(balance, int) or isinstance(balance, bool):
            return ""
        return f"{balance / MONEY_UNIT:.2f} {answer.get('currency') or ''}".strip()

    def _credentials(self) -> tuple[str, str]:
        return basic_auth(self._options.username, self._options.password)

    def _fields(self, call: WebCall) -> dict[str, str]:
        """The form of a call that holds the token."""
        require_token(call, self._options.token)
        if call.method != "POST":
            raise BadCall("expected a POST")
        return call.form
