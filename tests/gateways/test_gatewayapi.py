"""GatewayAPI's Mobile Messaging API: the exact request, what each answer means, and its signed events.

Requests, answers and events are those of the page "Mobile Messaging API" and its OpenAPI document, read in November
2026; codes of receipts are those of the page "Error code index".
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from smsdialog.config import Config, GatewayTable
from smsdialog.core.model import Delivery, InboundSms, Receipt, Segment
from smsdialog.errors import BadCall, ConfigError, Unauthentic
from smsdialog.gateways import Accepted, Credit, Gateways, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, NOW, TEXT, UCS2, Table, make

TOKEN, SECRET = f"{HIDDEN}-token", f"{HIDDEN}-æ-secret"
OPTIONS = {"api_token": TOKEN, "webhook_secret": SECRET}
HEADERS = (("Authorization", f"Token {TOKEN}"), ("Content-Type", "application/json"))
ID = "01JNN696A9E0WS89FPYGT15NBX"
SIGNED_AT = "2023-11-14T22:13:20Z"
DAY = 86_400.0


def posted(document: str) -> HttpRequest:
    url = "https://messaging.gatewayapi.com/mobile/single"
    return HttpRequest("POST", url, headers=HEADERS, body=document.encode())


def answer(status: int, document: object, **headers: str) -> HttpResponse:
    return HttpResponse(status, json.dumps(document).encode(), headers)


def invalid(*faults: tuple[list[object], str]) -> HttpResponse:
    return answer(422, {"detail": [{"loc": loc, "msg": message, "type": "value_error"} for loc, message in faults]})


def signature(body: bytes, secret: str = SECRET) -> str:
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed(body: bytes, received_at: float = NOW, secret: str = SECRET) -> WebCall:
    return WebCall("POST", b"", {"signature": signature(body, secret)}, body, received_at=received_at)


def event(kind: str, happened: object, **envelope: object) -> WebCall:
    whole = {"event_id": "01JEVENT", "timestamp": SIGNED_AT, "event_type": kind, "event": happened, **envelope}
    return signed(json.dumps(whole, ensure_ascii=False).encode())


SMS: dict[str, Any] = {
    "msg_id": ID,
    "sender": 4520123456,
    "sent_at": "2023-11-14T22:13:19Z",
    "content": {"message": TEXT, "encoding": "GSM7", "header": None},
}
INBOUND = InboundSms(NAME, ID, "+4520123456", "", TEXT, NOW - 1)


def text_event(**fields: object) -> WebCall:
    return event("user-message.text.sms", {**SMS, **fields})


def part(header: str, text: str) -> WebCall:
    return text_event(content={"message": text, "encoding": "UCS2", "header": header})


STATUS = {
    "msg_id": ID,
    "recipient": 4520123456,
    "reference": "r1",
    "status": "DELIVERED",
    "status_at": SIGNED_AT,
    "error": None,
}


def status_event(kind: str = "message.status.sms", **fields: object) -> WebCall:
    return event(kind, {**STATUS, **fields})


def became(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", ID, delivery, reason, happened_at=NOW)


def failed_with(code: str, details: str | None = None) -> WebCall:
    return status_event(status="UNDELIVERABLE", error={"hex_code": code, "details": details})


TABLE = Table(
    options=OPTIONS,
    source="GatewayAPI, docs: Mobile Messaging API, OpenAPI; Error code index, 2026-11",
    requests=(
        (
            GSM7,
            posted(
                '{"sender": "459192000123", "recipient": 4520123456, '
                '"message": "Hej Bo\\nDin bil er færdig.", "reference": "r1"}'
            ),
        ),
        (
            UCS2,
            posted(
                '{"sender": "459192000123", "recipient": 46701234567, "message": "Tak 😀", "reference": "r2"}',
            ),
        ),
        (
            replace(GSM7, sender="Firma"),
            posted(
                '{"sender": "Firma", "recipient": 4520123456, '
                '"message": "Hej Bo\\nDin bil er færdig.", "reference": "r1"}'
            ),
        ),
    ),
    answers=(
        (answer(202, {"msg_id": ID, "recipient": 4520123456, "reference": "r1"}), Accepted(ID)),
        (answer(202, {"recipient": 4520123456}), Unknown('GatewayAPI: 202 {"recipient": 4520123456}')),
        (answer(200, {"msg_id": ID}), Unknown(f'GatewayAPI: 200 {{"msg_id": "{ID}"}}')),
        (HttpResponse(202, b"OK"), Unknown("GatewayAPI: 202 OK")),
        (
            invalid((["body", "recipient"], "Input should be greater than 1000")),
            Refused("GatewayAPI: 422 body.recipient: Input should be greater than 1000"),
        ),
        (
            invalid((["body", "message"], "Field required"), (["body", "messages", 0], "too long")),
            Refused("GatewayAPI: 422 body.message: Field required; body.messages.0: too long"),
        ),
        (
            invalid((["body", "sender"], "String should have at least 3 characters")),
            Misconfigured("GatewayAPI: 422 body.sender: String should have at least 3 characters"),
        ),
        (answer(422, {"detail": "no"}), Refused('GatewayAPI: 422 {"detail": "no"}')),
        (answer(422, {"detail": [1, {"loc": "body"}]}), Refused("GatewayAPI: 422 :")),
        (HttpResponse(400, b"not JSON"), Refused("GatewayAPI: 400 not JSON")),
        (HttpResponse(401, b"Unauthorized"), Misconfigured("GatewayAPI: 401 Unauthorized")),
        (HttpResponse(403, b"Forbidden"), Misconfigured("GatewayAPI: 403 Forbidden")),
        (HttpResponse(404, b""), Misconfigured("GatewayAPI: 404")),
        (HttpResponse(402, b"No credit"), Credit("GatewayAPI: 402 No credit")),
        (HttpResponse(429, b"Slow down", {"retry-after": "7"}), Rate("GatewayAPI: 429 Slow down", 7.0)),
        (HttpResponse(503, b"Later"), Later("GatewayAPI: 503 Later")),
        (HttpResponse(500, b"Oh"), Unknown("GatewayAPI: 500 Oh")),
        (HttpResponse(504, b"Oh"), Unknown("GatewayAPI: 504 Oh")),
    ),
    inbound=(text_event(), INBOUND),
    more_inbound=(
        (
            part("050003CC0201", "Det er en lang "),
            (replace(INBOUND, text="Det er en lang ", segment=Segment("cc", 2, 1)),),
        ),
        (part("06080412340302", "historie 😀"), (replace(INBOUND, text="historie 😀", segment=Segment("1234", 3, 2)),)),
        (part("0504158A0000", "Hej"), (replace(INBOUND, text="Hej"),)),
        (event("user-message.text.rcs", {**SMS, "content": "Hej i RCS"}), (replace(INBOUND, text="Hej i RCS"),)),
        (text_event(sender="Firma", sent_at=None), (replace(INBOUND, sender="Firma", sent_at=None),)),
        (text_event(content={"message": ""}), (replace(INBOUND, text=""),)),
        (status_event(), (became(Delivery.DELIVERED, "DELIVERED"),)),
    ),
    receipts=(
        (status_event(), became(Delivery.DELIVERED, "DELIVERED")),
        (status_event("message.status.rcs", status="READ"), became(Delivery.DELIVERED, "READ")),
        (status_event(status="ENROUTE"), became(Delivery.ON_ITS_WAY, "ENROUTE")),
        (status_event(status="ACCEPTED"), became(Delivery.ON_ITS_WAY, "ACCEPTED")),
        (status_event(status="UNKNOWN"), became(Delivery.ON_ITS_WAY, "UNKNOWN")),
        (status_event(status="ASLEEP"), became(Delivery.ON_ITS_WAY, "ASLEEP")),
        (status_event(status="EXPIRED"), became(Delivery.EXPIRED, "EXPIRED")),
        (status_event(status="DELETED"), became(Delivery.FAILED, "DELETED")),
        (status_event(status="REJECTED"), became(Delivery.FAILED, "REJECTED")),
        (
            failed_with("0x1013", "Absent subscriber"),
            became(
                Delivery.FAILED, "UNDELIVERABLE: Absent subscriber (0x1013: the phone is switched off or out of reach)"
            ),
        ),
        (failed_with("0x1010"), became(Delivery.FAILED, "UNDELIVERABLE (0x1010: the number is not in use)")),
        (failed_with("0x1011"), became(Delivery.FAILED, "UNDELIVERABLE (0x1011: the phone may not receive SMS)")),
        (failed_with("0x1018"), became(Delivery.FAILED, "UNDELIVERABLE (0x1018: the phone's memory is full)")),
        (failed_with("0x1023"), became(Delivery.FAILED, "UNDELIVERABLE (0x1023: the phone is busy)")),
        (failed_with("0x1047"), became(Delivery.FAILED, "UNDELIVERABLE (0x1047: the network has too much to do)")),
        (failed_with("0x1060"), became(Delivery.FAILED, "UNDELIVERABLE (0x1060: the number is written wrongly)")),
        (failed_with("0x1905"), became(Delivery.FAILED, "UNDELIVERABLE (0x1905: the sender is not accepted)")),
        (
            failed_with("0x1902"),
            became(Delivery.FAILED, "UNDELIVERABLE (0x1902: refused for its links or its content)"),
        ),
        (failed_with("0x1009"), became(Delivery.FAILED, "UNDELIVERABLE (0x1009: try again later)")),
        (failed_with("0x1FFF", "?"), became(Delivery.FAILED, "UNDELIVERABLE: ? (0x1FFF)")),
        (status_event(reference=None), Receipt(NAME, "", ID, Delivery.DELIVERED, "DELIVERED", happened_at=NOW)),
        (
            status_event(msg_id=None, status_at="now"),
            Receipt(NAME, "r1", "", Delivery.DELIVERED, "DELIVERED"),
        ),
        (text_event(), INBOUND),  # one URL may take both
    ),
    unauthentic=(
        replace(text_event(), headers={}),
        replace(text_event(), headers={"signature": ""}),
        replace(text_event(), headers={"signature": "v1="}),
        replace(text_event(), headers={"signature": text_event().headers["signature"].removeprefix("v1=")}),
        replace(text_event(), headers={"signature": text_event().headers["signature"].replace("v1=", "v2=")}),
        replace(text_event(), headers={"signature": "v1=" + "0" * 64}),
        signed(text_event().body, secret="another"),
        WebCall("POST"),
        WebCall("GET", b"token=x"),
    ),
    nonsense=(
        signed(b""),
        signed(b"[]"),
        signed(b"{"),
        signed(b"{}"),
        event("user-message.text.sms", SMS, timestamp=None),
        event("user-message.text.sms", None),
        event("message.status.sms", []),
        text_event(sender=None),
        text_event(content=None),
        text_event(content={"message": 7}),
        status_event(status=None),
        status_event(reference="", msg_id=""),
    ),
    replayed=(
        replace(text_event(), received_at=NOW + 7 * DAY + 1),
        replace(status_event(), received_at=NOW + 30 * DAY),
        replace(text_event(), received_at=NOW - 8 * DAY),
    ),
    ignored=(
        event("user-message.location.rcs", {**SMS, "content": {"latitude": 55.7, "longitude": 12.6}}),
        event("user-message.file.rcs", {**SMS, "content": {"category": "image"}}),
        event("something.new", None),
    ),
    signed=(text_event(), status_event()),
)


def test_the_signature_of_the_documentations_kind_verifies_exactly():
    """A vector computed apart from this code: the call is believed, and then found to say nothing."""
    body = b'{"event_id":"01JTEST","event_type":"user-message.text.sms"}'
    wanted = "v1=506ef7a208e6a842c35d08ac6a0eb9411433780d924331f147de88599f94fc0d"
    gateway = make("gatewayapi", {**OPTIONS, "webhook_secret": "test-secret"})
    call = WebCall("POST", b"", {"signature": wanted}, body, received_at=NOW)
    with pytest.raises(BadCall, match="timestamp is missing"):
        gateway.inbound(call)
    for at in range(len(wanted)):
        changed = wanted[:at] + chr(ord(wanted[at]) ^ 1) + wanted[at + 1 :]
        with pytest.raises(Unauthentic):
            gateway.inbound(replace(call, headers={"signature": changed}))
    for at in range(len(body)):
        with pytest.raises(Unauthentic):
            gateway.inbound(replace(call, body=body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]))


@pytest.mark.parametrize("other", ["v1=00", "v0=abc", ""])
def test_one_of_several_signatures_is_enough(other):
    call = text_event()
    both = {"signature": f"{other}, {call.headers['signature']}"}
    assert make("gatewayapi", OPTIONS).inbound(replace(call, headers=both)) == (INBOUND,)


def test_without_a_webhook_secret_every_call_is_refused():
    gateway = make("gatewayapi", {"api_token": TOKEN})
    for call in (text_event(), signed(text_event().body, secret=""), WebCall("POST")):
        with pytest.raises(Unauthentic):
            gateway.inbound(call)
        with pytest.raises(Unauthentic):
            gateway.receipt(call)


@pytest.mark.parametrize("days", [0, 1, 6.9])
def test_what_gatewayapi_delivers_days_later_is_still_taken(days):
    """It tries for a day at least, so that our being away loses nothing."""
    assert make("gatewayapi", OPTIONS).inbound(replace(text_event(), received_at=NOW + days * DAY)) == (INBOUND,)


@pytest.mark.parametrize("written", [NOW, int(NOW), "2023-11-14T23:13:20+01:00", "2023-11-14 22:13:20"])
def test_the_time_of_signing_may_be_written_in_several_ways(written):
    assert make("gatewayapi", OPTIONS).inbound(event("user-message.text.sms", SMS, timestamp=written)) == (INBOUND,)


@pytest.mark.parametrize(
    ("url", "sends_to", "asks"),
    [
        (
            "https://messaging.gatewayapi.com",
            "https://messaging.gatewayapi.com/mobile/single",
            "https://gatewayapi.com/rest/me",
        ),
        (
            "https://messaging.gatewayapi.eu/",
            "https://messaging.gatewayapi.eu/mobile/single",
            "https://gatewayapi.eu/rest/me",
        ),
        ("http://127.0.0.1:8025", "http://127.0.0.1:8025/mobile/single", "http://127.0.0.1:8025/rest/me"),
    ],
)
def test_an_account_is_reached_in_its_own_region(url, sends_to, asks):
    gateway = make("gatewayapi", {**OPTIONS, "url": url})
    assert gateway.request(GSM7).url == sends_to
    assert gateway.balance_request() == HttpRequest("GET", asks, headers=(("Authorization", f"Token {TOKEN}"),))


@pytest.mark.parametrize(
    ("response", "left"),
    [
        (answer(200, {"credit": 412.3, "currency": "DKK", "id": 7}), "412.3 DKK"),
        (answer(200, {"credit": "0.50", "currency": "EUR"}), "0.50 EUR"),
        (answer(200, {"credit": 3}), "3"),
        (answer(200, {"currency": "DKK"}), ""),
        (answer(200, {"credit": True}), ""),
        (answer(401, {"credit": 3}), ""),
        (HttpResponse(200, b"<html>"), ""),
    ],
)
def test_what_is_left_is_told(response, left):
    assert make("gatewayapi", OPTIONS).balance(lambda request: response) == left


@pytest.mark.parametrize("url", ["messaging.gatewayapi.com", ""])
def test_the_url_must_be_one(url):
    with pytest.raises(ConfigError, match=r"'gateways.main.url' is wrong; expected"):
        make("gatewayapi", {**OPTIONS, "url": url})


def test_without_a_token_nothing_can_be_sent():
    with pytest.raises(ConfigError, match=r"'gateways.main.api_token' is missing"):
        make("gatewayapi", {"webhook_secret": SECRET})


def gateways_with(**options: object) -> Gateways:
    table = GatewayTable(NAME, "gatewayapi", {**OPTIONS, **options})
    return Gateways(Config(domain="sms.firma.example", gateways={NAME: table}, source="smsdialog.toml"))


def test_only_the_address_says_whose_an_sms_is():
    gateways = gateways_with()
    (sms,) = gateways.inbound(NAME, replace(text_event(), receiver="459192000001"))
    assert sms == replace(INBOUND, to="459192000001")
    with pytest.raises(BadCall, match="at the end of the URL"):
        gateways.inbound(NAME, text_event())


def test_a_status_needs_no_such_address():
    assert gateways_with().inbound(NAME, status_event()) == (became(Delivery.DELIVERED, "DELIVERED"),)


def test_what_an_account_sends_bears_the_number_that_is_rented_for_it():
    gateways = gateways_with(receivers={"+4552512345": "459192000001"})
    assert gateways.sender(NAME, "459192000001") == "4552512345"
