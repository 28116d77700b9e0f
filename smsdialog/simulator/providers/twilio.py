"""Twilio: forms both ways, and webhooks signed over their URL and fields."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode
from xml.etree import ElementTree

from smsdialog.simulator import credentials
from smsdialog.simulator.calls import FORM, Answer, Call, Callback, Refused, Wrong, json_answer
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.provider import Provider, must, optional, sender, with_plus
from smsdialog.simulator.signing import twilio
from smsdialog.simulator.sms import Inbound, Order, Sms, State

LONGEST_TEXT = 1600
PATH = f"/2010-04-01/Accounts/{credentials.ACCOUNT_SID}/Messages.json"
_STATUS = {
    State.SENT: ("sent", ""),
    State.DELIVERED: ("delivered", ""),
    State.FAILED: ("undelivered", "30005"),
    State.EXPIRED: ("undelivered", "30003"),
}
# The code and status of a field that is wrong.
_WRONG = {"To": (21211, 400), "From": (21212, 400), "Body": (21602, 400), "Length": (21617, 400)}
_TROUBLE = {
    Fate.REFUSED: (21614, 400, "'To' number is not a valid mobile number"),
    Fate.RATE: (20429, 429, "Too Many Requests"),
    Fate.CREDIT: (30002, 403, "Account suspended"),
    Fate.LATER: (21611, 503, "This 'From' number has exceeded the maximum number of queued messages"),
}


class Twilio(Provider):
    """`/2010-04-01/Accounts/SID/Messages.json`."""

    name = "twilio"

    def order(self, call: Call) -> Order:
        """A form with To, Body, and From or MessagingServiceSid."""
        if call.method != "POST" or call.path != PATH:
            raise Refused(_error(404, 20404, "The requested resource was not found"))
        must(call.basic == (credentials.ACCOUNT_SID, credentials.TOKEN))
        fields = call.form
        to = with_plus("To", fields.get("To", ""))
        if not (fields.get("From") or fields.get("MessagingServiceSid")):
            raise Refused(_error(400, 21603, "A 'From' phone number is required"))
        origin = sender("From", fields.get("From", ""), plus=True)
        text = fields.get("Body", "")
        if not text:
            raise Wrong("Body", "Message body is required")
        if len(text) > LONGEST_TEXT:
            raise Wrong("Length", "The concatenated message body exceeds the 1600 character limit")
        return Order(to, origin, text, receipt_url=optional(fields, "StatusCallback"))

    def accepted(self, sms: Sms) -> Answer:
        """201 with the message."""
        return json_answer(
            201,
            {
                "sid": sms.id,
                "account_sid": credentials.ACCOUNT_SID,
                "status": "queued",
                "to": f"+{sms.order.to}",
                "from": sms.order.sender,
                "body": sms.order.text,
                "num_segments": str(len(sms.parts)),
                "error_code": None,
                "price": None,
            },
        )

    def denied(self) -> Answer:
        """Wrong credentials."""
        return _error(401, 20003, "Authenticate")

    def wrong(self, error: Wrong) -> Answer:
        """By the field."""
        code, status = _WRONG.get(error.field, (21602, 400))
        return _error(status, code, str(error))

    def trouble(self, fate: Fate, order: Order) -> Answer:
        """By codes; without money an account is suspended."""
        code, status, message = _TROUBLE[fate]
        return _error(status, code, message)

    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """A form with the joined text."""
        message_sid = self.new_id()
        fields = {
            "MessageSid": message_sid,
            "SmsSid": message_sid,
            "SmsMessageSid": message_sid,
            "AccountSid": credentials.ACCOUNT_SID,
            "From": f"+{sms.sender}" if sms.sender.isdigit() else sms.sender,
            "To": f"+{sms.receiver}",
            "Body": sms.text,
            "NumMedia": "0",
            "NumSegments": str(len(sms.parts)),
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
            "FromCountry": "DK",
        }
        return [_signed(self.portal.inbound(self.name), fields)]

    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """A form for the URL that came with the SMS."""
        if not sms.order.receipt_url:
            return []
        status, code = _STATUS[state]
        fields = {
            "MessageSid": sms.id,
            "MessageStatus": status,
            "To": f"+{sms.order.to}",
            "From": sms.order.sender,
            "AccountSid": credentials.ACCOUNT_SID,
        }
        return [_signed(sms.order.receipt_url, fields | ({"ErrorCode": code} if code else {}))]

    def new_id(self) -> str:
        """SM and 32 digits in hex."""
        return f"SM{secrets.token_hex(16)}"

    def texted(self, answer: Answer) -> str:
        """Each Message of the TwiML."""
        try:
            root = ElementTree.fromstring(answer.body)  # noqa: S314  (the product's own answer, on this machine)
        except ElementTree.ParseError:
            return ""
        return "\n".join("".join(element.itertext()) for element in root.iter("Message"))

    def took(self, answer: Answer) -> bool:
        """200 with TwiML."""
        try:
            return answer.status in (200, 204) and (not answer.body or bool(ElementTree.fromstring(answer.body).tag))  # noqa: S314
        except ElementTree.ParseError:
            return False


def _signed(url: str, fields: Mapping[str, str]) -> Callback:
    signature = twilio(credentials.TOKEN, url, fields)
    headers = {"Content-Type": f"{FORM}; charset=utf-8", "X-Twilio-Signature": signature}
    return Callback("POST", url, headers, urlencode(fields).encode())


def _error(status: int, code: int, message: str) -> Answer:
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    return json_answer(status, {"code": code, "message": message, "more_info": more_info, "status": status})
