"""The configuration: one TOML file, read into one frozen tree of dataclasses.

Everything but `domain` has a working default. An unknown key, a wrong type or an impossible value is
a `ConfigError` that names key, file and expectation. Values are checked here and nowhere else; what a
gateway type wants in its own table, that type checks (`smsdialog.gateways`).
"""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import re
import tomllib
import types
import typing
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phonenumbers import SUPPORTED_REGIONS

from smsdialog.core.mailbox import canonical_address
from smsdialog.core.model import Cut, Texts
from smsdialog.errors import ConfigError

DEFAULT_PATH = Path("/etc/smsdialog/smsdialog.toml")
ENVIRONMENT = "SMSDIALOG_CONFIG"
SERVICE_NUMBER_DIGITS = 12
OVERLONG = ("refuse", "cut")
# A proxy that is connected by a Unix socket, among `admin.trusted_proxies`.
UNIX = "unix"

_TYPE_NAMES = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    tuple: "a list",
    list: "a list",
    dict: "a table",
}
_DATABASES = ("sqlite:///", "postgresql+psycopg://")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.ASCII)
_SERVE = re.compile(r"(/.+|(127\.[0-9.]+|\[::1\]):[0-9]{1,5})?", re.ASCII)
_RANGE = re.compile(r"([1-9][0-9]{11})\s*-\s*([1-9][0-9]{11})", re.ASCII)


@dataclass(frozen=True)
class Database:
    """Where the state is kept; `url` is SQLAlchemy's, empty for SQLite in `state_dir`."""

    url: str = field(default="", repr=False)


@dataclass(frozen=True)
class Numbers:
    """The service numbers that accounts draw from, and for how long a closed one rests (days)."""

    ranges: tuple[str, ...] = ("459192000000-459192999999",)
    rest_days: int = 180


@dataclass(frozen=True)
class Mail:
    """How mail leaves: an argument list, the operator's address, and the largest mail taken (octets)."""

    sendmail: tuple[str, ...] = ("/usr/sbin/sendmail",)
    operator: str = ""
    max_bytes: int = 20_000_000


@dataclass(frozen=True)
class Auth:
    """What proves a sender, see `smsdialog.core.sender`."""

    require: str = "credential"
    trusted_networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    trusted_authserv_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """How much may be sent; `countries` are ISO 3166 regions, an empty list allows all.

    `new_customers_per_hour` (0: any number) is for one account, of numbers that it never wrote to before.
    A long SMS of which a part is missing is mailed without it after `parts_wait_minutes`.
    """

    recipients_per_mail: int = 50
    parts_per_sms: int = 6
    sms_per_account_per_hour: int = 200
    sms_per_key_per_day: int = 5000
    countries: tuple[str, ...] = ("DK", "SE", "NO", "FI", "IS", "FO", "GL", "DE")
    new_customers_per_hour: int = 0
    parts_wait_minutes: int = 60


@dataclass(frozen=True)
class Text:
    """How a mail becomes the text of an SMS; a key may want `cut` and `overlong` otherwise.

    `transliterate`: foreign Latin letters become plain ones where that saves the whole SMS from UCS-2.
    `overlong`: what exceeds `limits.parts_per_sms` is refused, or cut at a word.
    """

    cut: str = Cut.CONTACT.value
    transliterate: bool = False
    overlong: str = "refuse"


@dataclass(frozen=True)
class Serve:
    """What `smsdialog serve` offers, and how much of it at once.

    An address is the absolute path of a Unix socket, or `127.0.0.1:PORT` or `[::1]:PORT`; empty: not offered.
    """

    lmtp: str = ""
    policy: str = ""
    http: str = ""
    workers: int = 2
    threads: int = 4
    queue: int = 100
    flush_seconds: int = 30


