"""Twilio: Programmable Messaging over its REST API, and the webhooks that it signs.

Source: Twilio's pages on the Message resource, on messaging webhooks and its error dictionary, read in November
2026. Twilio takes no reference of ours, so ours stands in the query of the status callback, which is signed with the
rest of the URL. It would text the words of an answer to the customer: what it hears is an empty TwiML document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import phone
from smsdialog.core.model import Delivery, InboundSms, OutboundSms, Receipt, SenderForm
from smsdialog.errors import BadCall
from smsdialog.gateways._base import (
    Accepted,
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
from smsdialog.gateways._twilio_signature import require_twilio_signature
from smsdialog.gateways._webcall import Reply, WebCall

NO_ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
# After the day's cap Twilio takes nothing until the next day, which begins when it likes: ask again every hour.
DAILY_CAP, DAILY_CAP_WAIT_SECONDS = 63038, 3600.0

_DELIVERY = {
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.FAILED,
}
_MEANINGS = {
    20003: "wrong credentials",
    20404: "wrong account",
    20429: "too many requests",
    21211: "the number is not valid",
    21212: "the sender is not valid",
    21219: "a trial account texts verified numbers only",
    21408: "the account may not text this country",
    21421: "the number is not valid",
    21602: "the text is empty",
    21603: "no sender",
    21604: "no number",
    21606: "the sender cannot send SMS to this number",
    21608: "a trial account texts verified numbers only",
    21610: "the customer has asked not to be texted",
    21611: "the sender's queue is full",
    21612: "there is no way from this sender to this number",
    21614: "not a mobile number",
    21617: "the text is too long",
    21659: "the sender is no number of Twilio's",
    21660: "the sender belongs to another account",
    21730: "maintenance",
    30001: "the queue is full",
    30002: "the account is suspended",
    30003: "the phone cannot be reached",
    30004: "the customer does not take messages",
    30005: "the number is unknown or no longer in use",
    30006: "a landline, or an operator that cannot be reached",
    30007: "filtered as unwanted by Twilio or the operator",
    30008: "no reason is known",
    30010: "dearer than the highest price allowed",
    30017: "the operator is congested",
    30018: "the sender must be registered in this country",
    DAILY_CAP: "the account's daily limit is reached",
}
_CLASSES: dict[Callable[[str], Outcome], tuple[int, ...]] = {
    Misconfigured: (20003, 20404, 21212, 21219, 21408, 21603, 21606, 21608, 21659, 21660, 30002, 30010, 30018),
    Refused: (21211, 21421, 21602, 21604, 21610, 21612, 21614, 21617, 30004, 30005, 30006, 30007),
    Later: (21611, 21730, 30001, 30003, 30008, 30017),
}
_OUTCOMES = {code: outcome for outcome, codes in _CLASSES.items() for code in codes}


@dataclass(frozen=True)
class Options:
    """`auth_token` checks what Twilio calls, and sends too unless an API key does: API keys sign nothing.

    `webhook_key` is a shared key, for those who have Twilio sign with one. With a messaging service Twilio chooses
    the sender among its numbers. `url` is Twilio's, or that of another region.
    """

    account_sid: str
    auth_token: str = field(default="", repr=False)
    api_key_sid: str = ""
    api_key_secret: str = field(default="", repr=False)
    webhook_key: str = field(default="", repr=False)
    messaging_service_sid: str = ""
    url: str = "https://api.twilio.com"


def create(table: GatewayTable, config: Config) -> Twilio:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options: Options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    for option, prefix in (("account_sid", "AC"), ("api_key_sid", "SK"), ("messaging_service_sid", "MG")):
        sid = getattr(options, option)
        if not sid.startswith(prefix) and (sid or option == "account_sid"):
            raise wrong(table, config, option, f"an id that begins with {prefix}")
    if bool(options.api_key_sid) != bool(options.api_key_secret):
        raise wrong(table, config, "api_key_secret", "an API key's id and its secret together")
    if not options.auth_token and not options.api_key_sid:
        raise wrong(table, config, "auth_token", "the account's auth token, or an API key")
    return Twilio(table.name, options, base_url(table, config, options.url), config.public_url)


class Twilio(HttpGateway):
    """One account of Twilio's."""

    type = "twilio"
    reply = Reply(content_type="text/xml", body=NO_ANSWER)

    def __init__(self, name: str, options: Options, url: str, public_url: str) -> None:
        super().__init__(name, (options.auth_token, options.api_key_secret, options.webhook_key))
        self._options = options
        self._account_url = f"{url}/2010-04-01/Accounts/{quote(options.account_sid, safe='')}"
        self._public_url = public_url.rstrip("/")

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A new message; Twilio finds the coding by itself."""
        fields = {"To": sms.to, "Body": sms.text}
        if self._options.messaging_service_sid:
            fields["MessagingServiceSid"] = self._options.messaging_service_sid
        else:
            fields["From"] = f"+{sms.sender}" if phone.sender_form(sms.sender) is SenderForm.NUMBER else sms.sender
        if self._public_url:
            fields["StatusCallback"] = (
                f"{self._public_url}/receipt/{self.name}?{urlencode({'reference': sms.reference})}"
            )
        return form_request(f"{self._account_url}/Messages.json", fields, self._credentials())

    def outcome(self, response: HttpResponse) -> Outcome:
        """201 with a message's id is accepted; a 4xx is what its code in the body says, else what its status says."""
        answer, status = response.object, response.status
        code = answer["code"] if isinstance(answer.get("code"), int) else 0
        if status == 201:
            return _created(response)
        reason = in_words("Twilio", response, f"{code} {answer.get('message', '')}" if code else "")
        if not 400 <= status < 500:
            return by_status(response, reason)
        if code == DAILY_CAP:
            return Rate(reason, DAILY_CAP_WAIT_SECONDS)
        return _OUTCOMES[code](reason) if code in _OUTCOMES else by_status(response, reason)

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The SMS of a messaging webhook; Twilio has joined its parts."""
        fields = self._fields(call)
        if not all(name in fields for name in ("MessageSid", "From", "Body")):
            raise BadCall("MessageSid, From or Body is missing")
        sender = phone.sender(fields["From"])
        return (InboundSms(self.name, fields["MessageSid"], sender, fields.get("To", ""), fields["Body"]),)

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """What a status callback says of a message."""
        fields = self._fields(call)
        status, gateway_id = fields.get("MessageStatus", ""), fields.get("MessageSid", "")
        if not status or not gateway_id:
            raise BadCall("MessageSid or MessageStatus is missing")
        delivery = _DELIVERY.get(status, Delivery.ON_ITS_WAY)
        reason = _explained(status, fields.get("ErrorCode", ""))
        return (Receipt(self.name, call.argument("reference"), gateway_id, delivery, reason),)

    def balance_request(self) -> HttpRequest:
        """Subaccounts have no balance of their own."""
        return HttpRequest("GET", f"{self._account_url}/Balance.json", headers=(self._credentials(),))

    def balance_of(self, response: HttpResponse) -> str:
        """The amount and its currency."""
        answer = response.object
        return f"{answer.get('balance') or ''} {answer.get('currency') or ''}".strip() if response.status == 200 else ""

    def _credentials(self) -> tuple[str, str]:
        options = self._options
        if options.api_key_sid:
            return basic_auth(options.api_key_sid, options.api_key_secret)
        return basic_auth(options.account_sid, options.auth_token)

    def _fields(self, call: WebCall) -> dict[str, str]:
        """The fields of a call that Twilio has signed: a form's, or the query's where it was told to use GET."""
        if call.method not in ("GET", "POST"):
            raise BadCall("expected a POST or a GET")
        require_twilio_signature(call, self._public_url, self._options.auth_token, self._options.webhook_key)
        return call.form if call.method == "POST" else dict(reversed(call.query_pairs))


def _created(response: HttpResponse) -> Outcome:
    """What became of a message that has an id; one that failed at once has, too."""
    answer = response.object
    sid, status = answer.get("sid"), str(answer.get("status"))
    if not isinstance(sid, str) or not sid:
        return Unknown(in_words("Twilio", response))
    if _DELIVERY.get(status) is Delivery.FAILED:
        return Refused(in_words("Twilio", response, _explained(status, str(answer.get("error_code") or ""))))
    return Accepted(sid)


def _explained(status: str, code: str) -> str:
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 7 else 0
    return explained(status, code, _MEANINGS.get(number, ""))
