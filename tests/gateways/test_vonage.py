"""Vonage: the exact request, what each row of an answer means, and the calls that it signs.

Answers and calls are those of Vonage's documentation of the SMS API, and the signatures are the ones that its own
libraries are tested with; both read in November 2026.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from urllib.parse import parse_qsl, quote_plus, urlencode

import pytest

from smsdialog.core.model import Delivery, InboundSms, Receipt, Segment
from smsdialog.errors import BadCall, ConfigError, Unauthentic
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, NOW, PUBLIC_URL, TEXT, UCS2, Table, make

API_SECRET, SIGNATURE_SECRET, TOKEN = f"{HIDDEN}-api", f"{HIDDEN}-signature", f"{HIDDEN}-tøken"
OPTIONS = {"api_key": "abcd1234", "api_secret": API_SECRET, "signature_secret": SIGNATURE_SECRET, "token": TOKEN}
UNSIGNED = {**OPTIONS, "signature_secret": ""}
CALLBACK = f"{PUBLIC_URL}/receipt/main?token={quote_plus(TOKEN)}"
QUERY = f"token={quote_plus(TOKEN)}"
ID = "0A0000000123ABCD1"
AT = {"timestamp": str(int(NOW)), "nonce": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"}


def with_signature(fields: dict[str, str], secret: str = SIGNATURE_SECRET, algorithm: str = "sha256") -> dict[str, str]:
    """The fields and their `sig`, as the page on signing tells it."""
    text = "".join(f"&{name}={fields[name].replace('&', '_').replace('=', '_')}" for name in sorted(fields))
    if algorithm == "md5hash":
        return {**fields, "sig": hashlib.md5(text.encode() + secret.encode()).hexdigest()}
    return {**fields, "sig": hmac.digest(secret.encode(), text.encode(), algorithm).hex()}


def post(fields: dict[str, str], query: str = QUERY, at: float = NOW) -> WebCall:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return WebCall("POST", query.encode(), headers, urlencode(fields).encode(), received_at=at)


def get(fields: dict[str, str], query: str = QUERY) -> WebCall:
    return WebCall("GET", f"{query}&{urlencode(fields)}".encode(), received_at=NOW)


def post_json(fields: object, query: str = QUERY) -> WebCall:
    body = json.dumps(fields).encode()
    return WebCall("POST", query.encode(), {"content-type": "application/json"}, body, received_at=NOW)


def asked(**fields: str) -> HttpRequest:
    """What stands in the request besides the account and where receipts go."""
    named = {name.replace("_", "-").strip("-"): value for name, value in fields.items()}
    every = {"api_key": "abcd1234", "api_secret": API_SECRET, **named, "status-report-req": "1", "callback": CALLBACK}
    form = ("Content-Type", "application/x-www-form-urlencoded")
    return HttpRequest("POST", "https://rest.nexmo.com/sms/json", headers=(form,), body=urlencode(every).encode())


def answer(*rows: dict[str, str]) -> HttpResponse:
    return HttpResponse(200, json.dumps({"message-count": str(len(rows)), "messages": rows}).encode())


def row(status: str, words: str = "") -> dict[str, str]:
    if status != "0":
        return {"status": status, "error-text": words}
    return {"to": "4520123456", "message-id": ID, "status": "0", "remaining-balance": "3.14", "network": "23801"}


SMS = {
    "api-key": "abcd1234",
    "msisdn": "4520123456",
    "to": "4552512345",
    "messageId": ID,
    "text": TEXT,
    "type": "text",
    "keyword": "HEJ",
    "message-timestamp": "2026-11-22 09:00:00",
    **AT,
}
INBOUND = InboundSms(NAME, ID, "+4520123456", "4552512345", TEXT, 1_795_338_000.0)
PART = {**SMS, "concat": "true", "concat-ref": "A7", "concat-total": "2", "concat-part": "1"}
RECEIPT = {
    "msisdn": "4520123456",
    "to": "459192000123",
    "network-code": "23801",
    "messageId": ID,
    "price": "0.03330000",
    "scts": "2611220900",
    "api-key": "abcd1234",
    "client-ref": "r1",
    "message-timestamp": "2026-11-22 09:00:00",
    **AT,
}
MISCONFIGURED = ("2", "3", "4", "8", "11", "14", "15", "22", "23", "29", "32", "33")


def dlr(status: str, code: str = "0") -> WebCall:
    return post(with_signature({**RECEIPT, "status": status, "err-code": code}))


def receipt(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", ID, delivery, reason, ID, 1_795_338_000.0)


TABLE = Table(
    options=OPTIONS,
    source="Vonage, developer pages: SMS API, Inbound SMS, Delivery receipts, Signing messages, 2026-11",
    requests=(
        (GSM7, asked(from_="459192000123", to="4520123456", text=TEXT, type="text", client_ref="r1")),
        (UCS2, asked(from_="459192000123", to="46701234567", text="Tak 😀", type="unicode", client_ref="r2")),
        (
            replace(GSM7, sender="Firma"),
            asked(from_="Firma", to="4520123456", text=TEXT, type="text", client_ref="r1"),
        ),
    ),
    answers=(
        (answer(row("0")), Accepted(ID)),
        (answer(row("0"), {**row("0"), "message-id": "another"}), Accepted(ID)),
        (answer({"status": "0"}), Accepted("")),
        (
            answer(row("1", "Throughput Rate Exceeded - please wait [ 250 ] and retry")),
            Rate("Vonage: 200 1 Throughput Rate Exceeded - please wait [ 250 ] and retry", 0.25),
        ),
        (answer(row("1", "Throttled")), Rate("Vonage: 200 1 Throttled", 0.0)),
        (answer(row("5", "Internal Error")), Later("Vonage: 200 5 Internal Error")),
        (answer(row("6", "Unroutable")), Refused("Vonage: 200 6 Unroutable")),
        (answer(row("7", "Number barred")), Refused("Vonage: 200 7 Number barred")),
        (answer(row("9", "Quota Exceeded - rejected")), Credit("Vonage: 200 9 Quota Exceeded - rejected")),
        (answer(row("10", "Too many binds")), Rate("Vonage: 200 10 Too many binds")),
        (answer(row("12", "Too long")), Refused("Vonage: 200 12 Too long")),
        *((answer(row(status, "No.")), Misconfigured(f"Vonage: 200 {status} No.")) for status in MISCONFIGURED),
        (answer(row("77", "New")), Unknown("Vonage: 200 77 New")),
        (
            answer(row("0"), row("1", "Throttled"), row("0")),
            Unknown("Vonage: 200 1 Throttled (of 3 parts, 1 were refused)"),
        ),
        (answer(), Unknown('Vonage: 200 {"message-count": "0", "messages": []}')),
        (
            HttpResponse(200, b'{"messages": [{"status": "0"}, 1]}'),
            Unknown('Vonage: 200 {"messages": [{"status": "0"}, 1]}'),
        ),
        (HttpResponse(200, b'{"messages": {"status": "0"}}'), Unknown('Vonage: 200 {"messages": {"status": "0"}}')),
        (HttpResponse(202, answer(row("0")).body), Unknown(f"Vonage: 202 {answer(row('0')).text}")),
        (HttpResponse(429, b"Slow", {"retry-after": "2"}), Rate("Vonage: 429 Slow", 2.0)),
        (HttpResponse(401, b"No"), Misconfigured("Vonage: 401 No")),
        (HttpResponse(500, b""), Unknown("Vonage: 500")),
    ),
    inbound=(post(with_signature(SMS)), INBOUND),
    more_inbound=(
        (get(with_signature(SMS)), (INBOUND,)),
        (post_json(with_signature(SMS)), (INBOUND,)),
        (
            post(with_signature({**SMS, "text": "Tak 😀 & på gensyn +1=2_3", "type": "unicode", "msisdn": "Firma"})),
            (replace(INBOUND, text="Tak 😀 & på gensyn +1=2_3", sender="Firma"),),
        ),
        (post(with_signature(PART)), (replace(INBOUND, segment=Segment("A7", 2, 1)),)),
        (
            post_json({**with_signature(PART), "concat": True, "concat-total": 2}),
            (replace(INBOUND, segment=Segment("A7", 2, 1)),),
        ),
        (
            post(with_signature({**SMS, "text": "", "message-timestamp": ""})),
            (replace(INBOUND, text="", sent_at=None),),
        ),
    ),
    receipts=(
        (dlr("accepted"), receipt(Delivery.ON_ITS_WAY, "accepted")),
        (dlr("buffered"), receipt(Delivery.ON_ITS_WAY, "buffered")),
        (dlr("delivered"), receipt(Delivery.DELIVERED, "delivered")),
        (dlr("failed", "3"), receipt(Delivery.FAILED, "failed (3: the number is no longer in use)")),
        (dlr("rejected", "6"), receipt(Delivery.FAILED, "rejected (6: taken for spam by the operator)")),
        (
            dlr("expired", "2"),
            receipt(Delivery.EXPIRED, "expired (2: the phone could not be reached for the time being)"),
        ),
        (
            dlr("unknown", "99"),
            receipt(Delivery.ON_ITS_WAY, "unknown (99: trouble at the operator or on the way there)"),
        ),
        (dlr("failed", "1234"), receipt(Delivery.FAILED, "failed (1234)")),
    ),
    unauthentic=(
        post(SMS),
        post({**SMS, "sig": ""}),
        post({**SMS, "sig": "0" * 64}),
        post(with_signature(SMS), ""),
        post(with_signature(SMS), "token=other"),
        post(with_signature(SMS, "another secret")),
        post(with_signature(SMS, "")),
        post(with_signature(SMS, algorithm="md5hash")),
        post({**with_signature(SMS), "text": "Something else"}),
        get({**with_signature(SMS), "text": "Something else"}),
        post_json({**with_signature(SMS), "text": "Something else"}),
        post(with_signature({name: value for name, value in SMS.items() if name != "timestamp"})),
    ),
    nonsense=(
        post(with_signature(AT)),
        post(with_signature({**AT, "messageId": ID})),
        post_json([1]),
        replace(post(with_signature(SMS)), method="PUT"),
    ),
    replayed=(
        post(with_signature(SMS), at=NOW + 301),
        post(with_signature(SMS), at=NOW - 301),
        get(with_signature({**SMS, "timestamp": str(int(NOW) - 301)})),
    ),
    ignored=(post(with_signature({**SMS, "type": "binary", "data": "0011", "udh": "050003A70201"})),),
    signed=(post(with_signature(SMS)),),
)


PLAIN = {"param1": "value1", "param2": "value2", "timestamp": "1234567890"}
WITH_SEPARATORS = {"param1": "value&1", "param2": "value=2", "timestamp": "1234567890"}
SINGLE = {"param": "value", "timestamp": "1234567890"}


class TestTheSignaturesOfVonagesOwnLibraries:
    """An authentic call that is no SMS is a bad call; any other is unauthentic."""

    secret = "signature_secret"

    def is_authentic(self, fields: dict[str, str], algorithm: str, signature: str, method: str = "POST") -> bool:
        options = {**UNSIGNED, "token": "", "signature_secret": self.secret, "signature_algorithm": algorithm}
        encoded = urlencode({**fields, "sig": signature}).encode()
        query, body = (encoded, b"") if method == "GET" else (b"", encoded)
        try:
            make("vonage", options).inbound(WebCall(method, query, {}, body, received_at=1_234_567_890.0))
        except Unauthentic:
            return False
        except BadCall:
            return True
        raise AssertionError("this was no SMS")

    @pytest.mark.parametrize("method", ["GET", "POST"])
    @pytest.mark.parametrize(
        ("fields", "algorithm", "signature"),
        [
            (PLAIN, "sha256", "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287"),
            (PLAIN, "md5", "724c2bf6ca423c36e20631b11d1c5753"),
            (PLAIN, "md5hash", "d72f75ac8cda9bbce891c4fa62bee6cd"),
            (WITH_SEPARATORS, "md5", "2bbf0abafb2c55e5af6231513896a2ac"),
            (WITH_SEPARATORS, "sha256", "be7fd727d6ec80c2c0a78dc0f009e1a710427126011d90c850d160599119e10d"),
            (SINGLE, "md5", "655a4d0b7f064dff438defc52b012cf5"),
        ],
    )
    def test_are_ours_to_the_letter(self, fields, algorithm, signature, method):
        assert self.is_authentic(fields, algorithm, signature, method)
        assert self.is_authentic(fields, algorithm, signature.upper(), method)
        for at in range(len(signature)):
            changed = signature[:at] + ("0" if signature[at] != "0" else "1") + signature[at + 1 :]
            assert not self.is_authentic(fields, algorithm, changed, method)
        for name in fields:
            changed_field = {**fields, name: fields[name][:-1] + chr(ord(fields[name][-1]) ^ 1)}
            assert not self.is_authentic(changed_field, algorithm, signature, method)

    @pytest.mark.parametrize("algorithm", ["md5hash", "md5", "sha1", "sha256", "sha512"])
    def test_every_algorithm_is_known_and_counts_for_itself_alone(self, algorithm):
        fields = {**PLAIN, "text": "Hej æøå & så videre ="}
        found = with_signature(fields, self.secret, algorithm)["sig"]
        accepting = [
            other for other in ("md5hash", "md5", "sha1", "sha256", "sha512") if self.is_authentic(fields, other, found)
        ]
        assert accepting == [algorithm]


def test_a_changed_octet_of_a_signed_query_or_of_signed_json_lets_nothing_in():
    """Some break the JSON itself, which is a bad call before it is an unauthentic one."""
    for call, field in ((get(with_signature(SMS)), "query"), (post_json(with_signature(SMS)), "body")):
        octets = getattr(call, field)
        begin = len(QUERY) + 1 if field == "query" else 0
        for at in range(begin, len(octets)):
            changed = octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]
            with pytest.raises((Unauthentic, BadCall)):
                make("vonage", OPTIONS).inbound(replace(call, **{field: changed}))


def test_a_token_is_enough_where_the_account_does_not_sign():
    gateway = make("vonage", UNSIGNED)
    assert gateway.inbound(get(SMS)) == gateway.inbound(post(SMS)) == gateway.inbound(post_json(SMS)) == (INBOUND,)
    for query in ("", "token=", "token=other"):
        with pytest.raises(Unauthentic):
            gateway.inbound(get(SMS, query))


def test_a_signature_is_enough_without_a_token():
    gateway = make("vonage", {**OPTIONS, "token": ""})
    assert gateway.inbound(post(with_signature(SMS), "")) == (INBOUND,)
    assert dict(parse_qsl(gateway.request(GSM7).body.decode()))["callback"] == f"{PUBLIC_URL}/receipt/main"


def test_with_neither_every_call_is_refused_and_no_receipts_are_asked_for():
    gateway = make("vonage", {**UNSIGNED, "token": ""})
    for call in (get(SMS, ""), get(SMS, "token="), post(with_signature(SMS, ""), "")):
        with pytest.raises(Unauthentic):
            gateway.inbound(call)
    fields = dict(parse_qsl(gateway.request(GSM7).body.decode()))
    assert "callback" not in fields
    assert "status-report-req" not in fields


def test_a_slash_at_the_end_of_our_address_changes_nothing():
    request = make("vonage", OPTIONS, public_url=f"{PUBLIC_URL}/").request(GSM7)
    assert dict(parse_qsl(request.body.decode()))["callback"] == CALLBACK


def test_without_a_public_url_no_receipts_are_asked_for():
    fields = dict(parse_qsl(make("vonage", OPTIONS, public_url="").request(GSM7).body.decode()))
    assert fields == {
        "api_key": "abcd1234",
        "api_secret": API_SECRET,
        "from": "459192000123",
        "to": "4520123456",
        "text": TEXT,
        "type": "text",
        "client-ref": "r1",
    }


def test_half_an_emoji_spoils_no_more_than_itself():
    (sms,) = make("vonage", UNSIGNED).inbound(post_json({**SMS, "text": "Tak \ud83d!"}))
    assert sms.text == "Tak \ufffd!"


@pytest.mark.parametrize("part", [("2", "2"), ("255", "255"), ("1", "1")])
def test_the_last_part_is_a_part(part):
    fields = {**PART, "concat-total": part[0], "concat-part": part[1]}
    (sms,) = make("vonage", OPTIONS).inbound(post(with_signature(fields)))
    assert sms.segment == Segment("A7", int(part[0]), int(part[1]))


def test_json_is_json_however_its_name_is_written():
    call = replace(post_json(SMS), headers={"content-type": "Application/JSON; charset=utf-8"})
    assert make("vonage", UNSIGNED).inbound(call) == (INBOUND,)


@pytest.mark.parametrize("part", [("2", "3"), ("2", "0"), ("0", "0"), ("256", "1"), ("two", "1"), ("2", ""), ("", "")])
def test_a_part_that_cannot_be_is_no_reason_to_lose_its_text(part):
    fields = {**PART, "concat-total": part[0], "concat-part": part[1]}
    (sms,) = make("vonage", OPTIONS).inbound(post(with_signature(fields)))
    assert (sms.text, sms.segment) == (fields["text"], None)


@pytest.mark.parametrize(
    ("changed", "option"),
    [
        ({"signature_algorithm": "sha3"}, "signature_algorithm"),
        ({"token": "x" * 80}, "token"),
        ({"url": "rest"}, "url"),
    ],
)
def test_what_cannot_work_is_said_at_once(changed, option):
    with pytest.raises(ConfigError, match=f"'gateways.main.{option}' is wrong; expected "):
        make("vonage", {**OPTIONS, **changed})


def test_vonage_takes_no_longer_address_for_receipts_than_one_of_100_characters():
    shorter = len(f"{PUBLIC_URL}/receipt/main?token=")
    assert make("vonage", {**OPTIONS, "token": "x" * (100 - shorter)})
    with pytest.raises(ConfigError):
        make("vonage", {**OPTIONS, "token": "x" * (101 - shorter)})


def test_the_balance_is_in_euros():
    gateway, requests = make("vonage", OPTIONS), []
    body = b'{"value": 10.284, "autoReload": false}'
    assert gateway.balance(lambda request: requests.append(request) or HttpResponse(200, body)) == "10.28 EUR"
    credentials = base64.b64encode(f"abcd1234:{API_SECRET}".encode()).decode()
    basic = ("Authorization", f"Basic {credentials}")
    assert requests == [HttpRequest("GET", "https://rest.nexmo.com/account/get-balance", headers=(basic,))]
    for nothing in (HttpResponse(200, b"[]"), HttpResponse(401, body), HttpResponse(200, b'{"value": true}')):
        assert gateway.balance(lambda request, nothing=nothing: nothing) == ""
