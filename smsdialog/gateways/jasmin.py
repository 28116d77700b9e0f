"""Jasmin SMS Gateway: its HTTP API, and what its throwers call us with.

Source: Jasmin 0.11, "HTTP API" (docs.jasminsms.com), and its endpoints/send.py and routing/throwers.py; behaviour
observed with 0.11.1. Under coding 0 a character that GSM-7 lacks becomes a question mark, so such a text goes as
UTF-16BE in hex. Every call of Jasmin's must hear `ACK/Jasmin`, or it comes three times again. A long SMS has one
receipt, of its last part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import charset, gsm7, phone
from smsdialog.core.model import Delivery, Encoding, InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall, ConfigError
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
    by_status,
    form_request,
    in_words,
)
from smsdialog.gateways._signature import require_token
from smsdialog.gateways._webcall import Reply, WebCall

# 1: the operator has it or not, 2: the phone has it or not, 3: both.
_DLR_LEVELS = (1, 2, 3)
# Jasmin takes no longer ones (send.py).
_LONGEST_CREDENTIAL = 16
_UCS2 = 8
_SUCCESS = re.compile(r'Success "([^"]+)"')
_ERROR = re.compile(r'Error "(.*)"', re.DOTALL)
# Of what Jasmin says with one status, the beginning tells the cases apart.
_SAID: dict[int, tuple[tuple[str, type[Refused] | type[Later]], ...]] = {
    400: (
        ("Argument [username]", Misconfigured),
        ("Argument [password]", Misconfigured),
        ("Argument [dlr", Misconfigured),
        ("Mandatory argument", Misconfigured),
        ("Authorization failed for user", Misconfigured),
    ),
    403: (
        ("Cannot charge", Credit),
        ("User throughput exceeded", Rate),
        ("Authentication failure", Misconfigured),
    ),
    412: (("Failover route has no bound", Later), ("", Misconfigured)),
    500: (("Cannot send submit_sm", Later),),
    503: (("", Later),),
}
_DELIVERY = {
    "DELIVRD": Delivery.DELIVERED,
    "EXPIRED": Delivery.EXPIRED,
    "UNDELIV": Delivery.FAILED,
    "REJECTD": Delivery.FAILED,
    "DELETED": Delivery.FAILED,
}
# What the operator said at once (SMPP 3.4, 5.1.3): all but this one and "try again" refuse the SMS.
_OPERATOR_SAID = "ESME_"
_NOT_REFUSED = {"ESME_ROK", "ESME_RTHROTTLED", "ESME_RSYSERR", "ESME_RMSGQFUL", "ESME_RINVSCHED"}
# data_coding (SMPP 3.4, 5.2.19) -> charset; 0 is the operator's default alphabet, GSM-7 nearly everywhere.
_CHARSETS = {1: "ascii", 3: "iso8859-1", 5: "shift_jis", 6: "iso8859-5", 7: "iso8859-8", 10: "iso2022_jp", 14: "euc_kr"}


@dataclass(frozen=True)
class Options:
    """`url` is the HTTP API's /send. `token` guards what Jasmin calls: without one, every call is refused.

    `dlr_level` and `dlr_method` say which receipts Jasmin sends, and how.
    """

    url: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    token: str = field(default="", repr=False)
    dlr_level: int = 3
    dlr_method: str = "POST"


def create(table: GatewayTable, config: Config) -> Jasmin:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    where = f"gateways.{table.name}"
    options: Options = read_table(Options, table.options, where, config.source)
    if not options.url.startswith(("http://", "https://")):
        raise ConfigError(f"{config.source}: '{where}.url' is wrong; expected the URL of /send")
    if options.dlr_level not in _DLR_LEVELS:
        raise ConfigError(f"{config.source}: '{where}.dlr_level' is wrong; expected 1, 2 or 3")
    if options.dlr_method not in ("GET", "POST"):
        raise ConfigError(f"{config.source}: '{where}.dlr_method' is wrong; expected GET or POST")
    for name in ("username", "password"):
        if not 1 <= len(getattr(options, name)) <= _LONGEST_CREDENTIAL:
            raise ConfigError(f"{config.source}: '{where}.{name}' is wrong; Jasmin takes 1 to 16 characters")
    return Jasmin(table.name, options, config.public_url)


class Jasmin(HttpGateway):
    """One Jasmin."""

    type = "jasmin"
    reply = Reply(body=b"ACK/Jasmin")

    def __init__(self, name: str, options: Options, public_url: str) -> None:
        super().__init__(name, (options.password, options.token))
        self._options = options
        self._public_url = public_url.rstrip("/")

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The POST that /send wants."""
        fields = {
            "username": self._options.username,
            "password": self._options.password,
            "from": sms.sender,
            "to": sms.to.digits,
            **_content(sms),
        }
        if self._public_url and self._options.token:
            fields |= {
                "dlr": "yes",
                "dlr-level": str(self._options.dlr_level),
                "dlr-method": self._options.dlr_method,
                "dlr-url": self._dlr_url(sms.reference),
            }
        return form_request(self._options.url, fields)

    def outcome(self, response: HttpResponse) -> Outcome:
        """`Success` with an id, or `Error` in Jasmin's words; an exception inside it ("Unknown error") says nothing."""
        accepted = _SUCCESS.fullmatch(response.text.strip())
        if response.status == 200 and accepted:
            return Accepted(accepted[1])
        error = _ERROR.fullmatch(response.text.strip())
        said = error[1] if error else ""
        reason = in_words("Jasmin", response, said)
        if error is None and response.status != 503:
            return Unknown(reason) if response.status >= 500 or response.status < 400 else by_status(response, reason)
        found = (kind for beginning, kind in _SAID.get(response.status, ()) if said.startswith(beginning))
        kind = next(found, None)
        return kind(reason) if kind else by_status(response, reason)

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The SMS of a deliver_sm thrower; Jasmin has joined its parts."""
        fields = self._fields(call)
        if not fields.get("to") or not ("binary" in fields or "content" in fields):
            raise BadCall("expected to, and binary or content")
        to = fields["to"]
        return (
            InboundSms(
                self.name,
                fields.get("id", ""),
                phone.sender(fields.get("from", "")),
                phone.service_number(to) or to,
                _text(fields),
            ),
        )

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """The word of the operator (level 1) or of the phone (level 2) on the SMS that the dlr-url names."""
        fields = self._fields(call)
        reference, status = call.argument("reference"), fields.get("message_status", "")
        if not reference or not status:
            raise BadCall("expected reference and message_status")
        error = fields.get("err", "")
        reason = f"{status} {error}" if error and error.strip("0") else status
        return (Receipt(self.name, reference, fields.get("id", ""), _delivery(status), reason[:200]),)

    def _fields(self, call: WebCall) -> dict[str, str]:
        """What Jasmin says, in the body or in the query."""
        require_token(call, self._options.token)
        if call.method == "POST":
            return call.form
        if call.method == "GET":
            return dict(reversed(call.query_pairs))
        raise BadCall("expected a GET or a POST")

    def _dlr_url(self, reference: str) -> str:
        fields = f"token={quote(self._options.token, safe='')}&reference={quote(reference, safe='')}"
        return f"{self._public_url}/receipt/{self.name}?{fields}"


def _content(sms: OutboundSms) -> dict[str, str]:
    if sms.encoding is Encoding.GSM7:
        return {"coding": "0", "content": sms.text}
    return {"coding": str(_UCS2), "hex-content": sms.text.encode("utf-16-be", "replace").hex()}


def _delivery(status: str) -> Delivery:
    """What a message_status means. A refusal after which Jasmin tries again is none, nor is what nobody documents."""
    if status.startswith(_OPERATOR_SAID):
        return Delivery.ON_ITS_WAY if status in _NOT_REFUSED else Delivery.FAILED
    return _DELIVERY.get(status, Delivery.ON_ITS_WAY)


def _text(fields: dict[str, Any]) -> str:
    """The text: its octets in hex by their coding, else as Jasmin made a text of it. Raises BadCall."""
    if "binary" not in fields:
        return str(fields["content"])
    try:
        octets = bytes.fromhex(fields["binary"])
    except ValueError as error:
        raise BadCall("binary is not in hex") from error
    return _decoded(octets, _coding(fields.get("coding", "")))


def _coding(value: str) -> int:
    """The data_coding: a number, as the page has it, or the octet itself, as Jasmin 0.11 really sends it (`%08`).

    One above 127 is no UTF-8: a message class, of a text in GSM-7 as nearly always.
    """
    if value.isascii() and value.isdigit() and len(value) < 4:
        return int(value)
    return ord(value) if len(value) == 1 and value.isascii() else 0


def _decoded(octets: bytes, coding: int) -> str:
    """Octets by their data_coding; octets that are no septets are no GSM-7, whatever the coding says."""
    if coding == _UCS2 or coding & 0xCC == 0x08:  # UCS-2, alone or with a message class (3GPP TS 23.038, 4)
        return octets.decode("utf-16-be", "replace")
    if coding in _CHARSETS:
        return charset.decode(octets, _CHARSETS[coding])
    return gsm7.decode(octets) if all(octet < 0x80 for octet in octets) else charset.decode(octets, "utf-8")
