"""The `http` type's requests: whatever an SMS holds stays inside the leaf that it was meant for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests import Request

from smsdialog.core.model import OutboundSms, PhoneNumber
from smsdialog.errors import ConfigError
from smsdialog.gateways import Accepted, Gateway, Later, Misconfigured, Refused
from smsdialog.gateways._base import AnswerLost, HttpRequest, HttpResponse, NotSent
from tests.gateways.table import GSM7, HIDDEN, UCS2, make

URL = "https://api.nordsms.example/sms"
ANSWER = {"ok_status": [200]}
# What an SMS may hold, and much that it may not; halves of emoji stand in for it being cut wrongly.
TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


def sending(send: dict[str, Any], **options: Any) -> Gateway:
    return make("http", {"send": {"url": URL, **send}, "answer": ANSWER, **options})


def request(send: dict[str, Any], sms: OutboundSms = GSM7, **options: Any) -> HttpRequest:
    return sending(send, **options).request(sms)


def as_sent(text: str) -> str:
    """A text as it can be told apart after UTF-8: half an emoji is a question mark."""
    return text.encode("utf-8", "replace").decode()


class TestNoTextLeavesItsPlace:
    @given(TEXTS)
    def test_json_stays_json(self, text):
        body = {"json": {"a": "{text}", "b": ["x {text} y"], "{text}": 1}}
        sent = json.loads(request({"body": body}, replace(GSM7, text=text)).body)
        wanted = {"a": as_sent(text), "b": [f"x {as_sent(text)} y"], "{text}": 1}
        assert sent == (wanted if text else {key: value for key, value in wanted.items() if key != "a"})

    @given(TEXTS)
    def test_a_form_stays_a_form(self, text):
        sent = request({"body": {"form": {"a": "x{text}", "b": "1"}}}, replace(GSM7, text=text)).body
        assert parse_qsl(sent.decode(), strict_parsing=True) == [("a", "x" + as_sent(text)), ("b", "1")]

    @given(TEXTS)
    def test_a_query_stays_a_query(self, text):
        sent = request({"query": {"a": "x{text}", "b": "1"}}, replace(GSM7, text=text))
        url = Request("GET", sent.url, params=[(name, as_sent(value)) for name, value in sent.params]).prepare().url
        assert parse_qsl(url.partition("?")[2], strict_parsing=True) == [("a", "x" + as_sent(text)), ("b", "1")]
        assert url.startswith(f"{URL}?a=x")

    @given(TEXTS)
    def test_xml_stays_well_formed(self, text):
        xml = '<sms to="{to}"><text kind="{text}">{text}</text><end/></sms>'
        root = ElementTree.fromstring(request({"body": {"xml": xml}}, replace(GSM7, text=text)).body)
        assert [child.tag for child in root] == ["text", "end"]
        kept = "".join(
            char for char in as_sent(text) if char in "\t\n\r" or (char >= " " and char not in "\ufffe\uffff")
        )
        assert root[0].get("kind") == kept
        assert (root[0].text or "") == kept

    @given(TEXTS)
    def test_a_template_of_the_providers_own_escapes_as_it_says(self, text):
        raw = '{"a": "{text|json}"}\n<b>{text|xml}</b>\nc={text|url}&d={text|hex}&e={text|base64}'
        sent = request({"body": {"raw": raw}}, replace(GSM7, text=text)).body.decode()
        assert json.loads(sent.partition("\n")[0]) == {"a": as_sent(text)}
        assert parse_qsl(sent.rpartition("\n")[2], keep_blank_values=True)[0] == ("c", as_sent(text))

    @given(TEXTS)
    def test_braces_of_a_text_are_no_placeholders(self, text):
        for braces in ("{to}", "{" + text, text + "}", "{text}", "{api_key}"):
            sent = request({"body": {"json": {"a": "{text}"}}}, replace(GSM7, text=braces), settings={"api_key": "k"})
            assert json.loads(sent.body) == {"a": as_sent(braces)}


class TestLeaves:
    def test_they_keep_the_types_that_they_have_in_the_table(self):
        tree = {"a": 1, "b": True, "c": 1.5, "d": ["{to}", 2], "e": {"f": "x"}, "g": "{parts}", "h": "{to|digits|int}"}
        assert json.loads(request({"body": {"json": tree}}).body) == {
            **tree,
            "d": ["+4520123456", 2],
            "g": 1,
            "h": 4520123456,
        }

    def test_a_list_at_the_top_is_json_too(self):
        assert json.loads(request({"body": {"json": ["{to}", {"text": "{text}"}]}}).body) == [
            "+4520123456",
            {"text": GSM7.text},
        ]

    def test_what_is_empty_is_left_out_and_so_is_what_only_it_stood_in(self):
        tree = {"a": "{none}", "b": {"c": {"d": "{none}"}}, "e": ["{none}"], "f": "x{none}", "g": {}, "h": ""}
        sent = request({"body": {"json": tree}}, settings={"none": ""})
        assert json.loads(sent.body) == {"f": "x", "g": {}, "h": ""}

    def test_a_field_may_be_there_several_times(self):
        assert request({"body": {"form": {"to": ["{to}", "x"]}}}).body == b"to=%2B4520123456&to=x"
        assert request({"query": {"to": ["{to}", "x"]}}).params == (("to", "+4520123456"), ("to", "x"))

    def test_true_is_true_in_a_form(self):
        assert request({"body": {"form": {"a": True, "b": 7}}}).body == b"a=true&b=7"


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{to}", "+4520123456"),
        ("{to|plus}", "+4520123456"),
        ("{to|digits}", "4520123456"),
        ("{to|zeros}", "004520123456"),
        ("{to|national}", "20123456"),
        ("{to|country}", "45"),
        ("{sender}", "459192000123"),
        ("{sender|plus}", "+459192000123"),
        ("{sender|zeros}", "00459192000123"),
        ("{reference}", "r1"),
        ("{encoding}", "gsm7"),
        ("{parts|text}", "1"),
        ("{expiry}", 7200),
        ("{expiry|minutes}", 120),
        ("{expiry|hours}", 2),
        ("{expiry|ms}", 7_200_000),
        ("{expiry|iso}", "PT7200S"),
        ("{text|utf16be|hex}", "Hej Bo\nDin bil er færdig.".encode("utf-16-be").hex().upper()),
        ("{text|base64}", "SGVqIEJvCkRpbiBiaWwgZXIgZsOmcmRpZy4="),
        ("{text|latin1|hex}", "Hej Bo\nDin bil er færdig.".encode("latin-1").hex().upper()),
    ],
)
def test_a_value_is_written_as_its_filters_say(template, value):
    sent = request({"expiry_seconds": 7200, "body": {"json": {"a": template}}})
    assert json.loads(sent.body) == {"a": value}


@pytest.mark.parametrize("sender", ["1919", "Firma"])
def test_short_codes_and_names_take_no_plus_sign(sender):
    body = {"json": {"a": "{sender|plus}", "b": "{sender|zeros}", "c": "{sender|national}"}}
    assert json.loads(request({"body": body}, replace(GSM7, sender=sender)).body) == dict.fromkeys("abc", sender)


def test_a_number_of_twelve_digits_of_one_country_is_national_too():
    sms = replace(GSM7, to=PhoneNumber("+45371234567890"))
    assert json.loads(request({"body": {"json": {"a": "{to|national}"}}}, sms).body) == {"a": "371234567890"}


def test_octets_in_a_query_and_a_form_are_percent_encoded_as_they_are():
    """As Kannel's builds without iconv want UCS-2."""
    sms = replace(UCS2, text="æ😀")
    wanted = quote("æ😀".encode("utf-16-be"), safe="")
    assert request({"body": {"form": {"text": "{text|utf16be}"}}}, sms).body == f"text={wanted}".encode()
    params = request({"query": {"text": "{text|utf16be}"}}, sms).params
    assert parse_qsl(Request("GET", URL, params=params).prepare().url.partition("?")[2], encoding="latin-1") == [
        ("text", "æ😀".encode("utf-16-be").decode("latin-1"))
    ]


