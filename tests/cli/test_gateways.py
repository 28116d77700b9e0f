"""`smsdialog gateway`: how gateways are set up, how they fare, and a trial SMS."""

from __future__ import annotations

import json

import pytest

from smsdialog.dialog import health
from smsdialog.gateways import Credit

TABLES = """
[gateways.main]
type = "file"

[gateways.operator]
type = "kannel"
url = "http://127.0.0.1:1/cgi-bin/sendsms"
username = "smsdialog"
password = "s3cret-word"
sender = "Firma"

[[routes]]
prefix = "+46"
gateways = ["operator", "main"]
"""
PUBLIC = 'public_url = "https://sms.firma.example/"'


@pytest.fixture
def two(office, firma):
    office.configure(top=PUBLIC, tables=TABLES)
    return office


def test_the_gateways_are_listed_with_what_their_providers_must_call(two):
    assert two.json("gateway", "list") == [
        {
            "name": "main",
            "type": "file",
            "prefixes": ["+", "+46"],
            "inbound_url": "https://sms.firma.example/inbound/main",
            "receipt_url": "https://sms.firma.example/receipt/main",
        },
        {
            "name": "operator",
            "type": "kannel",
            "prefixes": ["+46"],
            "inbound_url": "https://sms.firma.example/inbound/operator",
            "receipt_url": "https://sms.firma.example/receipt/operator",
        },
    ]


def test_without_a_public_url_there_is_nothing_that_a_provider_could_call(office, firma):
    assert office.json("gateway", "list")[0]["inbound_url"] == ""


def test_a_trial_sms_shows_what_the_provider_said(two):
    tried = two.json("gateway", "test", "main", "20 12 34 56")
    assert (tried["outcome"], tried["to"], tried["text"]) == ("accepted", "+4520123456", "SMS-Dialog: æøå €")
    (line,) = (two.folder / "state" / "outbox.jsonl").read_text().splitlines()
    assert json.loads(line)["from"] == tried["from"]
    assert two.json("message", "list") == []


def test_a_trial_sms_bears_what_the_gateways_table_says(two):
    tried = two.run("gateway", "test", "operator", "20123456", "--text", "Hej", "--json")
    assert tried.status == 1
    assert (tried.json["from"], tried.json["text"], tried.json["outcome"]) == ("Firma", "Hej", "later")
    assert "s3cret-word" not in tried.out + tried.err


def test_a_trial_sms_bears_the_number_of_the_account_that_is_named(two):
    other = two.json("account", "create", "bo@firma.example", "--key", "Firma")["number"]
    assert two.json("gateway", "test", "main", "20123456", "--account", "bo@firma.example")["from"] == other


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("main", "2012"), "'2012' is no number that can be texted"),
        (("other", "20123456"), "there is no gateway 'other'"),
        (("main", "20123456", "--account", "x@firma.example"), "there is no account 'x@firma.example'"),
    ],
)
def test_a_trial_that_cannot_be_made_says_why(two, arguments, said):
    assert said in two.refused("gateway", "test", *arguments)


def test_a_gateway_that_is_down_is_shown_with_the_reason(two):
    assert [row["state"] for row in two.json("gateway", "status")] == ["up", "up"]
    with two.service.store.transaction() as tx:
        health.note(two.service, tx, "operator", Credit("no money left"), 0.2)
    shown = two.run("gateway", "status", "--json")
    assert shown.status == 1
    up, down = shown.json
    assert up["state"] == "up"
    assert (down["state"], down["reason"], down["failed"]) == ("credit", "no money left", 1)
    assert down["down_since"] <= down["next_try"]


def test_a_trial_that_goes_through_ends_the_pause(two):
    with two.service.store.transaction() as tx:
        health.note(two.service, tx, "main", Credit("no money left"), 0.2)
    two.ok("gateway", "test", "main", "20123456")
    assert two.json("gateway", "status")[0]["state"] == "up"


def test_a_table_that_is_wrong_is_an_error_that_names_the_key(office, firma):
    office.configure(tables=TABLES.replace('sender = "Firma"', 'sender = "Firmaet i Byen"'))
    assert "'gateways.operator.sender' is wrong" in office.refused("gateway", "list")
    office.configure(tables=TABLES + '\n[gateways.operator.receivers]\n"1204 FIRMA" = "20123456"\n')
    assert "'gateways.operator.receivers.1204 FIRMA' is wrong" in office.refused("gateway", "list")


def test_a_secret_may_stand_in_a_file_or_in_the_environment(office, firma, monkeypatch):
    (office.folder / "password").write_text("s3cret-word\n")
    for place in (f'{{ file = "{office.folder}/password" }}', '{ env = "OPERATOR" }'):
        monkeypatch.setenv("OPERATOR", "s3cret-word")
        office.configure(tables=TABLES.replace('"s3cret-word"', place))
        assert office.json("gateway", "list")
    office.configure(tables=TABLES.replace('"s3cret-word"', '{ file = "/nowhere" }'))
    assert "'gateways.operator.password' is in /nowhere, which cannot be read" in office.refused("gateway", "list")
