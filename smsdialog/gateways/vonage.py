"""Vonage: its SMS API (once Nexmo's), and the inbound SMS and delivery receipts that it calls us with.

Source: Vonage, "SMS API", "Troubleshooting SMS", "Inbound SMS", "Delivery receipts" and "Signing messages", read in
November 2026. It answers 200 whatever happened: what counts stands in a row for each part of the SMS. It leaves
it to the sender to ask for UCS-2, and to the receiver to join the parts of what comes in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import phone
from smsdialog.core.model import Delivery, Encoding, InboundSms, OutboundSms, Receipt, Segment
from smsdialog.errors import BadCall
from smsdialog.gateways._base import (
    Accepted,
    Credit,
    Event,
    HttpGateway,
    HttpRequest,
    HttpResponse,
    Later,
    Misconfigured,
    Outcome,
    Rate,
    Refused,
    Unknown,
    basic_auth,
    by_status,
    explained,
    form_request,
    in_words,
)
from smsdialog.gateways._options import base_url, wrong
from smsdialog.gateways._signature import require_token
from smsdialog.gateways._times import utc_seconds
from smsdialog.gateways._values import text
from smsdialog.gateways._vonage_signature import ALGORITHMS, require_vonage_signature
from smsdialog.gateways._webcall import WebCall

LONGEST_CALLBACK = 100
MOST_PARTS = 255
_THROTTLED = "1"
_MILLISECONDS = re.compile(r"\[\s*([0-9]{1,7})\s*\]")
_CLASSES: dict[Callable[[str], Outcome], tuple[str, ...]] = {
    Misconfigured: ("2", "3", "4", "8", "11", "14", "15", "22", "23", "29", "32", "33"),
    Refused: ("6", "7", "12"),
    Later: ("5",),
    Rate: ("10",),
    Credit: ("9",),
}
_OUTCOMES = {status: outcome for outcome, statuses in _CLASSES.items() for status in statuses}
_DELIVERY = {
    "delivered": Delivery.DELIVERED,
    "failed": Delivery.FAILED,
    "rejected": Delivery.FAILED,
    "expired": Delivery.EXPIRED,
}
_MEANINGS = {
    "1": "no reason is known",
    "2": "the phone could not be reached for the time being",
    "3": "the number is no longer in use",
    "4": "the phone bars messages",
    "5": "the number's operator is not known for sure",
    "6": "taken for spam by the operator",
    "7": "the phone was busy",
    "8": "trouble in the operator's network",
    "9": "the customer does not take such messages",
    "10": "the message was malformed",
    "11": "there is no way to this number",
    "12": "the number cannot be reached",
    "13": "the customer is too young for it",
    "14": "the operator has blocked the number",
    "15": "the account's limit is reached",
    "16": "the account's limit is reached",
    "99": "trouble at the operator or on the way there",
}


@dataclass(frozen=True)
class Options:
    """`signature_secret` and `signature_algorithm` are the account's, if it signs what it calls us with.

    `token` guards these calls where it does not, and besides where it does; with neither, every call is refused.
    """

    api_key: str
    api_secret: str = field(repr=False)
    signature_secret: str = field(default="", repr=False)
    signature_algorithm: str = "sha256"
    token: str = field(default="", repr=False)
    url: str = "https://rest.nexmo.com"


def create(table: GatewayTable, config: Config) -> Vonage:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options: Options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    if options.signature_algorithm not in ALGORITHMS:
        raise wrong(table, config, "signature_algorithm", f"one of {', '.join(ALGORITHMS)}")
    gateway = Vonage(table.name, options, base_url(table, config, options.url), config.public_url)
    if len(gateway.callback) > LONGEST_CALLBACK:
        raise wrong(
            table, config, "token", f"one so short that the address of receipts has {LONGEST_CALLBACK} characters"
        )
    return gateway


class Vonage(HttpGateway):
    """One account of Vonage's."""

    type = "vonage"

    def __init__(self, name: str, options: Options, url: str, public_url: str) -> None:
        super().__init__(name, (options.api_secret, options.signature_secret, options.token))
        self._options = options
        self._url = url
        self._public_url = public_url.rstrip("/")

    @property
    def callback(self) -> str:
        """Where receipts are to go; empty where nobody can reach us, or nobody would be believed."""
        if not self._public_url or not (self._options.token or self._options.signature_secret):
            return ""
        query = f"?{urlencode({'token': self._options.token})}" if self._options.token else ""
        return f"{self._public_url}/receipt/{self.name}{query}"

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A new SMS; Vonage takes `text` for GSM-7 alone and puts a question mark for everything else."""
        fields = {
            "api_key": self._options.api_key,
            "api_secret": self._options.api_secret,
            "from": sms.sender,
            "to": sms.to.digits,
            "text": sms.text,
            "type": "unicode" if sms.encoding is Encoding.UCS2 else "text",
            "client-ref": sms.reference,
        }
        if self.callback:
            fields |= {"status-report-req": "1", "callback": self.callback}
        return form_request(f"{self._url}/sms/json", fields)

    def outcome(self, response: HttpResponse) -> Outcome:
        """Accepted if every row is; where only some are, a part of the SMS is out, and it is not sent again."""
        rows = response.object.get("messages")
        is_table = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
        if response.status != 200 or not rows or not is_table:
            return by_status(response, in_words("Vonage", response))
        refused = [row for row in rows if str(row.get("status")) != "0"]
        if not refused:
            return Accepted(str(rows[0].get("message-id") or ""))
        if len(refused) < len(rows):
            return Unknown(f"{_words(response, refused[0])} (of {len(rows)} parts, {len(refused)} were refused)")
        return _refusal(response, refused[0])

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """An SMS, or one part of it. Binary messages, which phones do not show, are ignored."""
        fields = self._fields(call)
        if fields.get("type") == "binary":
            return ()
        if not all(name in fields for name in ("msisdn", "messageId", "text")):
            raise BadCall("msisdn, messageId or text is missing")
        sender, to = phone.sender(fields["msisdn"]), fields.get("to", "")
        sent_at = utc_seconds(fields.get("message-timestamp"))
        return (InboundSms(self.name, fields["messageId"], sender, to, fields["text"], sent_at, _segment(fields)),)

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """What became of one part of an SMS: each has a message id of its own."""
        fields = self._fields(call)
        status, gateway_id = fields.get("status", ""), fields.get("messageId", "")
        if not status or not gateway_id:
            raise BadCall("messageId or status is missing")
        delivery, happened_at = _DELIVERY.get(status, Delivery.ON_ITS_WAY), utc_seconds(fields.get("message-timestamp"))
        code = fields.get("err-code", "")
        reason = explained(status, "" if code == "0" else code, _MEANINGS.get(code, ""))
        reference = fields.get("client-ref", "")
        return (Receipt(self.name, reference, gateway_id, delivery, reason, gateway_id, happened_at),)

    def balance_request(self) -> HttpRequest:
        """The account's balance."""
        credentials = basic_auth(self._options.api_key, self._options.api_secret)
        return HttpRequest("GET", f"{self._url}/account/get-balance", headers=(credentials,))

    def balance_of(self, response: HttpResponse) -> str:
        """The amount, which Vonage gives in euros."""
        value = response.object.get("value")
        is_amount = isinstance(value, int | float) and not isinstance(value, bool)
        return f"{value:.2f} EUR" if response.status == 200 and is_amount else ""

    def _fields(self, call: WebCall) -> dict[str, str]:
        """The fields of a call that holds the token or is signed, or both, as is configured."""
        options = self._options
        if options.token or not options.signature_secret:
            require_token(call, options.token)
        pairs = _pairs(call)
        if options.signature_secret:
            algorithm = options.signature_algorithm
            require_vonage_signature(pairs, options.signature_secret, algorithm, call.received_at)
        fields = dict(reversed(pairs))
        return {name: text(fields, name) for name in fields}