def test_a_body_may_be_the_text_itself():
    sent = request({"body": {"raw": "{text|utf16be}", "content_type": "application/octet-stream"}}, UCS2)
    assert sent.body == UCS2.text.encode("utf-16-be")
    assert sent.headers == (("Content-Type", "application/octet-stream"),)


def test_what_depends_on_encoding_and_sender_is_chosen():
    send = {
        "body": {"json": {"from": "{from}", "ton": "{ton}", "coding": "{coding}", "text": "{content}"}},
        "by_encoding": {
            "gsm7": {"coding": 0, "content": "{text}"},
            "ucs2": {"coding": 8, "content": "{text|utf16be|hex}"},
        },
        "by_sender": {
            "number": {"from": "+{sender}", "ton": "MSISDN"},
            "short_code": {"from": "DK-{sender}", "ton": "SHORTNUMBER"},
            "name": {"from": "{sender}", "ton": "ALPHANUMERIC"},
        },
    }
    sent = [
        json.loads(request(send, sms).body) for sms in (GSM7, replace(UCS2, sender="1919"), replace(GSM7, sender="A/S"))
    ]
    assert [tuple(fields.values()) for fields in sent] == [
        ("+459192000123", "MSISDN", 0, GSM7.text),
        ("DK-1919", "SHORTNUMBER", 8, UCS2.text.encode("utf-16-be").hex().upper()),
        ("A/S", "ALPHANUMERIC", 0, GSM7.text),
    ]


