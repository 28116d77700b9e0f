"""SMS Gateway for Android: the exact request, what each answer means, and the webhooks that the telephone signs.

Answers and webhooks are those of the app's documentation ("Sending messages", "Webhooks", "Status tracking", "Message
queue limits") and of its server's source, read in November 2026.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace

import pytest

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import BadCall, ConfigError, Unauthentic
from smsdialog.gateways import Accepted, Later, Misconfigured, Rate, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, NOW, TEXT, UCS2, Table, make

PASSWORD, SIGNING_KEY = f"{HIDDEN}-password", f"{HIDDEN}-kéy"
OPTIONS = {"username": "ABC123", "password": PASSWORD, "signing_key": SIGNING_KEY}
BASIC = ("Authorization", "Basic " + base64.b64encode(f"ABC123:{PASSWORD}".encode()).decode())
MESSAGES = "https://api.sms-gate.app/3rdparty/v1/messages"


def asked(url: str = MESSAGES, **fields: object) -> HttpRequest:
    headers = (BASIC, ("Content-Type", "application/json"))
    body = json.dumps(fields, ensure_ascii=False).encode()
    return HttpRequest("POST", url, (("skipPhoneValidation", "true"),), headers, body)


def message(reference: str, text: str, number: str, **more: object) -> dict[str, object]:
    fields = {"id": reference, "textMessage": {"text": text}, "phoneNumbers": [number], "withDeliveryReport": True}
    return {**fields, **more}


def said(status: int, **fields: object) -> HttpResponse:
    return HttpResponse(status, json.dumps(fields).encode())


def state(word: str) -> HttpResponse:
    recipients = [{"phoneNumber": "+4520123456", "state": word, "error": None}]
    return said(202, id="r1", deviceId="d1", state=word, isHashed=False, isEncrypted=False, recipients=recipients)


def webhook(event: str, payload: object, key: str = SIGNING_KEY, at: float = NOW, **more: object) -> WebCall:
    document = {"deviceId": "d1", "event": event, "id": "e1", "payload": payload, "webhookId": "w1", **more}
    return signed(json.dumps(document, ensure_ascii=False).encode(), key, at)


def signed(body: bytes, key: str = SIGNING_KEY, at: float = NOW) -> WebCall:
    timestamp = str(int(at))
    signature = hmac.digest(key.encode(), body + timestamp.encode(), "sha256").hex()
    return WebCall("POST", b"", {"x-signature": signature, "x-timestamp": timestamp}, body, received_at=NOW)


SMS = {
    "messageId": "abc123",
    "message": TEXT,
    "sender": "+4520123456",
    "recipient": "+4552512345",
    "phoneNumber": "+4520123456",
    "simNumber": 1,
    "receivedAt": "2026-11-22T10:00:00.000+01:00",
}
CALL = webhook("sms:received", SMS)
INBOUND = InboundSms(NAME, "e1", "+4520123456", "+4552512345", TEXT, 1_795_338_000.0)
OUT = {"messageId": "r1", "sender": "+4552512345", "recipient": "+4520123456", "simNumber": 1}
AT = "2026-11-22T09:00:00Z"


def receipt(delivery: Delivery, reason: str, part: str = "", parts: int = 0) -> Receipt:
    return Receipt(NAME, "r1", "r1", delivery, reason, part, 1_795_338_000.0, parts)


def failed(reason: str) -> WebCall:
    return webhook("sms:failed", {**OUT, "failedAt": AT, "reason": reason})


TABLE = Table(
    options=OPTIONS,
    source="SMS Gateway for Android, docs: Sending messages, Webhooks, Status tracking, Errors, 2026-11",
    requests=(
        (GSM7, asked(**message("r1", TEXT, "+4520123456"))),
        (UCS2, asked(**message("r2", "Tak 😀", "+46701234567"))),
        (replace(GSM7, sender="Firma"), asked(**message("r1", TEXT, "+4520123456"))),
    ),
    answers=(
        *((state(word), Accepted("r1")) for word in ("Pending", "Processed", "Sent", "Delivered")),
        *(
            (state(word), Refused(f"SMS Gateway: 202 {state(word).text}"[:200]))
            for word in ("Failed", "Cancelling", "Cancelled")
        ),
        (said(409, message="message with this ID already exists"), Accepted("")),
        (said(202, state="Pending"), Unknown('SMS Gateway: 202 {"state": "Pending"}')),
        (said(202, id="r1", state="Asleep"), Unknown('SMS Gateway: 202 {"id": "r1", "state": "Asleep"}')),
        (said(202, id="r1", state=["Sent"]), Unknown('SMS Gateway: 202 {"id": "r1", "state": ["Sent"]}')),
        (HttpResponse(202, b""), Unknown("SMS Gateway: 202")),
        (HttpResponse(200, state("Sent").body), Unknown(f"SMS Gateway: 200 {state('Sent').text}"[:200])),
        (said(400, message="invalid phone number"), Refused("SMS Gateway: 400 invalid phone number")),
        (said(400, message="No devices registered"), Misconfigured("SMS Gateway: 400 No devices registered")),
        (said(400, message="Invalid device ID"), Misconfigured("SMS Gateway: 400 Invalid device ID")),
        (said(401, message="Unauthorized"), Misconfigured("SMS Gateway: 401 Unauthorized")),
        (said(403, message="Forbidden"), Misconfigured("SMS Gateway: 403 Forbidden")),
        (said(429, message="Too many"), Rate("SMS Gateway: 429 Too many")),
        (
            said(503, error="QueueLimitExceeded", message="queue limits exceeded: too many failed messages"),
            Later("SMS Gateway: 503 queue limits exceeded: too many failed messages"),
        ),
        (said(500, message="Internal Server Error"), Unknown("SMS Gateway: 500 Internal Server Error")),
    ),
    inbound=(CALL, INBOUND),
    more_inbound=(
        (
            webhook("sms:received", {"message": "Tak 😀", "phoneNumber": "Firma", "simNumber": None}),
            (InboundSms(NAME, "e1", "Firma", "", "Tak 😀"),),
        ),
        (webhook("sms:received", {**SMS, "recipient": None, "message": ""}), (replace(INBOUND, to="", text=""),)),
        (webhook("sms:sent", {**OUT, "partsCount": 2, "sentAt": AT}), (receipt(Delivery.ON_ITS_WAY, "sent", parts=2),)),
    ),
    receipts=(
        (webhook("sms:sent", {**OUT, "partsCount": 1, "sentAt": AT}), receipt(Delivery.ON_ITS_WAY, "sent", parts=1)),
        (webhook("sms:delivered", {**OUT, "deliveredAt": AT}), receipt(Delivery.DELIVERED, "delivered", "e1")),
        (failed("Invalid number"), receipt(Delivery.FAILED, "failed: Invalid number")),
        (
            failed("Send result: RESULT_ERROR_GENERIC_FAILURE"),
            receipt(
                Delivery.FAILED,
                "failed: Send result: RESULT_ERROR_GENERIC_FAILURE (often no money is left on the SIM card)",
            ),
        ),
        (
            webhook("sms:cancelled", OUT),
            Receipt(NAME, "r1", "r1", Delivery.FAILED, "cancelled"),
        ),
    ),
    unauthentic=(
        WebCall("POST", b"", {}, CALL.body, received_at=NOW),
        replace(CALL, headers={**CALL.headers, "x-signature": ""}),
        replace(CALL, headers={**CALL.headers, "x-timestamp": ""}),
        replace(CALL, headers={**CALL.headers, "x-timestamp": str(int(NOW) + 1)}),
        replace(CALL, headers={**CALL.headers, "x-signature": "0" * 64}),
        webhook("sms:received", SMS, key="another"),
        webhook("sms:received", SMS, key=""),
    ),
    nonsense=(
        signed(b""),
        signed(b"[]"),
        signed(b"{}"),
        webhook("sms:received", None),
        webhook("sms:received", {}),
        webhook("sms:received", {**SMS, "message": None}),
        webhook("sms:received", {**SMS, "sender": None, "phoneNumber": ""}),
        webhook("sms:delivered", {}),
        webhook("sms:failed", {**OUT, "messageId": ""}),
        replace(CALL, method="PUT"),
    ),
    replayed=(webhook("sms:received", SMS, at=NOW - 301), webhook("sms:received", SMS, at=NOW + 301)),
    ignored=(
        webhook("system:ping", {"health": {"status": "pass"}}),
        webhook("system:ping", None),
        webhook("sms:data-received", {"messageId": "abc", "data": "AAE=", "phoneNumber": "+4520123456"}),
        webhook("mms:received", {"messageId": "abc", "sender": "+4520123456"}),
    ),
    signed=(CALL,),
)


def test_the_signature_is_that_of_the_body_and_the_time_behind_it():
    gateway = make("smsgate", {**OPTIONS, "signing_key": "test-key"})
    text = '{"id":"1","event":"sms:received","payload":{"message":"Hej æøå","sender":"+4520123456"}}'
    right = "42bb21cf36e4846852a15a8074621e2654ca27073ec5beb69a78b4e6c052b79f"
    headers = {"x-signature": right, "x-timestamp": "1700000000"}
    call = WebCall("POST", b"", headers, text.encode(), received_at=1_700_000_000.0)
    assert gateway.inbound(call) == (InboundSms(NAME, "1", "+4520123456", "", "Hej æøå"),)
    assert gateway.inbound(replace(call, headers={**headers, "x-signature": right.upper()}))
    for at in range(len(call.body)):
        changed = call.body[:at] + bytes([call.body[at] ^ 1]) + call.body[at + 1 :]
        with pytest.raises(Unauthentic):
            gateway.inbound(replace(call, body=changed))
    for at in (1_700_000_300.0, 1_699_999_700.0):
        assert gateway.inbound(replace(call, received_at=at))
        with pytest.raises(Unauthentic):
            gateway.inbound(replace(call, received_at=at + (1 if at > 1_700_000_000 else -1)))


def test_without_a_signing_key_every_call_is_refused():
    gateway = make("smsgate", {**OPTIONS, "signing_key": ""})
    for call in (CALL, webhook("sms:received", SMS, key="")):
        with pytest.raises(Unauthentic):
            gateway.inbound(call)


def test_two_messages_of_the_same_words_are_two():
    """The app makes `messageId` of an SMS's content, so customers who answer the same share it."""
    gateway = make("smsgate", OPTIONS)
    (first,), (second,) = (gateway.inbound(webhook("sms:received", SMS, id=event)) for event in ("e1", "e2"))
    assert first.gateway_id != second.gateway_id