@dataclass(frozen=True)
class Admin:
    """The web pages. `session_hours` is how long somebody stays signed in.

    `proxy_user_header` is the header in which one of `trusted_proxies` says who signed in there; empty: none. These are
    networks, and `unix` for whoever may use the socket.
    Only their `X-Forwarded-For` is believed, too. `insecure_cookies` is for plain http on one's own machine.
    """

    show_texts: bool = False
    session_hours: int = 8
    insecure_cookies: bool = False
    proxy_user_header: str = ""
    trusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retention:
    """For how many days `smsdialog purge` leaves things, 0 for ever; a key may want other numbers.

    Texts go first, then the numbers of customers, then the records themselves. `quarantine_days` is for mails that
    were put aside, and for events of daemons that could not be taken. `texts` is a `core.model.Texts`.
    """

    texts: str = Texts.KEPT.value
    texts_days: int = 365
    numbers_days: int = 1095
    records_days: int = 1825
    quarantine_days: int = 14


@dataclass(frozen=True)
class GatewayTable:
    """One `[gateways.NAME]` table: its type, and the options that the type checks."""

    name: str
    type: str
    options: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Route:
    """Numbers that begin with `prefix` go to these gateways, in this order."""

    prefix: str
    gateways: tuple[str, ...]


@dataclass(frozen=True)
class Config:
    """The whole configuration, checked."""

    domain: str
    language: str = "da"
    country: str = "DK"
    state_dir: str = "/var/lib/smsdialog"
    public_url: str = ""
    database: Database = field(default_factory=Database)
    numbers: Numbers = field(default_factory=Numbers)
    mail: Mail = field(default_factory=Mail)
    auth: Auth = field(default_factory=Auth)
    limits: Limits = field(default_factory=Limits)
    text: Text = field(default_factory=Text)
    retention: Retention = field(default_factory=Retention)
    admin: Admin = field(default_factory=Admin)
    serve: Serve = field(default_factory=Serve)
    gateways: Mapping[str, GatewayTable] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    source: str = field(default="", metadata={"internal": True})

    @property
    def default_gateway(self) -> str:
        """The name of the first gateway of the file."""
        return next(iter(self.gateways))

    @property
    def number_ranges(self) -> tuple[tuple[int, int], ...]:
        """The configured ranges as (first, last)."""
        return tuple(parse_range(text) for text in self.numbers.ranges)


def config_path(given: str | None) -> Path:
    """The file to read: the one given, else `$SMSDIALOG_CONFIG`, else the default."""
    return Path(given or os.environ.get(ENVIRONMENT) or DEFAULT_PATH)


def load(path: Path) -> Config:
    """Read and check one file. Raises ConfigError."""
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from error
    return read(table, str(path))


def read(table: dict[str, Any], source: str) -> Config:
    """Check one TOML document and fill in the defaults. Raises ConfigError."""
    table = dict(table)
    gateways = _gateways(table.pop("gateways", {}), source)
    routes = _routes(table.pop("routes", []), gateways, source)
    config = typing.cast(Config, read_table(Config, table, "", source))
    _check_values(config, source)
    state_dir = Path(config.state_dir)
    return dataclasses.replace(
        config,
        domain=config.domain.lower(),
        database=Database(config.database.url or f"sqlite:///{state_dir / 'smsdialog.db'}"),
        mail=dataclasses.replace(config.mail, operator=config.mail.operator or f"postmaster@{config.domain.lower()}"),
        gateways=gateways or {"main": GatewayTable("main", "file", {"path": str(state_dir / "outbox.jsonl")})},
        routes=routes,
        source=source,
    )


def read_table(cls: type, table: Mapping[str, Any], where: str, source: str) -> Any:
    """One TOML table as an instance of the dataclass `cls`; `where` is its dotted name. Raises ConfigError."""
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls) if "internal" not in f.metadata}
    prefix = f"{where}." if where else ""
    for key in table:
        if key not in fields:
            raise ConfigError(f"{source}: unknown key '{prefix}{key}'; known here: {', '.join(sorted(fields))}")
    for name, f in fields.items():
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if required and name not in table:
            raise ConfigError(f"{source}: '{prefix}{name}' is missing; expected {_expectation(hints[name])}")
    return cls(**{key: _value(hints[key], value, prefix + key, source) for key, value in table.items()})


