"""docs/http-gateway.md says all that there is, and nothing that there is not."""

from __future__ import annotations

import re

import pytest

from smsdialog.core.model import Delivery
from smsdialog.gateways._http import profiles
from smsdialog.gateways._http.answer import CLASSES
from smsdialog.gateways._http.auth import KINDS as AUTHS
from smsdialog.gateways._http.body import KINDS as BODIES
from smsdialog.gateways._http.checks import KINDS as CHECKS
from smsdialog.gateways._http.document import ANSWERS, CALLS
from smsdialog.gateways._http.filters import FILTERS
from smsdialog.gateways._http.send import OF_SMS
from smsdialog.gateways._http.signed import NAMES as SIGNED
from smsdialog.gateways._http.table import Table
from tests.gateways.table import make
from tests.gateways.test_http import OPTIONS, PAGE

TEXT = PAGE.read_text(encoding="utf-8")
# What stands in the page as code: names of keys and values.
NAMED = {word for code in re.findall(r"`([^`\n]+)`", TEXT) for word in re.findall(r"[A-Za-z0-9_*]+", code)}
PUBLIC_KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
EVERY_CHECK = [
    {"type": "token", "token": "x"},
    {"type": "equals", "at": "/x", "is": "x"},
    {"type": "basic", "user": "x", "password": "x"},
    {"type": "ip", "allow": []},
    {"type": "hmac", "at": "/x", "key": "x"},
    {"type": "ed25519", "at": "/x", "public_key": PUBLIC_KEY, "message": "{body}"},
    {"type": "jwt", "at": "/x", "key": "x", "payload_hash": "x"},
    {"type": "twilio", "auth_token": "x"},
    {"type": "vonage", "secret": "x"},
]
EVERY_AUTH = [
    {"type": "basic", "user": "x"},
    {"type": "bearer", "token": "x"},
    {"type": "header", "name": "x", "value": "x"},
    {"type": "query", "name": "x", "value": "x"},
    {"type": "oauth2", "token_url": "https://x.example/", "client_id": "x", "client_secret": "x"},
]


@pytest.fixture
def asked(monkeypatch) -> set[str]:
    """Every key that was asked for while tables were read."""
    keys: set[str] = set()
    plain = Table.__contains__

    def listening(self: Table, key: str) -> bool:
        keys.add(key)
        return plain(self, key)

    monkeypatch.setattr(Table, "__contains__", listening)
    return keys


def test_every_key_that_is_read_stands_there(asked):
    assert {check["type"] for check in EVERY_CHECK} == set(CHECKS)
    assert {auth["type"] for auth in EVERY_AUTH} == set(AUTHS) - {"none"}
    balance = {"url": "https://x.example/", "amount": "/x"}
    for auth in EVERY_AUTH:
        make("http", {**OPTIONS, "auth": auth, "checks": EVERY_CHECK, "balance": balance})
    assert len(asked) > 60
    assert sorted(asked - NAMED) == []


@pytest.mark.parametrize(
    "names",
    [FILTERS, OF_SMS, AUTHS, CHECKS, CLASSES, BODIES, ANSWERS, CALLS, SIGNED, profiles.profiles()],
)
def test_every_name_that_means_something_stands_there(names):
    assert [name for name in names if name not in NAMED] == []


@pytest.mark.parametrize("delivery", Delivery)
def test_every_fate_of_an_sms_stands_there(delivery):
    assert f"`{delivery.value}`" in TEXT


@pytest.mark.parametrize("name", profiles.profiles())
def test_each_profile_stands_there_with_its_settings(name):
    (row,) = re.findall(rf"^\| `{name}` \| (.*?) \|", TEXT, re.M)
    assert [setting for setting in profiles.profile(name)["settings"] if f"`{setting}`" not in row] == []


@pytest.mark.parametrize("name", profiles.profiles())
def test_each_profile_says_where_it_comes_from_and_what_its_settings_are(name):
    lines = (PAGE.parents[1] / "smsdialog" / "gateways" / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    assert re.match(r"# .*Source: .*20\d\d", lines.replace("\n# ", " "))
    assert max(map(len, lines.splitlines())) <= 120
    for declaration in profiles.profile(name)["settings"].values():
        assert set(declaration) <= {"about", "default", "secret"}
        assert declaration["about"]


def test_the_sample_configuration_names_every_profile():
    sample = PAGE.with_name("smsdialog.toml").read_text(encoding="utf-8")
    assert [name for name in profiles.profiles() if f'"{name}"' not in sample] == []