def test_half_an_emoji_spoils_no_more_than_itself():
    body = b'{"id": "e1", "event": "sms:received", "payload": {"sender": "+4520123456", "message": "Tak \\ud83d!"}}'
    (sms,) = make("smsgate", OPTIONS).inbound(signed(body))
    assert sms.text == "Tak \ufffd!"


def test_each_part_that_is_delivered_counts_once():
    gateway = make("smsgate", OPTIONS)
    events = [gateway.receipt(webhook("sms:delivered", OUT, id=event))[0] for event in ("e1", "e2", "e2")]
    assert [event.part for event in events] == ["e1", "e2", "e2"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://telephone.example:8080", "http://telephone.example:8080/messages"),
        ("http://telephone.example:8080/message", "http://telephone.example:8080/message"),
        ("https://sms.firma.example/api/3rdparty/v1/", "https://sms.firma.example/api/3rdparty/v1/messages"),
        ("https://sms.firma.example/api/3rdparty/v1/messages", "https://sms.firma.example/api/3rdparty/v1/messages"),
    ],
)
def test_the_telephone_a_private_server_and_the_public_one_are_spoken_to_alike(url, expected):
    request = make("smsgate", {**OPTIONS, "url": url}).request(GSM7)
    assert request == asked(expected, **message("r1", TEXT, "+4520123456"))


def test_one_of_several_telephones_and_sim_cards_may_be_named():
    request = make("smsgate", {**OPTIONS, "device_id": "d1", "sim_number": 3}).request(GSM7)
    assert request == asked(**message("r1", TEXT, "+4520123456", deviceId="d1", simNumber=3))


@pytest.mark.parametrize(
    ("changed", "option"),
    [({"sim_number": 4}, "sim_number"), ({"sim_number": -1}, "sim_number"), ({"url": "x"}, "url")],
)
def test_what_cannot_work_is_said_at_once(changed, option):
    with pytest.raises(ConfigError, match=f"'gateways.main.{option}' is wrong; expected "):
        make("smsgate", {**OPTIONS, **changed})


def test_a_body_that_is_no_object_is_a_bad_call_only_if_the_telephone_signed_it():
    with pytest.raises(BadCall):
        make("smsgate", OPTIONS).inbound(signed(b"{"))
    with pytest.raises(Unauthentic):
        make("smsgate", OPTIONS).inbound(signed(b"{", key="another"))


def test_a_telephone_has_no_balance_to_tell():
    assert make("smsgate", OPTIONS).balance(lambda request: pytest.fail("nobody was to be asked")) == ""
