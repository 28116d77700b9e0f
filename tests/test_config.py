"""One file, checked once: whatever is wrong with it is said by key, file and expectation."""

from __future__ import annotations

import dataclasses
import importlib
import itertools
import re
import tomllib
import typing
from pathlib import Path
from typing import Any

import pytest

from smsdialog import config, gateways
from smsdialog.config import Auth, Config, Database, GatewayTable, Limits, Mail, Numbers, Route, Serve, Text
from smsdialog.errors import ConfigError
from smsdialog.gateways import Gateways

FILE = "/etc/smsdialog/smsdialog.toml"
DOMAIN = 'domain = "sms.firma.example"\n'
SAMPLE = Path(__file__).parent.parent / "docs" / "smsdialog.toml"
GATEWAY_OPTIONS = {name: importlib.import_module(f"smsdialog.gateways.{name}").Options for name in gateways.types()}
COMMON_OPTIONS = {f.name for f in dataclasses.fields(gateways.Common)}

# What stands in TOML for a value of each type.
OF_TYPE = {str: '"a"', int: "1", bool: "true", tuple: '["a"]', dict: "{ a = 1 }", float: "1.5", None: "1979-05-27"}
SAID = {
    bool: "expected true or false",
    str: "expected a text",
    int: "expected a whole number",
    tuple: "expected a list of texts",
}


def read(text: str) -> Config:
    return config.read(tomllib.loads(text), FILE)


def problem(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def leaves(cls: type, where: str = "") -> list[tuple[str, type]]:
    """Every key of a dataclass tree that is no table, dotted, with its type."""
    hints = typing.get_type_hints(cls)
    found = []
    for f in dataclasses.fields(cls):
        hint = hints[f.name]
        if dataclasses.is_dataclass(hint):
            found += leaves(typing.cast(type, hint), f"{where}{f.name}.")
        elif f.name not in ("gateways", "routes", "source"):
            found.append((f"{where}{f.name}", typing.get_origin(hint) or hint))
    return found


LEAVES = leaves(Config)
TABLES = sorted({key.partition(".")[0] for key, _ in LEAVES if "." in key})


def only(key: str, value: str) -> str:
    """A file with the domain and one key more."""
    return f"{key} = {value}\n" if key == "domain" else f"{DOMAIN}{key} = {value}\n"


def test_everything_but_the_domain_has_a_default():
    assert read(DOMAIN) == Config(
        domain="sms.firma.example",
        language="da",
        country="DK",
        state_dir="/var/lib/smsdialog",
        public_url="",
        database=Database("sqlite:////var/lib/smsdialog/smsdialog.db"),
        numbers=Numbers(("459192000000-459192999999",), 180),
        mail=Mail(("/usr/sbin/sendmail",), "postmaster@sms.firma.example", 20_000_000),
        auth=Auth("credential", ("127.0.0.0/8", "::1/128"), ()),
        limits=Limits(50, 6, 200, 5000, ("DK", "SE", "NO", "FI", "IS", "FO", "GL", "DE"), 0),
        text=Text("contact", False, "refuse"),
        serve=Serve("", "", "", 2, 16, 100, 30),
        gateways={"main": GatewayTable("main", "file", {"path": "/var/lib/smsdialog/outbox.jsonl"})},
        routes=(),
        source=FILE,
    )


def test_without_a_domain_there_is_no_installation():
    assert problem("") == f"{FILE}: 'domain' is missing; expected a text"


def test_what_lies_in_the_state_folder_moves_with_it():
    moved = read(DOMAIN + 'state_dir = "/srv/sms"')
    assert moved.database.url == "sqlite:////srv/sms/smsdialog.db"
    assert moved.gateways["main"].options == {"path": "/srv/sms/outbox.jsonl"}


def test_the_domain_is_kept_in_lower_case():
    assert read('domain = "SMS.Firma.example"').domain == "sms.firma.example"
    assert read('domain = "SMS.Firma.example"').mail.operator == "postmaster@sms.firma.example"


def test_the_first_gateway_of_the_file_is_the_default():
    found = read(DOMAIN + '[gateways.b]\ntype = "file"\n[gateways.a]\ntype = "file"\npath = "/x"\n')
    assert found.default_gateway == "b"
    assert found.gateways["a"] == GatewayTable("a", "file", {"path": "/x"})


def test_routes_are_read_in_their_order():
    found = read(DOMAIN + '[[routes]]\nprefix = "+46"\ngateways = ["main"]\n[[routes]]\nprefix="+4"\ngateways=["main"]')
    assert found.routes == (Route("+46", ("main",)), Route("+4", ("main",)))


def test_ranges_are_read_as_first_and_last():
    found = read(DOMAIN + 'numbers.ranges = ["459192000000-459192000009", " 459193000000 - 459193000000 "]')
    assert found.number_ranges == ((459192000000, 459192000009), (459193000000, 459193000000))


@pytest.mark.parametrize("key", [key for key, _ in LEAVES] + TABLES)
def test_an_unknown_key_is_named_with_those_that_are_known(key):
    wrong = f"{key}x"
    said = problem(f"{DOMAIN}{wrong} = 1")
    assert said.startswith(f"{FILE}: unknown key '{wrong}'; known here: ")
    assert key.rpartition(".")[2] in said


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        (key, value, wanted)
        for key, wanted in LEAVES
        for given, value in OF_TYPE.items()
        if given is not wanted and not (wanted is tuple and given is tuple)
    ],
)
def test_a_value_of_another_type_is_named_with_what_is_expected(key, value, wanted):
    said = problem(only(key, value))
    assert said.startswith(f"{FILE}: '{key}' is ")
    assert said.endswith(SAID[wanted])


