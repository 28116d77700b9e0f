"""The profile for Telnyx. Source: Telnyx' API reference and webhook documentation; the key is the vector's."""

from __future__ import annotations

import base64
import sys
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import ConfigError, Unauthentic
from smsdialog.gateways import Accepted, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.http_calls import RECEIPT_URL, TOKEN, answer, compact, json_request, posted
from tests.gateways.table import GSM7, HIDDEN, NAME, NOW, TEXT, UCS2, Table, make

API_KEY = f"{HIDDEN}-api"
PUBLIC_KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OPTIONS = {"profile": "telnyx", "api_key": API_KEY, "public_key": PUBLIC_KEY, "token": TOKEN}

# The vector, signed at our time.
EXAMPLE = WebCall(
    "POST",
    headers={
        "telnyx-timestamp": "1700000000",
        "telnyx-signature-ed25519": (
            "cB92A4Hfd0UfKVklTz2bOO46jzZnj/4/tr6pFpQPSAUHJkHjei2K36rVny4mDgLYaCdrlAvVnXNOijSw2AjdDw=="
        ),
    },
    body='{"data":{"event_type":"message.received","payload":{"text":"Hej æøå"}}}'.encode(),
    received_at=NOW,
)


def signed(document: object, at: float = NOW, token: str = TOKEN, **query: str) -> WebCall:
    signature = PRIVATE_KEY.sign(f"{at:.0f}|".encode() + compact(document))
    headers = {
        "telnyx-timestamp": f"{at:.0f}",
        "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
    }
    return posted(document, headers=headers, token=token, **query)


def request(sms: object, to: str, text: str, reference: str) -> tuple[object, HttpRequest]:
    document = {
        "from": "+459192000123",
        "to": to,
        "text": text,
        "type": "SMS",
        "encoding": "auto",
        "webhook_url": RECEIPT_URL + reference,
    }
    headers = (("Authorization", f"Bearer {API_KEY}"), ("Idempotency-Key", reference))
    return sms, json_request("https://api.telnyx.com/v2/messages", document, *headers)


def report(status: str, event: str = "message.finalized", errors: tuple[dict[str, str], ...] = ()) -> WebCall:
    payload = {"id": "m1", "to": [{"phone_number": "+4520123456", "status": status}], "errors": list(errors)}
    document = {"data": {"event_type": event, "occurred_at": "2026-11-22T09:00:00.000+00:00", "payload": payload}}
    return signed(document, reference="r1")