@pytest.mark.parametrize(
    ("url", "settings", "wanted"),
    [
        ("https://a.example/{account}/sms", {"account": "a/b?c"}, "https://a.example/a%2Fb%3Fc/sms"),
        ("{base}/sms", {"base": "https://a.example/v2/"}, "https://a.example/v2/sms"),
        ("https://{region}.a.example/sms?v=1", {"region": "eu"}, "https://eu.a.example/sms?v=1"),
        ("https://a.example/{to|digits}/{sender}", {}, "https://a.example/4520123456/459192000123"),
    ],
)
def test_values_of_a_url_are_escaped_but_a_setting_at_its_beginning_is_one(url, settings, wanted):
    assert request({"url": url}, settings=settings).url == wanted


@pytest.mark.parametrize(
    ("auth", "headers", "params"),
    [
        ({}, (), ()),
        ({"type": "none"}, (), ()),
        ({"type": "basic", "user": "u", "password": "p"}, (("Authorization", "Basic dTpw"),), ()),
        ({"type": "basic", "user": "{key}"}, (("Authorization", "Basic czNjcmV0Og=="),), ()),
        ({"type": "bearer", "token": "{key}"}, (("Authorization", f"Bearer {HIDDEN}"),), ()),
        ({"type": "header", "name": "X-Key", "value": "App {key}"}, (("X-Key", f"App {HIDDEN}"),), ()),
        ({"type": "query", "name": "key", "value": "{key}"}, (), (("key", HIDDEN),)),
    ],
)
def test_requests_prove_who_we_are(auth, headers, params):
    sent = request({"headers": {"X-Ref": "{reference}"}}, auth=auth, settings={"key": HIDDEN})
    assert (sent.headers, sent.params) == ((*headers, ("X-Ref", "r1")), params)


@pytest.mark.parametrize(
    ("send", "method", "content_type"),
    [
        ({}, "GET", None),
        ({"body": {"json": {"a": 1}}}, "POST", "application/json"),
        ({"body": {"form": {"a": 1}}}, "POST", "application/x-www-form-urlencoded"),
        ({"body": {"xml": "<a/>"}}, "POST", "text/xml; charset=utf-8"),
        ({"body": {"raw": "a"}, "method": "PUT"}, "PUT", "text/plain; charset=utf-8"),
        ({"body": {"xml": "<a/>", "content_type": "application/soap+xml"}}, "POST", "application/soap+xml"),
    ],
)
def test_method_and_content_type_follow_from_the_body(send, method, content_type):
    sent = request(send)
    assert (sent.method, dict(sent.headers).get("Content-Type")) == (method, content_type)


def test_the_receipt_url_may_hold_placeholders_of_the_providers_own():
    send = {"query": {"cb": "{receipt_url}"}, "receipt_query": "&status=%d&id={ID}"}
    assert request(send).params == (("cb", "https://sms.firma.example/receipt/main?reference=r1&status=%d&id={ID}"),)


