"""LINK Mobility's "Common" platform: the exact request, every result code, receipts by parts, and what comes in.

Requests, answers and calls are those of LINK's documents "SMS REST API: MT and Delivery Reports" (1.6 to 1.18) and "MO
messages" (1.7), read in November 2026.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from smsdialog.config import Config, GatewayTable
from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import ConfigError, Unauthentic
from smsdialog.gateways import (
    Accepted,
    Credit,
    Gateways,
    Later,
    Misconfigured,
    Rate,
    Refused,
    Unknown,
    WebCall,
    _link_codes,
)
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, TEXT, UCS2, Table, make

PASSWORD, WEB_PASSWORD = f"{HIDDEN}-password", f"{HIDDEN}-wæb-password"
SENDING = {
    "url": "https://n-eu.linkmobility.io",
    "username": "firma",
    "password": PASSWORD,
    "platform_id": "COMMON_API",
    "partner_id": "30978",
}
OPTIONS = {**SENDING, "webhook_username": "link", "webhook_password": WEB_PASSWORD}
ID = "Dcshuhod0PMAAAFQ+/PbnR3x"
SENT_AT = 1_447_770_520.0


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def posted(source: str, kind: str, destination: str, text: str, reference: str, gates: str = "false") -> HttpRequest:
    headers = (("Authorization", basic("firma", PASSWORD)), ("Content-Type", "application/json"))
    body = (
        f'{{"source": "{source}", "sourceTON": "{kind}", "destination": "{destination}", "userData": "{text}", '
        f'"dcs": "TEXT", "useDeliveryReport": {gates}, "platformId": "COMMON_API", "platformPartnerId": "30978", '
        f'"refId": "{reference}", "ignoreResponse": false}}'
    )
    return HttpRequest("POST", "https://n-eu.linkmobility.io/sms/send", headers=headers, body=body.encode())


LINES = "Hej Bo\\nDin bil er færdig."


def answer(status: int, **document: object) -> HttpResponse:
    return HttpResponse(status, json.dumps(document).encode())


def said(code: int, message_id: str = ID) -> HttpResponse:
    return answer(200, messageId=message_id, resultCode=code, description="So")


def failed(code: int, words: str) -> str:
    return f"LINK: 200 {code}: {words} So"


def post(document: object, authorization: str = basic("link", WEB_PASSWORD)) -> WebCall:
    return WebCall("POST", b"", {"authorization": authorization}, json.dumps(document).encode())


SMS: dict[str, Any] = {
    "destination": "DK-1919",
    "subNumber": None,
    "source": "+4520123456",
    "content": {"type": "TEXT", "userData": f"FIRMA {TEXT}", "encoding": "TEXT"},
    "operator": "dk.tdc",
    "timestamp": "2015-11-17T14:28:40Z",
    "messageId": "mo-1",
    "operatorTimestamp": "2015-11-17T14:28:40Z",
    "route": {"type": "KEYWORD_ROUTE", "id": "7", "number": "DK-1919", "keyword": "FIRMA"},
}
INBOUND = InboundSms(NAME, "mo-1", "+4520123456", "DK-1919", f"FIRMA {TEXT}", SENT_AT)

REPORT: dict[str, Any] = {
    "refId": "r1",
    "id": ID,
    "operator": "dk.tdc",
    "sentTimestamp": "2015-11-17T14:28:35Z",
    "timestamp": "2015-11-17T14:28:40Z",
    "resultCode": 1001,
    "operatorResultCode": None,
    "segments": 1,
}


def report(**fields: object) -> WebCall:
    return post({**REPORT, **fields})


def became(delivery: Delivery, reason: str, part: str = "", parts: int = 0) -> Receipt:
    return Receipt(NAME, "r1", ID, delivery, reason, part, SENT_AT, parts)


TRANSIENT = (1000, 1005, 1007, 1008, 1011, 1012, 1013)
EXPIRED = (1002, 1010)
FAILED = (
    *range(7),
    *(104, 105, 1003, 1004, 1006, 1009),
    *range(2000, 2004),
    *range(2100, 2108),
    *range(2200, 2208),
    *range(3000, 3003),
    *range(4000, 4008),
)

TABLE = Table(
    options=OPTIONS,
    source="LINK Mobility, SMS REST API: MT and Delivery Reports 1.18; MO messages 1.7, 2026-11",
    requests=(
        (GSM7, posted("+459192000123", "MSISDN", "+4520123456", LINES, "r1")),
        (UCS2, posted("+459192000123", "MSISDN", "+46701234567", "Tak :)", "r2")),
        (replace(GSM7, sender="1919"), posted("1919", "SHORTNUMBER", "+4520123456", LINES, "r1")),
        (replace(GSM7, sender="Firma"), posted("Firma", "ALPHANUMERIC", "+4520123456", LINES, "r1")),
        (replace(UCS2, text="Δ 🎂 жук"), posted("+459192000123", "MSISDN", "+46701234567", "Δ □ жук", "r2")),
    ),
    answers=(
        (answer(200, messageId=ID, resultCode=1005, description="Queued"), Accepted(ID)),
        *((said(code), Accepted(ID)) for code in (*TRANSIENT, 1001)),
        (answer(204), Accepted()),
        (said(1005, ""), Unknown("LINK: 200 1005: queued So")),
        (said(4711), Unknown("LINK: 200 4711 So")),
        (said(2104), Refused(failed(2104, "the number is not in use"))),
        (said(2105), Refused(failed(2105, "the number is barred"))),
        (said(2106), Refused(failed(2106, "the number is wrong"))),
        (said(1006), Refused(failed(1006, "not delivered"))),
        (said(3001), Refused(failed(3001, "UCS-2 cannot be sent there"))),
        (said(4003), Refused(failed(4003, "the text is wrong"))),
        (said(3), Rate(failed(3, "too many at once"))),
        (said(2000), Misconfigured(failed(2000, "the sender is not accepted"))),
        (said(104), Misconfigured(failed(104, "LINK's configuration is wrong"))),
        (said(2107), Later(failed(2107, "the number is barred for the moment"))),
        (said(2201), Credit(failed(2201, "too little money"))),
        (said(4), Unknown(failed(4, "no answer in time; it may have been delivered"))),
        (
            answer(400, resultCode=106000, description="Unknown Error."),
            Refused("LINK: 400 106000: unknown error Unknown Error."),
        ),
        (
            answer(401, resultCode=106100, description="Invalid authentication."),
            Misconfigured("LINK: 401 106100: wrong user or password Invalid authentication."),
        ),
        (
            answer(403, resultCode=106101, description="Access denied."),
            Misconfigured("LINK: 403 106101: access denied: wrong user or password Access denied."),
        ),
        (answer(400, code=106200), Misconfigured("LINK: 400 106200: wrong or missing platform id")),
        (answer(400, code="106201"), Misconfigured("LINK: 400 106201: wrong or missing partner id")),
        (answer(400, errorCode=106300), Misconfigured("LINK: 400 106300: there is no gate for receipts")),
        (
            HttpResponse(400, b'{"status": 106101}'),
            Misconfigured("LINK: 400 106101: access denied: wrong user or password"),
        ),
        (answer(400, resultCode=106301), Misconfigured("LINK: 400 106301: there is no such gate for receipts")),
        (HttpResponse(400, b"no"), Refused("LINK: 400 no")),
        (HttpResponse(401, b""), Misconfigured("LINK: 401")),
        (HttpResponse(429, b"", {"retry-after": "5"}), Rate("LINK: 429", 5.0)),
        (HttpResponse(503, b"Away"), Later("LINK: 503 Away")),
        (answer(500, resultCode=2104), Unknown("LINK: 500 2104: the number is not in use")),
        (HttpResponse(200, b"OK"), Unknown("LINK: 200 OK")),
    ),
    inbound=(post(SMS), INBOUND),
    more_inbound=(
        (post({**SMS, "destination": "DK- 1919 "}), (INBOUND,)),
        (post({**SMS, "subNumber": 12345678}), (replace(INBOUND, to="191912345678"),)),
        (post({**SMS, "destination": "1919", "subNumber": "12345678"}), (replace(INBOUND, to="191912345678"),)),
        (post({**SMS, "destination": "+4552512345"}), (replace(INBOUND, to="+4552512345"),)),
        (post({**SMS, "destination": "DK-4552512345"}), (replace(INBOUND, to="4552512345"),)),
        (post({**SMS, "destination": "DK-52512345"}), (replace(INBOUND, to="4552512345"),)),
        (post({**SMS, "destination": "DK-9192000123"}), (replace(INBOUND, to="459192000123"),)),
        (post({**SMS, "destination": None}), (replace(INBOUND, to=""),)),
        (post({**SMS, "source": "Firma", "timestamp": None}), (replace(INBOUND, sender="Firma", sent_at=None),)),
        (post({**SMS, "content": {"type": "MMS"}}), (replace(INBOUND, text=""),)),
        (post({**SMS, "content": {"type": "SMS", "userData": "Tak 😀"}}), (replace(INBOUND, text="Tak 😀"),)),
        (report(), (became(Delivery.DELIVERED, "LINK: 1001: delivered"),)),
    ),
    receipts=(
        (report(), became(Delivery.DELIVERED, "LINK: 1001: delivered")),
        *(
            (report(resultCode=code), became(delivery, f"LINK: {code}: {_link_codes.WORDS[code]}"))
            for delivery, codes in (
                (Delivery.ON_ITS_WAY, TRANSIENT),
                (Delivery.EXPIRED, EXPIRED),
                (Delivery.FAILED, FAILED),
            )
            for code in codes
        ),
        (report(resultCode=4711), became(Delivery.ON_ITS_WAY, "LINK: 4711")),
        (
            report(resultCode="2104", operatorResultCode="27"),
            became(Delivery.FAILED, "LINK: 2104: the number is not in use (operator: 27)"),
        ),
        (
            report(id=f"{ID}$2", segments=3),
            became(Delivery.DELIVERED, "LINK: 1001: delivered", part="2", parts=3),
        ),
        (report(id=f"{ID}$1", segments=1), became(Delivery.DELIVERED, "LINK: 1001: delivered", part="1")),
        (report(id=f"{ID}$1", segments=None), became(Delivery.DELIVERED, "LINK: 1001: delivered", part="1")),
        (report(refId=None), replace(became(Delivery.DELIVERED, "LINK: 1001: delivered"), reference="")),
        (report(timestamp=None), replace(became(Delivery.DELIVERED, "LINK: 1001: delivered"), happened_at=None)),
        (post(SMS), INBOUND),
    ),
    unauthentic=(
        replace(post(SMS), headers={}),
        post(SMS, ""),
        post(SMS, "Basic"),
        post(SMS, "Basic æ"),
        post(SMS, basic("link", "other")),
        post(SMS, basic("other", WEB_PASSWORD)),
        post(SMS, basic("firma", PASSWORD)),
        post(SMS, f"Bearer {WEB_PASSWORD}"),
    ),
    nonsense=(
        replace(post(SMS), body=b""),
        post([]),
        post({}),
        post({**SMS, "source": None}),
        post({**SMS, "content": "FIRMA Hej"}),
        report(resultCode=None),
        report(resultCode="soon"),
        report(id=None, refId=None),
    ),
)


def test_receipts_are_asked_for_where_there_is_a_gate_for_them():
    """Without one, LINK answers with an error 106300."""
    gateway = make("link", {**SENDING, "gates": ["BVldZyQt", "second"]})
    document = json.loads(gateway.request(GSM7).body)
    assert document["useDeliveryReport"] is True
    assert document["deliveryReportGates"] == ["BVldZyQt", "second"]
    assert "deliveryReportGates" not in json.loads(make("link", SENDING).request(GSM7).body)


@pytest.mark.parametrize("url", ["https://wsx.sp247.net", "https://wsx.sp247.net/", "https://wsx.sp247.net/sms"])
def test_the_host_is_the_one_that_link_has_given(url):
    assert make("link", {**SENDING, "url": url}).request(GSM7).url == "https://wsx.sp247.net/sms/send"


def test_a_gate_may_send_a_header_of_its_own():
    secret = f"{HIDDEN}-header"
    gateway = make("link", {**SENDING, "webhook_header": "X-My-Secret", "webhook_secret": secret})
    body = post(SMS).body
    assert gateway.inbound(WebCall("POST", b"", {"x-my-secret": secret}, body)) == (INBOUND,)
    for headers in ({}, {"x-my-secret": ""}, {"x-my-secret": f"{secret}x"}, {"authorization": secret}):
        with pytest.raises(Unauthentic):
            gateway.inbound(WebCall("POST", b"", headers, body))
        with pytest.raises(Unauthentic):
            gateway.receipt(WebCall("POST", b"", headers, report().body))


def test_a_gate_for_which_both_are_set_must_do_both():
    gateway = make("link", {**OPTIONS, "webhook_header": "X-My-Secret", "webhook_secret": "header"})
    both = {"authorization": basic("link", WEB_PASSWORD), "x-my-secret": "header"}
    assert gateway.inbound(replace(post(SMS), headers=both)) == (INBOUND,)
    for left_out in both:
        with pytest.raises(Unauthentic):
            gateway.inbound(replace(post(SMS), headers={k: v for k, v in both.items() if k != left_out}))


def test_without_either_every_call_is_refused():
    gateway = make("link", SENDING)
    for call in (post(SMS), post(SMS, basic("", "")), WebCall("POST", b"", {"": ""}, post(SMS).body)):
        with pytest.raises(Unauthentic):
            gateway.inbound(call)
        with pytest.raises(Unauthentic):
            gateway.receipt(call)


@pytest.mark.parametrize("option", ["webhook_username", "webhook_password", "webhook_header", "webhook_secret"])
def test_half_a_credential_is_a_mistake(option):
    with pytest.raises(ConfigError, match=r"'gateways.main' has one of webhook_\w+ and webhook_\w+; expected both"):
        make("link", {**SENDING, option: HIDDEN})


@pytest.mark.parametrize("option", sorted(SENDING))
def test_what_link_has_given_must_be_there(option):
    with pytest.raises(ConfigError, match=f"'gateways.main.{option}' is missing; expected a text"):
        make("link", {name: value for name, value in SENDING.items() if name != option})


def test_every_code_has_words():
    assert set(_link_codes.WORDS) >= {*TRANSIENT, *EXPIRED, *FAILED, 1001}
    assert all(_link_codes.WORDS.values())


def test_emoji_become_what_link_can_carry():
    sent = make("link", SENDING).request(replace(UCS2, text="Tillykke 🎂 👍🏽 🇩🇰 ❤️")).body
    assert json.loads(sent)["userData"] == "Tillykke □ OK DK ❤️"


def gateways_with(**options: object) -> Gateways:
    table = GatewayTable(NAME, "link", {**OPTIONS, **options})
    return Gateways(Config(domain="sms.firma.example", gateways={NAME: table}, source="smsdialog.toml"))


@pytest.mark.parametrize("row", ["1919 FIRMA", "1919 firma", "DK-1919 FIRMA", "1919"])
def test_a_keyword_on_a_short_number_says_whose_an_sms_is(row):
    gateways = gateways_with(receivers={row: "459192000002"})
    (sms,) = gateways.inbound(NAME, post(SMS))
    assert gateways.whose(sms) == "459192000002"


def test_a_number_below_a_short_number_says_whose_an_sms_is():
    gateways = gateways_with(receivers={"191912345678": "459192000003"})
    (sms,) = gateways.inbound(NAME, post({**SMS, "subNumber": 12345678}))
    assert gateways.whose(sms) == "459192000003"


@pytest.mark.parametrize("destination", ["DK-9192000123", "DK-459192000123", "+459192000123"])
def test_an_accounts_own_number_needs_no_row(destination):
    gateways = gateways_with()
    (sms,) = gateways.inbound(NAME, post({**SMS, "destination": destination}))
    assert gateways.whose(sms) == "459192000123"
