"""Which gateway carries an SMS, and what a call to us is made of."""

from __future__ import annotations

import pytest

from smsdialog.config import Config, GatewayTable, Route
from smsdialog.errors import BadCall, ConfigError, NotFound
from smsdialog.gateways import Accepted, Gateways, Later, WebCall, types
from smsdialog.gateways._base import HttpResponse
from tests.gateways.table import GSM7


def installation(*routes: Route, **tables: dict[str, str]) -> Gateways:
    found = {name: GatewayTable(name, options.pop("type", "file"), options) for name, options in tables.items()}
    return Gateways(Config("sms.firma.example", gateways=found, routes=routes, source="smsdialog.toml"))


def test_every_module_is_a_type_unless_its_name_begins_with_an_underscore():
    assert types() == tuple(sorted(types()))
    assert not [name for name in types() if name.startswith("_")]


def test_numbers_go_to_the_first_gateway_unless_a_route_says_otherwise():
    gateways = installation(Route("+46", ("b",)), Route("+4670", ("c", "b")), a={}, b={}, c={})
    assert gateways.route("+4520123456") == ("a",)
    assert gateways.route("+46801234567") == ("b",)
    assert gateways.route("+46701234567") == ("c", "b")


@pytest.mark.parametrize(("public_url", "telling"), [("", ("modem",)), ("https://a.example", ("sim", "modem"))])
def test_receipts_are_told_by_who_can_reach_us_and_is_asked(public_url, telling):
    here = {"url": "http://127.0.0.1/", "username": "u", "password": "p", "token": "t"}
    tables = {
        "file": GatewayTable("file", "file", {}),
        "sim": GatewayTable("sim", "kannel", here),
        "modem": GatewayTable("modem", "smstools", {}),
        "quiet": GatewayTable("quiet", "smstools", {"receipts": False}),
    }
    assert Gateways(Config("sms.firma.example", gateways=tables, public_url=public_url)).telling == telling


def test_a_gateway_is_made_once():
    gateways = installation(a={})
    assert gateways.named("a") is gateways.named("a")


def test_a_gateway_that_is_not_configured_is_not_found():
    with pytest.raises(NotFound, match="there is no gateway 'b'"):
        installation(a={}).named("b")


def test_every_table_is_checked_at_the_start():
    with pytest.raises(ConfigError, match=r"smsdialog.toml: 'gateways.b.type' is 'x'; expected one of "):
        installation(a={}, b={"type": "x"}).check()


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"\n", "which is empty"),
        (b"one\ntwo\n", "which has several lines"),
        (b"\xff", "which cannot be read: it is not in UTF-8"),
    ],
)
def test_a_secret_that_can_be_none_is_found_when_the_table_is_read(tmp_path, octets, why):
    path = tmp_path / "password"
    path.write_bytes(octets)
    table = {"type": "elks", "username": "u", "password": {"file": str(path)}}
    with pytest.raises(ConfigError) as wrong:
        installation(a=table).check()
    assert str(wrong.value) == f"smsdialog.toml: 'gateways.a.password' is in {path}, {why}"


def test_a_variable_that_is_not_set_or_empty_is_no_secret(monkeypatch):
    table = {"type": "elks", "username": "u", "password": {"env": "ELKS_PASSWORD"}}
    with pytest.raises(ConfigError, match="is in ELKS_PASSWORD, which cannot be read: there is no such variable"):
        installation(a=table).check()
    monkeypatch.setenv("ELKS_PASSWORD", "")
    with pytest.raises(ConfigError, match="is in ELKS_PASSWORD, which is empty"):
        installation(a=table).check()


def test_an_sms_goes_to_the_gateway_that_is_named(tmp_path):
    gateways = installation(a={"path": str(tmp_path / "a")}, b={"path": str(tmp_path / "b")})
    assert gateways.send("b", GSM7) == Accepted("r1")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_an_sms_of_a_gateway_that_was_taken_out_waits(tmp_path):
    assert installation(a={}).send("b", GSM7) == Later("there is no gateway 'b'")


def test_an_sms_goes_over_http_where_its_gateway_speaks_it():
    kannel = {"type": "kannel", "url": "http://127.0.0.1:1/", "username": "u", "password": "p"}
    assert isinstance(installation(a=kannel).send("a", GSM7), Later)


def test_arguments_of_a_call_are_percent_decoded_octets():
    call = WebCall("GET", b"a=%E6+b&text=%C3%A6&empty=&text=second")
    assert (call.octets("a"), call.argument("a")) == (b"\xe6 b", "\ufffd b")
    assert call.argument("text") == "æ"
    assert (call.octets("empty"), call.octets("none")) == (b"", b"")


def test_a_call_with_a_thousand_arguments_is_not_understood():
    with pytest.raises(BadCall, match="too many fields"):
        WebCall("GET", b"a=1&" * 1000).octets("a")


def test_octets_that_were_not_percent_encoded_are_taken_as_they_are():
    assert WebCall("GET", "a=æ".encode()).argument("a") == "æ"


def test_an_answer_is_text_whatever_its_octets_are():
    assert HttpResponse(200, b"a\xff").text == "a\ufffd"
