"""Kannel: the exact request, what each answer means, and what it calls us with.

Requests and answers are those of Kannel 1.4.5 (User's Guide, "Using the HTTP interface to smsbox" and
"Delivery reports"), as of Debian 12, read in November 2026.
"""

from __future__ import annotations

from urllib.parse import quote, quote_plus, urlencode

import pytest

from smsdialog.config import Config, GatewayTable
from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import BadCall, ConfigError, Unauthentic
from smsdialog.gateways import Accepted, Later, Misconfigured, Refused, Unknown, WebCall, kannel
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, TEXT, UCS2, Table, make

URL = "http://127.0.0.1:13013/cgi-bin/sendsms"
PASSWORD, TOKEN = f"{HIDDEN}-password", f"{HIDDEN}-token&%d"
OPTIONS = {"url": URL, "username": "smsdialog", "password": PASSWORD, "token": TOKEN}


def get(**fields: str | bytes) -> WebCall:
    return WebCall("GET", urlencode(fields).encode())


SMS = {"from": "+4520123456", "to": "459192000123", "text": TEXT, "coding": "0", "charset": "UTF-8", "id": "a-1"}
RECEIPT = {"token": TOKEN, "reference": "r1", "reply": "DELIVRD", "id": "f1"}

SENT = {"username": "smsdialog", "password": PASSWORD, "from": "459192000123", "to": "+4520123456"}
DLR_URL = f"https://sms.firma.example/receipt/main?token={HIDDEN}-token%26%25d&reference=r1&status=%d&reply=%A&id=%F"

TABLE = Table(
    options=OPTIONS,
    source="Kannel 1.4.5, User's Guide, chapter 6 and Delivery reports, November 2026",
    requests=(
        (
            GSM7,
            HttpRequest(
                "GET",
                URL,
                tuple(
                    {
                        **SENT,
                        "charset": "UTF-8",
                        "coding": "0",
                        "text": TEXT,
                        "dlr-mask": "27",
                        "dlr-url": DLR_URL,
                    }.items()
                ),
            ),
        ),
    ),
    answers=(
        (HttpResponse(202, b"0: Accepted for delivery"), Accepted()),
        (HttpResponse(202, b"3: Queued for later delivery"), Accepted()),
        (HttpResponse(400, b"Missing receiver"), Refused("Kannel: 400 Missing receiver")),
        (HttpResponse(403, b"Authorization failed"), Misconfigured("Kannel: 403 Authorization failed")),
        (HttpResponse(404, b""), Misconfigured("Kannel: 404 ")),
        (HttpResponse(503, b"Temporal failure"), Later("Kannel: 503 Temporal failure")),
        (HttpResponse(202, b"what?"), Unknown("Kannel: 202 what?")),
        (HttpResponse(200, b"0: Accepted for delivery"), Unknown("Kannel: 200 0: Accepted for delivery")),
        (HttpResponse(302, b""), Unknown("Kannel: 302 ")),
        (HttpResponse(500, b"\xff"), Unknown("Kannel: 500 \ufffd")),
    ),
    inbound=(
        get(token=TOKEN, time="2026-11-22 09:00", **SMS),
        InboundSms(NAME, "a-1", "+4520123456", "459192000123", TEXT, 1_795_338_000.0),
    ),
    receipts=tuple(
        (get(status=str(status), **RECEIPT), Receipt(NAME, "r1", "f1", delivery, "DELIVRD"))
        for status, delivery in {
            1: Delivery.DELIVERED,
            2: Delivery.FAILED,
            4: Delivery.ON_ITS_WAY,
            8: Delivery.ON_ITS_WAY,
            16: Delivery.FAILED,
            32: Delivery.ON_ITS_WAY,
            64: Delivery.ON_ITS_WAY,
        }.items()
    ),
    unauthentic=(
        get(**SMS),
        get(token="", **SMS),
        get(token="other", **SMS),
        get(token=f"{TOKEN}x", **SMS),
        get(token=b"\xff", **SMS),
    ),
    nonsense=(
        get(token=TOKEN),
        get(token=TOKEN, **{"from": "+4520123456"}),
    ),
)


@pytest.mark.parametrize(
    ("status", "reason"), [("2", "Kannel: 2 not delivered"), ("16", "Kannel: 16 refused by the operator")]
)
def test_a_failure_on_which_the_operator_says_nothing_has_a_reason_all_the_same(status, reason):
    call = get(status=status, **RECEIPT | {"reply": ""})
    assert make("kannel", OPTIONS).receipt(call)[0].reason == reason


def fields_of(request: HttpRequest) -> dict[str, str]:
    assert len(dict(request.params)) == len(request.params)
    return dict(request.params)


def request(sms=GSM7, public_url="", **more: str) -> HttpRequest:
    table = GatewayTable(NAME, "kannel", {**OPTIONS, **more})
    return kannel.create(table, Config("sms.firma.example", public_url=public_url)).request(sms)


def received(text: bytes, **fields: str) -> str:
    query = urlencode({"token": TOKEN, "from": "4520123456", "to": "459192000123", **fields}).encode()
    (sms,) = make("kannel", OPTIONS).inbound(WebCall("GET", query + b"&text=" + quote(text).encode()))
    return sms.text


def test_the_request_is_the_one_that_sendsms_wants():
    asked = request()
    assert (asked.method, asked.url, asked.headers, asked.body) == ("GET", URL, (), b"")
    assert fields_of(asked) == {
        "username": "smsdialog",
        "password": PASSWORD,
        "from": "459192000123",
        "to": "+4520123456",
        "charset": "UTF-8",
        "coding": "0",
        "text": TEXT,
    }