def _pairs(call: WebCall) -> list[tuple[str, str]]:
    """What Vonage wrote: a query, a form or a JSON object, as the account is set to; our token is none of it."""
    if call.method == "GET":
        return [(name, value) for name, value in call.query_pairs if name != "token"]
    if call.method != "POST":
        raise BadCall("expected a POST or a GET")
    if "json" in call.header("content-type").lower():
        return [(name, value if isinstance(value, str) else str(value).lower()) for name, value in call.object.items()]
    return call.form_pairs


def _segment(fields: dict[str, str]) -> Segment | None:
    """Which part of a long SMS this is. One whose numbers cannot be is taken for a whole: its text is not lost."""
    if fields.get("concat") != "true":
        return None
    total, index = fields.get("concat-total", ""), fields.get("concat-part", "")
    if not all(number.isascii() and number.isdigit() and len(number) < 4 for number in (total, index)):
        return None
    if not 1 <= int(index) <= int(total) <= MOST_PARTS:
        return None
    return Segment(fields.get("concat-ref", ""), int(total), int(index))


def _refusal(response: HttpResponse, row: dict[str, Any]) -> Outcome:
    status, reason = str(row.get("status")), _words(response, row)
    if status == _THROTTLED:
        wait = _MILLISECONDS.search(str(row.get("error-text")))
        return Rate(reason, int(wait[1]) / 1000 if wait else 0.0)
    return _OUTCOMES.get(status, Unknown)(reason)


def _words(response: HttpResponse, row: dict[str, Any]) -> str:
    return in_words("Vonage", response, f"{row.get('status')} {row.get('error-text') or ''}")
