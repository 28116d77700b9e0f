"""How each provider wants an SMS, as raw HTTP: written from its documentation, one function each."""

from __future__ import annotations

import http.client
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from smsdialog.simulator import credentials

TO = "4520123456"
NUMBER = "459192000001"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Wish:
    """An SMS that somebody wants sent."""

    to: str = TO
    text: str = "Hej æøå"
    sender: str = NUMBER
    receipt_url: str = ""
    reference: str = "ref-1"


@dataclass
class Raw:
    """A request."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def without_credentials(self) -> Raw:
        headers = {name: value for name, value in self.headers.items() if name != "Authorization"}
        path, body = self.path, self.body
        for secret in (credentials.TOKEN, credentials.PASSWORD):
            path, body = path.replace(secret, "wrong"), body.replace(secret, "wrong")
        return Raw(self.method, path, headers, body)


@dataclass
class Response:
    """An answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self):
        return json.loads(self.text)


def basic(user: str = credentials.USERNAME, password: str = credentials.PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def ask(url: str, raw: Raw, timeout: float = 5) -> Response:
    """Make a request of the server at `url`."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)
    try:
        connection.request(raw.method, raw.path, raw.body.encode(), raw.headers)
        answer = connection.getresponse()
        return Response(answer.status, dict(answer.headers), answer.read().decode())
    finally:
        connection.close()


def _json(path: str, headers: dict[str, str], document: object) -> Raw:
    return Raw("POST", path, {**JSON, **headers}, json.dumps(document))


def _form(path: str, headers: dict[str, str], fields: dict[str, str]) -> Raw:
    return Raw("POST", path, {**FORM, **headers}, urlencode(fields))


def gatewayapi(wish: Wish) -> Raw:
    document = {"sender": wish.sender, "recipient": int(wish.to), "message": wish.text, "reference": wish.reference}
    return _json("/gatewayapi/mobile/single", {"Authorization": f"Token {credentials.TOKEN}"}, document)


def gatewayapi_rest(wish: Wish) -> Raw:
    document = {
        "sender": wish.sender,
        "message": wish.text,
        "recipients": [{"msisdn": int(wish.to)}],
        "userref": wish.reference,
        "encoding": "UCS2",
    }
    if wish.receipt_url:
        document["callback_url"] = wish.receipt_url
    return _json("/gatewayapi_rest/rest/mtsms", basic(credentials.TOKEN, ""), document)


def cpsms(wish: Wish) -> Raw:
    document = {"to": wish.to, "message": wish.text, "from": wish.sender, "format": "UNICODE"}
    if wish.receipt_url:
        document["dlr_url"] = wish.receipt_url + "?token=T%26reference=R"
    return _json("/cpsms/v2/send", basic(), document)


def link(wish: Wish) -> Raw:
    document = {
        "source": wish.sender,
        "sourceTON": "MSISDN",
        "destination": f"+{wish.to}",
        "userData": wish.text.replace("🙂", ":)"),
        "platformId": credentials.PLATFORM,
        "platformPartnerId": credentials.PARTNER,
        "deliveryReportGates": [credentials.GATE],
        "refId": wish.reference,
        "ignoreResponse": False,
    }
    return _json("/link/sms/send", basic(), document)


def twilio(wish: Wish) -> Raw:
    fields = {"To": f"+{wish.to}", "From": f"+{wish.sender}", "Body": wish.text}
    if wish.receipt_url:
        fields["StatusCallback"] = wish.receipt_url + "?reference=R"
    path = f"/twilio/2010-04-01/Accounts/{credentials.ACCOUNT_SID}/Messages.json"
    return _form(path, basic(credentials.ACCOUNT_SID, credentials.TOKEN), fields)


def elks(wish: Wish) -> Raw:
    fields = {"from": f"+{wish.sender}", "to": f"+{wish.to}", "message": wish.text}
    if wish.receipt_url:
        fields["whendelivered"] = wish.receipt_url
    return _form("/elks/a1/sms", basic(), fields)


def vonage(wish: Wish) -> Raw:
    fields = {"api_key": credentials.USERNAME, "api_secret": credentials.PASSWORD, "from": wish.sender}
    fields |= {"to": wish.to, "text": wish.text, "type": "unicode", "client-ref": wish.reference}
    return _form("/vonage/sms/json", {}, fields | ({"callback": wish.receipt_url} if wish.receipt_url else {}))


def smsgate(wish: Wish) -> Raw:
    document = {"textMessage": {"text": wish.text}, "phoneNumbers": [f"+{wish.to}"]}
    return _json("/smsgate/message", basic(), document)


def kannel(wish: Wish) -> Raw:
    fields = {"username": credentials.USERNAME, "password": credentials.PASSWORD, "from": wish.sender, "to": wish.to}
    fields |= {"text": wish.text, "coding": "2", "charset": "UTF-8"}
    if wish.receipt_url:
        fields |= {"dlr-mask": "31", "dlr-url": wish.receipt_url + "?status=%d&reply=%A"}
    return Raw("GET", "/kannel/cgi-bin/sendsms?" + urlencode(fields))


def jasmin(wish: Wish) -> Raw:
    fields = {"username": credentials.USERNAME, "password": credentials.PASSWORD, "from": wish.sender, "to": wish.to}
    fields |= {"coding": "8", "hex-content": wish.text.encode("utf-16-be").hex()}
    if wish.receipt_url:
        fields |= {"dlr": "yes", "dlr-url": wish.receipt_url, "dlr-level": "3"}
    return _form("/jasmin/send", {}, fields)


def inmobile(wish: Wish) -> Raw:
    message = {"to": wish.to, "text": wish.text, "from": wish.sender, "encoding": "auto"}
    if wish.receipt_url:
        message["statusCallbackUrl"] = wish.receipt_url
    return _json("/inmobile/v4/sms/outgoing", basic("x", credentials.TOKEN), {"messages": [message]})


def smsdk(wish: Wish) -> Raw:
    document = {"receiver": wish.to, "message": wish.text, "senderName": wish.sender, "format": "unicode"}
    if wish.receipt_url:
        document["dlrUrl"] = wish.receipt_url
    return _json("/smsdk/v1/sms/send", {"Authorization": f"Bearer {credentials.TOKEN}"}, document)


def sinch(wish: Wish) -> Raw:
    document = {"to": [wish.to], "from": wish.sender, "body": wish.text, "delivery_report": "per_recipient"}
    if wish.receipt_url:
        document["callback_url"] = wish.receipt_url
    path = f"/sinch/xms/v1/{credentials.PLAN}/batches"
    return _json(path, {"Authorization": f"Bearer {credentials.TOKEN}"}, document)


def telnyx(wish: Wish) -> Raw:
    document = {"from": f"+{wish.sender}", "to": f"+{wish.to}", "text": wish.text}
    if wish.receipt_url:
        document["webhook_url"] = wish.receipt_url
    return _json("/telnyx/v2/messages", {"Authorization": f"Bearer {credentials.TOKEN}"}, document)


def infobip(wish: Wish) -> Raw:
    message = {"sender": wish.sender, "destinations": [{"to": wish.to}], "content": {"text": wish.text}}
    if wish.receipt_url:
        message["webhooks"] = {"delivery": {"url": wish.receipt_url, "intermediateReport": True}}
    return _json("/infobip/sms/3/messages", {"Authorization": f"App {credentials.TOKEN}"}, {"messages": [message]})


def messagebird(wish: Wish) -> Raw:
    document = {"originator": wish.sender, "recipients": [wish.to], "body": wish.text, "reference": wish.reference}
    document["datacoding"] = "auto"
    if wish.receipt_url:
        document["reportUrl"] = wish.receipt_url
    return _json("/messagebird/messages", {"Authorization": f"AccessKey {credentials.TOKEN}"}, document)


def plivo(wish: Wish) -> Raw:
    document = {"src": wish.sender, "dst": wish.to, "text": wish.text}
    if wish.receipt_url:
        document["url"] = wish.receipt_url
    return _json(f"/plivo/v1/Account/{credentials.USERNAME}/Message/", basic(), document)


def clicksend(wish: Wish) -> Raw:
    message = {"from": wish.sender, "to": f"+{wish.to}", "body": wish.text, "custom_string": wish.reference}
    return _json("/clicksend/v3/sms/send", basic(), {"messages": [message]})


def playsms(wish: Wish) -> Raw:
    fields = {"app": "ws", "u": credentials.USERNAME, "h": credentials.TOKEN, "op": "pv", "to": wish.to}
    fields |= {"msg": wish.text, "from": wish.sender, "unicode": "1", "format": "json"}
    return Raw("GET", "/playsms/index.php?" + urlencode(fields))


SEND: dict[str, Callable[[Wish], Raw]] = {
    function.__name__: function
    for function in (
        gatewayapi, gatewayapi_rest, cpsms, link, twilio, elks, vonage, smsgate, kannel, jasmin,
        inmobile, smsdk, sinch, telnyx, infobip, messagebird, plivo, clicksend, playsms,
    )
}  # fmt: skip
