"""The profile for ClickSend. Source: its API reference and SDKs; the codes of receipts as its users see them."""

from __future__ import annotations

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.http_calls import TOKEN, answer, basic, form, json_request, posted
from tests.gateways.table import GSM7, HIDDEN, NAME, TEXT, UCS2, Table, make

API_KEY = f"{HIDDEN}-api"
OPTIONS = {"profile": "clicksend", "username": "firma", "api_key": API_KEY, "token": TOKEN}
URL = "https://rest.clicksend.com/v3/sms/send"


def request(sms: object, to: str, text: str, reference: str) -> tuple[object, HttpRequest]:
    message = {
        "from": "+459192000123",
        "to": to,
        "body": text,
        "source": "smsdialog",
        "custom_string": reference,
    }
    return sms, json_request(URL, {"messages": [message]}, basic("firma", API_KEY))


def row(status: str) -> HttpResponse:
    data = {"total_count": 1, "messages": [{"message_id": "c1", "status": status, "custom_string": "r1"}]}
    said = {"http_code": 200, "response_code": "SUCCESS", "response_msg": "Messages queued for delivery.", "data": data}
    return answer(200, said)


def failed(status: int, code: str, words: str) -> HttpResponse:
    return answer(status, {"http_code": status, "response_code": code, "response_msg": words, "data": None})


def said(status: str) -> str:
    return f"ClickSend: 200 {status} Messages queued for delivery."


def report(code: str, words: str, **more: str) -> WebCall:
    fields = {"timestamp": 1795338000, "message_id": "c1", "status_code": code, "status_text": words}
    return form({**fields, "custom_string": "r1", **more}, path="/receipt/main", token=TOKEN)


def receipt(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", "c1", delivery, reason, happened_at=1_795_338_000.0)


SMS = {
    "timestamp": 1795338000,
    "from": "+4520123456",
    "body": TEXT,
    "to": "+459192000123",
    "message_id": "i1",
    "original_body": "x",
}
OURS = InboundSms(NAME, "i1", "+4520123456", "+459192000123", TEXT, 1_795_338_000.0)

TABLE = Table(
    options=OPTIONS,
    source="ClickSend, REST API v3, 2026-11",
    requests=(request(GSM7, "+4520123456", TEXT, "r1"), request(UCS2, "+46701234567", "Tak 😀", "r2")),
    answers=(
        (row("SUCCESS"), Accepted("c1")),
        (row("INVALID_RECIPIENT"), Refused(said("INVALID_RECIPIENT"))),
        (row("COUNTRY_NOT_ENABLED"), Refused(said("COUNTRY_NOT_ENABLED"))),
        (row("INVALID_SENDER_ID"), Misconfigured(said("INVALID_SENDER_ID"))),
        (row("INSUFFICIENT_CREDIT"), Credit(said("INSUFFICIENT_CREDIT"))),
        (row("THROTTLED"), Rate(said("THROTTLED"))),
        (row("PONDERING"), Unknown(said("PONDERING"))),
        (failed(400, "BAD_REQUEST", "Bad"), Refused("ClickSend: 400 BAD_REQUEST Bad")),
        (failed(401, "UNAUTHORIZED", "No"), Misconfigured("ClickSend: 401 UNAUTHORIZED No")),
        (failed(429, "TOO_MANY", "Slow"), Rate("ClickSend: 429 TOO_MANY Slow")),
        (failed(500, "ERROR", "Oops"), Unknown("ClickSend: 500 ERROR Oops")),
        (HttpResponse(503, b""), Later("ClickSend: 503")),
    ),
    inbound=(form(SMS, token=TOKEN), OURS),
    more_inbound=((posted(SMS, token=TOKEN), (OURS,)),),
    receipts=(
        (report("201", "Delivered"), receipt(Delivery.DELIVERED, "201 Delivered")),
        (report("200", "Sent"), receipt(Delivery.ON_ITS_WAY, "200 Sent")),
        (report("300", "Temporary"), receipt(Delivery.ON_ITS_WAY, "300 Temporary")),
        (
            report("301", "Failed", error_code="302", error_text="Unknown number"),
            receipt(Delivery.FAILED, "301 302 Unknown number"),
        ),
    ),
    unauthentic=(form(SMS), form(SMS, token="other")),
    nonsense=(posted([], token=TOKEN), form({}, token=TOKEN), posted("", token=TOKEN)),
)


def test_what_is_left_is_told():
    said = answer(200, {"data": {"balance": "12.5", "_currency": {"currency_name_short": "DKK"}}})
    assert make("http", OPTIONS).balance(lambda request: said) == "12.5 DKK"


def test_a_receipt_that_uses_other_codes_is_read_as_the_table_says():
    gateway = make("http", {**OPTIONS, "receipt": {"statuses": {"209": "delivered"}}})
    assert gateway.receipt(report("209", "Read")) == (receipt(Delivery.DELIVERED, "209 Read"),)
    assert gateway.receipt(report("301", "Failed")) == (receipt(Delivery.FAILED, "301 Failed"),)