@pytest.mark.parametrize("key", [key for key, wanted in LEAVES if wanted is tuple])
def test_a_list_holds_texts_only(key):
    assert problem(only(key, '["a", 1]')) == f"{FILE}: '{key}' is a list; expected a list of texts"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("value", ['"a"', "1", "[1]", "true"])
def test_a_table_is_a_table(table, value):
    said = problem(f"{DOMAIN}{table} = {value}")
    assert said.startswith(f"{FILE}: '{table}' is ")
    assert said.endswith("; expected a table")


@pytest.mark.parametrize(
    ("key", "value", "expectation"),
    [
        ("domain", '""', "a domain name such as sendmailsms.dk"),
        ("domain", '"localhost"', "a domain name such as sendmailsms.dk"),
        ("domain", '"a b.example"', "a domain name such as sendmailsms.dk"),
        ("domain", '"anna@firma.example"', "a domain name such as sendmailsms.dk"),
        ("domain", '"-a.example"', "a domain name such as sendmailsms.dk"),
        ("domain", '"a.example\\n"', "a domain name such as sendmailsms.dk"),
        ("domain", f'"{"a." * 130}example"', "a domain name such as sendmailsms.dk"),
        ("language", '"Danish"', "a language code: da or en"),
        ("language", '"../x"', "a language code: da or en"),
        ("country", '"dk"', "an ISO 3166 code such as DK"),
        ("country", '"UK"', "an ISO 3166 code such as DK"),
        *(("timezone", zone, "a name such as Europe/Copenhagen") for zone in ('"CET+1"', '"Europe"', '"../x"', '""')),
        ("state_dir", '"state"', "an absolute path"),
        ("public_url", '"sms.firma.example"', "an http or https URL"),
        ("public_url", '"ftp://sms.firma.example"', "an http or https URL"),
        ("database.url", '"mysql://host/name"', "sqlite:////PATH or postgresql+psycopg://…"),
        ("database.url", '"/var/lib/x.db"', "sqlite:////PATH or postgresql+psycopg://…"),
        ("mail.sendmail", "[]", "a list that begins with the sendmail program"),
        ("mail.sendmail", '[""]', "a list that begins with the sendmail program"),
        ("mail.operator", '"postmaster"', "an e-mail address such as postmaster@example.dk"),
        ("mail.operator", '"Post <a@firma.example>"', "an e-mail address such as postmaster@example.dk"),
        ("mail.operator", '"søren@firma.example"', "an e-mail address such as postmaster@example.dk"),
        ("mail.max_bytes", "0", "a number of octets above 0"),
        ("auth.require", '"none"', '"credential" or "proof"'),
        ("auth.trusted_networks", '["10.0.0.1/8"]', "networks such as 10.0.0.0/8, not '10.0.0.1/8'"),
        ("auth.trusted_networks", '["here"]', "networks such as 10.0.0.0/8, not 'here'"),
        ("text.cut", '"all"', "one of quotes, signature, contact, signoff"),
        ("text.overlong", '"drop"', "refuse or cut"),
        ("numbers.rest_days", "-1", "a number of days, 0 or more"),
        ("limits.recipients_per_mail", "0", "a number above 0"),
        ("limits.parts_per_sms", "0", "a number above 0"),
        ("limits.sms_per_account_per_hour", "0", "a number above 0"),
        ("limits.sms_per_key_per_day", "-5", "a number above 0"),
        ("limits.new_customers_per_hour", "-1", "a number, 0 or more"),
        ("limits.days_ahead", "-1", "a number of days, 0 or more"),
        ("admin.session_hours", "0", "a number of hours above 0"),
        ("admin.proxy_user_header", '"X Remote"', "a header's name: X-Remote-User"),
        ("admin.proxy_user_header", '"X-Remote-User"', "none, or the proxies that set it in admin.trusted_proxies"),
        ("admin.trusted_proxies", '["everybody"]', "networks such as 127.0.0.1/32, or \"unix\", not 'everybody'"),
        ("metrics.trusted_networks", '["home"]', "networks such as 10.0.0.0/8, not 'home'"),
        ("metrics.token", '"short"', "a secret of 16 characters or more, or none"),
        ("digest.hour", "24", "an hour of the day, 0 to 23"),
        ("heartbeat.hour", "-1", "an hour of the day, 0 to 23"),
        ("heartbeat.to", '"20123456"', "a number such as +4520123456, or none"),
        ("heartbeat.every_hours", "5", "one of 1, 2, 3, 4, 6, 8, 12, 24"),
        ("limits.countries", '["DK", "UK"]', "ISO 3166 codes such as DK, not 'UK'"),
        ("limits.countries", '["dk"]', "ISO 3166 codes such as DK, not 'dk'"),
    ],
)
def test_an_impossible_value_is_named_with_what_is_expected(key, value, expectation):
    assert problem(only(key, value)) == f"{FILE}: '{key}' is wrong; expected {expectation}"


