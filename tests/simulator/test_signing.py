"""Signatures are those that the providers publish, or that were computed with other programs."""

from __future__ import annotations

import pytest

from smsdialog.simulator import credentials, signing

# Hosts of the published vectors.
TUNNEL = "bbaf7142.ngrok.io"
COMPANY = "mycompany.com"
ANSWER = "answer.url"

TWILIO = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
REST_CLAIMS = {
    "id": 2381703,
    "msisdn": 4542609045,
    "time": 1522764062,
    "status": "DELIVERED",
    "error": None,
    "code": None,
    "userref": None,
    "callback_url": f"http://{TUNNEL}",
    "api": 4,
}
SINCH = (
    '{"app_id":"01EB37HMH1M6SV18BSNS3G135H","accepted_time":"2020-11-17T15:09:11.659Z",'
    '"project_id":"c36f3d3d-1513-2edd-ae42-11995557ff61","message_delivery_report":{'
    '"message_id":"01EQBC1A3BEK731GY4YXEN0C2R","conversation_id":"01EPYATA64TMNZ1FV02JKF12JF",'
    '"status":"QUEUED_ON_CHANNEL","contact_id":"01EXA07N79THJ20WSN6AS30TMW"}}'
)
ANDROID = '{"id":"1","event":"sms:received","payload":{"message":"Hej æøå","sender":"+4520123456"}}'
TELNYX = '{"data":{"event_type":"message.received","payload":{"text":"Hej æøå"}}}'


def test_gatewayapi_signs_the_body():
    body = b'{"event_id":"01JTEST","event_type":"user-message.text.sms"}'
    expected = "506ef7a208e6a842c35d08ac6a0eb9411433780d924331f147de88599f94fc0d"
    assert signing.hex_sha256("test-secret", body) == expected
    assert signing.hex_sha256("test-secret", body + b" ") != expected


def test_the_legacy_api_puts_the_whole_document_into_a_token():
    claims, signature = signing.jwt_hs256("secret", REST_CLAIMS).split(".")[1:]
    assert signature == "KdfDH65bnQtgxEkFnpAQodOciAJedZFB13r9wEo8t3Y"
    assert claims.startswith("eyJpZCI6MjM4MTcwMywibXNpc2RuIjo0NTQyNjA5MDQ1")


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (f"https://{COMPANY}/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (f"https://{COMPANY}:443/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (f"http://{COMPANY}:80/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (f"http://{COMPANY}:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ],
)
def test_twilio_signs_the_url_and_the_fields(url, signature):
    assert signing.twilio("12345", url, TWILIO) == signature


@pytest.mark.parametrize(
    ("parameters", "algorithm", "signature"),
    [
        (
            {"param1": "value1", "param2": "value2"},
            "sha256",
            "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287",
        ),
        ({"param1": "value1", "param2": "value2"}, "md5", "724c2bf6ca423c36e20631b11d1c5753"),
        (
            {"param1": "value&1", "param2": "value=2"},
            "sha256",
            "be7fd727d6ec80c2c0a78dc0f009e1a710427126011d90c850d160599119e10d",
        ),
        ({"param1": "value&1", "param2": "value=2"}, "md5", "2bbf0abafb2c55e5af6231513896a2ac"),
        ({"param": "value"}, "md5", "655a4d0b7f064dff438defc52b012cf5"),
    ],
)
def test_vonage_signs_the_sorted_parameters(parameters, algorithm, signature):
    assert signing.vonage("signature_secret", parameters | {"timestamp": "1234567890"}, algorithm) == signature


def test_sinch_signs_body_nonce_and_time():
    signed = f"{SINCH}.01FJA8B4A7BM43YGWSG9GBV067.1634579353".encode()
    assert signing.base64_sha256("foo_secret1234", signed) == "Yc+3R1pIS78xLASybulhs8BsSo9BPB3Pr92QCUoczfk="


def test_plivo_signs_the_url_and_a_nonce():
    signature = signing.plivo_v2("my_auth_token", f"https://{ANSWER}", "12345")
    assert signature == "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc="
    assert signing.plivo_v2("my_auth_token", f"https://{ANSWER}?a=b", "12345") == signature


def test_the_android_gateway_signs_body_and_time():
    signature = signing.hex_sha256("test-key", f"{ANDROID}1700000000".encode())
    assert signature == "42bb21cf36e4846852a15a8074621e2654ca27073ec5beb69a78b4e6c052b79f"


def test_telnyx_signs_time_and_body_with_ed25519():
    signature = signing.ed25519(credentials.ED25519_SEED, f"1700000000|{TELNYX}".encode())
    expected = "cB92A4Hfd0UfKVklTz2bOO46jzZnj/4/tr6pFpQPSAUHJkHjei2K36rVny4mDgLYaCdrlAvVnXNOijSw2AjdDw=="
    assert signature == expected
