"""CPSMS: the exact request, successes and errors in one answer, and what it calls us with.

Requests and answers are those of api.cpsms.dk/documentation, read in November 2026. Its error codes are listed nowhere:
they are like HTTP statuses. What it calls for an SMS that comes in is known from customers' programs only.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import BadCall, ConfigError, Unauthentic
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, TEXT, UCS2, Table, make

KEY, TOKEN = f"{HIDDEN}-key", f"{HIDDEN}-token.~"
OPTIONS = {"username": "firma", "api_key": KEY, "token": TOKEN}
BASIC = ("Authorization", "Basic " + base64.b64encode(f"firma:{KEY}".encode()).decode())
ROW = {"to": "4520123456", "cost": 1, "smsAmount": 1}


def posted(document: str) -> HttpRequest:
    headers = (BASIC, ("Content-Type", "application/json"))
    return HttpRequest("POST", "https://api.cpsms.dk/v2/send", headers=headers, body=document.encode())


def dlr_url(reference: str) -> str:
    return f"https://sms.firma.example/receipt/main?token={TOKEN}%26reference={reference}"


def answer(status: int, **document: object) -> HttpResponse:
    return HttpResponse(status, json.dumps(document).encode())


def error(code: object, message: str = "No") -> dict[str, object]:
    return {"code": code, "message": message}


def get(**fields: str | bytes) -> WebCall:
    return WebCall("GET", urlencode(fields).encode())


SMS = {"from": "4520123456", "number": "4552512345", "message": TEXT}
INBOUND = InboundSms(NAME, "", "+4520123456", "4552512345", TEXT)


def called_back(status: str, query: bytes = b"&reference=r1") -> WebCall:
    """A call to the `dlr_url`: CPSMS makes an ampersand of the escape, and appends its own fields."""
    return WebCall("GET", b"token=" + TOKEN.encode() + query + f"&status={status}&receiver=4520123456".encode())


TABLE = Table(
    options=OPTIONS,
    source="CPSMS, api.cpsms.dk/documentation, 2026-11",
    requests=(
        (
            GSM7,
            posted(
                '{"to": "4520123456", "message": "Hej Bo\\nDin bil er færdig.", "from": "459192000123", '
                f'"encoding": "UTF-8", "format": "GSM", "reference": "r1", "dlr_url": "{dlr_url("r1")}"}}'
            ),
        ),
        (
            UCS2,
            posted(
                '{"to": "46701234567", "message": "Tak 😀", "from": "459192000123", '
                f'"encoding": "UTF-8", "format": "UNICODE", "reference": "r2", "dlr_url": "{dlr_url("r2")}"}}'
            ),
        ),
    ),
    answers=(
        (answer(200, success=[ROW]), Accepted()),
        (answer(200, success=[[{"to": "4520123456", "price": "1"}]]), Accepted()),
        (answer(207, success=[ROW], error=[error(409)]), Accepted()),
        (answer(207, error=[{**error(400, "Invalid number"), "to": "45"}]), Refused("CPSMS: 207 400 Invalid number")),
        (answer(200, success=[], error=error(400, "Invalid number")), Refused("CPSMS: 200 400 Invalid number")),
        (answer(200, error=error("402", "Not enough credit")), Credit("CPSMS: 200 402 Not enough credit")),
        (answer(200, error=error(401, "Wrong key")), Misconfigured("CPSMS: 200 401 Wrong key")),
        (answer(200, error=error(403, "Wrong IP")), Misconfigured("CPSMS: 200 403 Wrong IP")),
        (answer(200, error=error(409, "Conflict")), Refused("CPSMS: 200 409 Conflict")),
        (answer(200, error=error(429, "Slow down")), Rate("CPSMS: 200 429 Slow down")),
        (answer(200, error=error(503, "Away")), Later("CPSMS: 200 503 Away")),
        (answer(200, error=error(500, "Oh")), Unknown("CPSMS: 200 500 Oh")),
        (answer(200, error=error(200, "OK?")), Unknown("CPSMS: 200 OK?")),
        (answer(200, error=error(7, "Seven")), Unknown("CPSMS: 200 7 Seven")),
        (answer(400, error=error(400, "No text")), Refused("CPSMS: 400 No text")),
        (answer(400, error=error(402, "Not enough credit")), Credit("CPSMS: 400 402 Not enough credit")),
        (answer(401, error=error(401, "Wrong key")), Misconfigured("CPSMS: 401 Wrong key")),
        (answer(402), Credit("CPSMS: 402 {}")),
        (answer(409, error=error(409, "Sender")), Refused("CPSMS: 409 Sender")),
        (HttpResponse(403, b"Forbidden"), Misconfigured("CPSMS: 403 Forbidden")),
        (HttpResponse(429, b"", {"retry-after": "60"}), Rate("CPSMS: 429", 60.0)),
        (HttpResponse(503, b"Away"), Later("CPSMS: 503 Away")),
        (answer(500, error=error(400, "No text")), Unknown("CPSMS: 500 400 No text")),
        (
            answer(500, success=[ROW]),
            Unknown('CPSMS: 500 {"success": [{"to": "4520123456", "cost": 1, "smsAmount": 1}]}'),
        ),
        (HttpResponse(200, b"OK"), Unknown("CPSMS: 200 OK")),
        (answer(200, error=[]), Unknown('CPSMS: 200 {"error": []}')),
        (answer(200, error=["x"]), Unknown('CPSMS: 200 {"error": ["x"]}')),
    ),
    inbound=(get(token=TOKEN, **SMS), INBOUND),
    more_inbound=(
        (
            get(token=TOKEN, **{**SMS, "message": "Tak 😀 %26 & på gensyn +1"}),
            (replace(INBOUND, text="Tak 😀 %26 & på gensyn +1"),),
        ),
        (
            get(token=TOKEN, **{**SMS, "message": "på gensyn".encode("cp1252")}),
            (replace(INBOUND, text="på gensyn"),),
        ),
        (get(token=TOKEN, **{**SMS, "from": "Firma", "message": ""}), (replace(INBOUND, sender="Firma", text=""),)),
        (get(token=TOKEN, **{"from": "4520123456", "message": TEXT}), (replace(INBOUND, to=""),)),
    ),
    receipts=(
        (called_back("1"), Receipt(NAME, "r1", "", Delivery.DELIVERED, "CPSMS: 1 delivered")),
        (called_back("2"), Receipt(NAME, "r1", "", Delivery.FAILED, "CPSMS: 2 failed")),
        (called_back("4"), Receipt(NAME, "r1", "", Delivery.ON_ITS_WAY, "CPSMS: 4 waits for the phone")),
        (called_back("8"), Receipt(NAME, "r1", "", Delivery.FAILED, "CPSMS: 8 given up")),
        (called_back("16"), Receipt(NAME, "r1", "", Delivery.ON_ITS_WAY, "CPSMS: 16")),
        (called_back("1", b"%26reference=r1"), Receipt(NAME, "r1", "", Delivery.DELIVERED, "CPSMS: 1 delivered")),
    ),
    unauthentic=(
        get(**SMS),
        get(token="", **SMS),
        get(token="other", **SMS),
        get(token=f"{TOKEN}x", **SMS),
        get(token=b"\xff", **SMS),
        WebCall("POST", b"", {}, urlencode({"token": TOKEN, **SMS}).encode()),
    ),
    nonsense=(
        get(token=TOKEN),
        get(token=TOKEN, **{"from": "4520123456"}),
        get(token=TOKEN, message="Hej"),
        WebCall("POST", urlencode({"token": TOKEN, **SMS, "reference": "r1", "status": "1"}).encode()),
    ),
)


def test_the_names_of_what_comes_in_are_options():
    """What CPSMS calls us with is not documented."""
    names = {"inbound_from": "sender", "inbound_to": "receiver", "inbound_text": "text"}
    gateway = make("cpsms", {**OPTIONS, **names})
    call = get(token=TOKEN, sender="4520123456", receiver="4552512345", text=TEXT)
    assert gateway.inbound(call) == (INBOUND,)
    with pytest.raises(BadCall, match="expected sender and text"):
        gateway.inbound(get(token=TOKEN, **SMS))


@pytest.mark.parametrize("more", [{"token": ""}, {"public_url": ""}])
def test_no_receipt_is_asked_for_that_could_not_come(more):
    gateway = make("cpsms", {**OPTIONS, "token": more.get("token", TOKEN)}, more.get("public_url", "https://a.example"))
    assert "dlr_url" not in json.loads(gateway.request(GSM7).body)


def test_the_address_for_receipts_has_one_parameter_and_an_escaped_ampersand():
    """CPSMS appends `&status=`: an ampersand of ours would be taken for the end of the address."""
    address = json.loads(make("cpsms", OPTIONS, "https://a.example/sms/").request(GSM7).body)["dlr_url"]
    assert address == f"https://a.example/sms/receipt/main?token={TOKEN}%26reference=r1"
    assert "&" not in address


@pytest.mark.parametrize("token", ["a&b", "a b", "a%26b", "æ", "a/b", "a+b", "a\n"])
def test_a_token_needs_no_escapes(token):
    with pytest.raises(ConfigError, match=r"'gateways.main.token' is wrong; expected letters, digits") as caught:
        make("cpsms", {**OPTIONS, "token": token})
    assert token not in str(caught.value).partition("expected")[0]


def test_without_a_token_every_call_is_refused():
    gateway = make("cpsms", {"username": "firma", "api_key": KEY})
    for call in (get(**SMS), get(token="", **SMS)):
        with pytest.raises(Unauthentic):
            gateway.inbound(call)
        with pytest.raises(Unauthentic):
            gateway.receipt(get(reference="r1", status="1"))


@pytest.mark.parametrize("query", [b"&reference=", b"&ref=r1", b""])
def test_a_receipt_names_reference_and_status(query):
    with pytest.raises(BadCall, match="reference and status"):
        make("cpsms", OPTIONS).receipt(called_back("1", query))
    with pytest.raises(BadCall, match="reference and status"):
        make("cpsms", OPTIONS).receipt(called_back(""))


@pytest.mark.parametrize(
    ("response", "left"),
    [
        (answer(200, credit="9.843,40"), "9843.40"),
        (answer(200, credit="1.234.567,00"), "1234567.00"),
        (answer(200, credit="1.234"), "1234"),
        (answer(200, credit="17"), "17"),
        (answer(200, credit=17), "17"),
        (answer(200, credit="12.5"), "12.5"),
        (answer(200, credit="unlimited"), "unlimited"),
        (answer(200), ""),
        (answer(401, credit="17"), ""),
    ],
)
def test_what_is_left_is_told_without_danish_dots_and_commas(response, left):
    asked = []
    gateway = make("cpsms", OPTIONS)
    assert gateway.balance(lambda request: asked.append(request) or response) == left
    assert asked == [HttpRequest("GET", "https://api.cpsms.dk/v2/creditvalue", headers=(BASIC,))]


@pytest.mark.parametrize("option", ["username", "api_key"])
def test_what_is_needed_must_be_given(option):
    with pytest.raises(ConfigError, match=f"'gateways.main.{option}' is missing; expected a text"):
        make("cpsms", {name: value for name, value in OPTIONS.items() if name != option})
