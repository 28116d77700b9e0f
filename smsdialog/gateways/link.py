"""LINK Mobility's "Common" platform, which runs 1919: JSON both ways, through gates that LINK sets up.

Source: LINK Mobility, "SMS REST API: MT and Delivery Reports" 1.6 to 1.18 and "MO messages" 1.7. The host is given by
LINK, and so are the ids of platform and partner. LINK splits long texts by itself, sends one receipt a part, whose id
is the message's with `$n` behind it, and joins long SMS before it hands them over. It takes no emoji (see
`core.emoticons`). A receipt that is asked for without a gate to send it to is an error. Nothing is signed: a gate signs
in by HTTP Basic, or sends a header of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import phone
from smsdialog.core.emoticons import without_emoji
from smsdialog.core.model import InboundSms, OutboundSms, Receipt, SenderForm
from smsdialog.errors import BadCall, ConfigError, Unauthentic
from smsdialog.gateways import _link_codes
from smsdialog.gateways._base import (
    REASON_CHARACTERS,
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
    in_words,
    json_request,
)
from smsdialog.gateways._options import base_url
from smsdialog.gateways._signature import require_basic, same
from smsdialog.gateways._values import count, moment, text
from smsdialog.gateways._webcall import WebCall

_TYPE_OF_NUMBER = {
    SenderForm.NAME: "ALPHANUMERIC",
    SenderForm.SHORT_CODE: "SHORTNUMBER",
    SenderForm.NUMBER: "MSISDN",
}
_NUMBER_OF_COUNTRY = re.compile(r"(?P<country>[A-Z]{2})-(?P<number>[0-9]+)", re.ASCII)
_LONGEST_SHORT_NUMBER = 6


@dataclass(frozen=True)
class Options:
    """`url`, `username`, `password`, `platform_id` and `partner_id` are given by LINK, and so are the ids of `gates`
    for receipts: without any, none are asked for.

    A gate signs in with `webhook_username` and `webhook_password`, or sends `webhook_secret` in the header
    `webhook_header`; if all are set, it must do both, and if none is, every call is refused.
    """

    url: str
    username: str
    password: str = field(repr=False)
    platform_id: str
    partner_id: str
    gates: tuple[str, ...] = ()
    webhook_username: str = ""
    webhook_password: str = field(default="", repr=False)
    webhook_header: str = ""
    webhook_secret: str = field(default="", repr=False)


def create(table: GatewayTable, config: Config) -> Link:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options: Options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    for one, other in (("webhook_username", "webhook_password"), ("webhook_header", "webhook_secret")):
        if bool(getattr(options, one)) != bool(getattr(options, other)):
            raise ConfigError(
                f"{config.source}: 'gateways.{table.name}' has one of {one} and {other}; expected both, or none"
            )
    return Link(table.name, options, base_url(table, config, options.url).removesuffix("/sms"))


class Link(HttpGateway):
    """One customer's access."""

    type = "link"

    def __init__(self, name: str, options: Options, url: str) -> None:
        super().__init__(name, (options.password, options.webhook_password, options.webhook_secret))
        self._options = options
        self._authorization = basic_auth(options.username, options.password)
        self._url = url

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The POST of one SMS. `ignoreResponse` is off, else LINK says neither id nor error."""
        form = phone.sender_form(sms.sender)
        document: dict[str, Any] = {
            "source": f"+{sms.sender}" if form is SenderForm.NUMBER else sms.sender,
            "sourceTON": _TYPE_OF_NUMBER[form],
            "destination": sms.to,
            "userData": without_emoji(sms.text),
            "dcs": "TEXT",
            "useDeliveryReport": bool(self._options.gates),
            "platformId": self._options.platform_id,
            "platformPartnerId": self._options.partner_id,
            "refId": sms.reference,
            "ignoreResponse": False,
        }
        if self._options.gates:
            document["deliveryReportGates"] = list(self._options.gates)
        return json_request(f"{self._url}/sms/send", document, self._authorization)

    def outcome(self, response: HttpResponse) -> Outcome:
        """200 with an id and a code that says so is accepted, and so is 204, the answer that was not asked for.

        Of anything else, the code says why.
        """
        if response.status == 204:
            return Accepted()
        answer = response.object
        code = _code(answer)
        said = _link_codes.in_words(code) if code is not None else ""
        reason = in_words("LINK", response, f"{said} {text(answer, 'description')}".strip())
        if response.status >= 500 or code is None:
            return by_status(response, reason)
        if response.status == 200 and text(answer, "messageId") and _link_codes.is_taken(code):
            return Accepted(text(answer, "messageId"))
        return _by_code(code, reason) or by_status(response, reason)

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The SMS or the receipt that a gate posts."""
        self._authenticate(call)
        document = call.object
        if "resultCode" in document:
            return (self._receipt(document),)
        return (self._sms(document),)

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """The same: LINK may send both through one gate."""
        return self.inbound(call)

    def _authenticate(self, call: WebCall) -> None:
        options = self._options
        if not (options.webhook_username or options.webhook_header):
            raise Unauthentic("neither webhook_username nor webhook_header is set")
        if options.webhook_username:
            require_basic(call, options.webhook_username, options.webhook_password)
        if options.webhook_header and not same(call.header(options.webhook_header), options.webhook_secret):
            raise Unauthentic("wrong or missing header")

    def _sms(self, document: dict[str, Any]) -> InboundSms:
        sender, content = text(document, "source"), document.get("content")
        if not sender or not isinstance(content, dict):
            raise BadCall("expected source and content, or resultCode")
        words = content.get("userData")
        return InboundSms(
            self.name,
            text(document, "messageId"),
            phone.sender(sender),
            receiver(text(document, "destination"), text(document, "subNumber")),
            words if isinstance(words, str) else "",  # there is none in an MMS
            moment(document.get("timestamp")),
        )

    def _receipt(self, document: dict[str, Any]) -> Receipt:
        code = _code(document)
        reference, part_id = text(document, "refId"), text(document, "id")
        if code is None or not (reference or part_id):
            raise BadCall("resultCode and id are missing")
        gateway_id, _, part = part_id.partition("$")
        operator, segments = text(document, "operatorResultCode"), count(document, "segments")
        reason = f"LINK: {_link_codes.in_words(code)}" + (f" (operator: {operator})" if operator else "")
        return Receipt(
            self.name,
            reference,
            gateway_id,
            _link_codes.delivery(code),
            " ".join(reason.split())[:REASON_CHARACTERS],
            part,
            moment(document.get("timestamp")),
            segments if segments > 1 else 0,  # a receipt of one part may count itself only
        )


