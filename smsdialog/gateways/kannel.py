"""Kannel: smsbox's sendsms over HTTP, and what its sms-service and dlr-url call us with.

Source: Kannel 1.4.5 User's Guide, chapters 6 (smsbox) and "Delivery reports"; behaviour observed on
Debian 12. Kannel gives no message id, so ours stands in the dlr-url. The default coding turns
everything outside GSM-7 into a question mark, so UCS-2 is asked for by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import charset, phone
from smsdialog.core.model import Delivery, Encoding, InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall, ConfigError
from smsdialog.gateways._base import (
    REASON_CHARACTERS,
    Accepted,
    Event,
    HttpGateway,
    HttpRequest,
    HttpResponse,
    Later,
    Misconfigured,
    Outcome,
    Refused,
    Unknown,
)
from smsdialog.gateways._signature import require_token
from smsdialog.gateways._webcall import WebCall

# 1 delivered, 2 failed, 8 accepted by the SMSC, 16 rejected by the SMSC.
DLR_MASK = 27
_DELIVERY = {
    1: Delivery.DELIVERED,
    2: Delivery.FAILED,
    4: Delivery.ON_ITS_WAY,
    8: Delivery.ON_ITS_WAY,
    16: Delivery.FAILED,
    32: Delivery.ON_ITS_WAY,
}
# For a failure on which the operator says nothing.
_WORDS = {"2": "Kannel: 2 not delivered", "16": "Kannel: 16 refused by the operator"}


@dataclass(frozen=True)
class Options:
    """`url` is smsbox's sendsms; `smsc` picks one of Kannel's routes.

    `token` guards what Kannel calls: without one, every call is refused and no receipts are asked for.
    """

    url: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    token: str = field(default="", repr=False)
    smsc: str = ""


def create(table: GatewayTable, config: Config) -> Kannel:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options: Options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    if not options.url.startswith(("http://", "https://")):
        raise ConfigError(f"{config.source}: 'gateways.{table.name}.url' is wrong; expected the URL of sendsms")
    return Kannel(table.name, options, config.public_url)


class Kannel(HttpGateway):
    """One smsbox."""

    type = "kannel"

    def __init__(self, name: str, options: Options, public_url: str) -> None:
        super().__init__(name, (options.password, options.token))
        self._options = options
        self._public_url = public_url.rstrip("/")

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The GET that sendsms wants."""
        fields = {
            "username": self._options.username,
            "password": self._options.password,
            "from": sms.sender,
            "to": sms.to,
            "charset": "UTF-8",
            "coding": "2" if sms.encoding is Encoding.UCS2 else "0",
            "text": sms.text,
        }
        if self._options.smsc:
            fields["smsc"] = self._options.smsc
        if self._public_url and self._options.token:
            fields["dlr-mask"] = str(DLR_MASK)
            fields["dlr-url"] = self._dlr_url(sms.reference)
        return HttpRequest("GET", self._options.url, tuple(fields.items()))

    def outcome(self, response: HttpResponse) -> Outcome:
        """202 with `0:` (sent) or `3:` (queued) is accepted; a 400 is about this SMS, a 403 about us."""
        answer = f"Kannel: {response.status} {response.text[:200]}"
        if response.status == 202 and response.body.startswith((b"0:", b"3:")):
            return Accepted()
        if response.status == 400:
            return Refused(answer)
        if response.status == 503:
            return Later(answer)
        if 400 < response.status < 500:
            return Misconfigured(answer)
        return Unknown(answer)

    def balance_request(self) -> HttpRequest:
        """An SMS to nobody: Kannel knows of no money, but says 400 to whom it knows and 403 to whom it does not."""
        fields = {"username": self._options.username, "password": self._options.password, "to": "", "text": ""}
        return HttpRequest("GET", self._options.url, tuple(fields.items()))

    def balance_of(self, response: HttpResponse) -> str:
        """Whoever Kannel is connected to knows."""
        return ""

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The SMS of a sms-service get-url; the text is in the charset that Kannel names. A sender may be withheld."""
        self._authenticate(call)
        sender, to = call.argument("from"), call.argument("to")
        if not to:
            raise BadCall("to is missing")
        named = call.argument("charset") or ("UTF-16BE" if call.argument("coding") == "2" else "UTF-8")
        text = _text(call.octets("text"), named)
        gateway_id, sent_at = call.argument("id"), _time(call.argument("time"))
        return (InboundSms(self.name, gateway_id, phone.sender(sender), phone.service_number(to) or to, text, sent_at),)

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """What became of the SMS that the dlr-url names, all of it, however many parts it has.

        Kannel asks the operator for a receipt of the first part only (gw/sms.c, sms_split), and says 16 of the whole
        when any part is refused (gw/bb_smscconn.c, handle_split); so there is no part to tell.
        """
        self._authenticate(call)
        reference, status = call.argument("reference"), call.argument("status")
        if not reference or not status.isascii() or not status.isdigit():
            raise BadCall("reference and status are missing")
        delivery = _DELIVERY.get(int(status[:4]), Delivery.ON_ITS_WAY)
        reason = call.argument("reply")[:REASON_CHARACTERS] or _WORDS.get(status, "")
        return (Receipt(self.name, reference, call.argument("id"), delivery, reason),)

    def _authenticate(self, call: WebCall) -> None:
        require_token(call, self._options.token)
        if call.method != "GET":
            raise BadCall("expected a GET")

    def _dlr_url(self, reference: str) -> str:
        # Kannel expands the % escapes when it calls; everything else of ours is quoted for the URL.
        fields = f"token={quote(self._options.token, safe='')}&reference={quote(reference, safe='')}"
        return f"{self._public_url}/receipt/{self.name}?{fields}&status=%d&reply=%A&id=%F"


def _text(octets: bytes, named: str) -> str:
    """Kannel's %b in the charset of %C; UCS-2 is UTF-16BE, in which a phone may leave half a character."""
    if named.upper().replace("-", "") in ("UCS2", "UTF16", "UTF16BE"):
        return octets.decode("utf-16-be", "replace")
    return charset.decode(octets, named)


def _time(text: str) -> float | None:
    """Kannel's %t: `2026-11-22 09:00[:00]`, UTC."""
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    return None
