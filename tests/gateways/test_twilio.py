"""Twilio: the exact request, what each answer means, and the calls that it signs.

Answers and calls are those of Twilio's documentation, and the signatures are the ones that its own libraries are
tested with; both read in November 2026.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode

import pytest

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import BadCall, ConfigError, Unauthentic
from smsdialog.gateways import Accepted, Later, Misconfigured, Rate, Refused, Reply, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, PUBLIC_URL, TEXT, UCS2, Table, make

AUTH_TOKEN = f"{HIDDEN}-auth-token"
ACCOUNT = "AC00000000000000000000000000000001"
OPTIONS = {"account_sid": ACCOUNT, "auth_token": AUTH_TOKEN}
MESSAGES = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
SID = "SM00000000000000000000000000000002"


def signature(text: str, key: str = AUTH_TOKEN, algorithm: str = "sha1") -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), algorithm)).decode()


def signed(path: str, fields: dict[str, str], query: str = "") -> WebCall:
    """A form as Twilio posts it."""
    url = f"{PUBLIC_URL}{path}?{query}" if query else f"{PUBLIC_URL}{path}"
    text = url + "".join(name + fields[name] for name in sorted(fields))
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature(text)}
    return WebCall("POST", query.encode(), headers, urlencode(fields).encode(), path)


def basic(user: str, password: str) -> tuple[str, str]:
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def asked(**fields: str) -> HttpRequest:
    headers = (basic(ACCOUNT, AUTH_TOKEN), ("Content-Type", "application/x-www-form-urlencoded"))
    body = "&".join(f"{name}={quote(value, safe='').replace('%20', '+')}" for name, value in fields.items())
    return HttpRequest("POST", MESSAGES, headers=headers, body=body.encode())


def callback(reference: str) -> dict[str, str]:
    return {"StatusCallback": f"{PUBLIC_URL}/receipt/main?reference={reference}"}


def error(status: int, code: int, message: str = "No.", **headers: str) -> HttpResponse:
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more_info, "status": status}
    return HttpResponse(status, json.dumps(body).encode(), headers)


def created(**fields: object) -> HttpResponse:
    body = {"sid": SID, "status": "queued", "num_segments": "1", "error_code": None, "price": None, **fields}
    return HttpResponse(201, json.dumps(body).encode())


SMS = {
    "ToCountry": "DK",
    "SmsMessageSid": SID,
    "NumMedia": "0",
    "SmsSid": SID,
    "SmsStatus": "received",
    "Body": TEXT,
    "To": "+459192000123",
    "NumSegments": "1",
    "MessageSid": SID,
    "AccountSid": ACCOUNT,
    "From": "+4520123456",
    "ApiVersion": "2010-04-01",
}
STATUS = {"MessageSid": SID, "SmsSid": SID, "To": "+4520123456", "From": "+459192000123", "AccountSid": ACCOUNT}
INBOUND = signed("/inbound/main", SMS)


def status(word: str, **more: str) -> WebCall:
    return signed("/receipt/main", {**STATUS, "MessageStatus": word, **more}, "reference=r1")


def receipt(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", SID, delivery, reason)


MISCONFIGURED = (20003, 20404, 21212, 21219, 21408, 21603, 21606, 21608, 21659, 21660, 30002, 30010, 30018)
REFUSED = (21211, 21421, 21602, 21604, 21610, 21612, 21614, 21617, 30004, 30005, 30006, 30007)
LATER = (21611, 21730, 30001, 30003, 30008, 30017)

TABLE = Table(
    options=OPTIONS,
    source="Twilio, docs: Message resource, Receive and reply, Error and warning dictionary, 2026-11",
    requests=(
        (GSM7, asked(**{"To": "+4520123456", "Body": TEXT, "From": "+459192000123", **callback("r1")})),
        (UCS2, asked(**{"To": "+46701234567", "Body": "Tak 😀", "From": "+459192000123", **callback("r2")})),
        (
            replace(GSM7, sender="Firma"),
            asked(**{"To": "+4520123456", "Body": TEXT, "From": "Firma", **callback("r1")}),
        ),
    ),
    answers=(
        (created(), Accepted(SID)),
        (created(status="accepted"), Accepted(SID)),
        (
            created(status="failed", error_code=30005),
            Refused("Twilio: 201 failed (30005: the number is unknown or no longer in use)"),
        ),
        *((created(sid=sid), Unknown(f"Twilio: 201 {created(sid=sid).text}")) for sid in (None, "", 17)),
        (HttpResponse(201, b"OK"), Unknown("Twilio: 201 OK")),
        (HttpResponse(200, b'{"sid": "SM1"}'), Unknown('Twilio: 200 {"sid": "SM1"}')),
        *((error(400, code), Misconfigured(f"Twilio: 400 {code} No.")) for code in MISCONFIGURED),
        *((error(400, code), Refused(f"Twilio: 400 {code} No.")) for code in REFUSED),
        *((error(400, code), Later(f"Twilio: 400 {code} No.")) for code in LATER),
        (error(400, 63038), Rate("Twilio: 400 63038 No.", 3600.0)),
        (error(429, 20429, **{"retry-after": "7"}), Rate("Twilio: 429 20429 No.", 7.0)),
        (error(401, 20003, "Authenticate"), Misconfigured("Twilio: 401 20003 Authenticate")),
        (error(404, 20404), Misconfigured("Twilio: 404 20404 No.")),
        (error(400, 29999), Refused("Twilio: 400 29999 No.")),
        (HttpResponse(400, b'{"code": [1]}'), Refused('Twilio: 400 {"code": [1]}')),
        (error(503, 20503), Later("Twilio: 503 20503 No.")),
        (error(500, 30008), Unknown("Twilio: 500 30008 No.")),
        (HttpResponse(502, b"<html>"), Unknown("Twilio: 502 <html>")),
    ),
    inbound=(INBOUND, InboundSms(NAME, SID, "+4520123456", "+459192000123", TEXT)),
    more_inbound=(
        (
            signed("/inbound/main", {**SMS, "Body": "Tak 😀 & på gensyn +1=2", "From": "Firma"}),
            (InboundSms(NAME, SID, "Firma", "+459192000123", "Tak 😀 & på gensyn +1=2"),),
        ),
        (
            signed("/inbound/main/459192000123", {"MessageSid": SID, "From": "1919", "Body": ""}),
            (InboundSms(NAME, SID, "1919", "", ""),),
        ),
    ),
    receipts=(
        (status("queued"), receipt(Delivery.ON_ITS_WAY, "queued")),
        (status("accepted"), receipt(Delivery.ON_ITS_WAY, "accepted")),
        (status("scheduled"), receipt(Delivery.ON_ITS_WAY, "scheduled")),
        (status("sending"), receipt(Delivery.ON_ITS_WAY, "sending")),
        (status("sent"), receipt(Delivery.ON_ITS_WAY, "sent")),
        (status("delivered", RawDlrDoneDate="2611220900"), receipt(Delivery.DELIVERED, "delivered")),
        (status("read"), receipt(Delivery.DELIVERED, "read")),
        (
            status("undelivered", ErrorCode="30003"),
            receipt(Delivery.FAILED, "undelivered (30003: the phone cannot be reached)"),
        ),
        (
            status("failed", ErrorCode="21610"),
            receipt(Delivery.FAILED, "failed (21610: the customer has asked not to be texted)"),
        ),
        (status("failed", ErrorCode="39999"), receipt(Delivery.FAILED, "failed (39999)")),
        (status("failed", ErrorCode="²"), receipt(Delivery.FAILED, "failed (²)")),
        (status("canceled"), receipt(Delivery.FAILED, "canceled")),
        (status("partially_delivered"), receipt(Delivery.ON_ITS_WAY, "partially_delivered")),
    ),
    unauthentic=(
        replace(INBOUND, headers={}),
        replace(INBOUND, headers={"x-twilio-signature": ""}),
        replace(INBOUND, headers={"x-twilio-signature": signature("something else")}),
        replace(INBOUND, headers={"x-twilio-signature": signature(PUBLIC_URL, "")}),
        replace(INBOUND, path="/inbound/other"),
        replace(INBOUND, query=b"reference=r1"),
        replace(INBOUND, method="GET"),
    ),
    nonsense=(
        signed("/inbound/main", {}),
        signed("/inbound/main", {"MessageSid": SID}),
        signed("/inbound/main", {"From": "+4520123456", "Body": "Hej"}),
        replace(INBOUND, method="PUT"),
    ),
    signed=(INBOUND,),
    reply=Reply(200, "text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>'),
    receipt_reply=Reply(200, "text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>'),
)


class TestTheSignaturesOfTwiliosOwnLibraries:
    """An authentic call that is no SMS is a bad call; any other is unauthentic."""

    host = "mycompany.com"
    token = "12345"
    call_fields = urlencode(
        {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675309",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
        }
    ).encode()
    repeated = b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234"
    json_body = b'{"property": "value", "boolean": true}'
    digest = hashlib.sha256(json_body).hexdigest()

    def is_authentic(self, origin: str, signature: str, body: bytes, query: bytes = b"foo=1&bar=2") -> bool:
        gateway = make("twilio", {"account_sid": ACCOUNT, "auth_token": self.token}, public_url=origin)
        call = WebCall("POST", query, {"x-twilio-signature": signature}, body, "/myapp.php")
        try:
            gateway.inbound(call)
        except Unauthentic:
            return False
        except BadCall:
            return True
        raise AssertionError("this was no SMS")

    @pytest.mark.parametrize(
        ("origin", "signature"),
        [
            ("https://{host}", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("https://{host}:443", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("https://{host}", "kvajT1Ptam85bY51eRf/AJRuM3w="),
            ("https://{host}:443", "kvajT1Ptam85bY51eRf/AJRuM3w="),
            ("http://{host}", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
            ("http://{host}:80", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
            ("http://{host}:1234", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ],
    )
    def test_the_url_counts_with_and_without_its_port(self, origin, signature):
        origin = origin.format(host=self.host)
        assert self.is_authentic(origin, signature, self.call_fields)
        assert not self.is_authentic(origin, signature, self.call_fields.replace(b"1234&From", b"1235&From"))
        assert not self.is_authentic(origin, signature, self.call_fields, b"foo=1&bar=3")
        assert not self.is_authentic(origin.replace("http", "ftp"), signature, self.call_fields)

    def test_another_port_is_another_url(self):
        assert not self.is_authentic(f"http://{self.host}:80", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", self.call_fields)

    def test_of_a_field_that_is_repeated_each_value_counts_once(self):
        signature = "IK+Dwps556ElfBT0I3Rgjkr1wJU="
        assert self.is_authentic(f"https://{self.host}", signature, self.repeated)
        assert not self.is_authentic(f"https://{self.host}", signature, self.repeated.replace(b"5678", b"5679"))

    def test_a_body_of_json_is_signed_by_its_digest_in_the_url(self):
        query = f"foo=1&bar=2&bodySHA256={self.digest}".encode()
        assert self.digest == "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
        signature = "a9nBmqA0ju/hNViExpshrM61xv4="
        assert self.is_authentic(f"https://{self.host}", signature, self.json_body, query)
        assert not self.is_authentic(f"https://{self.host}", signature, self.json_body + b" ", query)
        assert not self.is_authentic(f"https://{self.host}", signature, self.call_fields, query)

    def test_every_changed_character_of_a_signature_counts(self):
        right = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
        wrong = [right[:at] + ("A" if right[at] != "A" else "B") + right[at + 1 :] for at in range(len(right))]
        assert not any(self.is_authentic(f"https://{self.host}", one, self.call_fields) for one in wrong)


def test_our_address_is_the_configured_one_whatever_the_host_header_says():
    for host in ("sms.firma.example", "attacker.example"):
        headers = {**INBOUND.headers, "host": host, "x-forwarded-host": host, "x-forwarded-proto": "http"}
        assert make("twilio", OPTIONS).inbound(replace(INBOUND, headers=headers))
    elsewhere = make("twilio", OPTIONS, public_url="https://attacker.example")
    with pytest.raises(Unauthentic):
        elsewhere.inbound(replace(INBOUND, headers={**INBOUND.headers, "host": "sms.firma.example"}))


def test_a_slash_at_the_end_of_our_address_changes_nothing():
    gateway = make("twilio", OPTIONS, public_url=f"{PUBLIC_URL}/")
    assert gateway.inbound(INBOUND)
    assert dict(parse_qsl(gateway.request(GSM7).body.decode()))["StatusCallback"] == callback("r1")["StatusCallback"]


def test_a_number_of_twilios_may_be_told_to_call_by_get():
    fields = {"MessageSid": SID, "From": "+4520123456", "To": "+459192000123", "Body": "Hej & på gensyn"}
    query = urlencode(fields)
    headers = {"x-twilio-signature": signature(f"{PUBLIC_URL}/inbound/main?{query}")}
    call = WebCall("GET", query.encode(), headers, b"Body=Something+else", "/inbound/main")
    (sms,) = make("twilio", OPTIONS).inbound(call)
    assert sms.text == "Hej & på gensyn"


class TestASharedKey:
    """Twilio, "Sign webhooks with shared keys": HMAC-SHA256 with a key that is not the auth token."""

    key = f"{HIDDEN}-shared"
    settings = "key=WK00000000000000000000000000000003,algorithm=HMAC_SHA256"
    text = PUBLIC_URL + "/inbound/main" + "".join(name + SMS[name] for name in sorted(SMS))

    def call(self, signature: str) -> WebCall:
        headers = {"x-twilio-signature": signature, "x-twilio-webhooks-signature-settings": self.settings}
        return replace(INBOUND, headers=headers)

    def test_signs_in_place_of_the_auth_token(self):
        gateway = make("twilio", {**OPTIONS, "webhook_key": self.key})
        assert gateway.inbound(self.call(signature(self.text, self.key, "sha256")))
        assert gateway.inbound(INBOUND)

    def test_must_be_the_configured_one(self):
        for key in (AUTH_TOKEN, "", "other"):
            with pytest.raises(Unauthentic):
                make("twilio", {**OPTIONS, "webhook_key": self.key}).inbound(
                    self.call(signature(self.text, key, "sha256"))
                )
            with pytest.raises(Unauthentic):
                make("twilio", OPTIONS).inbound(self.call(signature(self.text, key, "sha256")))


def test_an_api_key_sends_and_the_auth_token_still_checks_calls():
    gateway = make("twilio", {**OPTIONS, "api_key_sid": "SK1", "api_key_secret": f"{HIDDEN}-key"})
    assert basic("SK1", f"{HIDDEN}-key") in gateway.request(GSM7).headers
    assert gateway.request(GSM7).url == MESSAGES
    assert gateway.inbound(INBOUND)


def test_with_an_api_key_alone_every_call_is_refused():
    gateway = make("twilio", {"account_sid": ACCOUNT, "api_key_sid": "SK1", "api_key_secret": HIDDEN})
    unsigned = {"x-twilio-signature": signature(f"{PUBLIC_URL}/inbound/main", "")}
    for call in (INBOUND, replace(INBOUND, headers=unsigned, body=b"")):
        with pytest.raises(Unauthentic):
            gateway.inbound(call)


def test_a_messaging_service_chooses_the_sender():
    request = make("twilio", {**OPTIONS, "messaging_service_sid": "MG1"}, public_url="").request(GSM7)
    assert dict(parse_qsl(request.body.decode())) == {
        "To": "+4520123456",
        "Body": TEXT,
        "MessagingServiceSid": "MG1",
    }


def test_a_short_code_has_no_plus_sign():
    request = make("twilio", OPTIONS).request(replace(GSM7, sender="1919"))
    assert dict(parse_qsl(request.body.decode()))["From"] == "1919"


@pytest.mark.parametrize(
    ("changed", "option"),
    [
        ({"account_sid": "SK1"}, "account_sid"),
        ({"account_sid": ""}, "account_sid"),
        ({"api_key_sid": "AC1", "api_key_secret": "x"}, "api_key_sid"),
        ({"api_key_sid": "SK1"}, "api_key_secret"),
        ({"api_key_secret": "x"}, "api_key_secret"),
        ({"messaging_service_sid": "SK1"}, "messaging_service_sid"),
        ({"auth_token": ""}, "auth_token"),
        ({"url": "api.twilio.example"}, "url"),
    ],
)
def test_what_cannot_work_is_said_at_once(changed, option):
    with pytest.raises(ConfigError, match=f"'gateways.main.{option}' is wrong; expected "):
        make("twilio", {**OPTIONS, **changed})


def test_the_balance_is_asked_for_and_read():
    gateway, asked = make("twilio", OPTIONS), []
    body = b'{"account_sid": "AC1", "balance": "12.34", "currency": "USD"}'
    assert gateway.balance(lambda request: asked.append(request) or HttpResponse(200, body)) == "12.34 USD"
    url = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Balance.json"
    assert asked == [HttpRequest("GET", url, headers=(basic(ACCOUNT, AUTH_TOKEN),))]
    for answer in (HttpResponse(200, b"[]"), HttpResponse(404, body), HttpResponse(200, b'{"balance": null}')):
        assert gateway.balance(lambda request, answer=answer: answer) == ""


def test_another_region_is_another_url():
    gateway = make("twilio", {**OPTIONS, "url": "https://twilio.example/"})
    assert gateway.request(GSM7).url == f"https://twilio.example/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