class TestOAuth2:
    auth: ClassVar[dict[str, str]] = {
        "type": "oauth2",
        "token_url": "https://auth.nordsms.example/token",
        "client_id": "id",
        "client_secret": HIDDEN,
        "scope": "sms",
    }

    def gateway(self) -> Gateway:
        return sending({"body": {"json": {"to": "{to}"}}}, auth=self.auth)

    def provider(self, asked: list[HttpRequest], token: HttpResponse, answer: int = 200):
        def perform(request: HttpRequest) -> HttpResponse:
            asked.append(request)
            return token if "/token" in request.url else HttpResponse(answer, b"")

        return perform

    def test_a_token_is_fetched_once_for_several_sms(self):
        asked: list[HttpRequest] = []
        gateway = self.gateway()
        perform = self.provider(asked, HttpResponse(200, b'{"access_token": "t1", "expires_in": 3600}'))
        assert [gateway.send(sms, perform) for sms in (GSM7, UCS2)] == [Accepted(), Accepted()]
        token, *sent = asked
        assert (token.method, token.url) == ("POST", "https://auth.nordsms.example/token")
        assert token.body == b"grant_type=client_credentials&scope=sms"
        assert token.headers[0] == ("Authorization", "Basic aWQ6czNjcmV0")
        assert [dict(request.headers)["Authorization"] for request in sent] == ["Bearer t1", "Bearer t1"]

    def test_one_that_ends_soon_is_fetched_again(self):
        asked: list[HttpRequest] = []
        gateway = self.gateway()
        perform = self.provider(asked, HttpResponse(200, b'{"access_token": "t1", "expires_in": 30}'))
        assert [gateway.send(GSM7, perform), gateway.send(GSM7, perform)] == [Accepted(), Accepted()]
        assert ["/token" in request.url for request in asked] == [True, False, True, False]

    def test_one_that_the_provider_refuses_is_fetched_again(self):
        asked: list[HttpRequest] = []
        gateway = self.gateway()
        perform = self.provider(asked, HttpResponse(200, b'{"access_token": "t1", "expires_in": 3600}'), 401)
        for _ in range(2):
            assert isinstance(gateway.send(GSM7, perform), Misconfigured)
        assert ["/token" in request.url for request in asked] == [True, False, True, False]

    @pytest.mark.parametrize(
        ("status", "body", "outcome"),
        [
            (400, b'{"error": "invalid_client"}', Misconfigured("token server: 400")),
            (401, b"", Misconfigured("token server: 401")),
            (500, b"", Later("token server: 500")),
            (503, b"", Later("token server: 503")),
            (200, b"<html>", Later("token server: 200")),
            (200, b'{"access_token": "a\\r\\nX: y"}', Later("token server: 200")),
            (200, b'{"access_token": 7}', Later("token server: 200")),
        ],
    )
    def test_without_a_token_nothing_was_sent(self, status, body, outcome):
        asked: list[HttpRequest] = []
        assert self.gateway().send(GSM7, self.provider(asked, HttpResponse(status, body))) == outcome
        assert len(asked) == 1

    @pytest.mark.parametrize("error", [NotSent("no connection"), AnswerLost("no answer")])
    def test_a_token_server_that_is_away_is_no_unknown_sms(self, error):
        def away(request: HttpRequest) -> HttpResponse:
            raise error

        assert self.gateway().send(GSM7, away) == Later(f"token server: {error}")

    def test_an_answer_that_echoes_the_token_does_not_show_it(self):
        asked: list[HttpRequest] = []
        token = HttpResponse(200, b'{"access_token": "token-of-theirs", "expires_in": 3600}')

        def echo(request: HttpRequest) -> HttpResponse:
            answer = self.provider(asked, token)(request)
            return answer if answer is token else HttpResponse(400, repr(request.headers).encode())

        said = self.gateway().send(GSM7, echo)
        assert "Bearer ***" in said.answer
        assert "token-of-theirs" not in said.answer

    def test_what_is_left_is_asked_with_the_token_too(self):
        asked: list[HttpRequest] = []
        gateway = sending({"query": {"to": "{to}"}}, auth=self.auth, balance={"url": URL, "amount": "/x"})

        def perform(request: HttpRequest) -> HttpResponse:
            asked.append(request)
            return HttpResponse(200, b'{"access_token": "t1", "x": 7}')

        assert gateway.balance(perform) == "7"
        assert dict(asked[1].headers)["Authorization"] == "Bearer t1"
        assert gateway.balance(lambda request: HttpResponse(503, b"")) == ""