def test_what_gsm_7_lacks_is_sent_as_ucs_2():
    assert fields_of(request(UCS2))["coding"] == "2"
    assert fields_of(request(UCS2))["charset"] == "UTF-8"
    assert fields_of(request(UCS2))["text"] == "Tak 😀"


def test_one_of_several_smsc_may_be_named():
    assert fields_of(request(smsc="operator"))["smsc"] == "operator"


def test_without_a_token_no_receipts_are_asked_for_as_none_would_be_taken():
    fields = fields_of(request(public_url="https://sms.firma.example", token=""))
    assert not {"dlr-mask", "dlr-url"} & set(fields)


@pytest.mark.parametrize("public_url", ["https://sms.firma.example", "https://sms.firma.example/"])
def test_receipts_are_asked_for_where_kannel_can_reach_us(public_url):
    fields = fields_of(request(public_url=public_url))
    assert fields["dlr-mask"] == "27"
    assert fields["dlr-url"] == (
        f"https://sms.firma.example/receipt/main?token={HIDDEN}-token%26%25d&reference=r1&status=%d&reply=%A&id=%F"
    )


@pytest.mark.parametrize("url", ["smsbox:13013", "", "ftp://127.0.0.1/"])
def test_the_url_must_be_one(url):
    with pytest.raises(ConfigError, match=r"'gateways.main.url' is wrong; expected the URL of sendsms"):
        make("kannel", {**OPTIONS, "url": url})


@pytest.mark.parametrize("option", ["url", "username", "password"])
def test_what_sendsms_needs_must_be_given(option):
    with pytest.raises(ConfigError, match=f"'gateways.main.{option}' is missing; expected a text"):
        make("kannel", {name: value for name, value in OPTIONS.items() if name != option})


def test_without_a_token_every_call_is_refused():
    gateway = make("kannel", {name: value for name, value in OPTIONS.items() if name != "token"})
    for call in (get(**SMS), get(token="", **SMS)):
        with pytest.raises(Unauthentic):
            gateway.inbound(call)
        with pytest.raises(Unauthentic):
            gateway.receipt(get(reference="r1", status="1"))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Hej æøå €".encode(), {"charset": "UTF-8", "coding": "0"}),
        ("Hej æøå €".encode("utf-16-be"), {"charset": "UTF-16BE", "coding": "2"}),
        ("Hej æøå €".encode("utf-16-be"), {"coding": "2"}),
        ("Hej æøå €".encode(), {"coding": "0"}),
        ("Hej æøå €".encode(), {}),
        ("Hej æøå €".encode("cp1252"), {"charset": "WINDOWS-1252"}),
        ("Hej æøå €".encode("iso8859-15"), {"charset": "ISO-8859-15"}),
        ("Hej æøå €".encode(), {"charset": "no-such-charset"}),
        ("Hej æøå €".encode("cp1252"), {"charset": "UTF-8"}),
    ],
)
def test_a_text_is_read_in_the_charset_that_kannel_names(text, fields):
    assert received(text, **fields) == "Hej æøå €"


def test_emoji_and_line_breaks_arrive():
    assert received("Tak 😀\nBo & co. 100%+".encode("utf-16-be"), charset="UTF-16BE") == "Tak 😀\nBo & co. 100%+"


@pytest.mark.parametrize("charset", ["UTF-16BE", "UCS-2", "utf-16"])
def test_half_an_emoji_spoils_no_more_than_itself(charset):
    assert received("Tak ".encode("utf-16-be") + b"\xd8\x3d", charset=charset) == "Tak \ufffd"


def test_an_empty_sms_is_an_sms():
    assert received(b"") == ""


def test_senders_and_our_numbers_are_read_however_kannel_writes_them():
    call = get(token=TOKEN, text="x", **{"from": "004520123456", "to": "+459192000123"})
    (sms,) = make("kannel", OPTIONS).inbound(call)
    assert (sms.sender, sms.to, sms.gateway_id, sms.sent_at) == ("+4520123456", "459192000123", "", None)


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("2026-11-22 09:00", 1_795_338_000.0),
        ("2026-11-22 09:00:01", 1_795_338_001.0),
        ("yesterday", None),
        ("2026-13-22 09:00", None),
        ("", None),
    ],
)
def test_the_time_is_utc_and_may_be_missing(time, seconds):
    (sms,) = make("kannel", OPTIONS).inbound(get(token=TOKEN, time=time, **SMS))
    assert sms.sent_at == seconds


@pytest.mark.parametrize("fields", [{"status": "1"}, {"reference": "r1"}, {"reference": "r1", "status": "²"}])
def test_a_receipt_names_reference_and_status(fields):
    with pytest.raises(BadCall, match="reference and status"):
        make("kannel", OPTIONS).receipt(get(token=TOKEN, **fields))


def test_an_operators_long_answer_is_cut():
    (receipt,) = make("kannel", OPTIONS).receipt(get(token=TOKEN, reference="r1", status="2", reply="x" * 999))
    assert receipt.reason == "x" * 200


def test_an_answer_that_echoes_the_request_shows_no_secret_of_it():
    """What a provider says is shown to employees and kept for the operator."""
    gateway = make("kannel", OPTIONS, public_url="https://sms.firma.example")

    def echo(asked: HttpRequest) -> HttpResponse:
        return HttpResponse(400, b"error at GET /?" + urlencode(asked.params).encode())

    said = gateway.send(GSM7, echo)
    assert isinstance(said, Refused)
    assert "***" in said.reason
    for hidden in (PASSWORD, HIDDEN, GSM7.text, quote_plus(GSM7.text)):
        assert hidden not in said.reason
