"""The profile for Sinch. Source: Sinch's SMS API reference, and its example of a signed callback."""

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
from tests.gateways.http_calls import RECEIPT_URL, TOKEN, answer, compact, json_request, posted
from tests.gateways.table import GSM7, HIDDEN, NAME, NOW, TEXT, UCS2, Table, make

API_TOKEN, SECRET = f"{HIDDEN}-api", f"{HIDDEN}-webhook"
OPTIONS = {
    "profile": "sinch",
    "service_plan_id": "plan1",
    "api_token": API_TOKEN,
    "webhook_secret": SECRET,
    "token": TOKEN,
}
URL = "https://eu.sms.api.sinch.com/xms/v1/plan1/batches"

# Sinch's own example.
EXAMPLE_SECRET = "foo_secret1234"
EXAMPLE = WebCall(
    "POST",
    headers={
        "content-type": "application/json",
        "x-sinch-webhook-signature-timestamp": "1634579353",
        "x-sinch-webhook-signature-nonce": "01FJA8B4A7BM43YGWSG9GBV067",
        "x-sinch-webhook-signature-algorithm": "HmacSHA256",
        "x-sinch-webhook-signature": "Yc+3R1pIS78xLASybulhs8BsSo9BPB3Pr92QCUoczfk=",
    },
    body=(
        b'{"app_id":"01EB37HMH1M6SV18BSNS3G135H","accepted_time":"2020-11-17T15:09:11.659Z",'
        b'"project_id":"c36f3d3d-1513-2edd-ae42-11995557ff61","message_delivery_report":{"message_id":'
        b'"01EQBC1A3BEK731GY4YXEN0C2R","conversation_id":"01EPYATA64TMNZ1FV02JKF12JF","status":"QUEUED_ON_CHANNEL",'
        b'"contact_id":"01EXA07N79THJ20WSN6AS30TMW"}}'
    ),
    received_at=1_634_579_353.0,
)


def signed(document: object, at: float = NOW, token: str = TOKEN, secret: str = SECRET) -> WebCall:
    message = compact(document) + f".nonce1.{at:.0f}".encode()
    signature = base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()
    headers = {
        "x-sinch-webhook-signature": signature,
        "x-sinch-webhook-signature-nonce": "nonce1",
        "x-sinch-webhook-signature-timestamp": f"{at:.0f}",
    }
    return posted(document, headers=headers, token=token)


def request(sms: object, to: str, text: str, reference: str) -> tuple[object, HttpRequest]:
    document = {
        "to": [to],
        "from": "459192000123",
        "body": text,
        "type": "mt_text",
        "delivery_report": "per_recipient",
        "callback_url": RECEIPT_URL + reference,
        "client_reference": reference,
    }
    return sms, json_request(URL, document, ("Authorization", f"Bearer {API_TOKEN}"))


def report(status: str, code: int) -> WebCall:
    document = {
        "type": "recipient_delivery_report_sms",
        "batch_id": "batch1",
        "client_reference": "r1",
        "recipient": "4520123456",
        "status": status,
        "code": code,
        "at": "2026-11-22T09:00:00.000Z",
    }
    return signed(document)