def parse_range(text: str) -> tuple[int, int]:
    """A range of service numbers, `459192000000-459192999999`, as (first, last). Raises ValueError."""
    match = _RANGE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"'{text}' is not a range such as 459192000000-459192999999")
    first, last = int(match[1]), int(match[2])
    if first > last:
        raise ValueError(f"'{text}' ends before it begins")
    return first, last


def _value(hint: Any, value: Any, name: str, source: str) -> Any:
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise _wrong_type(hint, value, name, source)
        return read_table(typing.cast(type, hint), value, name, source)
    origin = typing.get_origin(hint) or hint
    if origin is types.UnionType:
        origin = next(a for a in typing.get_args(hint) if a is not types.NoneType)
    if origin is tuple:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{source}: '{name}' is {_found(value)}; expected a list of texts")
        return tuple(value)
    if not isinstance(value, origin) or (origin is int and isinstance(value, bool)):
        raise _wrong_type(origin, value, name, source)
    return value


def _wrong_type(hint: Any, value: Any, name: str, source: str) -> ConfigError:
    return ConfigError(f"{source}: '{name}' is {_found(value)}; expected {_expectation(hint)}")


def _found(value: Any) -> str:
    return "a list" if isinstance(value, list) else _TYPE_NAMES.get(type(value), f"a {type(value).__name__}")


def _expectation(hint: Any) -> str:
    return _TYPE_NAMES.get(typing.get_origin(hint) or hint, "a table")


def _gateways(table: Any, source: str) -> dict[str, GatewayTable]:
    if not isinstance(table, dict):
        raise ConfigError(f"{source}: 'gateways' is {_found(table)}; expected tables such as [gateways.main]")
    found = {}
    for name, options in table.items():
        if not isinstance(options, dict) or not isinstance(options.get("type"), str):
            raise ConfigError(f"{source}: 'gateways.{name}' has no type; expected type = \"file\" or another gateway")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
            raise ConfigError(f"{source}: 'gateways.{name}': a name is made of letters, digits, - and _")
        rest = {key: value for key, value in options.items() if key != "type"}
        found[name] = GatewayTable(name, options["type"], rest)
    return found


def _routes(rows: Any, gateways: Mapping[str, GatewayTable], source: str) -> tuple[Route, ...]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{source}: 'routes' is {_found(rows)}; expected [[routes]] tables")
    routes = tuple(read_table(Route, row, "routes", source) for row in rows)
    for route in routes:
        if not re.fullmatch(r"\+[0-9]{1,15}", route.prefix):
            raise ConfigError(f"{source}: 'routes.prefix' is '{route.prefix}'; expected digits after a +, such as +46")
        for name in route.gateways:
            if name not in (gateways or {"main"}):
                raise ConfigError(f"{source}: 'routes.gateways' names '{name}', but there is no [gateways.{name}]")
        if not route.gateways:
            raise ConfigError(f"{source}: 'routes.gateways' is empty; expected at least one gateway's name")
        twice = _twice(route.gateways)
        if twice:
            raise ConfigError(f"{source}: 'routes.gateways' names '{twice}' twice; expected each gateway once")
    twice = _twice(route.prefix for route in routes)
    if twice:
        raise ConfigError(f"{source}: 'routes.prefix' is '{twice}' twice; expected one route for each prefix")
    return routes


def _twice(words: Iterable[str]) -> str:
    """The first word that comes more than once; empty where none does."""
    return next((word for word, count in Counter(words).items() if count > 1), "")