def receiver(destination: str, sub_number: str) -> str:
    """The number that the customer wrote to, which LINK puts behind its country, and a number below it, if any.

    >>> receiver("DK-1919", ""), receiver("DK-1919", "12345678"), receiver("DK-52512345", "")
    ('DK-1919', '191912345678', '4552512345')
    """
    written = "".join(destination.split())
    named = _NUMBER_OF_COUNTRY.fullmatch(written)
    if not named:
        return written + sub_number
    if len(named["number"]) > _LONGEST_SHORT_NUMBER:
        return phone.of_country(named["number"], named["country"])
    return named["number"] + sub_number if sub_number else written


def _by_code(code: int, reason: str) -> Outcome | None:
    """What a documented code means for sending; None for any other."""
    if code in _link_codes.OURS:
        return Misconfigured(reason)
    if code in _link_codes.BILLING:
        return Credit(reason)
    if code == _link_codes.THROTTLED:
        return Rate(reason)
    if code == _link_codes.TEMPORARILY_BARRED:
        return Later(reason)
    if code in _link_codes.MAYBE_DELIVERED:
        return Unknown(reason)
    return Refused(reason) if code < 106000 and _link_codes.is_failure(code) else None


def _code(document: dict[str, Any]) -> int | None:
    """The result code, by the names that it has in answers and in errors."""
    names = ("resultCode", "code", "errorCode", "status")
    written = next(filter(None, (text(document, name) for name in names)), "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None
