"""The profile for MessageBird. Source: MessageBird's API reference, and the examples of its signature specification."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import urlencode

import jwt
import pytest

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import Unauthentic
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.http_calls import RECEIPT_URL, TOKEN, answer, form, got, json_request
from tests.gateways.table import GSM7, HIDDEN, NAME, NOW, PUBLIC_URL, TEXT, UCS2, Table, make

ACCESS_KEY, SIGNING_KEY = f"{HIDDEN}-access", f"{HIDDEN}-signing-key-of-32-octets-or-so"
OPTIONS = {"profile": "messagebird", "access_key": ACCESS_KEY, "signing_key": SIGNING_KEY, "token": TOKEN}

# MessageBird's own example: a GET without a body, at 2021-07-05T12:00:00+02:00.
EXAMPLE_KEY = "36efdd1aace2e26cd490f0d951138253bef2f7c6d34d18981da781555cc4cebb"
EXAMPLE = WebCall(
    "GET",
    headers={
        "messagebird-signature-jwt": (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
            ".eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI1OWEyNDRkYy1l"
            "OWFkLTRlMjMtOTc3OC0zNzFmYWEyMzhmNzIiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQwMzBiMTY4NzhjOTlkZWE1"
            "YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ"
            ".6Fp0rVOsRr1fj9S2GidXAfkmPVofKr8_RTffC6G6r2E"
        )
    },
    path="/",
    received_at=1_625_479_200.0,
)


def signed(call: WebCall, key: str = SIGNING_KEY, issuer: str = "MessageBird", **more: object) -> WebCall:
    url = f"{PUBLIC_URL}{call.path}".encode() + (b"?" + call.query if call.query else b"")
    claims = {"iss": issuer, "nbf": int(NOW), "exp": int(NOW) + 60, "url_hash": hashlib.sha256(url).hexdigest()}
    if call.body:
        claims["payload_hash"] = hashlib.sha256(call.body).hexdigest()
    token = jwt.encode({**claims, **more}, key, "HS256")
    return replace(call, headers={**call.headers, "messagebird-signature-jwt": token})


def request(sms: object, to: str, text: str, reference: str) -> tuple[object, HttpRequest]:
    document = {
        "originator": "459192000123",
        "recipients": [to],
        "body": text,
        "datacoding": "auto",
        "reference": reference,
        "reportUrl": RECEIPT_URL + reference,
    }
    url = "https://rest.messagebird.com/messages"
    return sms, json_request(url, document, ("Authorization", f"AccessKey {ACCESS_KEY}"))


def taken(status: str) -> HttpResponse:
    items = [{"recipient": 4520123456, "status": status, "messagePartCount": 1}]
    return answer(201, {"id": "mb1", "recipients": {"totalCount": 1, "items": items}})


def error(status: int, code: int, description: str) -> HttpResponse:
    return answer(status, {"errors": [{"code": code, "description": description, "parameter": None}]})


REPORT = {"id": "mb1", "reference": "r1", "recipient": "4520123456", "statusDatetime": "2026-11-22T09:00:00+00:00"}


def report(status: str, **more: object) -> WebCall:
    return signed(got("/receipt/main", token=TOKEN, status=status, **REPORT, **more))


def receipt(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", "mb1", delivery, reason, happened_at=1_795_338_000.0)


SMS = {
    "id": "i1",
    "recipient": "459192000123",
    "originator": "4520123456",
    "body": TEXT,
    "createdDatetime": "2026-11-22T09:00:00+00:00",
}
AT_SHORT_CODE = {
    "mid": "i2",
    "shortcode": "1008",
    "originator": "4520123456",
    "message": "FIRMA Hej",
    "receive_datetime": "20261122090000",
}
INBOUND = signed(form(SMS, token=TOKEN))

TABLE = Table(
    options=OPTIONS,
    source="MessageBird, SMS REST API and signature specification, 2026-11",
    requests=(request(GSM7, "4520123456", TEXT, "r1"), request(UCS2, "46701234567", "Tak 😀", "r2")),
    answers=(
        (taken("sent"), Accepted("mb1")),
        (taken("scheduled"), Accepted("mb1")),
        (taken("buffered"), Accepted("mb1")),
        (taken("delivery_failed"), Refused("MessageBird: 201 delivery_failed")),
        (taken("floating"), Unknown("MessageBird: 201 floating")),
        (error(401, 2, "Request not allowed"), Misconfigured("MessageBird: 401 2 Request not allowed")),
        (error(422, 9, "no (correct) recipients found"), Refused("MessageBird: 422 9 no (correct) recipients found")),
        (error(422, 25, "Not enough balance"), Credit("MessageBird: 422 25 Not enough balance")),
        (HttpResponse(429, b""), Rate("MessageBird: 429")),
        (HttpResponse(500, b""), Unknown("MessageBird: 500")),
        (HttpResponse(503, b""), Later("MessageBird: 503")),
    ),
    inbound=(INBOUND, InboundSms(NAME, "i1", "+4520123456", "459192000123", TEXT, 1_795_338_000.0)),
    more_inbound=(
        (
            signed(form(AT_SHORT_CODE, token=TOKEN)),
            (InboundSms(NAME, "i2", "+4520123456", "1008", "FIRMA Hej", 1_795_338_000.0),),
        ),
    ),
    receipts=(
        (report("delivered"), receipt(Delivery.DELIVERED, "delivered")),
        (report("scheduled"), receipt(Delivery.ON_ITS_WAY, "scheduled")),
        (report("sent"), receipt(Delivery.ON_ITS_WAY, "sent")),
        (report("buffered"), receipt(Delivery.ON_ITS_WAY, "buffered")),
        (report("expired"), receipt(Delivery.EXPIRED, "expired")),
        (
            report("delivery_failed", statusErrorCode="103", statusReason="opted out"),
            receipt(Delivery.FAILED, "delivery_failed 103 opted out (the number has opted out)"),
        ),
    ),
    unauthentic=(
        form(SMS, token=TOKEN),
        signed(form(SMS, token="other")),
        signed(form(SMS, token=TOKEN), key="another key that is long enough for it"),
        signed(form(SMS, token=TOKEN), issuer="Somebody"),
        signed(form(SMS, token=TOKEN), payload_hash=hashlib.sha256(b"").hexdigest()),
        signed(form(SMS, token=TOKEN), url_hash=hashlib.sha256(b"https://sms.firma.example/").hexdigest()),
        replace(INBOUND, query=INBOUND.query + b"&x=1"),
        replace(INBOUND, path="/inbound/other"),
    ),
    replayed=(replace(INBOUND, received_at=NOW + 62), replace(INBOUND, received_at=NOW - 2)),
    signed=(INBOUND,),
    nonsense=(signed(replace(form({}, token=TOKEN), method="PUT")),),
)


def test_messagebirds_own_example_is_believed_as_it_is():
    options = {**OPTIONS, "signing_key": EXAMPLE_KEY, "token": "", "receipt": {"only": {"/id": "*"}}}
    assert make("http", options, public_url="https://example.com").receipt(EXAMPLE) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"path": "/x"},
        {"query": b"a=1"},
        {"body": b"x"},
        {"received_at": EXAMPLE.received_at + 62},
        {"headers": {"messagebird-signature-jwt": EXAMPLE.headers["messagebird-signature-jwt"][:-2] + "2A"}},
    ],
)
def test_messagebirds_own_example_with_something_changed_is_not(changed):
    options = {**OPTIONS, "signing_key": EXAMPLE_KEY, "token": "", "receipt": {"only": {"/id": "*"}}}
    with pytest.raises(Unauthentic):
        make("http", options, public_url="https://example.com").receipt(replace(EXAMPLE, **changed))


OLDER_KEY = "PlLrKaqvZNRR5zAjm42ZT6q1SQxgbbGd"
OLDER = WebCall(
    "GET",
    query=urlencode(
        {
            "recipient": "31612345678",
            "reference": "FOO",
            "statusDatetime": "2019-01-11T09:17:11+00:00",
            "id": "eef0ab57a9e049be946f3821568c2b2e",
            "status": "delivered",
            "mccmnc": "20408",
            "ported": "1",
        }
    ).encode(),
    headers={
        "messagebird-signature": "KVBdcVdz2lYMwcBLZCRITgxUfA/WkwSi+T3Wxl2HL6w=",
        "messagebird-request-timestamp": "1547198231",
    },
    path="/receipt/main",
    received_at=1_547_198_231.0,
)
OLDER_CHECK = {
    "type": "hmac",
    "key": OLDER_KEY,
    "message": "{timestamp}\n{query_sorted}\n{body_sha256_raw}",
    "at": "header:MessageBird-Signature",
    "form": "base64",
    "timestamp": "header:MessageBird-Request-Timestamp",
}


def test_the_older_signature_is_believed_where_the_table_asks_for_it():
    gateway = make("http", {**OPTIONS, "checks": [OLDER_CHECK]})
    happened_at = 1_547_198_231.0
    wanted = Receipt(
        NAME, "FOO", "eef0ab57a9e049be946f3821568c2b2e", Delivery.DELIVERED, "delivered", happened_at=happened_at
    )
    assert gateway.receipt(OLDER) == (wanted,)


@pytest.mark.parametrize("at", range(len(OLDER.query)))
def test_the_older_signature_covers_every_byte_of_the_query(at):
    gateway = make("http", {**OPTIONS, "checks": [OLDER_CHECK]})
    query = OLDER.query[:at] + bytes([OLDER.query[at] ^ 1]) + OLDER.query[at + 1 :]
    with pytest.raises(Unauthentic):
        gateway.receipt(replace(OLDER, query=query))


def test_the_older_signature_covers_the_body_too():
    gateway = make("http", {**OPTIONS, "checks": [OLDER_CHECK]})
    with pytest.raises(Unauthentic):
        gateway.receipt(replace(OLDER, body=b"x"))


def test_what_is_left_is_told():
    said = answer(200, {"payment": "prepaid", "type": "euros", "amount": 9.2})
    assert make("http", OPTIONS).balance(lambda request: said) == "9.2 euros"
