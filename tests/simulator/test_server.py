"""The simulator as a whole: its pages, where it listens, and the command that starts it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from smsdialog import cli
from smsdialog import config as configuration
from smsdialog.errors import Declined
from smsdialog.gateways import Gateways, NotSent
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.server import Simulator
from tests.simulator.requests import FORM, JSON, NUMBER, SEND, Raw, ask

SCRIPT = Path(cli.__file__).parents[2] / "bin" / "smsdialog"
PAGE = Path(cli.__file__).parents[2] / "docs" / "simulator.md"
HOSTILE = "<script>alert('Hej')</script>"


def run(*arguments: str):
    return CliRunner().invoke(cli.commands(), ["gateway", "simulate", *arguments])


def test_what_happened_is_told_in_json(simulator, provider):
    provider("elks").sends()
    provider("elks").sends(to="4520123401")
    told = ask(simulator.url, Raw("GET", "/messages")).json
    assert [(sms["provider"], sms["to"], sms["text"]) for sms in told["messages"]] == [
        ("elks", "4520123456", "Hej æøå")
    ]
    assert told["refused"] == [{"provider": "elks", "to": "4520123401", "why": "refused for good"}]


def test_the_page_shows_it_and_escapes_it(simulator, provider):
    provider("elks").sends(text=HOSTILE)
    page = ask(simulator.url, Raw("GET", "/")).text
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(&#39;Hej&#39;)&lt;/script&gt;" in page
    assert all(fate.meaning in page for fate in Fate)


def test_the_page_has_a_form_that_texts(simulator, product):
    fields = f"provider=elks&from=%2B4520123456&to={NUMBER}&text=Hej+%C3%A6"
    assert ask(simulator.url, Raw("POST", "/inbound", FORM, fields)).status == 202
    assert product.gets(1)[0].form["message"] == "Hej æ"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        [1],
        {"provider": "nobody", "from": "1", "to": "2", "text": "3"},
        {"provider": "elks", "from": 1, "to": "2", "text": "3"},
        {"provider": "elks", "from": "1", "to": "Firma", "text": "3"},
        {"provider": "elks", "from": "1", "to": "2", "text": ""},
    ],
)
def test_a_text_that_lacks_something_is_not_taken(simulator, product, fields):
    answer = ask(simulator.url, Raw("POST", "/inbound", JSON, json.dumps(fields)))
    assert (answer.status, "provider is one of gatewayapi, " in answer.text) == (400, True)
    assert product.calls == []


@pytest.mark.parametrize("parts", [[2], [0], ["1"], [True], 1, [256]])
def test_parts_that_are_not_there_are_not_sent(simulator, product, parts):
    fields = {"provider": "elks", "from": "4520123456", "to": NUMBER, "text": "Hej", "parts": parts}
    assert ask(simulator.url, Raw("POST", "/inbound", JSON, json.dumps(fields))).status == 400
    assert product.calls == []


def test_a_page_of_another_site_cannot_text(simulator, product):
    headers = FORM | {"Origin": "http://evil.example"}
    fields = f"provider=elks&from=1&to={NUMBER}&text=Hej"
    assert ask(simulator.url, Raw("POST", "/inbound", headers, fields)).status == 403
    assert product.calls == []


def test_another_path_is_not_found(simulator):
    assert ask(simulator.url, Raw("GET", "/nowhere/else")).status == 404


def test_too_large_a_request_is_not_read(simulator):
    assert ask(simulator.url, Raw("POST", "/elks/a1/sms", FORM, "a" * 1_000_001)).status == 413


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:0", "[::]:0", "sms.firma.example:0"])
def test_it_does_not_listen_where_others_reach_it(address):
    with pytest.raises(Declined, match="--expose"):
        Simulator(address, "http://127.0.0.1:1", 0)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:x", ":80", "127.0.0.1:70000"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(Declined, match="is no address"):
        Simulator(address, "http://127.0.0.1:1", 0)


def test_it_listens_there_when_it_is_told_to():
    with Simulator("0.0.0.0:0", "http://127.0.0.1:1", 0, exposed=True) as simulator:
        port = simulator.url.rpartition(":")[2]
        assert ask(f"http://127.0.0.1:{port}", Raw("GET", "/messages")).status == 200


def test_two_cannot_have_one_address(simulator):
    address = simulator.url.removeprefix("http://")
    with pytest.raises(Declined, match="cannot listen"):
        Simulator(address, "http://127.0.0.1:1", 0)


def test_the_printed_configuration_is_one_and_has_every_provider():
    done = run("--print-config", "--listen", "127.0.0.1:8100", "--product", "http://127.0.0.1:9000")
    table = tomllib.loads(done.output)
    assert set(table["gateways"]) == set(SEND)
    assert table["public_url"] == "http://127.0.0.1:9000"
    config = configuration.read({"domain": "sms.firma.example", **table}, "printed")
    gateways = Gateways(config)
    assert all(gateways.named(name) for name in SEND)
    assert "http://127.0.0.1:8100/elks/a1" in done.output


def test_no_printed_gateway_asks_anybody_else_what_is_left():
    table = tomllib.loads(run("--print-config").output)
    gateways = Gateways(configuration.read({"domain": "sms.firma.example", **table}, "printed"))
    asked = []

    def ask_nobody(request):
        asked.append(request.url)
        raise NotSent("not now")

    for name in SEND:
        with contextlib.suppress(NotSent):
            gateways.named(name).balance(ask_nobody)
    assert len(asked) > 3
    assert [url for url in asked if not url.startswith("http://127.0.0.1:8099/")] == []


def test_the_command_refuses_other_addresses():
    done = run("--listen", "0.0.0.0:8100")
    assert isinstance(done.exception, Declined)


def test_the_command_serves_until_it_is_ended():
    command = [sys.executable, str(SCRIPT), "gateway", "simulate", "--listen", "127.0.0.1:0", "--delay", "0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().split()[0]
            with urllib.request.urlopen(f"{url}messages", timeout=5) as answer:
                assert json.load(answer) == {"messages": [], "refused": [], "calls": []}
        finally:
            process.terminate()


def test_every_magic_recipient_is_documented_with_the_command():
    documented = run("--help").output
    assert [fate.value for fate in Fate if fate.value not in documented] == []


def test_every_provider_and_every_magic_recipient_stands_on_the_page():
    page = PAGE.read_text()
    assert [name for name in SEND if f"`{name}`" not in page] == []
    assert [fate.value for fate in Fate if fate.value and f"| {fate.value} |" not in page] == []