@pytest.mark.parametrize(
    ("span", "why"),
    [
        ("45919200-45919299", "'45919200-45919299' is not a range such as 459192000000-459192999999"),
        ("059192000000-059192999999", "is not a range such as 459192000000-459192999999"),
        ("", "'' is not a range such as 459192000000-459192999999"),
        ("٤٥٩١٩٢٠٠٠٠٠٠-459192999999", "is not a range such as 459192000000-459192999999"),
        ("459192999999-459192000000", "'459192999999-459192000000' ends before it begins"),
    ],
)
def test_a_range_has_two_numbers_of_12_digits_the_lower_one_first(span, why):
    said = problem(f'{DOMAIN}numbers.ranges = ["{span}"]')
    assert said.startswith(f"{FILE}: 'numbers.ranges': ")
    assert said.endswith(why)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gateways = 1", "'gateways' is a whole number; expected tables such as [gateways.main]"),
        ("gateways.main = 1", "'gateways.main' has no type; expected type = \"file\" or another gateway"),
        ('gateways.main.path = "/x"', "'gateways.main' has no type; expected type = \"file\" or another gateway"),
        ("gateways.main.type = 1", "'gateways.main' has no type; expected type = \"file\" or another gateway"),
        ('gateways."a/b".type = "file"', "'gateways.a/b': a name is made of letters, digits, - and _"),
        ("routes = 1", "'routes' is a whole number; expected [[routes]] tables"),
        ('routes = ["+46"]', "'routes' is a list; expected [[routes]] tables"),
        ('[[routes]]\ngateways = ["main"]', "'routes.prefix' is missing; expected a text"),
        ('[[routes]]\nprefix = "+46"', "'routes.gateways' is missing; expected a list"),
        (
            '[[routes]]\nprefix = "+46"\ngateways = ["main"]\n' * 2,
            "'routes.prefix' is '+46' twice; expected one route for each prefix",
        ),
        (
            '[[routes]]\nprefix = "+46"\ngateways = ["main", "main"]',
            "'routes.gateways' names 'main' twice; expected each gateway once",
        ),
        ('[[routes]]\nprefix = 46\ngateways = ["main"]', "'routes.prefix' is a whole number; expected a text"),
        (
            '[[routes]]\nprefix = "46"\ngateways = ["main"]',
            "'routes.prefix' is '46'; expected digits after a +, such as +46",
        ),
        (
            '[[routes]]\nprefix = "+46"\ngateways = ["x"]',
            "'routes.gateways' names 'x', but there is no [gateways.x]",
        ),
        (
            '[[routes]]\nprefix = "+46"\ngateways = []',
            "'routes.gateways' is empty; expected at least one gateway's name",
        ),
        (
            '[[routes]]\nprefix = "+46"\ngateways = ["main"]\nx = 1',
            "unknown key 'routes.x'; known here: gateways, prefix",
        ),
        ('source = "x"', "unknown key 'source'"),
    ],
)
def test_gateways_and_routes_are_checked(text, said):
    assert problem(DOMAIN + text).startswith(f"{FILE}: {said}")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('type = "pigeon"', f"'gateways.main.type' is 'pigeon'; expected one of {', '.join(gateways.types())}"),
        ('type = "_base"', f"'gateways.main.type' is '_base'; expected one of {', '.join(gateways.types())}"),
        ('type = "file"\nurl = "x"', "unknown key 'gateways.main.url'; known here: path, secret"),
        ('type = "file"\npath = 1', "'gateways.main.path' is a whole number; expected a text"),
        ('type = "kannel"', "'gateways.main.url' is missing; expected a text"),
        (
            'type = "kannel"\nurl = "smsbox"\nusername = "u"\npassword = "p"',
            "'gateways.main.url' is wrong; expected the URL of sendsms",
        ),
    ],
)
def test_what_a_gateway_type_wants_it_checks_itself(table, said):
    with pytest.raises(ConfigError) as caught:
        Gateways(read(f"{DOMAIN}[gateways.main]\n{table}")).check()
    assert str(caught.value).startswith(f"{FILE}: {said}")


