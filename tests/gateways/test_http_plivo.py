"""The profile for Plivo. Source: Plivo's API reference, and the example of its signatures V2."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

import pytest

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import Unauthentic
from smsdialog.gateways import Accepted, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.http_calls import RECEIPT_URL, TOKEN, answer, basic, form, json_request
from tests.gateways.table import GSM7, HIDDEN, NAME, PUBLIC_URL, TEXT, UCS2, Table, make

AUTH_TOKEN = f"{HIDDEN}-auth"
OPTIONS = {"profile": "plivo", "auth_id": "MA1", "auth_token": AUTH_TOKEN, "token": TOKEN}

# Plivo's own example.
EXAMPLE = WebCall(
    "POST",
    headers={
        "x-plivo-signature-v2": "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc=",
        "x-plivo-signature-v2-nonce": "12345",
    },
)
EXAMPLE_TOKEN, EXAMPLE_URL = "my_auth_token", "https://answer.url"


def signed(call: WebCall, key: str = AUTH_TOKEN, nonce: str = "nonce1") -> WebCall:
    digest = hmac.new(key.encode(), f"{PUBLIC_URL}{call.path}{nonce}".encode(), hashlib.sha256).digest()
    headers = {
        "x-plivo-signature-v2": base64.b64encode(digest).decode(),
        "x-plivo-signature-v2-nonce": nonce,
    }
    return replace(call, headers={**call.headers, **headers})


def request(sms: object, to: str, text: str, reference: str) -> tuple[object, HttpRequest]:
    document = {
        "src": "459192000123",
        "dst": to,
        "text": text,
        "type": "sms",
        "url": RECEIPT_URL + reference,
        "method": "POST",
    }
    url = "https://api.plivo.com/v1/Account/MA1/Message/"
    return sms, json_request(url, document, basic("MA1", AUTH_TOKEN))


def report(status: str, code: str = "000", **more: object) -> WebCall:
    fields = {"MessageUUID": "u1", "Status": status, "ErrorCode": code, **more}
    return signed(form(fields, path="/receipt/main", token=TOKEN, reference="r1"))


def receipt(delivery: Delivery, reason: str, gateway_id: str = "u1", part: str = "") -> Receipt:
    return Receipt(NAME, "r1", gateway_id, delivery, reason, part)


SMS = {
    "From": "4520123456",
    "To": "459192000123",
    "Text": TEXT,
    "Type": "sms",
    "MessageUUID": "i1",
    "Units": 1,
}
INBOUND = signed(form(SMS, token=TOKEN))

TABLE = Table(
    options=OPTIONS,
    source="Plivo, Messaging API and signatures V2, 2026-11",
    requests=(request(GSM7, "4520123456", TEXT, "r1"), request(UCS2, "46701234567", "Tak 😀", "r2")),
    answers=(
        (answer(202, {"message": "message(s) queued", "message_uuid": ["u1"], "api_id": "a"}), Accepted("u1")),
        (answer(400, {"error": "src parameter is invalid"}), Refused("Plivo: 400 src parameter is invalid")),
        (HttpResponse(401, b"no"), Misconfigured("Plivo: 401 no")),
        (answer(404, {"error": "not found"}), Misconfigured("Plivo: 404 not found")),
        (HttpResponse(429, b""), Rate("Plivo: 429")),
        (HttpResponse(500, b""), Unknown("Plivo: 500")),
        (HttpResponse(503, b""), Later("Plivo: 503")),
        (HttpResponse(202, b"{}"), Unknown("Plivo: 202 {}")),
        (answer(200, {"message_uuid": ["u1"]}), Unknown('Plivo: 200 {"message_uuid":["u1"]}')),
    ),
    inbound=(INBOUND, InboundSms(NAME, "i1", "+4520123456", "459192000123", TEXT)),
    receipts=(
        (report("delivered"), receipt(Delivery.DELIVERED, "delivered 000")),
        (report("queued"), receipt(Delivery.ON_ITS_WAY, "queued 000")),
        (report("sent"), receipt(Delivery.ON_ITS_WAY, "sent 000")),
        (report("undelivered", "80"), receipt(Delivery.FAILED, "undelivered 80")),
        (report("rejected", "30"), receipt(Delivery.FAILED, "rejected 30")),
        (report("failed", "90"), receipt(Delivery.FAILED, "failed 90")),
        (
            report("delivered", ParentMessageUUID="u0", PartInfo="1 of 2"),
            receipt(Delivery.DELIVERED, "delivered 000", "u0", "1 of 2"),
        ),
    ),
    unauthentic=(
        form(SMS, token=TOKEN),
        signed(form(SMS)),
        signed(form(SMS, token="other")),
        signed(form(SMS, token=TOKEN), key="other"),
        replace(INBOUND, path="/inbound/other"),
        replace(INBOUND, headers={**INBOUND.headers, "x-plivo-signature-v2-nonce": "nonce2"}),
    ),
    nonsense=(replace(INBOUND, method="PUT"), signed(form({}, token=TOKEN))),
)


def alone(key: str = EXAMPLE_TOKEN):
    options = {**OPTIONS, "auth_token": key, "token": "", "inbound": {"only": {"/From": "*"}}}
    return make("http", options, public_url=EXAMPLE_URL)


def test_plivos_own_example_is_believed_as_it_is():
    assert alone().inbound(EXAMPLE) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"path": "/x"},
        {"headers": {**EXAMPLE.headers, "x-plivo-signature-v2-nonce": "12346"}},
        {"headers": {**EXAMPLE.headers, "x-plivo-signature-v2": "f" + EXAMPLE.headers["x-plivo-signature-v2"][1:]}},
    ],
)
def test_plivos_own_example_with_one_changed_byte_is_not(changed):
    with pytest.raises(Unauthentic):
        alone().inbound(replace(EXAMPLE, **changed))


def test_of_several_signatures_one_must_be_right():
    """While a token is being changed, Plivo signs with both."""
    both = {**EXAMPLE.headers, "x-plivo-signature-v2": f"AAAA, {EXAMPLE.headers['x-plivo-signature-v2']}"}
    assert alone().inbound(replace(EXAMPLE, headers=both)) == ()


def test_without_a_public_url_it_sends_but_believes_nobody():
    gateway = make("http", {**OPTIONS, "token": ""}, public_url="")
    assert b'"url"' not in gateway.request(GSM7).body
    with pytest.raises(Unauthentic):
        gateway.inbound(INBOUND)
