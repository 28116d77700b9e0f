"""46elks: the exact request, what each answer means, and what it calls us with.

Requests, answers and calls are those of the pages "Send SMS", "Receive an SMS", "SMS delivery reports" and "Update
account information" of 46elks, read in November 2026; its errors are plain words that are listed nowhere.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from urllib.parse import parse_qsl, quote_plus, urlencode

import pytest

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import BadCall, ConfigError, Unauthentic
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, PUBLIC_URL, TEXT, UCS2, Table, make

PASSWORD, TOKEN = f"{HIDDEN}-password", f"{HIDDEN}-tøken&x"
OPTIONS = {"username": "u123", "password": PASSWORD, "token": TOKEN}
BASIC = ("Authorization", "Basic " + base64.b64encode(f"u123:{PASSWORD}".encode()).decode())
QUOTED = quote_plus(TOKEN)
ID = "s3633fa8e62f823e52fbc67ebf6925ab5"


def asked(**fields: str) -> HttpRequest:
    headers = (BASIC, ("Content-Type", "application/x-www-form-urlencoded"))
    body = "&".join(f"{name.rstrip('_')}={quote_plus(value)}" for name, value in fields.items())
    return HttpRequest("POST", "https://api.46elks.com/a1/sms", headers=headers, body=body.encode())


def whendelivered(reference: str) -> str:
    return f"{PUBLIC_URL}/receipt/main?token={QUOTED}&reference={reference}"


def taken(**fields: object) -> HttpResponse:
    sms = {"status": "created", "direction": "outgoing", "from": "Firma", "to": "+4520123456", "parts": 1, "cost": 5200}
    return HttpResponse(200, json.dumps({**sms, "id": ID, **fields}).encode())


def refused(status: int, words: str, **headers: str) -> HttpResponse:
    return HttpResponse(status, words.encode(), headers)


def post(fields: dict[str, str], query: str = f"token={QUOTED}") -> WebCall:
    return WebCall("POST", query.encode(), {}, urlencode(fields).encode())


SMS = {
    "direction": "incoming",
    "id": "sf8425555e5d8db61dda7a7b3f1b91bdb",
    "from": "+4520123456",
    "to": "+4552512345",
    "created": "2018-07-13T13:57:23.741000",
    "message": TEXT,
}
CREATED = 1_531_490_243.741
INBOUND = InboundSms(NAME, SMS["id"], "+4520123456", "+4552512345", TEXT, CREATED)


def report(query: str = f"token={QUOTED}&reference=r1", **fields: str) -> WebCall:
    return post({"id": ID, **fields}, query)


TABLE = Table(
    options=OPTIONS,
    source="46elks, docs: Send SMS, Receive an SMS, SMS delivery reports, 2026-11",
    requests=(
        (
            GSM7,
            asked(from_="+459192000123", to="+4520123456", message=TEXT, whendelivered=whendelivered("r1")),
        ),
        (
            UCS2,
            asked(from_="+459192000123", to="+46701234567", message="Tak 😀", whendelivered=whendelivered("r2")),
        ),
        (
            replace(GSM7, sender="Firma"),
            asked(from_="Firma", to="+4520123456", message=TEXT, whendelivered=whendelivered("r1")),
        ),
    ),
    answers=(
        (taken(), Accepted(ID)),
        (taken(status="sent"), Accepted(ID)),
        (taken(status="delivered"), Accepted(ID)),
        (taken(status="failed"), Refused("46elks: 200 failed")),
        (taken(status="asleep"), Unknown("46elks: 200 asleep")),
        (HttpResponse(200, b'{"status": "created"}'), Unknown("46elks: 200 created")),
        (HttpResponse(200, b"OK"), Unknown("46elks: 200 OK")),
        (HttpResponse(201, taken().body), Unknown("46elks: 201 created")),
        (refused(400, "Missing key to"), Refused("46elks: 400 Missing key to")),
        (
            refused(401, "API access requires Basic HTTP authentication"),
            Misconfigured("46elks: 401 API access requires Basic HTTP authentication"),
        ),
        (refused(403, "This account may not."), Misconfigured("46elks: 403 This account may not.")),
        (refused(402, "No."), Credit("46elks: 402 No.")),
        (refused(403, "Not enough credits"), Credit("46elks: 403 Not enough credits")),
        (refused(400, "Your balance is too low"), Credit("46elks: 400 Your balance is too low")),
        (refused(404, "No such page"), Misconfigured("46elks: 404 No such page")),
        (refused(429, "Slow down", **{"retry-after": "3"}), Rate("46elks: 429 Slow down", 3.0)),
        (refused(503, "Away"), Later("46elks: 503 Away")),
        (refused(500, "Not enough credits"), Unknown("46elks: 500 Not enough credits")),
        (HttpResponse(502, b"<html>"), Unknown("46elks: 502 <html>")),
    ),
    inbound=(post(SMS), INBOUND),
    more_inbound=(
        (
            post({**SMS, "message": "Tak 😀 & på gensyn +1=2", "from": "Firma"}),
            (replace(INBOUND, text="Tak 😀 & på gensyn +1=2", sender="Firma"),),
        ),
        (post({**SMS, "message": "", "created": "soon"}), (replace(INBOUND, text="", sent_at=None),)),
    ),
    receipts=(
        (report(status="created"), Receipt(NAME, "r1", ID, Delivery.ON_ITS_WAY, "created")),
        (report(status="sent"), Receipt(NAME, "r1", ID, Delivery.ON_ITS_WAY, "sent")),
        (
            report(status="delivered", delivered="2018-07-13T13:57:23.741000"),
            Receipt(NAME, "r1", ID, Delivery.DELIVERED, "delivered", happened_at=CREATED),
        ),
        (report(status="failed"), Receipt(NAME, "r1", ID, Delivery.FAILED, "failed")),
        (report(status="lost at sea"), Receipt(NAME, "r1", ID, Delivery.ON_ITS_WAY, "lost at sea")),
    ),
    unauthentic=(
        post(SMS, ""),
        post(SMS, "token="),
        post(SMS, "token=other"),
        post(SMS, f"token={QUOTED}x"),
        post({**SMS, "token": TOKEN}, ""),
    ),
    nonsense=(
        post({}),
        post({"id": ID}),
        replace(post(SMS), method="GET"),
        WebCall("POST", f"token={QUOTED}".encode(), {}, b"&".join([b"a=1"] * 200)),
    ),
)


def test_without_a_token_no_receipts_are_asked_for_and_every_call_is_refused():
    gateway = make("elks", {**OPTIONS, "token": ""})
    assert "whendelivered" not in dict(parse_qsl(gateway.request(GSM7).body.decode()))
    for query in ("", "token=", f"token={QUOTED}"):
        with pytest.raises(Unauthentic):
            gateway.inbound(post(SMS, query))
        with pytest.raises(Unauthentic):
            gateway.receipt(report(query, status="sent"))


def test_without_a_public_url_no_receipts_are_asked_for():
    request = make("elks", OPTIONS, public_url="").request(GSM7)
    assert dict(parse_qsl(request.body.decode())) == {"from": "+459192000123", "to": "+4520123456", "message": TEXT}


def test_a_slash_at_the_end_of_our_address_changes_nothing():
    request = make("elks", OPTIONS, public_url=f"{PUBLIC_URL}/").request(GSM7)
    assert dict(parse_qsl(request.body.decode()))["whendelivered"] == whendelivered("r1")


def test_a_short_code_has_no_plus_sign():
    request = make("elks", OPTIONS).request(replace(GSM7, sender="1919"))
    assert dict(parse_qsl(request.body.decode()))["from"] == "1919"


@pytest.mark.parametrize("name", ["id", "from", "message"])
def test_an_sms_has_an_id_a_sender_and_a_text(name):
    with pytest.raises(BadCall, match="is missing"):
        make("elks", OPTIONS).inbound(post({key: value for key, value in SMS.items() if key != name}))


def test_what_says_that_it_goes_out_does_not_come_in():
    assert make("elks", OPTIONS).inbound(post({**SMS, "direction": "outgoing"})) == ()


def test_the_balance_is_counted_in_ten_thousandths():
    gateway, asked = make("elks", OPTIONS), []
    body = b'{"id": "u1", "currency": "SEK", "balance": 9670500}'
    assert gateway.balance(lambda request: asked.append(request) or HttpResponse(200, body)) == "967.05 SEK"
    assert asked == [HttpRequest("GET", "https://api.46elks.com/a1/me", headers=(BASIC,))]
    nothing = (HttpResponse(200, b"[]"), HttpResponse(401, body), HttpResponse(200, b'{"balance": "much"}'))
    for answer in (*nothing, HttpResponse(200, b'{"balance": true}')):
        assert gateway.balance(lambda request, answer=answer: answer) == ""


@pytest.mark.parametrize("option", ["username", "password"])
def test_what_46elks_needs_must_be_given(option):
    with pytest.raises(ConfigError, match=f"'gateways.main.{option}' is missing; expected a text"):
        make("elks", {name: value for name, value in OPTIONS.items() if name != option})


def test_the_url_must_be_one():
    with pytest.raises(ConfigError, match=r"'gateways.main.url' is wrong; expected an address"):
        make("elks", {**OPTIONS, "url": "api"})
