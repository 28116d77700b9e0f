"""Whatever a provider signs, and however: believed as its documentation has it, by configuration alone.

The signatures of Sinch, Telnyx, MessageBird and Plivo are in the tests of their profiles.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlencode

import jwt
import pytest

from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import ConfigError, Unauthentic
from smsdialog.gateways import Gateway, WebCall
from tests.gateways.http_calls import basic, got, posted
from tests.gateways.table import GSM7, HIDDEN, NAME, NOW, PUBLIC_URL, make

ANY_SMS = {"sender": "/from", "text": "/text"}
SMS = {"from": "4520123456", "text": "Hej"}
# A call that is let in, and says nothing that concerns anybody.
NOTHING: dict[str, Any] = {
    "only": {"/no": "thing"},
    "sender": "/from",
    "text": "/text",
    "format": ["json", "form", "query"],
}


def checking(*checks: dict[str, Any], public_url: str = PUBLIC_URL, **options: Any) -> Gateway:
    send = {"url": "https://api.nordsms.example/", "query": {"to": "{to}"}}
    table = {"send": send, "answer": {"ok_status": [200]}, "inbound": NOTHING, "checks": list(checks), **options}
    return make("http", table, public_url)


def is_believed(gateway: Gateway, call: WebCall) -> bool:
    try:
        gateway.inbound(call)
    except Unauthentic:
        return False
    return True


def each_byte_counts(gateway: Gateway, call: WebCall) -> bool:
    bodies = (call.body[:at] + bytes([call.body[at] ^ 1]) + call.body[at + 1 :] for at in range(len(call.body)))
    return not any(is_believed(gateway, replace(call, body=body)) for body in bodies)


class TestGatewayApi:
    check: ClassVar[dict[str, Any]] = {
        "type": "hmac",
        "key": "test-secret",
        "at": "header:Signature",
        "prefix": "v1=",
        "separator": ",",
    }
    call = WebCall(
        "POST",
        headers={"signature": "v1=506ef7a208e6a842c35d08ac6a0eb9411433780d924331f147de88599f94fc0d"},
        body=b'{"event_id":"01JTEST","event_type":"user-message.text.sms"}',
    )

    def test_its_signature_is_believed_and_covers_the_body(self):
        assert is_believed(checking(self.check), self.call)
        assert each_byte_counts(checking(self.check), self.call)

    @pytest.mark.parametrize(
        "signature", ["", "v1=", "506ef7", "v2=506ef7a208e6a842c35d08ac6a0eb9411433780d924331f147de88599f94fc0d"]
    )
    def test_another_is_not(self, signature):
        assert not is_believed(checking(self.check), replace(self.call, headers={"signature": signature}))

    def test_one_of_several_is_enough(self):
        several = {"signature": f"v1=00,{self.call.headers['signature']}"}
        assert is_believed(checking(self.check), replace(self.call, headers=several))


class TestGatewayApiRest:
    token = (
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpZCI6MjM4MTcwMywibXNpc2RuIjo0NTQyNjA5MDQ1LCJ0aW1lIjoxNTIyNzY0MDYyLCJzdGF0"
        "dXMiOiJERUxJVkVSRUQiLCJlcnJvciI6bnVsbCwiY29kZSI6bnVsbCwidXNlcnJlZiI6bnVsbCwiY2FsbGJhY2tfdXJsIjoiaHR0cDovL2JiYWY3"
        "MTQyLm5ncm9rLmlvIiwiYXBpIjo0fQ.KdfDH65bnQtgxEkFnpAQodOciAJedZFB13r9wEo8t3Y"
    )
    check: ClassVar[dict[str, Any]] = {
        "type": "jwt",
        "key": "secret",
        "at": "header:X-Gwapi-Signature",
        "claims": "payload",
    }
    receipt: ClassVar[dict[str, Any]] = {
        "reference": "/userref",
        "id": "/id",
        "status": "/status",
        "statuses": {"DELIVERED": "delivered"},
        "time": "/time",
        "time_format": "unix",
    }

    def test_the_token_is_the_message_and_the_body_is_not_read(self):
        gateway = checking(self.check, receipt=self.receipt)
        call = WebCall("POST", body=b'{"status": "FAILED"}', headers={"x-gwapi-signature": self.token})
        wanted = Receipt(NAME, "", "2381703", Delivery.DELIVERED, "DELIVERED", happened_at=1_522_764_062.0)
        assert gateway.receipt(call) == (wanted,)

    @pytest.mark.parametrize("at", range(60))
    def test_one_changed_byte_of_it_is_not_believed(self, at):
        where = at * len(self.token) // 60
        changed = "A" if self.token[where] != "A" else "B"
        token = self.token[:where] + changed + self.token[where + 1 :]
        call = WebCall("POST", headers={"x-gwapi-signature": token})
        assert not is_believed(checking(self.check), call)

    def test_a_token_without_a_signature_is_none(self):
        token = jwt.encode({"id": 1}, None, "none")
        assert not is_believed(checking(self.check), WebCall("POST", headers={"x-gwapi-signature": token}))


class TestAndroid:
    check: ClassVar[dict[str, Any]] = {
        "type": "hmac",
        "key": "test-key",
        "message": "{body}{timestamp}",
        "at": "header:X-Signature",
        "timestamp": "header:X-Timestamp",
    }
    call = WebCall(
        "POST",
        headers={
            "x-signature": "42bb21cf36e4846852a15a8074621e2654ca27073ec5beb69a78b4e6c052b79f",
            "x-timestamp": "1700000000",
        },
        body='{"id":"1","event":"sms:received","payload":{"message":"Hej æøå","sender":"+4520123456"}}'.encode(),
        received_at=NOW,
    )

    def test_its_signature_is_believed_and_covers_the_body(self):
        assert is_believed(checking(self.check), self.call)
        assert each_byte_counts(checking(self.check), self.call)

    @pytest.mark.parametrize(("late", "believed"), [(300, True), (301, False), (-300, True), (-301, False)])
    def test_it_is_good_for_five_minutes(self, late, believed):
        assert is_believed(checking(self.check), replace(self.call, received_at=NOW + late)) is believed

    def test_the_table_may_say_for_how_long(self):
        gateway = checking({**self.check, "tolerance_seconds": 3600})
        assert is_believed(gateway, replace(self.call, received_at=NOW + 3600))
        assert not is_believed(gateway, replace(self.call, received_at=NOW + 3601))


class TestBird:
    check: ClassVar[dict[str, Any]] = {
        "type": "hmac",
        "key": HIDDEN,
        "message": "{timestamp}\n{url}\n{body_sha256_raw}",
        "at": "header:messagebird-signature",
        "form": "base64",
        "timestamp": "header:messagebird-request-timestamp",
    }

    def call(self, body: bytes = b'{"id":"1"}', url: str = f"{PUBLIC_URL}/inbound/main?a=1") -> WebCall:
        message = f"{NOW:.0f}\n{url}\n".encode() + hashlib.sha256(body).digest()
        signature = base64.b64encode(hmac.new(HIDDEN.encode(), message, hashlib.sha256).digest()).decode()
        headers = {"messagebird-signature": signature, "messagebird-request-timestamp": f"{NOW:.0f}"}
        return WebCall("POST", b"a=1", headers, body, "/inbound/main", received_at=NOW)

    def test_its_signature_covers_the_whole_url_and_the_body(self):
        gateway = checking(self.check)
        assert is_believed(gateway, self.call())
        assert each_byte_counts(gateway, self.call())
        assert not is_believed(gateway, replace(self.call(), query=b"a=2"))
        assert not is_believed(gateway, replace(self.call(), path="/inbound/mail"))
        assert not is_believed(gateway, self.call(url="https://other.example/inbound/main?a=1"))

    def test_without_a_public_url_it_proves_nothing(self):
        assert not is_believed(checking(self.check, public_url=""), self.call(url="/inbound/main?a=1"))


class TestTwilio:
    token = "12345"
    params: ClassVar[dict[str, str]] = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }

    def believed(self, host: str, signature: str, fields: dict[str, str] | None = None) -> bool:
        gateway = checking({"type": "twilio", "auth_token": self.token}, public_url=host)
        body = urlencode(fields or self.params).encode()
        headers = {"x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded"}
        return is_believed(gateway, WebCall("POST", b"foo=1&bar=2", headers, body, "/myapp.php"))

    def test_its_scheme_is_named_and_not_described(self):
        host = "https://sms.firma.example"
        text = f"{host}/myapp.php?foo=1&bar=2" + "".join(name + value for name, value in sorted(self.params.items()))
        signature = base64.b64encode(hmac.new(b"12345", text.encode(), "sha1").digest()).decode()
        assert self.believed(host, signature)
        assert not self.believed(host, signature, {**self.params, "Digits": "1235"})


class TestVonage:
    fields: ClassVar[dict[str, str]] = {"param1": "value1", "param2": "value2", "timestamp": "1234567890"}

    @pytest.mark.parametrize(
        ("algorithm", "signature"),
        [
            ("sha256", "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287"),
            ("md5", "724c2bf6ca423c36e20631b11d1c5753"),
            ("md5hash", "d72f75ac8cda9bbce891c4fa62bee6cd"),
        ],
    )
    @pytest.mark.parametrize("how", ["query", "form", "json"])
    def test_its_scheme_is_named_and_not_described(self, algorithm, signature, how):
        gateway = checking({"type": "vonage", "secret": "signature_secret", "algorithm": algorithm})
        for changed, believed in ({}, True), ({"param1": "value2"}, False), ({"timestamp": "1234567891"}, False):
            call = self.call(how, {**self.fields, "sig": signature, **changed})
            assert is_believed(gateway, call) is believed
            assert not is_believed(gateway, replace(call, received_at=1_234_567_890.0 + 302))

    def call(self, how: str, fields: dict[str, str]) -> WebCall:
        if how == "query":
            return replace(got(**fields), received_at=1_234_567_890.0)
        kind = "application/json" if how == "json" else "application/x-www-form-urlencoded"
        body = json.dumps(fields) if how == "json" else urlencode(fields)
        return WebCall("POST", b"", {"content-type": kind}, body.encode(), received_at=1_234_567_890.0)


class TestVonageMessages:
    """Its other API signs by a token that holds the digest of the body."""

    check: ClassVar[dict[str, Any]] = {
        "type": "jwt",
        "key": f"{HIDDEN} and more, up to 32 octets",
        "at": "header:Authorization",
        "prefix": "Bearer ",
        "issuer": "Vonage",
        "payload_hash": "payload_hash",
        "tolerance_seconds": 300,
    }

    def call(self, **claims: object) -> WebCall:
        body = b'{"text": "Hej"}'
        said = {"iss": "Vonage", "iat": int(NOW), "payload_hash": hashlib.sha256(body).hexdigest(), **claims}
        token = jwt.encode(said, self.check["key"], "HS256")
        return WebCall("POST", headers={"authorization": f"Bearer {token}"}, body=body, received_at=NOW)

    def test_its_token_is_believed_and_covers_the_body(self):
        gateway = checking(self.check)
        assert is_believed(gateway, self.call())
        assert each_byte_counts(gateway, self.call())

    @pytest.mark.parametrize(
        "claims",
        [{"iss": "Other"}, {"iat": int(NOW) - 301}, {"iat": "soon"}, {"payload_hash": ""}, {"payload_hash": None}],
    )
    def test_another_token_is_not(self, claims):
        assert not is_believed(checking(self.check), self.call(**claims))

    def test_a_header_without_the_prefix_is_no_token(self):
        bare = {"authorization": self.call().headers["authorization"].removeprefix("Bearer ")}
        assert not is_believed(checking(self.check), replace(self.call(), headers=bare))


class TestCredentials:
    @pytest.mark.parametrize(
        ("at", "call"),
        [
            ("query:key", got(key=HIDDEN)),
            ("header:X-Key", got(headers={"x-key": HIDDEN})),
            ("/key", posted({"key": HIDDEN})),
            ("/key", got(key=HIDDEN)),
        ],
    )
    def test_what_was_agreed_on_may_stand_anywhere(self, at, call):
        gateway = checking({"type": "equals", "at": at, "is": HIDDEN})
        assert is_believed(gateway, call)
        assert not is_believed(gateway, got(key="other", headers={"x-key": "other"}))
        assert not is_believed(gateway, got())

    def test_a_token_stands_in_the_receipt_url_and_escaped(self):
        gateway = checking(
            {"type": "token", "token": "a&b=%", "name": "t"},
            send={"url": "https://api.nordsms.example/", "query": {"cb": "{receipt_url}"}},
        )
        (sent,) = [value for name, value in gateway.request(GSM7).params if name == "cb"]
        assert sent == f"{PUBLIC_URL}/receipt/main?t=a%26b%3D%25&reference=r1"
        assert is_believed(gateway, WebCall("GET", sent.partition("?")[2].encode()))

    def test_basic_authentication(self):
        gateway = checking({"type": "basic", "user": "nord", "password": HIDDEN})
        (name, right), (_, wrong) = basic("nord", HIDDEN), basic("nord", "other")
        assert is_believed(gateway, got(headers={name.lower(): right}))
        assert not is_believed(gateway, got(headers={name.lower(): wrong}))
        assert not is_believed(gateway, got())

    @pytest.mark.parametrize(
        ("client", "forwarded", "believed"),
        [
            ("203.0.113.7", "", True),
            ("203.0.114.7", "", False),
            ("127.0.0.1", "203.0.113.7", True),
            ("127.0.0.1", "203.0.114.7", False),
            ("127.0.0.1", "203.0.113.7, 198.51.100.1", False),
            ("127.0.0.1", "198.51.100.1, 203.0.113.7, 127.0.0.1", True),
            ("198.51.100.1", "203.0.113.7", False),
            ("127.0.0.1", "", False),
            ("", "", False),
            ("2001:db8::1", "", True),
        ],
    )
    def test_networks_and_a_proxy_of_ours(self, client, forwarded, believed):
        gateway = checking({"type": "ip", "allow": ["203.0.113.0/24", "2001:db8::/32"], "proxies": ["127.0.0.1"]})
        call = WebCall("GET", headers={"x-forwarded-for": forwarded} if forwarded else {}, client=client)
        assert is_believed(gateway, call) is believed

    def test_all_checks_must_hold(self):
        gateway = checking({"type": "token", "token": HIDDEN}, {"type": "ip", "allow": ["203.0.113.0/24"]})
        assert is_believed(gateway, replace(got(token=HIDDEN), client="203.0.113.7"))
        assert not is_believed(gateway, replace(got(token=HIDDEN), client="203.0.114.7"))
        assert not is_believed(gateway, replace(got(token="x"), client="203.0.113.7"))

    def test_without_a_check_nothing_is_let_in(self):
        assert not is_believed(checking(), got())

    def test_an_empty_secret_lets_nothing_in(self):
        for check in (
            {"type": "token", "token": ""},
            {"type": "equals", "at": "header:x", "is": ""},
            {"type": "basic", "user": "", "password": ""},
            {"type": "hmac", "key": "", "at": "header:x"},
            {"type": "jwt", "key": "", "at": "header:x", "claims": "payload"},
        ):
            empty = hmac.new(b"", b"", "sha256").hexdigest()
            header, value = basic("", "")
            calls = (got(), got(token=""), got(headers={"x": empty}), got(headers={header.lower(): value}))
            assert not any(is_believed(checking(check), call) for call in calls)

    def test_a_check_for_a_setting_counts_only_where_that_is_given(self):
        check = {"type": "token", "token": "{token}", "when": "token"}
        with_token = checking(check, settings={"token": HIDDEN})
        assert is_believed(with_token, got(token=HIDDEN))
        assert not is_believed(checking(check, settings={"token": ""}), got(token=""))


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ({}, r"checks\[1\].type' is missing; expected one of token, equals"),
        ({"type": "smell"}, r"checks\[1\].type' is wrong; expected one of token, equals"),
        ({"type": "token"}, r"checks\[1\].token' is missing; expected a text"),
        ({"type": "token", "token": "x", "colour": 1}, r"unknown key 'gateways.main.checks\[1\].colour'; known here: "),
        ({"type": "token", "token": "{nothing}"}, r"checks\[1\].token' is wrong; .* placeholders are settings: none"),
        ({"type": "token", "token": "x", "when": "x"}, r"checks\[1\].when' is wrong; expected the name of a setting"),
        ({"type": "equals", "at": "key", "is": "x"}, r"checks\[1\].at' is wrong; expected a place such as /field"),
        ({"type": "ip", "allow": ["everywhere"]}, r"checks\[1\].allow' is wrong; expected a list of networks"),
        ({"type": "hmac", "at": "/x", "key": "x", "message": "{bod}"}, r"checks\[1\].message' is wrong; .*{body}"),
        ({"type": "hmac", "at": "/x", "key": "x", "message": "x"}, r"checks\[1\].message' is wrong; .*{body}"),
        ({"type": "hmac", "at": "/x", "key": "x", "message": "{body}{nonce}"}, r"checks\[1\].nonce' is missing"),
        ({"type": "hmac", "at": "/x", "key": "x", "algorithm": "crc"}, r"checks\[1\].algorithm' is wrong; .*sha256"),
        ({"type": "hmac", "at": "/x", "key": "x", "key_encoding": "hex"}, r"checks\[1\].key' is wrong; .* key in hex"),
        ({"type": "jwt", "at": "/x", "key": "x"}, r"checks\[1\].payload_hash' is missing"),
        ({"type": "jwt", "at": "/x", "key": "x", "algorithms": ["none"]}, r"checks\[1\].algorithms' is wrong"),
        ({"type": "vonage", "secret": "x", "algorithm": "crc"}, r"checks\[1\].algorithm' is wrong"),
    ],
)
def test_a_check_that_cannot_be_is_named(check, said):
    with pytest.raises(ConfigError, match=rf"smsdialog\.toml: .*{said}"):
        checking(check)


def test_what_is_proven_is_read():
    gateway = checking({"type": "token", "token": HIDDEN}, inbound=ANY_SMS)
    assert gateway.inbound(posted(SMS, token=HIDDEN)) == (InboundSms(NAME, "", "+4520123456", "", "Hej"),)
