"""Jasmin: the exact request, what each answer means, and what its throwers call us with.

Requests, answers and calls are those of Jasmin 0.11.1 (HTTP API and its sources), November 2026.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import BadCall, ConfigError
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Outcome, Rate, Refused, Reply, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, PUBLIC_URL, TEXT, UCS2, Table, make

URL = "http://127.0.0.1:1401/send"
PASSWORD, TOKEN = f"{HIDDEN}-pass", f"{HIDDEN}-token&"
OPTIONS = {"url": URL, "username": "smsdialog", "password": PASSWORD, "token": TOKEN}
QUERY = urlencode({"token": TOKEN}).encode()
RECEIPT_QUERY = urlencode({"token": TOKEN, "reference": "r1"}).encode()
UUID = "07033084-5cfd-4812-90a4-e4d24ffb6e3d"
FORM = {"content-type": "application/x-www-form-urlencoded"}
MO = {"id": "m-1", "from": "4520123456", "to": "459192000123", "origin-connector": "smppc", "priority": "1"}
DLR = {"id": UUID, "level": "2", "connector": "smppc", "id_smsc": "7", "sub": "001", "dlvrd": "001", "text": "Hej"}


def post(query: bytes = QUERY, **fields: str) -> WebCall:
    return WebCall("POST", query, FORM, urlencode(fields).encode())


def get(query: bytes = QUERY, **fields: str) -> WebCall:
    return WebCall("GET", query + b"&" + urlencode(fields).encode())


def mo(octets: bytes, coding: str = "0", **more: str) -> WebCall:
    return post(**{**MO, "coding": coding, "binary": octets.hex(), "content": "?", **more})


def sms(text: str) -> InboundSms:
    return InboundSms(NAME, "m-1", "+4520123456", "459192000123", text)


def request(**fields: str) -> HttpRequest:
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    return HttpRequest("POST", URL, headers=headers, body=urlencode(fields).encode())


def error(status: int, words: str) -> HttpResponse:
    return HttpResponse(status, f'Error "{words}"'.encode())


def answered(
    status: int, words: str, kind: type[Refused] | type[Later] | type[Unknown]
) -> tuple[HttpResponse, Outcome]:
    """What Jasmin says in its own words, and that it is said on."""
    return error(status, words), kind(said(status, words))


def said(status: int, words: str) -> str:
    return f"Jasmin: {status} {words}"


NO_ROUTE = "No route found"
BUSY = "Failover route has no bound connectors"
NO_MONEY = "Cannot charge submit_sm, check RouterPB log file for details"
NOT_ALLOWED = "Authorization failed for user [smsdialog] (Setting source address not authorized)."
DLR_FIELDS = {"dlr": "yes", "dlr-level": "3", "dlr-method": "POST"}
DLR_URL = f"https://sms.firma.example/receipt/main?token={HIDDEN}-token%26&reference="
SENT = {"username": "smsdialog", "password": PASSWORD, "from": "459192000123"}

TABLE = Table(
    options={**OPTIONS, "dlr_level": 3, "dlr_method": "POST"},
    source="Jasmin 0.11.1, HTTP API, endpoints/send.py and routing/throwers.py, November 2026",
    requests=(
        (
            GSM7,
            request(
                **SENT, to="4520123456", coding="0", content=TEXT, **DLR_FIELDS, **{"dlr-url": f"{DLR_URL}r1"}
            ),
        ),
        (
            UCS2,
            request(
                **SENT,
                to="46701234567",
                coding="8",
                **{"hex-content": "00540061006b0020d83dde00"},
                **DLR_FIELDS,
                **{"dlr-url": f"{DLR_URL}r2"},
            ),
        ),
    ),
    answers=(
        (HttpResponse(200, f'Success "{UUID}"'.encode()), Accepted(UUID)),
        answered(400, "Argument [to] has an invalid value: [x].", Refused),
        answered(400, "Argument [password] has an invalid value.", Misconfigured),
        answered(400, "Mandatory argument [to] is not found.", Misconfigured),
        answered(400, NOT_ALLOWED, Misconfigured),
        answered(403, "Authentication failure for username:x", Misconfigured),
        answered(403, NO_MONEY, Credit),
        answered(403, "User throughput exceeded", Rate),
        answered(403, "what?", Misconfigured),
        answered(412, NO_ROUTE, Misconfigured),
        answered(412, BUSY, Later),
        answered(500, "Cannot send submit_sm, check", Later),
        answered(500, "Unknown error: x", Unknown),
        answered(503, "InterceptorPB not connected !", Later),
        (HttpResponse(503, b"busy"), Later(said(503, "busy"))),
        (HttpResponse(404, b"<html>"), Misconfigured(said(404, "<html>"))),
        (HttpResponse(200, b"Success"), Unknown(said(200, "Success"))),
        (HttpResponse(200, b'Error "x"'), Unknown(said(200, "x"))),
        (HttpResponse(302, f'Success "{UUID}"'.encode()), Unknown(said(302, f'Success "{UUID}"'))),
        (HttpResponse(500, b""), Unknown("Jasmin: 500")),
    ),
    inbound=(mo(b"Hej \x1d\x0c\x0f \x1be"), sms("Hej æøå €")),
    more_inbound=(
        (mo("Tak 😀\nBo".encode("utf-16-be"), "8"), (sms("Tak 😀\nBo"),)),
        (mo("Tak æ".encode("utf-16-be"), "24"), (sms("Tak æ"),)),
        (mo("Tak æ".encode("latin-1"), "3"), (sms("Tak æ"),)),
        (mo("Tak æ".encode("latin-1"), "0"), (sms("Tak æ"),)),
        (mo(b"Tak", "241"), (sms("Tak"),)),
        # What Jasmin 0.11.1 really sends: not the number, but the octet.
        (mo("Tak 😀".encode("utf-16-be"), "\x08"), (sms("Tak 😀"),)),
        (mo("Tak æ".encode("latin-1"), "\x03"), (sms("Tak æ"),)),
        (mo(b"Hej \x1d", "\x00"), (sms("Hej æ"),)),
        (WebCall("POST", QUERY, FORM, urlencode(MO).encode() + b"&coding=%F1&binary=54616b"), (sms("Tak"),)),
        (mo(b"", "0"), (sms(""),)),
        (post(**{**MO, "content": "Hej æ"}), (sms("Hej æ"),)),
        (get(**{**MO, "coding": "0", "binary": b"Hej".hex()}), (sms("Hej"),)),
    ),
    receipts=(
        *(
            (post(RECEIPT_QUERY, message_status=status, **DLR), Receipt(NAME, "r1", UUID, delivery, status))
            for status, delivery in {
                "DELIVRD": Delivery.DELIVERED,
                "EXPIRED": Delivery.EXPIRED,
                "UNDELIV": Delivery.FAILED,
                "REJECTD": Delivery.FAILED,
                "DELETED": Delivery.FAILED,
                "ACCEPTD": Delivery.ON_ITS_WAY,
                "ENROUTE": Delivery.ON_ITS_WAY,
                "UNKNOWN": Delivery.ON_ITS_WAY,
                "ESME_ROK": Delivery.ON_ITS_WAY,
                "ESME_RINVDSTADR": Delivery.FAILED,
                "ESME_RTHROTTLED": Delivery.ON_ITS_WAY,
                "something new": Delivery.ON_ITS_WAY,
            }.items()
        ),
        (
            post(RECEIPT_QUERY, message_status="UNDELIV", err="069", **DLR),
            Receipt(NAME, "r1", UUID, Delivery.FAILED, "UNDELIV 069"),
        ),
        (
            get(RECEIPT_QUERY, message_status="DELIVRD", err="000", **DLR),
            Receipt(NAME, "r1", UUID, Delivery.DELIVERED, "DELIVRD"),
        ),
    ),
    unauthentic=(
        post(b"", **MO, binary=""),
        post(b"token=", **MO, binary=""),
        post(b"token=other", **MO, binary=""),
        post(b"", **MO, binary="", token=TOKEN),
    ),
    nonsense=(
        post(),
        post(**MO, binary="x"),
        post(**{**MO, "to": "", "binary": ""}),
        WebCall("PUT", QUERY),
    ),
    reply=Reply(body=b"ACK/Jasmin"),
    receipt_reply=Reply(body=b"ACK/Jasmin"),
)  # fmt: skip


@pytest.mark.parametrize(("public_url", "token"), [("", TOKEN), (PUBLIC_URL, "")])
def test_no_receipt_is_asked_for_where_jasmin_cannot_reach_us_or_would_not_be_let_in(public_url, token):
    asked = make("jasmin", {**OPTIONS, "token": token}, public_url=public_url).request(GSM7)
    assert not [name for name, _ in parse_qsl(asked.body.decode()) if name.startswith("dlr")]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("url", "127.0.0.1:1401", "expected the URL of /send"),
        ("dlr_level", 4, "expected 1, 2 or 3"),
        ("dlr_method", "PUT", "expected GET or POST"),
        ("password", "seventeen letters", "Jasmin takes 1 to 16 characters"),
        ("username", "", "Jasmin takes 1 to 16 characters"),
    ],
)
def test_what_jasmin_would_not_take_is_said_at_once(option, value, said):
    with pytest.raises(ConfigError, match=f"'gateways.main.{option}' is wrong; {said}"):
        make("jasmin", {**OPTIONS, option: value})


def test_a_receipt_names_its_sms_in_the_url():
    with pytest.raises(BadCall, match="reference and message_status"):
        make("jasmin", OPTIONS).receipt(post(QUERY, message_status="DELIVRD", reference="r1"))


def test_the_text_is_read_from_its_octets_whatever_jasmin_made_of_it():
    (found,) = make("jasmin", OPTIONS).inbound(mo("Привет".encode("utf-16-be"), "8", content="\ufffd\ufffd"))
    assert isinstance(found, InboundSms)
    assert found.text == "Привет"