def receipt(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", "m1", delivery, reason, happened_at=1_795_338_000.0)


def taken(status: str) -> HttpResponse:
    return answer(200, {"data": {"id": "m1", "to": [{"phone_number": "+4520123456", "status": status}], "errors": []}})


def error(status: int, code: str, title: str) -> HttpResponse:
    return answer(status, {"errors": [{"code": code, "title": title}]})


SMS = {
    "data": {
        "event_type": "message.received",
        "payload": {
            "id": "i1",
            "direction": "inbound",
            "from": {"phone_number": "+4520123456"},
            "to": [{"phone_number": "+459192000123"}],
            "text": TEXT,
            "received_at": "2026-11-22T09:00:00.000+00:00",
        },
    }
}
INBOUND = signed(SMS)

TABLE = Table(
    options=OPTIONS,
    source="Telnyx, Messaging API v2, webhooks and error codes, 2026-11",
    requests=(request(GSM7, "+4520123456", TEXT, "r1"), request(UCS2, "+46701234567", "Tak 😀", "r2")),
    answers=(
        (taken("queued"), Accepted("m1")),
        (taken("sending"), Accepted("m1")),
        (taken("sent"), Accepted("m1")),
        (taken("sending_failed"), Refused("Telnyx: 200 sending_failed")),
        (taken("delivery_failed"), Refused("Telnyx: 200 delivery_failed")),
        (taken("pondering"), Unknown("Telnyx: 200 pondering")),
        (error(400, "40310", "Invalid 'to' address"), Refused("Telnyx: 400 40310 Invalid 'to' address")),
        (error(422, "10015", "Bad Request"), Refused("Telnyx: 422 10015 Bad Request")),
        (error(401, "10009", "Authentication failed"), Misconfigured("Telnyx: 401 10009 Authentication failed")),
        (error(403, "10010", "Not authorized"), Misconfigured("Telnyx: 403 10010 Not authorized")),
        (error(429, "10011", "Too many requests"), Rate("Telnyx: 429 10011 Too many requests")),
        (HttpResponse(500, b""), Unknown("Telnyx: 500")),
        (HttpResponse(503, b""), Later("Telnyx: 503")),
    ),
    inbound=(INBOUND, InboundSms(NAME, "i1", "+4520123456", "+459192000123", TEXT, 1_795_338_000.0)),
    receipts=(
        (report("delivered"), receipt(Delivery.DELIVERED, "delivered")),
        (report("sent", "message.sent"), receipt(Delivery.ON_ITS_WAY, "sent")),
        (report("queued", "message.sent"), receipt(Delivery.ON_ITS_WAY, "queued")),
        (report("sending_failed"), receipt(Delivery.FAILED, "sending_failed")),
        (
            report("delivery_failed", errors=({"code": "40001", "title": "Not routable"},)),
            receipt(Delivery.FAILED, "delivery_failed 40001 Not routable (a landline, or a number without SMS)"),
        ),
        (
            report("delivery_unconfirmed"),
            receipt(Delivery.ON_ITS_WAY, "delivery_unconfirmed (the operator will not say whether it arrived)"),
        ),
    ),
    unauthentic=(
        posted(SMS, token=TOKEN),
        signed(SMS, token="other"),
        replace(INBOUND, headers={**INBOUND.headers, "telnyx-signature-ed25519": "???"}),
        replace(INBOUND, headers={**INBOUND.headers, "telnyx-timestamp": f"{NOW + 1:.0f}"}),
    ),
    replayed=(replace(INBOUND, received_at=NOW + 301),),
    signed=(INBOUND,),
    ignored=(signed({"data": {"event_type": "number_order.complete", "payload": {}}}),),
    nonsense=(replace(INBOUND, method="PUT"), signed({"data": {"event_type": "message.received"}})),
)


def believing(key: str = PUBLIC_KEY):
    """Without a token, as the vector has none, and with a text without a sender let through to the check alone."""
    return make("http", {**OPTIONS, "public_key": key, "token": "", "inbound": {"only": {"/data/x": "x"}}})


def test_the_vector_is_believed_as_it_is():
    assert believing().inbound(EXAMPLE) == ()


@pytest.mark.parametrize("at", range(len(EXAMPLE.body)))
def test_the_vector_with_one_changed_byte_is_not(at):
    body = EXAMPLE.body[:at] + bytes([EXAMPLE.body[at] ^ 1]) + EXAMPLE.body[at + 1 :]
    with pytest.raises(Unauthentic):
        believing().inbound(replace(EXAMPLE, body=body))


def test_the_vector_with_one_changed_byte_in_its_signature_is_not():
    signature = EXAMPLE.headers["telnyx-signature-ed25519"]
    changed = {**EXAMPLE.headers, "telnyx-signature-ed25519": "d" + signature[1:]}
    with pytest.raises(Unauthentic):
        believing().inbound(replace(EXAMPLE, headers=changed))


def test_a_name_as_sender_goes_out_with_the_profile_that_it_needs():
    sent = make("http", {**OPTIONS, "messaging_profile_id": "p1"}).request(replace(GSM7, sender="Firma"))
    assert b'"from": "Firma"' in sent.body
    assert b'"messaging_profile_id": "p1"' in sent.body


@pytest.mark.parametrize("key", ["AAAA", "no base64!"])
def test_the_public_key_must_be_one(key):
    with pytest.raises(ConfigError, match=r"'gateways.main.checks\[1\].public_key' is wrong; expected") as wrong:
        make("http", {**OPTIONS, "public_key": key})
    assert key not in str(wrong.value)


def test_without_the_library_for_ed25519_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"'gateways.main.checks\[1\]' checks Ed25519 .* 'smsdialog\[ed25519\]'"):
        make("http", OPTIONS)
    assert make("http", {**OPTIONS, "public_key": ""})
