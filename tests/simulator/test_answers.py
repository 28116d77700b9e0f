"""Every provider answers as its documentation says: what it takes, what it refuses, and how it says so."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from smsdialog.simulator import credentials
from tests.simulator import requests
from tests.simulator.requests import SEND, TO, Raw, Wish, ask, basic

every_provider = pytest.mark.parametrize("name", SEND)

# Status, and a piece of the body, of an SMS that is taken.
TAKEN = {
    "gatewayapi": (202, r'"msg_id": "[0-9A-HJKMNP-TV-Z]{26}", "recipient": 4520123456, "reference": "ref-1"'),
    "gatewayapi_rest": (200, r'"ids": \[\d+\], "usage": \{"countries": \{"DK": 1\}, "currency": "DKK"'),
    "cpsms": (200, r'\{"success": \[\{"to": "4520123456", "cost": 1, "smsAmount": 1\}\]\}'),
    "link": (200, r'"messageId": "[^"]+", "resultCode": 1005, "description": "Queued"'),
    "twilio": (201, r'"sid": "SM[0-9a-f]{32}".*"status": "queued".*"num_segments": "1", "error_code": null'),
    "elks": (200, r'"id": "s[0-9a-f]{32}", "status": "created".*"direction": "outgoing", "parts": 1'),
    "vonage": (200, r'"message-count": "1".*"message-id": "[0-9A-F]{16}", "status": "0".*"client-ref": "ref-1"'),
    "smsgate": (202, r'"state": "Pending", "recipients": \[\{"phoneNumber": "\+4520123456"'),
    "kannel": (202, r"0: "),
    "jasmin": (200, r'Success "[0-9a-f-]{36}"$'),
    "inmobile": (200, r'"results": \[\{"messageId": ".*"numberDetails": \{"isValidMsisdn": true'),
    "smsdk": (200, r'"status": "success".*"accepted": \[\{"receiver": "4520123456"\}\], "rejected": \[\]'),
    "sinch": (201, r'"id": "[0-9A-F]{26}"'),
    "telnyx": (200, r'"data": \{.*"status": "queued".*"parts": 1'),
    "infobip": (200, r'"messages": \[\{"messageId": ".*"groupId": 1, "groupName": "PENDING"'),
    "messagebird": (201, r'"recipients": \{.*"recipient": 4520123456, "status": "sent", "messagePartCount": 1'),
    "plivo": (202, r'"message_uuid": \["[0-9a-f-]{36}"\]'),
    "clicksend": (200, r'"queued_count": 1.*"status": "SUCCESS"'),
    "playsms": (200, r'"status": "OK", "error": "0", "smslog_id": "\d+"'),
}
DENIED = {
    "gatewayapi": (401, "detail"),
    "gatewayapi_rest": (401, '"code": "0x0210"'),
    "cpsms": (401, '"code": 401'),
    "link": (401, "106100"),
    "twilio": (401, '"code": 20003'),
    "elks": (401, ""),
    "vonage": (200, '"status": "4"'),
    "smsgate": (401, "message"),
    "kannel": (403, ""),
    "jasmin": (403, 'Error "'),
    "inmobile": (401, ""),
    "smsdk": (401, ""),
    "sinch": (401, "code"),
    "telnyx": (401, '"errors"'),
    "infobip": (401, "errorCode"),
    "messagebird": (401, '"code": 2'),
    "plivo": (401, "error"),
    "clicksend": (401, ""),
    "playsms": (200, '"status": "ERR", "error": "100"'),
}
# The endings 01 to 04: refused, too many, no credit, trouble.
TROUBLES = {
    "gatewayapi": [(422, '"loc": ["body", "recipient"]'), (429, ""), (402, ""), (503, "")],
    "gatewayapi_rest": [(422, "0x0220"), (429, "0x0209"), (403, "0x0216"), (500, "0x0209")],
    "cpsms": [(200, '"error": [{"code": 409'), (429, ""), (402, '"code": 402'), (503, "")],
    "link": [(400, "2106"), (429, ""), (403, "2200"), (503, "")],
    "twilio": [(400, '"code": 21614'), (429, '"code": 20429'), (403, '"code": 30002'), (503, '"code": 21611')],
    "elks": [(400, ""), (429, ""), (402, ""), (503, "")],
    "vonage": [(200, '"status": "7"'), (200, '"status": "1"'), (200, '"status": "9"'), (200, '"status": "5"')],
    "smsgate": [(400, "message"), (429, ""), (402, ""), (503, "")],
    "kannel": [(400, ""), (503, ""), (503, ""), (503, "")],
    "jasmin": [(400, 'Error "'), (503, 'Error "'), (403, 'Error "'), (500, 'Error "')],
    "inmobile": [(200, '"isValidMsisdn": false'), (429, ""), (402, ""), (503, "")],
    "smsdk": [(409, '"messageCode": 1015'), (429, ""), (402, ""), (503, "")],
    "sinch": [(400, "syntax_invalid_parameter_format"), (429, ""), (402, ""), (503, "")],
    "telnyx": [(400, '"errors"'), (429, ""), (402, ""), (503, "")],
    "infobip": [(200, '"groupId": 5'), (429, ""), (402, ""), (503, "")],
    "messagebird": [(422, '"code": 9'), (429, ""), (402, '"code": 25'), (503, "")],
    "plivo": [(400, "error"), (429, ""), (402, ""), (503, "")],
    "clicksend": [(200, "INVALID_RECIPIENT"), (200, "THROTTLED"), (200, "INSUFFICIENT_CREDIT"), (503, "")],
    "playsms": [(200, '"error": "200"'), (429, ""), (200, '"error": "103"'), (503, "")],
}


def test_every_provider_has_a_row_in_each_table():
    assert set(TAKEN) == set(DENIED) == set(TROUBLES) == set(SEND)


@every_provider
def test_an_sms_is_taken_and_answered_as_documented(name, provider):
    answer = provider(name).sends()
    status, body = TAKEN[name]
    assert (answer.status, bool(re.search(body, answer.text))) == (status, True), answer.text
    (sms,) = provider(name).messages()
    assert (sms["to"], sms["text"], sms["parts"], sms["fate"]) == (TO, "Hej æøå", 1, "taken and delivered")


@every_provider
def test_wrong_credentials_are_refused_as_documented(name, provider):
    answer = provider(name).asks(SEND[name](Wish()).without_credentials())
    assert (answer.status, DENIED[name][1] in answer.text) == (DENIED[name][0], True), answer.text
    assert provider(name).messages() == []


@every_provider
@pytest.mark.parametrize("ending", ["01", "02", "03", "04"])
def test_magic_recipients_are_refused_in_the_providers_words(name, ending, provider):
    status, body = TROUBLES[name][int(ending) - 1]
    answer = provider(name).sends(to=TO[:-2] + ending)
    assert (answer.status, body in answer.text) == (status, True), answer.text
    assert ("Retry-After" in answer.headers) is (status == 429)
    assert provider(name).messages() == []
    assert len(provider(name).refused()) == 1


@every_provider
def test_a_connection_is_cut_without_an_answer_and_the_sms_is_taken(name, provider):
    with pytest.raises(OSError, match=r".*"):
        provider(name).sends(to=TO[:-2] + "06")
    assert [sms["fate"] for sms in provider(name).messages()] == [
        "taken, and the connection is cut instead of an answer"
    ]


def test_silence_lasts_longer_than_a_client_waits(simulator):
    with pytest.raises(TimeoutError):
        ask(simulator.url, requests.elks(Wish(to=TO[:-2] + "05")), timeout=0.3)


@every_provider
def test_an_undocumented_answer_is_in_no_manual(name, provider):
    answer = provider(name).sends(to=TO[:-2] + "07")
    assert (answer.status, answer.text) == (200, "<html><body>It works!</body></html>")


@every_provider
def test_an_unknown_path_is_not_found(name, simulator):
    raw = Raw("POST", f"/{name}/nowhere", requests.JSON, "{}")
    assert ask(simulator.url, raw).status == 404


def changed(raw: Raw, **fields: object) -> Raw:
    """A JSON request with other fields; None takes one away."""
    document = json.loads(raw.body) | fields
    kept = {name: value for name, value in document.items() if value is not None}
    return replace(raw, body=json.dumps(kept))


LONG_NAME = "Firmanavnet12"
WRONG = [
    # GatewayAPI: the recipient is a JSON integer, and validation says where it failed.
    ("gatewayapi", {"recipient": TO}, 422, '"loc": ["body", "recipient"]'),
    ("gatewayapi", {"recipient": None}, 422, '"loc": ["body", "recipient"]'),
    ("gatewayapi", {"recipient": True}, 422, '"loc": ["body", "recipient"]'),
    ("gatewayapi", {"message": ""}, 422, '"loc": ["body", "message"]'),
    ("gatewayapi", {"sender": LONG_NAME}, 422, '"loc": ["body", "sender"]'),
    ("gatewayapi_rest", {"recipients": [{"msisdn": TO}]}, 422, "0x0222"),
    ("gatewayapi_rest", {"message": "🙂", "encoding": None}, 422, "0x0222"),
    ("cpsms", {"to": "+4520123456"}, 400, '"code": 400'),
    ("cpsms", {"message": "🙂", "format": "GSM"}, 400, '"code": 400'),
    ("cpsms", {"reference": "r" * 33}, 400, '"code": 400'),
    ("cpsms", {"from": LONG_NAME}, 400, '"code": 400'),
    ("cpsms", {"dlr_url": "http://127.0.0.1/receipt"}, 400, '"code": 400'),
    ("link", {"platformPartnerId": "nobody"}, 400, "106200"),
    ("link", {"deliveryReportGates": None}, 400, "106300"),
    ("link", {"sourceTON": None}, 400, "106000"),
    ("link", {"userData": "🙂"}, 400, "106000"),
    ("link", {"destination": TO}, 400, "106000"),
    ("smsgate", {"phoneNumbers": [TO]}, 400, "message"),
    ("smsgate", {"id": "i" * 37}, 400, "message"),
    ("smsdk", {"senderName": LONG_NAME}, 400, "1011"),
    ("smsdk", {"message": None}, 400, "1004"),
    ("smsdk", {"receiver": "Anna"}, 409, "1014"),
    ("sinch", {"to": TO}, 400, "syntax_invalid_parameter_format"),
    ("sinch", {"body": "a" * 2001}, 400, "syntax_invalid_parameter_format"),
    ("telnyx", {"from": "Firma"}, 422, '"errors"'),
    ("telnyx", {"to": TO}, 422, '"errors"'),
    ("messagebird", {"body": "🙂", "datacoding": None}, 422, '"code": 9'),
    ("plivo", {"dst": ""}, 400, "error"),
]


@pytest.mark.parametrize(("name", "fields", "status", "body"), WRONG)
def test_a_field_that_is_not_as_documented_is_refused(name, fields, status, body, provider):
    answer = provider(name).asks(changed(SEND[name](Wish()), **fields))
    assert (answer.status, body in answer.text) == (status, True), answer.text
    assert provider(name).messages() == []


def form(raw: Raw, **fields: str) -> Raw:
    """A form with other fields."""
    document = dict(part.split("=", 1) for part in raw.body.split("&"))
    return replace(raw, body="&".join(f"{name}={value}" for name, value in (document | fields).items()))


@pytest.mark.parametrize(
    ("name", "fields", "status", "body"),
    [
        ("twilio", {"To": TO}, 400, '"code": 21211'),
        ("twilio", {"From": ""}, 400, '"code": 21603'),
        ("twilio", {"From": LONG_NAME}, 400, '"code": 21212'),
        ("twilio", {"Body": ""}, 400, '"code": 21602'),
        ("twilio", {"Body": "a" * 1601}, 400, '"code": 21617'),
        ("elks", {"from": LONG_NAME}, 400, "from"),
        ("elks", {"from": "459192000001"}, 400, "from"),
        ("elks", {"to": TO}, 400, "to"),
        ("vonage", {"text": ""}, 200, '"status": "3"'),
        ("vonage", {"to": "%2B4520123456"}, 200, '"status": "3"'),
        ("vonage", {"from": "Min+Firma"}, 200, '"status": "15"'),
        ("vonage", {"text": "a" * 3201}, 200, '"status": "12"'),
        ("vonage", {"text": "%F0%9F%99%82", "type": "text"}, 200, '"status": "6"'),
        ("jasmin", {"hex-content": "xyz"}, 400, 'Error "'),
        ("jasmin", {"coding": "12"}, 400, 'Error "'),
        ("jasmin", {"dlr": "yes"}, 400, 'Error "'),
    ],
)
def test_a_field_of_a_form_that_is_not_as_documented_is_refused(name, fields, status, body, provider):
    answer = provider(name).asks(form(SEND[name](Wish()), **fields))
    assert (answer.status, body in answer.text) == (status, True), answer.text
    assert provider(name).messages() == []


def test_another_key_than_ours_is_forbidden_at_gatewayapi(provider):
    raw = replace(requests.gatewayapi(Wish()), headers=requests.JSON | {"Authorization": "Token of-another-region"})
    assert provider("gatewayapi").asks(raw).status == 403


def test_the_android_gateway_takes_an_id_once(provider):
    raw = changed(requests.smsgate(Wish()), id="o1")
    assert [provider("smsgate").asks(raw).status for _ in range(2)] == [202, 409]
    assert len(provider("smsgate").messages()) == 1


def test_telnyx_answers_the_same_to_the_same_key(provider):
    raw = requests.telnyx(Wish())
    keyed = replace(raw, headers=raw.headers | {"Idempotency-Key": "one"})
    first, second = (provider("telnyx").asks(keyed).json["data"]["id"] for _ in range(2))
    assert first == second
    assert len(provider("telnyx").messages()) == 1


@pytest.mark.parametrize("name", ["kannel", "jasmin"])
def test_coding_0_loses_what_gsm_7_does_not_have(name, provider):
    login = {"username": credentials.USERNAME, "password": credentials.PASSWORD, "to": TO}
    text = {"kannel": "text", "jasmin": "content"}[name]
    path = {"kannel": "/kannel/cgi-bin/sendsms?", "jasmin": "/jasmin/send?"}[name]
    provider(name).asks(Raw("GET", path + urlencode(login | {text: "Hej 🙂 æ"})))
    assert [sms["text"] for sms in provider(name).messages()] == ["Hej ? æ"]


def test_kannel_takes_raw_utf_16_for_coding_2(provider):
    login = {"username": credentials.USERNAME, "password": credentials.PASSWORD, "to": TO, "coding": "2"}
    path = "/kannel/cgi-bin/sendsms?" + urlencode(login | {"text": "Hej 🙂".encode("utf-16-be")})
    provider("kannel").asks(Raw("GET", path))
    assert [sms["text"] for sms in provider("kannel").messages()] == ["Hej 🙂"]


def test_link_tells_nothing_unless_it_is_asked_to(provider):
    answer = provider("link").asks(changed(requests.link(Wish()), ignoreResponse=None))
    assert (answer.status, answer.text) == (204, "")


def test_vonage_has_a_row_for_each_part(provider):
    answer = provider("vonage").sends(text="æ" * 307).json
    assert (answer["message-count"], len({row["message-id"] for row in answer["messages"]})) == ("3", 3)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (Raw("GET", "/gatewayapi/rest/me", {"Authorization": f"Token {credentials.TOKEN}"}), {"credit": 1234.5}),
        (Raw("GET", "/gatewayapi_rest/rest/me", basic(credentials.TOKEN, "")), {"currency": "DKK"}),
        (Raw("GET", "/cpsms/v2/creditvalue", basic()), {"credit": "9.843,40"}),
    ],
)
def test_the_balance_is_told(raw, expected, simulator):
    answer = ask(simulator.url, raw)
    assert answer.status == 200
    assert expected.items() <= answer.json.items()
    assert ask(simulator.url, raw.without_credentials()).status in (401, 403)
