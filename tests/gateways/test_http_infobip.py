"""The profile for Infobip. Source: Infobip's API reference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import Unauthentic
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.http_calls import RECEIPT_URL, TOKEN, answer, basic, json_request, posted
from tests.gateways.table import GSM7, HIDDEN, NAME, TEXT, UCS2, Table, make

API_KEY, PASSWORD = f"{HIDDEN}-api", f"{HIDDEN}-password"
BASE = "https://abc123.api.infobip.com"
OPTIONS = {"profile": "infobip", "base_url": BASE, "api_key": API_KEY, "token": TOKEN}


def request(sms: object, to: str, text: str, reference: str) -> tuple[object, HttpRequest]:
    message = {
        "sender": "459192000123",
        "destinations": [{"to": to, "messageId": reference}],
        "content": {"text": text},
        "webhooks": {
            "delivery": {"url": RECEIPT_URL + reference},
            "contentType": "application/json",
            "callbackData": reference,
        },
    }
    headers = (("Authorization", f"App {API_KEY}"),)
    return sms, json_request(f"{BASE}/sms/3/messages", {"messages": [message]}, *headers)


def row(group: int, name: str, description: str) -> HttpResponse:
    status = {"groupId": group, "name": name, "description": description}
    return answer(200, {"bulkId": "b1", "messages": [{"messageId": "r1", "status": status}]})


def report(group: int, name: str, error: dict[str, object] | None = None) -> WebCall:
    result = {
        "bulkId": "b1",
        "messageId": "r1",
        "to": "4520123456",
        "doneAt": "2026-11-22T09:00:00.000+0000",
        "callbackData": "r1",
        "status": {"groupId": group, "name": name},
        "error": error or {},
    }
    return posted({"results": [result]}, token=TOKEN)


def receipt(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", "r1", delivery, reason, happened_at=1_795_338_000.0)


SMS = {
    "messageId": "i1",
    "from": "4520123456",
    "to": "459192000123",
    "text": TEXT,
    "cleanText": TEXT,
    "keyword": "",
    "receivedAt": "2026-11-22T09:00:00.000+0000",
    "smsCount": 1,
}
OURS = InboundSms(NAME, "i1", "+4520123456", "459192000123", TEXT, 1_795_338_000.0)
ABSENT = {
    "groupName": "HANDSET_ERRORS",
    "id": 27,
    "name": "EC_ABSENT_SUBSCRIBER",
    "description": "Absent",
    "permanent": False,
}

TABLE = Table(
    options=OPTIONS,
    source="Infobip, SMS API v3 and inbound MO_JSON_2, 2026-11",
    requests=(request(GSM7, "4520123456", TEXT, "r1"), request(UCS2, "46701234567", "Tak 😀", "r2")),
    answers=(
        (row(1, "PENDING_ACCEPTED", "Message sent to next instance"), Accepted("r1")),
        (row(0, "ACCEPTED", "ok"), Accepted("r1")),
        (row(3, "DELIVERED_TO_HANDSET", "ok"), Accepted("r1")),
        (
            row(5, "REJECTED_PREFIX_MISSING", "Number prefix missing"),
            Refused("Infobip: 200 REJECTED_PREFIX_MISSING Number prefix missing"),
        ),
        (
            row(5, "REJECTED_NOT_ENOUGH_CREDITS", "Not enough credits"),
            Credit("Infobip: 200 REJECTED_NOT_ENOUGH_CREDITS Not enough credits"),
        ),
        (
            row(2, "UNDELIVERABLE_NOT_DELIVERED", "Message sent not delivered"),
            Refused("Infobip: 200 UNDELIVERABLE_NOT_DELIVERED Message sent not delivered"),
        ),
        (row(4, "EXPIRED_EXPIRED", "Message expired"), Refused("Infobip: 200 EXPIRED_EXPIRED Message expired")),
        (row(9, "STRANGE", "Strange"), Unknown("Infobip: 200 STRANGE Strange")),
        (answer(400, {"errorCode": "E400", "description": "Bad request"}), Refused("Infobip: 400 E400 Bad request")),
        (answer(401, {"errorCode": "E401", "description": "No"}), Misconfigured("Infobip: 401 E401 No")),
        (answer(403, {"errorCode": "E403", "description": "No"}), Misconfigured("Infobip: 403 E403 No")),
        (answer(429, {"errorCode": "E429", "description": "Slow"}), Rate("Infobip: 429 E429 Slow")),
        (answer(500, {"errorCode": "E500", "description": "Oops"}), Unknown("Infobip: 500 E500 Oops")),
        (HttpResponse(503, b""), Later("Infobip: 503")),
        (HttpResponse(200, b"{}"), Unknown("Infobip: 200 {}")),
    ),
    inbound=(posted({"results": [SMS], "messageCount": 1, "pendingMessageCount": 0}, token=TOKEN), OURS),
    more_inbound=(
        (
            posted({"results": [SMS, {**SMS, "messageId": "i2", "text": "😀"}]}, token=TOKEN),
            (OURS, replace(OURS, gateway_id="i2", text="😀")),
        ),
    ),
    receipts=(
        (report(3, "DELIVERED_TO_HANDSET"), receipt(Delivery.DELIVERED, "3 DELIVERED_TO_HANDSET (delivered)")),
        (report(0, "ACCEPTED"), receipt(Delivery.ON_ITS_WAY, "0 ACCEPTED (accepted)")),
        (report(1, "PENDING_ENROUTE"), receipt(Delivery.ON_ITS_WAY, "1 PENDING_ENROUTE (pending)")),
        (
            report(2, "UNDELIVERABLE_NOT_DELIVERED", ABSENT),
            receipt(Delivery.FAILED, "2 EC_ABSENT_SUBSCRIBER Absent (undeliverable)"),
        ),
        (report(4, "EXPIRED_EXPIRED"), receipt(Delivery.EXPIRED, "4 EXPIRED_EXPIRED (expired)")),
        (report(5, "REJECTED_NETWORK"), receipt(Delivery.FAILED, "5 REJECTED_NETWORK (rejected)")),
    ),
    unauthentic=(posted({"results": [SMS]}), posted({"results": [SMS]}, token="other")),
    ignored=(posted({"results": []}, token=TOKEN),),
    nonsense=(posted({}, token=TOKEN), posted([], token=TOKEN), posted({"results": [{}]}, token=TOKEN)),
)


def test_infobip_may_sign_in_by_basic_authentication():
    options = {**OPTIONS, "webhook_user": "infobip", "webhook_password": PASSWORD, "token": ""}
    name, header = basic("infobip", PASSWORD)
    call = posted({"results": [SMS]}, headers={name.lower(): header})
    assert make("http", options).inbound(call) == (OURS,)
    with pytest.raises(Unauthentic):
        make("http", options).inbound(posted({"results": [SMS]}))


def test_what_is_left_is_told():
    asked = []

    def perform(request: HttpRequest) -> HttpResponse:
        asked.append(request)
        return answer(200, {"balance": 47.79, "currency": "EUR"})

    assert make("http", OPTIONS).balance(perform) == "47.79 EUR"
    assert (asked[0].method, asked[0].url) == ("GET", f"{BASE}/account/1/balance")
    assert asked[0].headers == (("Authorization", f"App {API_KEY}"),)
