"""The profile for sms.dk. Source: its API documentation and clients of it; SMS come in as with its sister CPSMS."""

from __future__ import annotations

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.http_calls import RECEIPT_URL, TOKEN, answer, form, got, json_request
from tests.gateways.table import GSM7, HIDDEN, NAME, TEXT, UCS2, Table, make

API_KEY = f"{HIDDEN}-api"
OPTIONS = {"profile": "smsdk", "api_key": API_KEY, "token": TOKEN}


def request(sms: object, to: int, text: str, kind: str, reference: str) -> tuple[object, HttpRequest]:
    document = {
        "receiver": to,
        "senderName": "459192000123",
        "message": text,
        "format": kind,
        "encoding": "utf8",
        "dlrUrl": RECEIPT_URL + reference,
    }
    url = "https://api.sms.dk/v1/sms/send"
    return sms, json_request(url, document, ("Authorization", f"Bearer {API_KEY}"))


def taken(status: int = 200) -> HttpResponse:
    report = {"accepted": [{"receiver": 4520123456}], "rejected": []}
    result = {"totalCreditSum": 0.25, "messageSize": 1, "batchId": "b1", "report": report}
    return answer(status, {"status": "success", "messageCode": 5000, "result": result})


def rejected(status: int) -> HttpResponse:
    report = {"accepted": [], "rejected": [{"receiver": 4520123456, "reason": "invalid number"}]}
    said = {"status": "error", "messageCode": 1059, "message": "See rejected array", "result": {"report": report}}
    return answer(status, said)


def error(status: int, code: int, words: str) -> HttpResponse:
    return answer(status, {"status": "error", "messageCode": code, "message": words})


def report(status: str) -> WebCall:
    return got("/receipt/main", token=TOKEN, reference="r1", dlrStatus=status)


def receipt(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", "", delivery, reason)


SMS = {"from": "4520123456", "number": "459192000123", "message": TEXT}
OURS = InboundSms(NAME, "", "+4520123456", "459192000123", TEXT)

TABLE = Table(
    options=OPTIONS,
    source="sms.dk, REST API v1, 2026-11",
    requests=(
        request(GSM7, 4520123456, TEXT, "gsm", "r1"),
        request(UCS2, 46701234567, "Tak 😀", "unicode", "r2"),
    ),
    answers=(
        (taken(), Accepted("b1")),
        (taken(207), Accepted("b1")),
        (rejected(207), Refused("sms.dk: 207 1059 invalid number (every recipient was rejected)")),
        (rejected(400), Refused("sms.dk: 400 1059 invalid number (every recipient was rejected)")),
        *(
            (error(400, code, "wrong"), Refused(f"sms.dk: 400 {code} wrong"))
            for code in (1002, 1003, 1004, 1009, 1010, 1011, 1012, 1013, 1014, 1015)
        ),
        (
            error(409, 1017, "sender"),
            Misconfigured("sms.dk: 409 1017 sender (the sender has not been approved)"),
        ),
        (error(400, 1030, "Insufficient credits"), Credit("sms.dk: 400 1030 Insufficient credits")),
        (HttpResponse(401, b""), Misconfigured("sms.dk: 401")),
        (HttpResponse(429, b""), Rate("sms.dk: 429")),
        (HttpResponse(500, b""), Unknown("sms.dk: 500")),
        (HttpResponse(503, b""), Later("sms.dk: 503")),
        (answer(200, {"status": "success"}), Unknown('sms.dk: 200 {"status":"success"}')),
    ),
    inbound=(got(token=TOKEN, **SMS), OURS),
    more_inbound=((form(SMS, token=TOKEN), (OURS,)),),
    receipts=(
        (report("1"), receipt(Delivery.DELIVERED, "1 (delivered)")),
        (report("0"), receipt(Delivery.ON_ITS_WAY, "0 (pending)")),
        (report("8"), receipt(Delivery.ON_ITS_WAY, "8 (pending)")),
        (report("2"), receipt(Delivery.FAILED, "2 (failed)")),
        (report("4"), receipt(Delivery.EXPIRED, "4 (expired)")),
        (report("16"), receipt(Delivery.ON_ITS_WAY, "16 (the operator does not say)")),
    ),
    unauthentic=(got(**SMS), got(token="other", **SMS)),
    nonsense=(got(token=TOKEN), got(token=TOKEN, dlrStatus="1")),
)


def test_what_is_left_is_told():
    said = answer(200, {"status": "success", "messageCode": 5005, "result": 700.2})
    assert make("http", OPTIONS).balance(lambda request: said) == "700.2"
