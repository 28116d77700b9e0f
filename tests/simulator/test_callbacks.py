"""What providers call, and how: as each documents it."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from werkzeug.wrappers import Response as Answer

from smsdialog.simulator import credentials, signing
from smsdialog.simulator.sms import Inbound
from tests.simulator import requests
from tests.simulator.conftest import Called, Product, Provider
from tests.simulator.requests import JSON, NUMBER, TO, Raw, Response, ask

PLUS = f"+{TO}"
TOKEN = {"token": credentials.URL_TOKEN}
BASIC = requests.basic()["Authorization"]

# How an SMS comes in: method, path, query, and what the document or form holds at least.
INBOUND: dict[str, tuple[str, str, dict[str, str], dict[str, object]]] = {
    "gatewayapi": ("POST", f"/inbound/gatewayapi/{NUMBER}", {}, {"event_type": "user-message.text.sms"}),
    "gatewayapi_rest": ("POST", "/inbound/gatewayapi_rest", {}, {"msisdn": int(TO), "receiver": int(NUMBER)}),
    "cpsms": ("GET", "/inbound/cpsms", {**TOKEN, "from": TO, "number": NUMBER, "message": "Hej æ"}, {}),
    "link": ("POST", "/inbound/link", TOKEN, {"source": PLUS, "destination": "DK-9192000001"}),
    "twilio": ("POST", "/inbound/twilio", {}, {"From": PLUS, "To": f"+{NUMBER}", "Body": "Hej æ", "NumMedia": "0"}),
    "elks": ("POST", "/inbound/elks", TOKEN, {"direction": "incoming", "from": PLUS, "message": "Hej æ"}),
    "vonage": ("POST", "/inbound/vonage", {}, {"msisdn": TO, "to": NUMBER, "text": "Hej æ", "type": "text"}),
    "smsgate": ("POST", "/inbound/smsgate", {}, {"event": "sms:received"}),
    "kannel": ("GET", "/inbound/kannel", {**TOKEN, "from": TO, "to": NUMBER, "text": "Hej æ", "coding": "0"}, {}),
    "jasmin": ("POST", "/inbound/jasmin", TOKEN, {"from": TO, "coding": "0", "binary": "48656a201d"}),
    "inmobile": ("POST", "/inbound/inmobile", TOKEN, {}),
    "smsdk": ("GET", "/inbound/smsdk", {**TOKEN, "from": TO, "number": NUMBER, "message": "Hej æ"}, {}),
    "sinch": ("POST", "/inbound/sinch", {}, {"type": "mo_text", "from": TO, "to": NUMBER, "body": "Hej æ"}),
    "telnyx": ("POST", "/inbound/telnyx", {}, {}),
    "infobip": ("POST", "/inbound/infobip", TOKEN, {"messageCount": 1, "pendingMessageCount": 0}),
    "messagebird": ("POST", "/inbound/messagebird", {}, {"originator": TO, "recipient": NUMBER, "body": "Hej æ"}),
    "plivo": ("POST", "/inbound/plivo", {}, {"From": TO, "To": NUMBER, "Text": "Hej æ", "Type": "sms"}),
    "clicksend": ("POST", "/inbound/clicksend", TOKEN, {"from": PLUS, "to": f"+{NUMBER}", "body": "Hej æ"}),
    "playsms": ("GET", "/inbound/playsms", {**TOKEN, "from": PLUS, "text": "Hej æ"}, {}),
}
# The receipts of an SMS that is delivered: how many, and what the last holds.
RECEIPT: dict[str, tuple[int, str, dict[str, object]]] = {
    "gatewayapi": (2, "POST", {"event_type": "message.status.sms"}),
    "gatewayapi_rest": (2, "POST", {"status": "DELIVERED", "userref": "ref-1", "error": None, "code": None}),
    "cpsms": (2, "GET", {"token": "T", "reference": "R", "status": "1", "receiver": TO}),
    "link": (2, "POST", {"refId": "ref-1", "resultCode": 1001}),
    "twilio": (2, "POST", {"MessageStatus": "delivered", "To": PLUS}),
    "elks": (2, "POST", {"status": "delivered"}),
    "vonage": (2, "POST", {"status": "delivered", "err-code": "0", "client-ref": "ref-1"}),
    "smsgate": (2, "POST", {"event": "sms:delivered"}),
    "kannel": (2, "GET", {"status": "1", "reply": "id:1 stat:DELIVRD err:000"}),
    "jasmin": (2, "GET", {"level": "2", "message_status": "DELIVRD", "dlvrd": "001"}),
    "inmobile": (1, "POST", {}),
    "smsdk": (2, "GET", {"dlrStatus": "1"}),
    "sinch": (2, "POST", {"type": "recipient_delivery_report_sms", "status": "Delivered", "recipient": TO}),
    "telnyx": (2, "POST", {}),
    "infobip": (2, "POST", {}),
    "messagebird": (2, "GET", {"status": "delivered", "reference": "ref-1", "recipient": TO}),
    "plivo": (2, "POST", {"Status": "delivered", "PartInfo": "1 of 1"}),
    "clicksend": (1, "POST", {"status_code": "201", "custom_string": "ref-1"}),
}


def text(provider: Provider, text: str = "Hej æ", sender: str = PLUS) -> Response:
    fields = {"provider": provider.name, "from": sender, "to": f"+{NUMBER}", "text": text}
    return ask(provider.simulator.url, Raw("POST", "/inbound", JSON, json.dumps(fields)))


def fields_of(call: Called) -> dict[str, object]:
    """What a call carries, in its body or its query."""
    if call.method == "GET":
        return dict(call.query)
    return json.loads(call.body) if call.headers["content-type"] == "application/json" else dict(call.form)


@pytest.mark.parametrize("name", INBOUND)
def test_an_sms_comes_in_as_documented(name, provider, product):
    assert text(provider(name)).status == 202
    (call,) = product.gets(1)
    method, path, query, fields = INBOUND[name]
    assert (call.method, call.path) == (method, path)
    assert query.items() <= call.query.items()
    carried = fields_of(call)
    assert {field: carried[field] for field in fields} == fields


@pytest.mark.parametrize("name", RECEIPT)
def test_a_receipt_comes_as_documented(name, provider, product):
    count, method, fields = RECEIPT[name]
    product.answers += [Answer("ACK/Jasmin" if name == "jasmin" else "")] * count
    provider(name).sends(receipt_url=f"{product.url}/receipt/here")
    call = product.gets(count)[-1]
    assert (call.method, call.path.startswith("/receipt/")) == (method, True)
    assert {field: fields_of(call)[field] for field in fields} == fields
    assert [heard["taken"] for heard in provider(name).heard(count)] == [True] * count
    assert [sms["state"] for sms in provider(name).messages()] == ["delivered"]


def test_documents_of_documents(provider, product):
    """What lies deeper than the tables above look."""
    expected: dict[str, Callable[[dict], bool]] = {
        "gatewayapi": lambda d: d["event"]["content"]["message"] == "Hej æ" and d["event"]["sender"] == int(TO),
        "link": lambda d: d["content"] == {"type": "TEXT", "userData": "Hej æ", "encoding": "GSM"},
        "smsgate": lambda d: d["payload"]["sender"] == PLUS and d["payload"]["message"] == "Hej æ",
        "telnyx": lambda d: d["data"]["payload"]["from"] == {"phone_number": PLUS},
        "infobip": lambda d: d["results"][0]["from"] == TO and d["results"][0]["text"] == "Hej æ",
        "inmobile": lambda d: d["messages"][0]["from"]["rawSource"] == TO,
    }
    for count, (name, holds) in enumerate(expected.items(), 1):
        text(provider(name))
        assert holds(json.loads(product.gets(count)[-1].body)), name


# Each signature computed anew, over what really came.
SIGNED: dict[str, Callable[[Called], bool]] = {
    "gatewayapi": lambda c: c.headers["signature"] == "v1=" + signing.hex_sha256(credentials.WEBHOOK_SECRET, c.body),
    "gatewayapi_rest": lambda c: (
        c.headers["x-gwapi-signature"] == signing.jwt_hs256(credentials.WEBHOOK_SECRET, json.loads(c.body))
    ),
    "twilio": lambda c: c.headers["x-twilio-signature"] == signing.twilio(credentials.TOKEN, c.url, c.form),
    "vonage": lambda c: (
        c.form["sig"] == signing.vonage(credentials.WEBHOOK_SECRET, {k: v for k, v in c.form.items() if k != "sig"})
    ),
    "smsgate": lambda c: (
        c.headers["x-signature"]
        == signing.hex_sha256(credentials.WEBHOOK_SECRET, c.body + c.headers["x-timestamp"].encode())
    ),
    "sinch": lambda c: (
        c.headers["x-sinch-webhook-signature"]
        == signing.base64_sha256(
            credentials.WEBHOOK_SECRET,
            c.body
            + f".{c.headers['x-sinch-webhook-signature-nonce']}"
            f".{c.headers['x-sinch-webhook-signature-timestamp']}".encode(),
        )
    ),
    "plivo": lambda c: (
        c.headers["x-plivo-signature-v2"]
        == signing.plivo_v2(credentials.PASSWORD, c.url, c.headers["x-plivo-signature-v2-nonce"])
    ),
    "link": lambda c: c.headers["authorization"] == BASIC,
    "infobip": lambda c: c.headers["authorization"] == BASIC,
}


@pytest.mark.parametrize("name", SIGNED)
def test_what_providers_call_is_signed_over_what_really_comes(name, provider, product):
    text(provider(name))
    assert SIGNED[name](product.gets(1)[0])


def test_telnyx_signs_with_the_key_that_is_published_for_it(provider, product):
    text(provider("telnyx"))
    (call,) = product.gets(1)
    key = Ed25519PublicKey.from_public_bytes(b64decode(credentials.ED25519_PUBLIC_KEY))
    signed = f"{call.headers['telnyx-timestamp']}|".encode() + call.body
    key.verify(b64decode(call.headers["telnyx-signature-ed25519"]), signed)


@pytest.mark.parametrize("long", ["Hej æ " * 60, "🙂" * 90], ids=["gsm", "ucs2"])
def test_gatewayapi_hands_long_sms_over_in_parts_with_a_header(long, provider, product):
    assert text(provider("gatewayapi"), long).json["calls"] == 3
    contents = [json.loads(call.body)["event"]["content"] for call in product.gets(3)]
    assert "".join(content["message"] for content in contents) == long
    headers = [re.fullmatch(r"050003([0-9A-F]{2})03(0[123])", content["header"]) for content in contents]
    assert [header[2] for header in headers] == ["01", "02", "03"]
    assert len({header[1] for header in headers}) == 1


def test_vonage_hands_long_sms_over_in_parts_with_parameters(provider, product):
    text(provider("vonage"), "Hej æ " * 60)
    parts = [call.form for call in product.gets(3)]
    assert "".join(part["text"] for part in parts) == "Hej æ " * 60
    assert [(part["concat"], part["concat-total"], part["concat-part"]) for part in parts] == [
        ("true", "3", "1"), ("true", "3", "2"), ("true", "3", "3")
    ]  # fmt: skip
    assert len({part["concat-ref"] for part in parts}) == 1


@pytest.mark.parametrize("name", ["link", "vonage", "plivo", "smsgate"])
def test_each_part_has_a_receipt_of_its_own(name, provider, product):
    provider(name).sends(text="æ" * 307, receipt_url=f"{product.url}/receipt/here")
    sent = 1 if name == "smsgate" else 3
    delivered = [fields_of(call) for call in product.gets(sent + 3)[sent:]]
    ids = {
        "link": lambda fields: fields["id"],
        "vonage": lambda fields: fields["messageId"],
        "plivo": lambda fields: fields["MessageUUID"],
        "smsgate": lambda fields: fields["id"],
    }[name]
    assert len({ids(fields) for fields in delivered}) == 3
    if name == "link":
        assert [str(fields["id"]).partition("$")[2] for fields in delivered] == ["1", "2", "3"]


def test_receipts_come_out_of_order_and_twice(provider, product):
    provider("elks").sends(to=TO[:-2] + "10", receipt_url=f"{product.url}/receipt/here")
    assert [call.form["status"] for call in product.gets(3)] == ["delivered", "sent", "delivered"]


@pytest.mark.parametrize(("ending", "status"), [("08", "UNDELIVERABLE"), ("09", "EXPIRED")])
def test_an_sms_fails_or_expires(ending, status, provider, product):
    provider("gatewayapi").sends(to=TO[:-2] + ending)
    event = json.loads(product.gets(2)[1].body)["event"]
    assert event["status"] == status
    assert (event["error"] is not None) is (status == "UNDELIVERABLE")


def test_a_call_that_is_refused_is_made_again(provider, product: Product):
    product.answers += [Answer("", 503), Answer("", 500)]
    text(provider("elks"))
    (heard,) = provider("elks").heard(1)
    assert (heard["tries"], heard["status"], heard["taken"]) == (3, 200, True)
    assert len({call.body for call in product.calls}) == 1


def test_a_call_is_given_up_in_the_end(provider, product: Product):
    product.answers += [Answer("", 403)] * 9
    text(provider("elks"))
    (heard,) = provider("elks").heard(1)
    assert (heard["tries"], heard["status"], heard["taken"]) == (4, 403, False)


@pytest.mark.parametrize(
    ("name", "body", "taken", "reply"),
    [
        ("elks", "Tak", True, "Tak"),
        ("kannel", "<h1>Not Found</h1>", True, "<h1>Not Found</h1>"),
        ("twilio", "<Response><Message>Tak</Message></Response>", True, "Tak"),
        ("twilio", "<Response/>", True, ""),
        ("twilio", "OK", False, ""),
        ("jasmin", "ACK/Jasmin", True, ""),
        ("jasmin", "OK", False, ""),
        ("vonage", "Tak", True, ""),
    ],
)
def test_what_an_answer_would_do_at_the_provider_is_noted(name, body, taken, reply, provider, product: Product):
    product.answers += [Answer(body, 200)] * 4
    text(provider(name))
    (heard,) = provider(name).heard(1)
    assert (heard["taken"], heard["reply"]) == (taken, reply)


def test_nobody_but_the_product_and_this_machine_is_called(provider):
    provider("elks").sends(receipt_url="http://sms.firma.example/receipt/elks")
    heard = provider("elks").heard(1)
    assert (heard[0]["tries"], heard[0]["taken"], heard[0]["trouble"]) == (4, False, "ValueError")


@pytest.mark.parametrize("name", ["gatewayapi_rest", "twilio", "elks", "link"])
def test_a_name_can_write_too(name, provider, product):
    text(provider(name), sender="Banken")
    body = product.gets(1)[0].body.decode()
    assert "Banken" in body
    assert "+Banken" not in body


def test_an_sms_that_is_texted_has_its_own_id():
    assert Inbound(TO, NUMBER, "Hej").id != Inbound(TO, NUMBER, "Hej").id
