"""The configuration: one TOML file, read into one frozen tree of dataclasses.

Everything but `domain` has a working default. An unknown key, a wrong type or an impossible value is
a `ConfigError` that names key, file and expectation. Types are checked in `table` and values in `values`, and nowhere
else; what a gateway type wants in its own table, that type checks (`smsdialog.gateways`).
"""

from __future__ import annotations

import dataclasses
import os
import re
import tomllib
import typing
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smsdialog.config import values
from smsdialog.config.table import found_is, read_table
from smsdialog.config.values import OVERLONG, TIMEZONE, UNIX, parse_range
from smsdialog.core.model import Cut, Texts
from smsdialog.errors import ConfigError

__all__ = ["OVERLONG", "UNIX", "parse_range", "read_table"]

DEFAULT_PATH = Path("/etc/smsdialog/smsdialog.toml")
ENVIRONMENT = "SMSDIALOG_CONFIG"
SERVICE_NUMBER_DIGITS = 12


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
    A long SMS of which a part is missing is mailed without it after `parts_wait_minutes`. An SMS for later is taken if
    its time comes within `days_ahead`.
    """

    recipients_per_mail: int = 50
    parts_per_sms: int = 6
    sms_per_account_per_hour: int = 200
    sms_per_key_per_day: int = 5000
    countries: tuple[str, ...] = ("DK", "SE", "NO", "FI", "IS", "FO", "GL", "DE")
    new_customers_per_hour: int = 0
    parts_wait_minutes: int = 60
    days_ahead: int = 90


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
    threads: int = 16
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
class Metrics:
    """Who may read `/metrics` and the details of `/health`: these networks, not through a proxy, and who has the token.

    An empty `token` is nobody's.
    """

    trusted_networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Digest:
    """The mail to the operator about what is not well; from `hour` o'clock on, once a day."""

    enabled: bool = True
    hour: int = 7


@dataclass(frozen=True)
class Heartbeat:
    """An SMS that says that SMS go out; to nobody unless `to` is a number, in E.164 with its plus sign.

    It is from `account` (its address or number), at `hour` o'clock and every so many hours after it.
    """

    to: str = ""
    account: str = ""
    hour: int = 8
    every_hours: int = 24


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
    timezone: str = TIMEZONE
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
    metrics: Metrics = field(default_factory=Metrics)
    digest: Digest = field(default_factory=Digest)
    heartbeat: Heartbeat = field(default_factory=Heartbeat)
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
    values.check(config, source)
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


def _gateways(table: Any, source: str) -> dict[str, GatewayTable]:
    if not isinstance(table, dict):
        raise ConfigError(f"{source}: 'gateways' is {found_is(table)}; expected tables such as [gateways.main]")
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
        raise ConfigError(f"{source}: 'routes' is {found_is(rows)}; expected [[routes]] tables")
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