def receipt(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", "batch1", delivery, reason, happened_at=1_795_338_000.0)


SMS = {
    "type": "mo_text",
    "id": "mo1",
    "from": "4520123456",
    "to": "459192000123",
    "body": TEXT,
    "received_at": "2026-11-22T09:00:00.000Z",
}
INBOUND = signed(SMS)

TABLE = Table(
    options=OPTIONS,
    source="Sinch, SMS API reference and callback signatures, 2026-11",
    requests=(request(GSM7, "4520123456", TEXT, "r1"), request(UCS2, "46701234567", "Tak 😀", "r2")),
    answers=(
        (answer(201, {"id": "batch1", "to": ["4520123456"]}), Accepted("batch1")),
        (
            answer(400, {"code": "syntax_invalid_parameter_format", "text": "Invalid format"}),
            Refused("Sinch: 400 syntax_invalid_parameter_format Invalid format"),
        ),
        (
            answer(400, {"code": "syntax_invalid_json", "text": "Invalid JSON"}),
            Refused("Sinch: 400 syntax_invalid_json Invalid JSON"),
        ),
        (HttpResponse(401, b""), Misconfigured("Sinch: 401")),
        (
            answer(403, {"code": "unknown_campaign", "text": "No such campaign"}),
            Misconfigured("Sinch: 403 unknown_campaign No such campaign"),
        ),
        (answer(403, {"code": "forbidden", "text": "No"}), Misconfigured("Sinch: 403 forbidden No")),
        (HttpResponse(429, b""), Rate("Sinch: 429")),
        (HttpResponse(500, b""), Unknown("Sinch: 500")),
        (HttpResponse(503, b""), Later("Sinch: 503")),
        (HttpResponse(201, b"{}"), Unknown("Sinch: 201 {}")),
    ),
    inbound=(INBOUND, InboundSms(NAME, "mo1", "+4520123456", "459192000123", TEXT, 1_795_338_000.0)),
    receipts=(
        (report("Delivered", 0), receipt(Delivery.DELIVERED, "Delivered 0")),
        (report("Queued", 400), receipt(Delivery.ON_ITS_WAY, "Queued 400")),
        (report("Dispatched", 401), receipt(Delivery.ON_ITS_WAY, "Dispatched 401")),
        (report("Unknown", 0), receipt(Delivery.ON_ITS_WAY, "Unknown 0")),
        (report("Failed", 402), receipt(Delivery.FAILED, "Failed 402 (no route to the number)")),
        (report("Aborted", 405), receipt(Delivery.FAILED, "Aborted 405 (the parameters do not fit the number)")),
        (report("Rejected", 408), receipt(Delivery.FAILED, "Rejected 408 (rejected by the operator)")),
        (report("Cancelled", 407), receipt(Delivery.FAILED, "Cancelled 407 (cancelled)")),
        (report("Deleted", 0), receipt(Delivery.FAILED, "Deleted 0")),
        (report("Expired", 406), receipt(Delivery.EXPIRED, "Expired 406 (expired before it was sent)")),
    ),
    unauthentic=(
        posted(SMS, token=TOKEN),
        signed(SMS, token="other"),
        signed(SMS, secret="other"),
        replace(INBOUND, headers={**INBOUND.headers, "x-sinch-webhook-signature-nonce": "nonce2"}),
    ),
    replayed=(replace(INBOUND, received_at=NOW + 301),),
    signed=(INBOUND,),
    ignored=(signed({"type": "delivery_report_sms", "statuses": []}),),
    nonsense=(replace(INBOUND, method="PUT"),),
)


def test_sinchs_own_example_is_believed_as_it_is():
    gateway = make("http", {**OPTIONS, "webhook_secret": EXAMPLE_SECRET, "token": ""})
    assert gateway.inbound(EXAMPLE) == gateway.receipt(EXAMPLE) == ()


@pytest.mark.parametrize("at", range(0, len(EXAMPLE.body), 7))
def test_sinchs_own_example_with_one_changed_byte_is_not(at):
    gateway = make("http", {**OPTIONS, "webhook_secret": EXAMPLE_SECRET, "token": ""})
    body = EXAMPLE.body[:at] + bytes([EXAMPLE.body[at] ^ 1]) + EXAMPLE.body[at + 1 :]
    with pytest.raises(Unauthentic):
        gateway.inbound(replace(EXAMPLE, body=body))


@pytest.mark.parametrize("header", ["x-sinch-webhook-signature-nonce", "x-sinch-webhook-signature-timestamp"])
def test_nonce_and_time_are_signed_too(header):
    gateway = make("http", {**OPTIONS, "webhook_secret": EXAMPLE_SECRET, "token": ""})
    value = EXAMPLE.headers[header]
    with pytest.raises(Unauthentic):
        gateway.inbound(replace(EXAMPLE, headers={**EXAMPLE.headers, header: value[:-1] + chr(ord(value[-1]) ^ 1)}))


def test_without_a_signature_the_token_alone_lets_a_call_in():
    gateway = make("http", {**OPTIONS, "webhook_secret": ""})
    assert gateway.inbound(posted(SMS, token=TOKEN)) == (TABLE.inbound[1],)


def test_without_either_nothing_is_let_in():
    gateway = make("http", {**OPTIONS, "webhook_secret": "", "token": ""})
    with pytest.raises(Unauthentic):
        gateway.inbound(INBOUND)


def test_a_project_may_sign_in_by_oauth_instead():
    """Whatever else stands in the table takes the place of what the profile says."""
    auth = {
        "type": "oauth2",
        "token_url": "https://auth.sinch.com/oauth2/token",
        "client_id": "id",
        "client_secret": HIDDEN,
    }
    send = {"url": "https://zt.{region}.sms.api.sinch.com/xms/v1/project1/batches"}
    asked = []

    def perform(request: HttpRequest) -> HttpResponse:
        asked.append(request)
        if "token" in request.url:
            return answer(200, {"access_token": "t1", "expires_in": 3600})
        return answer(201, {"id": "batch1"})

    gateway = make("http", {**OPTIONS, "auth": auth, "send": send})
    assert [gateway.send(sms, perform) for sms in (GSM7, UCS2)] == [Accepted("batch1")] * 2
    assert [request.url for request in asked] == [
        "https://auth.sinch.com/oauth2/token",
        *["https://zt.eu.sms.api.sinch.com/xms/v1/project1/batches"] * 2,
    ]
    assert [dict(request.headers)["Authorization"] for request in asked[1:]] == ["Bearer t1"] * 2
