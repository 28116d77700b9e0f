"""The profile for inMobile. Source: inMobile's OpenAPI document of its API v4."""

from __future__ import annotations

from dataclasses import replace

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.gateways import Accepted, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.http_calls import RECEIPT_URL, TOKEN, answer, basic, json_request, posted
from tests.gateways.table import GSM7, HIDDEN, NAME, TEXT, UCS2, Table, make

API_KEY = f"{HIDDEN}-api"
OPTIONS = {"profile": "inmobile", "api_key": API_KEY, "token": TOKEN}
URL = "https://api.inmobile.com/v4/sms/outgoing"


def request(sms: object, to: str, country: str, text: str, encoding: str, reference: str) -> tuple[object, HttpRequest]:
    message = {
        "to": to,
        "countryHint": country,
        "from": "459192000123",
        "text": text,
        "encoding": encoding,
        "messageId": reference,
        "statusCallbackUrl": RECEIPT_URL + reference,
    }
    return sms, json_request(URL, {"messages": [message]}, basic("smsdialog", API_KEY))


def row(*, valid: bool) -> HttpResponse:
    details = {"countryCode": "45", "phoneNumber": "20123456", "isValidMsisdn": valid}
    return answer(200, {"results": [{"messageId": "r1", "smsCount": 1, "encoding": "gsm7", "numberDetails": details}]})


def error(status: int, words: str) -> HttpResponse:
    return answer(status, {"errorMessage": words, "details": []})


def report(state: int, words: str, **more: object) -> WebCall:
    info = {"stateCode": state, "stateDescription": words, "doneTime": "2026-11-22T09:00:00Z", **more}
    return posted({"reports": [{"messageId": "r1", "deliveryInfo": info}]}, path="/receipt/main", token=TOKEN)


def receipt(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", "r1", delivery, reason, happened_at=1_795_338_000.0)


SMS = {
    "from": {"countryCode": "45", "phoneNumber": "20123456", "rawSource": "4520123456", "isValidMsisdn": True},
    "to": {"countryCode": "45", "phoneNumber": "9192000123", "msisdn": "459192000123"},
    "text": TEXT,
    "receivedAt": "2026-11-22T09:00:00Z",
}
OURS = InboundSms(NAME, "", "+4520123456", "459192000123", TEXT, 1_795_338_000.0)

TABLE = Table(
    options=OPTIONS,
    source="inMobile, OpenAPI document of API v4, 2026-11",
    requests=(
        request(GSM7, "4520123456", "45", TEXT, "gsm7", "r1"),
        request(UCS2, "46701234567", "46", "Tak 😀", "ucs2", "r2"),
    ),
    answers=(
        (row(valid=True), Accepted("r1")),
        (row(valid=False), Refused("inMobile: 200 false (the number is not valid)")),
        (error(400, "Invalid messages"), Refused("inMobile: 400 Invalid messages")),
        (error(401, "Unauthorized"), Misconfigured("inMobile: 401 Unauthorized")),
        (HttpResponse(429, b""), Rate("inMobile: 429")),
        (error(500, "Internal server error"), Unknown("inMobile: 500 Internal server error")),
        (HttpResponse(503, b""), Later("inMobile: 503")),
        (answer(200, {"results": []}), Unknown('inMobile: 200 {"results":[]}')),
    ),
    inbound=(posted({"messages": [SMS]}, token=TOKEN), OURS),
    more_inbound=(
        (
            posted({"messages": [SMS, {**SMS, "text": "😀"}]}, token=TOKEN),
            (OURS, replace(OURS, text="😀")),
        ),
    ),
    receipts=(
        (report(1, "Delivered"), receipt(Delivery.DELIVERED, "1 Delivered")),
        (report(0, "Unknown"), receipt(Delivery.ON_ITS_WAY, "0 Unknown")),
        (
            report(-1, "Failed", errorCode=-3, errorDescription="Invalid mobile number"),
            receipt(Delivery.FAILED, "-1 -3 Invalid mobile number"),
        ),
        (report(-2, "Cancelled"), receipt(Delivery.FAILED, "-2 Cancelled")),
    ),
    unauthentic=(posted({"messages": [SMS]}), posted({"messages": [SMS]}, token="other")),
    ignored=(),
    nonsense=(posted({}, token=TOKEN), posted({"messages": [{}], "reports": [{}]}, token=TOKEN)),
)


def test_only_its_networks_may_call_if_the_table_says_so():
    networks = {"type": "ip", "allow": ["46.36.205.80/28", "185.221.37.96/28"]}
    gateway = make("http", {**OPTIONS, "checks": [networks]})
    call = replace(TABLE.inbound[0], query=b"", client="185.221.37.99")
    assert gateway.inbound(call) == (OURS,)
