"""GatewayAPI's older REST API: the exact request, every error code, and its webhooks as JSON Web Tokens.

Requests, answers and calls are those of the pages "REST API" and "Error code index" of GatewayAPI, read in November
2026; the token of the first receipt is the one that its page on webhooks shows.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import jwt
import pytest

from smsdialog.config import Config, GatewayTable
from smsdialog.core.model import Delivery, InboundSms, Receipt, Segment
from smsdialog.errors import ConfigError, Unauthentic
from smsdialog.gateways import Accepted, Credit, Gateways, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, NOW, TEXT, UCS2, Table, make

TOKEN, SECRET = f"{HIDDEN}-token", f"{HIDDEN}-secret-of-more-than-64-octets-so-that-every-algorithm-is-content-with-it"
OPTIONS = {"api_token": TOKEN, "webhook_secret": SECRET}
BASIC = ("Authorization", "Basic " + base64.b64encode(f"{TOKEN}:".encode()).decode())
DAY = 86_400.0

DOCUMENTED = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpZCI6MjM4MTcwMywibXNpc2RuIjo0NTQyNjA5MDQ1LCJ0aW1lIjoxNTIyNzY0MDYyLCJzdGF0dX"
    "MiOiJERUxJVkVSRUQiLCJlcnJvciI6bnVsbCwiY29kZSI6bnVsbCwidXNlcnJlZiI6bnVsbCwiY2FsbGJhY2tfdXJsIjoiaHR0cDovL2JiYWY3MTQyLm"
    "5ncm9rLmlvIiwiYXBpIjo0fQ.KdfDH65bnQtgxEkFnpAQodOciAJedZFB13r9wEo8t3Y"
)
DOCUMENTED_AT = 1_522_764_062.0


def posted(document: str) -> HttpRequest:
    headers = (BASIC, ("Content-Type", "application/json"))
    return HttpRequest("POST", "https://gatewayapi.com/rest/mtsms", headers=headers, body=document.encode())


def answer(status: int, document: object, **headers: str) -> HttpResponse:
    return HttpResponse(status, json.dumps(document).encode(), headers)


def error(status: int, code: str, message: str, *variables: str) -> HttpResponse:
    document = {"code": code, "incident_uuid": "d8127429-fa0c", "message": message, "variables": list(variables)}
    return answer(status, document)


def carrying(token: str, received_at: float = NOW, body: bytes = b"{}") -> WebCall:
    return WebCall("POST", b"", {"x-gwapi-signature": token}, body, received_at=received_at)


def signed(claims: dict[str, Any], algorithm: str = "HS256", key: str = SECRET) -> WebCall:
    return carrying(jwt.encode(claims, key, algorithm), body=json.dumps(claims).encode())


def unsigned(header: dict[str, str], claims: dict[str, Any], signature: bytes = b"") -> WebCall:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return carrying(".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts))


SMS: dict[str, Any] = {
    "id": 1000001,
    "msisdn": 4520123456,
    "receiver": 451204,
    "message": f"firma {TEXT}",
    "senttime": int(NOW),
    "webhook_label": "test",
    "country_code": "DK",
    "country_prefix": 45,
}
INBOUND = InboundSms(NAME, "1000001", "+4520123456", "451204", f"firma {TEXT}", NOW)

STATUS: dict[str, Any] = {
    "id": 421332671,
    "msisdn": 4520123456,
    "time": int(NOW),
    "status": "DELIVERED",
    "error": None,
    "code": None,
    "userref": "r1",
    "charge_status": "CAPTURED",
}


def became(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", "421332671", delivery, reason, happened_at=NOW)


def status(**claims: object) -> WebCall:
    return signed({**STATUS, **claims})


def failed_with(code: str) -> WebCall:
    return status(status="UNDELIVERABLE", code=code)


MEANINGS = {
    "the number is not in use": ["0x1010"],
    "the phone may not receive SMS": ["0x1011", "0x1012"],
    "the number is written wrongly": ["0x1060", "0x1061", "0x1062", "0x1063", "0x1064"],
    "the sender is not accepted": ["0x1065", "0x1905"],
    "refused for its links or its content": ["0x1902", "0x1903", "0x1904"],
    "the phone is switched off or out of reach": ["0x1013", "0x1019", "0x1021", "0x1022"],
    "the phone's memory is full": ["0x1018", "0x102A"],
    "the phone is busy": ["0x1023"],
    "the network has too much to do": ["0x1047", "0x1080"],
}

TABLE = Table(
    options=OPTIONS,
    source="GatewayAPI, docs: REST API; Error code index, 2026-11",
    requests=(
        (
            GSM7,
            posted(
                '{"message": "Hej Bo\\nDin bil er færdig.", "sender": "459192000123", '
                '"recipients": [{"msisdn": 4520123456}], "userref": "r1", "encoding": "UTF8"}'
            ),
        ),
        (
            UCS2,
            posted(
                '{"message": "Tak 😀", "sender": "459192000123", '
                '"recipients": [{"msisdn": 46701234567}], "userref": "r2", "encoding": "UCS2"}'
            ),
        ),
    ),
    answers=(
        (
            answer(200, {"ids": [421332671], "usage": {"countries": {"DK": 1}, "currency": "DKK", "total_cost": 0.3}}),
            Accepted("421332671"),
        ),
        (answer(200, {"ids": []}), Unknown('GatewayAPI: 200 {"ids": []}')),
        (answer(202, {"ids": [1]}), Unknown('GatewayAPI: 202 {"ids": [1]}')),
        (
            error(401, "0x0210", "Invalid username: %1", "x"),
            Misconfigured("GatewayAPI: 401 0x0210 Invalid username: x"),
        ),
        (error(401, "0x0211", "Invalid password"), Misconfigured("GatewayAPI: 401 0x0211 Invalid password")),
        (error(401, "0x0212", "Invalid IP-address"), Misconfigured("GatewayAPI: 401 0x0212 Invalid IP-address")),
        (
            error(403, "0x0213", "Unauthorized IP-address: %1", "192.0.2.7"),
            Misconfigured("GatewayAPI: 403 0x0213 Unauthorized IP-address: 192.0.2.7"),
        ),
        (
            error(403, "0x0214", "Temporary blacklist for MSISDN %1 with hash %2", "4520123456"),
            Later("GatewayAPI: 403 0x0214 Temporary blacklist for MSISDN 4520123456 with hash %2"),
        ),
        (
            error(403, "0x0215", "MSISDN %1 blacklisted", "4520123456"),
            Refused("GatewayAPI: 403 0x0215 MSISDN 4520123456 blacklisted"),
        ),
        (error(403, "0x0216", "Insufficient credit"), Credit("GatewayAPI: 403 0x0216 Insufficient credit")),
        (error(403, "0x0217", "Unauthorized destination"), Refused("GatewayAPI: 403 0x0217 Unauthorized destination")),
        (error(422, "0x0218", "Unknown class"), Misconfigured("GatewayAPI: 422 0x0218 Unknown class")),
        (error(403, "0x021D", "SMS not enabled"), Misconfigured("GatewayAPI: 403 0x021D SMS not enabled")),
        (error(403, "0x021F", "Unauthorized operator"), Refused("GatewayAPI: 403 0x021F Unauthorized operator")),
        (error(422, "0x0220", "Unsupported parameter"), Refused("GatewayAPI: 422 0x0220 Unsupported parameter")),
        (error(422, "0x0222", "Missing parameter"), Refused("GatewayAPI: 422 0x0222 Missing parameter")),
        *(
            (error(401, code, "No"), Misconfigured(f"GatewayAPI: 401 {code} No"))
            for code in ("0x0223", "0x0224", "0x0225", "0x0226", "0x0229")
        ),
        (error(403, "0x022A", "Account frozen"), Misconfigured("GatewayAPI: 403 0x022A Account frozen")),
        (error(422, "0x0310", "Same recipient"), Refused("GatewayAPI: 422 0x0310 Same recipient")),
        (error(422, "0x0312", "Filtered"), Refused("GatewayAPI: 422 0x0312 Filtered")),
        (error(500, "0x0109", "Unavailable"), Later("GatewayAPI: 500 0x0109 Unavailable")),
        (error(503, "0x0309", "Unavailable"), Later("GatewayAPI: 503 0x0309 Unavailable")),
        (error(500, "0x0301", "Unknown error"), Unknown("GatewayAPI: 500 0x0301 Unknown error")),
        (error(422, "0x0308", "Invalid argument"), Refused("GatewayAPI: 422 0x0308 Invalid argument")),
        (error(400, "twelve", "What"), Refused("GatewayAPI: 400 twelve What")),
        (HttpResponse(401, b"<html>no"), Misconfigured("GatewayAPI: 401 <html>no")),
        (HttpResponse(429, b"Slow down", {"retry-after": "2"}), Rate("GatewayAPI: 429 Slow down", 2.0)),
        (
            replace(error(429, "0x0209", "Try again"), headers={"retry-after": "2"}),
            Rate("GatewayAPI: 429 0x0209 Try again", 2.0),
        ),
        (error(404, "0x0220", "No such page"), Misconfigured("GatewayAPI: 404 0x0220 No such page")),
        (HttpResponse(503, b""), Later("GatewayAPI: 503")),
        (HttpResponse(500, b""), Unknown("GatewayAPI: 500")),
    ),
    inbound=(signed(SMS), INBOUND),
    more_inbound=(
        (signed(SMS, "HS384"), (INBOUND,)),
        (signed(SMS, "HS512"), (INBOUND,)),
        (replace(signed(SMS), body=b'{"id": 1, "msisdn": 4511111111, "message": "forged"}'), (INBOUND,)),
        (signed({**SMS, "sender": "Firma", "senttime": None}), (replace(INBOUND, sender="Firma", sent_at=None),)),
        (signed({**SMS, "receiver": 4552512345}), (replace(INBOUND, to="4552512345"),)),
        (signed({**SMS, "udh": "050003CC0202"}), (replace(INBOUND, segment=Segment("cc", 2, 2)),)),
        (signed({**SMS, "udh": "BQADzAIC"}), (replace(INBOUND, segment=Segment("cc", 2, 2)),)),
        (signed({**SMS, "message": None, "payload": "AAEC"}), (replace(INBOUND, text=""),)),
        (signed({**SMS, "message": "Tak 😀"}), (replace(INBOUND, text="Tak 😀"),)),
        (status(), (became(Delivery.DELIVERED, "DELIVERED"),)),
    ),
    receipts=(
        (status(), became(Delivery.DELIVERED, "DELIVERED")),
        (status(status="ACCEPTED"), became(Delivery.DELIVERED, "ACCEPTED")),
        *(
            (status(status=word), became(Delivery.ON_ITS_WAY, word))
            for word in ("UNKNOWN", "SCHEDULED", "BUFFERED", "ENROUTE", "ASLEEP")
        ),
        (status(status="EXPIRED"), became(Delivery.EXPIRED, "EXPIRED")),
        *(
            (status(status=word), became(Delivery.FAILED, word))
            for word in ("DELETED", "UNDELIVERABLE", "REJECTED", "SKIPPED")
        ),
        *(
            (failed_with(code), became(Delivery.FAILED, f"UNDELIVERABLE ({code}: {meaning})"))
            for meaning, codes in MEANINGS.items()
            for code in codes
        ),
        (
            status(status="REJECTED", error="Memory capacity exceeded", code="1018"),
            became(Delivery.FAILED, "REJECTED: Memory capacity exceeded (1018: the phone's memory is full)"),
        ),
        (status(userref=None), replace(became(Delivery.DELIVERED, "DELIVERED"), reference="")),
        (status(id=None, time=None), replace(became(Delivery.DELIVERED, "DELIVERED"), gateway_id="", happened_at=None)),
        (signed(SMS), INBOUND),
    ),
    unauthentic=(
        replace(signed(SMS), headers={}),
        carrying(""),
        carrying("a.b.c"),
        carrying("æøå"),
        signed(SMS, key="another key, which is long enough"),
        unsigned({"alg": "none", "typ": "JWT"}, SMS),
        unsigned({"alg": "None"}, SMS, b"x"),
        unsigned({"alg": "RS256"}, SMS, b"x" * 256),
        unsigned({"alg": "HS256"}, SMS, b"x" * 32),
        carrying(DOCUMENTED, DOCUMENTED_AT),
    ),
    nonsense=(
        signed({}),
        signed({"id": 1}),
        signed({**SMS, "msisdn": None}),
        signed({**SMS, "message": None}),
        signed({**SMS, "message": 7}),
        status(status=None),
        status(id=None, userref=None),
    ),
    replayed=(
        replace(signed(SMS), received_at=NOW + 8 * DAY),
        replace(status(), received_at=NOW + 8 * DAY),
    ),
)


def documented(token: str = DOCUMENTED, received_at: float = DOCUMENTED_AT) -> tuple[object, ...]:
    return make("gatewayapi_rest", {**OPTIONS, "webhook_secret": "secret"}).receipt(carrying(token, received_at))


@pytest.mark.filterwarnings("ignore:The HMAC key")  # the page's own secret is "secret"
def test_the_token_of_the_documentation_is_read_exactly():
    assert documented() == (Receipt(NAME, "", "2381703", Delivery.DELIVERED, "DELIVERED", happened_at=DOCUMENTED_AT),)


@pytest.mark.filterwarnings("ignore:The HMAC key")
def test_one_changed_character_of_a_token_makes_it_worth_nothing():
    for at in range(len(DOCUMENTED)):
        with pytest.raises(Unauthentic):
            documented(DOCUMENTED[:at] + chr(ord(DOCUMENTED[at]) ^ 1) + DOCUMENTED[at + 1 :])


@pytest.mark.filterwarnings("ignore:The HMAC key")
def test_a_token_of_long_ago_is_worth_nothing():
    with pytest.raises(Unauthentic):
        documented(received_at=DOCUMENTED_AT + 8 * DAY)


def test_the_last_try_of_gatewayapi_is_still_taken():
    """It tries for 15 hours, so that our being away loses nothing."""
    assert make("gatewayapi_rest", OPTIONS).inbound(replace(signed(SMS), received_at=NOW + DAY)) == (INBOUND,)


def test_without_a_webhook_secret_every_call_is_refused():
    gateway = make("gatewayapi_rest", {"api_token": TOKEN})
    for call in (signed(SMS), unsigned({"alg": "none"}, SMS), WebCall("POST")):
        with pytest.raises(Unauthentic):
            gateway.inbound(call)
        with pytest.raises(Unauthentic):
            gateway.receipt(call)


@pytest.mark.parametrize("url", ["https://gatewayapi.eu", "https://gatewayapi.eu/"])
def test_an_account_is_reached_in_its_own_region(url):
    gateway = make("gatewayapi_rest", {**OPTIONS, "url": url})
    assert gateway.request(GSM7).url == "https://gatewayapi.eu/rest/mtsms"
    assert gateway.balance_request() == HttpRequest("GET", "https://gatewayapi.eu/rest/me", headers=(BASIC,))


def test_what_is_left_is_told():
    response = answer(200, {"credit": 1412.35, "currency": "DKK", "id": 7})
    assert make("gatewayapi_rest", OPTIONS).balance(lambda request: response) == "1412.35 DKK"


def test_the_url_must_be_one():
    with pytest.raises(ConfigError, match=r"'gateways.main.url' is wrong; expected"):
        make("gatewayapi_rest", {**OPTIONS, "url": "gatewayapi.eu"})


def test_without_a_token_nothing_can_be_sent():
    with pytest.raises(ConfigError, match=r"'gateways.main.api_token' is missing"):
        make("gatewayapi_rest", {"webhook_secret": SECRET})


def gateways_with(**options: object) -> Gateways:
    table = GatewayTable(NAME, "gatewayapi_rest", {**OPTIONS, **options})
    return Gateways(Config(domain="sms.firma.example", gateways={NAME: table}, source="smsdialog.toml"))


@pytest.mark.parametrize("row", ["1204 FIRMA", "1204 firma", "451204 Firma", "1204"])
def test_a_keyword_on_the_shared_short_code_says_whose_an_sms_is(row):
    gateways = gateways_with(receivers={row: "459192000002"})
    (sms,) = gateways.inbound(NAME, signed(SMS))
    assert gateways.whose(sms) == "459192000002"