def _check_values(config: Config, source: str) -> None:
    def demand(holds: bool, key: str, expectation: str) -> None:
        if not holds:
            raise ConfigError(f"{source}: '{key}' is wrong; expected {expectation}")

    demand(bool(_DOMAIN.fullmatch(config.domain.lower())), "domain", "a domain name such as sendmailsms.dk")
    demand(config.country in SUPPORTED_REGIONS, "country", "an ISO 3166 code such as DK")
    demand(bool(re.fullmatch(r"[a-z]{2}", config.language)), "language", "a language code: da or en")
    demand(bool(re.fullmatch(r"(https?://\S+)?", config.public_url)), "public_url", "an http or https URL")
    demand(Path(config.state_dir).is_absolute(), "state_dir", "an absolute path")
    url = config.database.url
    demand(not url or url.startswith(_DATABASES), "database.url", "sqlite:////PATH or postgresql+psycopg://…")
    sendmail = config.mail.sendmail
    demand(bool(sendmail and sendmail[0]), "mail.sendmail", "a list that begins with the sendmail program")
    demand(_is_address(config.mail.operator), "mail.operator", "an e-mail address such as postmaster@example.dk")
    demand(config.mail.max_bytes > 0, "mail.max_bytes", "a number of octets above 0")
    demand(config.auth.require in ("credential", "proof"), "auth.require", '"credential" or "proof"')
    demand(config.text.cut in {cut.value for cut in Cut}, "text.cut", "one of " + ", ".join(cut.value for cut in Cut))
    demand(config.text.overlong in OVERLONG, "text.overlong", " or ".join(OVERLONG))
    demand(config.numbers.rest_days >= 0, "numbers.rest_days", "a number of days, 0 or more")
    above_0 = ("recipients_per_mail", "parts_per_sms", "sms_per_account_per_hour", "sms_per_key_per_day")
    for name in (*above_0, "parts_wait_minutes"):
        demand(getattr(config.limits, name) > 0, f"limits.{name}", "a number above 0")
    demand(config.limits.new_customers_per_hour >= 0, "limits.new_customers_per_hour", "a number, 0 or more")
    for name in ("lmtp", "policy", "http"):
        where = "a path such as /run/smsdialog/lmtp.sock, or a loopback address such as 127.0.0.1:2424"
        demand(bool(_SERVE.fullmatch(getattr(config.serve, name))), f"serve.{name}", where)
    for name in ("workers", "threads", "queue", "flush_seconds"):
        demand(getattr(config.serve, name) > 0, f"serve.{name}", "a number above 0")
    texts = [choice.value for choice in Texts]
    demand(config.retention.texts in texts, "retention.texts", " or ".join(texts))
    for name in ("texts_days", "numbers_days", "records_days", "quarantine_days"):
        demand(getattr(config.retention, name) >= 0, f"retention.{name}", "a number of days, 0 for ever")
    for network in config.auth.trusted_networks:
        demand(_is_network(network), "auth.trusted_networks", f"networks such as 10.0.0.0/8, not '{network}'")
    demand(config.admin.session_hours > 0, "admin.session_hours", "a number of hours above 0")
    header = config.admin.proxy_user_header
    demand(bool(re.fullmatch(r"[A-Za-z0-9-]*", header)), "admin.proxy_user_header", "a header's name: X-Remote-User")
    named = bool(config.admin.trusted_proxies)
    demand(named or not header, "admin.proxy_user_header", "none, or the proxies that set it in admin.trusted_proxies")
    for network in config.admin.trusted_proxies:
        where = f"networks such as 127.0.0.1/32, or \"{UNIX}\", not '{network}'"
        demand(network == UNIX or _is_network(network), "admin.trusted_proxies", where)
    for region in config.limits.countries:
        demand(region in SUPPORTED_REGIONS, "limits.countries", f"ISO 3166 codes such as DK, not '{region}'")
    for text in config.numbers.ranges:
        try:
            parse_range(text)
        except ValueError as error:
            raise ConfigError(f"{source}: 'numbers.ranges': {error}") from error


def _is_address(text: str) -> bool:
    return not text or (text.isascii() and canonical_address(text) is not None)


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