@pytest.mark.parametrize(
    ("send", "said"),
    [
        ({"url": "nordsms"}, r"values that can stand there \(no http or https URL\)"),
        ({"url": "{text}"}, r"'gateways.main.send.url' is wrong; .*there is no {text}"),
        ({"colour": 1}, r"unknown key 'gateways.main.send.colour'; known here: body, "),
        ({"method": "DELETE"}, r"'gateways.main.send.method' is wrong; expected one of GET, POST, PUT"),
        (
            {"query": {"a": "{nothing}"}},
            r"'gateways.main.send.query' is wrong; .*there is no {nothing}; there are encod",
        ),
        ({"query": {"a": "{to|loud}"}}, r"'gateways.main.send.query' is wrong; .*there is no |loud; there are base64"),
        ({"query": {"a": {"b": 1}}}, r"'gateways.main.send.query.a' is wrong; expected a text, a number"),
        ({"query": 7}, r"'gateways.main.send.query' is wrong; expected a table"),
        ({"body": {"json": {"a": "{text|utf16be}"}}}, r"values that can stand there"),
        ({"body": {"json": {"a": "{sender|int}"}}}, r"values that can stand there \(no whole number\)"),
        (
            {"body": {"json": {}, "form": {}}},
            r"'gateways.main.send.body.form' is wrong; expected one of json, form, xml",
        ),
        ({"body": {"yaml": "a: 1"}}, r"unknown key 'gateways.main.send.body.yaml'"),
        (
            {"body": {"raw": "a={text}"}},
            r"'gateways.main.send.body.raw' is wrong; expected every placeholder with one of",
        ),
        ({"body": {"xml": "<a>{text}"}}, r"'gateways.main.send.body.xml' is wrong; expected well-formed XML"),
        (
            {"body": {"xml": "<a><!-- {text} --></a>"}},
            r"'gateways.main.send.body.xml' is wrong; expected well-formed XML",
        ),
        ({"headers": {"X": "{text}"}}, r"'gateways.main.send.headers.X' is wrong; .*there is no {text}"),
        ({"headers": {"X": "æ"}}, r"'gateways.main.send.headers' is wrong; expected ASCII in one line"),
        ({"headers": {"X": "a\nY: b"}}, r"'gateways.main.send.headers' is wrong; expected ASCII in one line"),
        ({"headers": {"X\r\nY": "a"}}, r"'gateways.main.send.headers' is wrong; .*a header can have"),
        ({"headers": {"X Y": "a"}}, r"'gateways.main.send.headers' is wrong; .*a header can have"),
        (
            {"by_encoding": {"gsm7": {"a": 1}}},
            r"'gateways.main.send.by_encoding.ucs2.a' is missing; expected a value in",
        ),
        ({"by_sender": {"nobody": {"a": 1}}}, r"unknown key 'gateways.main.send.by_sender.nobody'; known here: name"),
        ({"expiry_seconds": "1h"}, r"'gateways.main.send.expiry_seconds' is wrong; expected a whole number"),
    ],
)
def test_a_request_that_cannot_be_is_named_before_the_first_sms(send, said):
    with pytest.raises(ConfigError, match=rf"smsdialog\.toml: .*{said}"):
        sending(send)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"auth": {"type": "magic"}}, r"'gateways.main.auth.type' is wrong; expected one of none, basic, bearer"),
        ({"auth": {"type": "bearer", "token": "a{b}"}}, r"'gateways.main.auth.token' is wrong; .* settings: none\Z"),
        ({"auth": {"type": "bearer"}}, r"'gateways.main.auth.token' is missing; expected a text"),
        ({"auth": {"type": "bearer", "token": "x", "user": "y"}}, r"unknown key 'gateways.main.auth.user'"),
        ({"settings": {"to": "x"}}, r"'gateways.main.settings.to' is wrong; expected a name of small letters"),
        ({"settings": {"API": "x"}}, r"'gateways.main.settings.API' is wrong; expected a name of small letters"),
        ({"settings": {"a": 1}}, r"'gateways.main.settings.a' is wrong; expected a text"),
        ({"profile": "nordsms"}, r"'gateways.main.profile' is wrong; expected one of clicksend, infobip, inmobile"),
        ({"profile": "sinch"}, r"'gateways.main.service_plan_id' is missing; expected a text: the id of the service"),
        ({"answer": {}}, r"'gateways.main.answer' is missing; expected a table that says"),
        ({"answer": {"words": "/x"}}, r"'gateways.main.answer.ok' is missing; expected what an answer of success says"),
        (
            {"answer": {"ok_status": [2]}},
            r"'gateways.main.answer.ok_status' is wrong; expected a list of HTTP statuses",
        ),
        ({"answer": {"id": "id"}}, r"'gateways.main.answer.id' is wrong; expected a place such as /field"),
        ({"answer": {"rows": "~x", "id": "/x"}}, r"'gateways.main.answer.rows' is wrong; expected a JSON pointer"),
        ({"answer": {"id": "~("}}, r"'gateways.main.answer.id' is wrong; expected a regular expression"),
        ({"answer": {"ok": {"/a": {}}}}, r"'gateways.main.answer.ok./a' is wrong; expected a text, a number"),
        ({"answer": {"id": "/a", "classes": {"1": "bad"}}}, r"'gateways.main.answer.classes.1' is wrong; expected one"),
        (
            {"answer": {"id": "/a", "statuses": {"Later": "later"}}},
            r"'gateways.main.answer.statuses.Later' is wrong; .*418",
        ),
        ({"inbound": {"text": "/a"}}, r"'gateways.main.inbound.sender' is missing; expected a place"),
        ({"inbound": {"sender": "/a", "text": "/b", "format": "yaml"}}, r"'gateways.main.inbound.format' is wrong"),
        ({"inbound": {"sender": "/a", "text": "/b", "methods": "PATCH"}}, r"'gateways.main.inbound.methods' is wrong"),
        (
            {"inbound": {"sender": "/a", "text": "/b", "time_format": "x"}},
            r"'gateways.main.inbound.time_format' is wrong",
        ),
        (
            {"inbound": {"sender": "/a", "text": "/b", "time_zone": "Mars"}},
            r"'gateways.main.inbound.time_zone' is wrong",
        ),
        (
            {"inbound": {"sender": "/a", "text": "/b", "text_encoding": "rot13"}},
            r"'gateways.main.inbound.text_encoding' is wrong",
        ),
        (
            {"inbound": {"sender": "/a", "text": "/b", "part": {"reference": "/c", "total": "/d"}}},
            r"'gateways.main.inbound.part.index' is missing; expected a place such as /field, beside",
        ),
        (
            {"inbound": {"sender": "/a", "text": "/b", "reply": {"status": 500}}},
            r"'gateways.main.inbound.reply.status' is wrong",
        ),
        ({"receipt": {"reference": "/a", "statuses": {}}}, r"'gateways.main.receipt.status' is missing"),
        ({"receipt": {"status": "/a", "reference": "/b"}}, r"'gateways.main.receipt.statuses' is missing"),
        ({"receipt": {"status": "/a", "statuses": {}}}, r"'gateways.main.receipt.reference' is missing"),
        (
            {"receipt": {"status": "/a", "id": "/b", "statuses": {"1": "gone"}}},
            r"'gateways.main.receipt.statuses.1' is wrong; .*delivered",
        ),
        ({"balance": {"url": URL}}, r"'gateways.main.balance.amount' is missing"),
        ({"balance": {"url": "x", "amount": "/a"}}, r"'gateways.main.balance.url' is wrong; expected an http or https"),
    ],
)
def test_a_table_that_cannot_be_is_named(options, said):
    with pytest.raises(ConfigError, match=rf"smsdialog\.toml: {said}"):
        sending({}, **options)


def test_a_mistyped_setting_is_named_with_those_of_the_profile():
    with pytest.raises(
        ConfigError, match=r"unknown key 'gateways.main.api_tokn'; known here: answer, api_token, auth, "
    ):
        make("http", {"profile": "sinch", "api_tokn": HIDDEN})


def test_a_secret_in_the_url_is_not_shown():
    sent = request({"url": "https://a.example/{key}/sms"}, settings={"key": HIDDEN})
    assert HIDDEN in sent.url
    assert HIDDEN not in repr(sent)


def test_an_answer_that_echoes_the_request_shows_no_secret_of_it():
    gateway = sending(
        {"query": {"text": "{text}"}},
        auth={"type": "query", "name": "key", "value": "{key}"},
        settings={"key": HIDDEN},
    )

    def echo(asked: HttpRequest) -> HttpResponse:
        return HttpResponse(400, repr(asked.params).encode())

    said = gateway.send(GSM7, echo)
    assert isinstance(said, Refused)
    assert HIDDEN not in said.reason + said.answer
    assert "***" in said.reason