def test_a_file_is_found_by_option_then_environment_then_in_its_usual_place(monkeypatch):
    monkeypatch.setenv("SMSDIALOG_CONFIG", "/b.toml")
    assert config.config_path("/a.toml") == Path("/a.toml")
    assert config.config_path(None) == Path("/b.toml")
    monkeypatch.setenv("SMSDIALOG_CONFIG", "")
    assert config.config_path(None) == Path(FILE)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=re.escape(f"{tmp_path}/no.toml: cannot be read: No such file or directory")):
        config.load(tmp_path / "no.toml")
    with pytest.raises(ConfigError, match=re.escape(f"{tmp_path}: cannot be read: Is a directory")):
        config.load(tmp_path)


@pytest.mark.parametrize("content", [b"domain = ", b"domain = 'a.example'\ndomain = 'b.example'", b"\xff", b"\x00"])
def test_a_file_that_is_not_toml_is_named(tmp_path, content):
    path = tmp_path / "smsdialog.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(f"{path}: is not TOML: ")):
        config.load(path)


def test_a_file_is_loaded_with_its_name_for_later_errors(tmp_path):
    path = tmp_path / "smsdialog.toml"
    path.write_text(DOMAIN)
    assert config.load(path) == dataclasses.replace(read(DOMAIN), source=str(path))


def test_a_heartbeat_needs_an_account():
    assert "'heartbeat.account' is wrong" in problem(f'{DOMAIN}heartbeat.to = "+4520123456"')


def test_secrets_are_not_shown():
    shown = repr(
        read(
            f'{DOMAIN}database.url = "postgresql+psycopg://u:HIDDEN@db.example/sms"\n'
            'metrics.token = "HIDDEN-for-everybody"\n'
            '[gateways.main]\ntype = "kannel"\npassword = "HIDDEN"\ntoken = "HIDDEN"'
        )
    )
    assert "HIDDEN" not in shown


class TestTheSample:
    """`docs/smsdialog.toml`. A line `#key = value` is a setting that is left out; prose stands after `# `."""

    text = SAMPLE.read_text()
    everything: typing.ClassVar[dict[str, Any]] = tomllib.loads(re.sub(r"(?m)^#(?=[^\s#])", "", text))

    def test_it_loads_as_it_stands_and_holds_the_defaults(self):
        sample = config.load(SAMPLE)
        Gateways(sample).check()
        assert dataclasses.replace(sample, source=FILE) == read(DOMAIN)

    def test_it_loads_with_every_setting_that_it_leaves_out(self):
        Gateways(config.read(self.everything, str(SAMPLE))).check()

    def test_it_has_every_key(self):
        for key, _ in LEAVES:
            table, _, name = key.rpartition(".")
            assert name in (self.everything[table] if table else self.everything), key
        assert set(self.everything["routes"][0]) == {f.name for f in dataclasses.fields(Route)}

    def test_it_has_every_option_of_every_gateway_type(self):
        tables = {table["type"]: table for table in self.everything["gateways"].values()}
        assert set(tables) == set(GATEWAY_OPTIONS)
        for name, options in GATEWAY_OPTIONS.items():
            assert set(tables[name]) - COMMON_OPTIONS == {"type", *(f.name for f in dataclasses.fields(options))}
        assert {key for table in tables.values() for key in table} >= COMMON_OPTIONS

    def test_it_gives_a_reason_above_every_key(self):
        lines = self.text.splitlines()
        bare = [
            line
            for above, line in itertools.pairwise(lines)
            if re.match(r"#?\w+ *=", line) and not above.startswith("# ")
        ]
        assert bare == []
