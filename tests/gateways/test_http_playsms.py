"""The profile for playSMS. Source: playSMS' webservices protocol, and its feature "SMS custom"."""

from __future__ import annotations

from urllib.parse import urlencode

from smsdialog.core.model import InboundSms
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Refused, Unknown
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.http_calls import FORM, TOKEN, answer, got
from tests.gateways.table import GSM7, HIDDEN, NAME, TEXT, UCS2, Table

WEBSERVICES_TOKEN = f"{HIDDEN}-webservices"
URL = "https://playsms.firma.example/index.php"
OPTIONS = {
    "profile": "playsms",
    "url": URL,
    "username": "firma",
    "webservices_token": WEBSERVICES_TOKEN,
    "token": TOKEN,
}


def request(sms: object, to: str, text: str, unicode: int) -> tuple[object, HttpRequest]:
    fields = {
        "app": "ws",
        "op": "pv",
        "format": "json",
        "u": "firma",
        "h": WEBSERVICES_TOKEN,
        "to": to,
        "from": "459192000123",
        "msg": text,
        "unicode": unicode,
        "nofooter": 1,
    }
    return sms, HttpRequest("POST", URL, headers=(("Content-Type", FORM),), body=urlencode(fields).encode())


def error(code: int, words: str) -> HttpResponse:
    return answer(200, {"status": "ERR", "error": str(code), "error_string": words})


SMS = {"from": "+4520123456", "to": "459192000123", "text": TEXT, "time": "2026-11-22 09:00:00"}

TABLE = Table(
    options=OPTIONS,
    source="playSMS, webservices protocol, 2026-11",
    requests=(request(GSM7, "+4520123456", TEXT, 0), request(UCS2, "+46701234567", "Tak 😀", 1)),
    answers=(
        (
            answer(
                200,
                {
                    "data": [{"status": "OK", "error": "0", "smslog_id": "17", "queue": "q1", "to": "4520123456"}],
                    "error_string": None,
                },
            ),
            Accepted("17"),
        ),
        (
            answer(200, {"data": [{"status": "ERR", "error": "200", "smslog_id": "0"}], "error_string": None}),
            Refused("playSMS: 200 200 (it could not be sent)"),
        ),
        (
            error(100, "authentication failed"),
            Misconfigured("playSMS: 200 100 authentication failed (user name or token are wrong)"),
        ),
        (error(101, "type"), Misconfigured("playSMS: 200 101 type (unknown operation)")),
        (error(102, "field"), Refused("playSMS: 200 102 field (a parameter is missing)")),
        (error(103, "credit"), Credit("playSMS: 200 103 credit (no credit left)")),
        (error(104, "token"), Misconfigured("playSMS: 200 104 token (no such webservices token)")),
        (error(105, "user"), Misconfigured("playSMS: 200 105 user (the user may not use webservices)")),
        (error(106, "IP"), Misconfigured("playSMS: 200 106 IP (not from this address)")),
        (error(201, "empty"), Refused("playSMS: 200 201 empty (recipient or text are empty)")),
        (error(501, "no data"), Unknown("playSMS: 200 501 no data")),
        (HttpResponse(500, b""), Unknown("playSMS: 500")),
        (HttpResponse(503, b""), Later("playSMS: 503")),
        (HttpResponse(200, b""), Unknown("playSMS: 200")),
    ),
    inbound=(
        got(token=TOKEN, **SMS),
        InboundSms(NAME, "", "+4520123456", "459192000123", TEXT, 1_795_338_000.0),
    ),
    unauthentic=(got(**SMS), got(token="other", **SMS)),
    nonsense=(got(token=TOKEN),),
)
