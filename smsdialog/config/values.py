"""Which values the configuration may have; what is wrong is a `ConfigError` that names key, file and expectation."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from phonenumbers import SUPPORTED_REGIONS

from smsdialog.core.mailbox import canonical_address
from smsdialog.core.model import Cut, Texts
from smsdialog.errors import ConfigError

if TYPE_CHECKING:
    from smsdialog.config import Config

TIMEZONE = "Europe/Copenhagen"
OVERLONG = ("refuse", "cut")
# A proxy that is connected by a Unix socket, among `admin.trusted_proxies`.
UNIX = "unix"
_SHORTEST_TOKEN = 16
# The same hours every day.
_EVERY_HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
_DATABASES = ("sqlite:///", "postgresql+psycopg://")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.ASCII)
_SERVE = re.compile(r"(/.+|(127\.[0-9.]+|\[::1\]):[0-9]{1,5})?", re.ASCII)
_RANGE = re.compile(r"([1-9][0-9]{11})\s*-\s*([1-9][0-9]{11})", re.ASCII)


class _Demands:
    """What is demanded of the values of one file."""

    def __init__(self, source: str) -> None:
        self._source = source

    def that(self, holds: bool, key: str, expectation: str) -> None:
        """Raise ConfigError unless it holds."""
        if not holds:
            raise ConfigError(f"{self._source}: '{key}' is wrong; expected {expectation}")

    def networks(self, key: str, networks: Iterable[str]) -> None:
        """Networks in CIDR notation."""
        for network in networks:
            self.that(_is_network(network), key, f"networks such as 10.0.0.0/8, not '{network}'")

    def above_0(self, table: object, where: str, *names: str) -> None:
        """Numbers of one table that are above 0."""
        for name in names:
            self.that(getattr(table, name) > 0, f"{where}.{name}", "a number above 0")


def check(config: Config, source: str) -> None:
    """Raise ConfigError for the first value that is impossible."""
    demand = _Demands(source)
    _installation(config, demand)
    _mail(config, demand)
    _numbers(config, demand, source)
    _limits(config, demand)
    _serve(config, demand)
    _retention(config, demand)
    _watch(config, demand)
    _admin(config, demand)


def _installation(config: Config, demand: _Demands) -> None:
    demand.that(bool(_DOMAIN.fullmatch(config.domain.lower())), "domain", "a domain name such as sendmailsms.dk")
    demand.that(config.country in SUPPORTED_REGIONS, "country", "an ISO 3166 code such as DK")
    known = config.timezone == TIMEZONE or _is_timezone(config.timezone)
    demand.that(known, "timezone", "a name such as Europe/Copenhagen")
    demand.that(bool(re.fullmatch(r"[a-z]{2}", config.language)), "language", "a language code: da or en")
    demand.that(bool(re.fullmatch(r"(https?://\S+)?", config.public_url)), "public_url", "an http or https URL")
    demand.that(Path(config.state_dir).is_absolute(), "state_dir", "an absolute path")
    url = config.database.url
    demand.that(not url or url.startswith(_DATABASES), "database.url", "sqlite:////PATH or postgresql+psycopg://…")


def _mail(config: Config, demand: _Demands) -> None:
    sendmail = config.mail.sendmail
    demand.that(bool(sendmail and sendmail[0]), "mail.sendmail", "a list that begins with the sendmail program")
    demand.that(_is_address(config.mail.operator), "mail.operator", "an e-mail address such as postmaster@example.dk")
    demand.that(config.mail.max_bytes > 0, "mail.max_bytes", "a number of octets above 0")
    demand.that(config.auth.require in ("credential", "proof"), "auth.require", '"credential" or "proof"')
    demand.networks("auth.trusted_networks", config.auth.trusted_networks)
    cuts = [cut.value for cut in Cut]
    demand.that(config.text.cut in cuts, "text.cut", f"one of {', '.join(cuts)}")
    demand.that(config.text.overlong in OVERLONG, "text.overlong", " or ".join(OVERLONG))


def _numbers(config: Config, demand: _Demands, source: str) -> None:
    demand.that(config.numbers.rest_days >= 0, "numbers.rest_days", "a number of days, 0 or more")
    for text in config.numbers.ranges:
        try:
            parse_range(text)
        except ValueError as error:
            raise ConfigError(f"{source}: 'numbers.ranges': {error}") from error


def _limits(config: Config, demand: _Demands) -> None:
    limits = config.limits
    demand.above_0(limits, "limits", "recipients_per_mail", "parts_per_sms")
    demand.above_0(limits, "limits", "sms_per_account_per_hour", "sms_per_key_per_day", "parts_wait_minutes")
    demand.that(limits.new_customers_per_hour >= 0, "limits.new_customers_per_hour", "a number, 0 or more")
    demand.that(limits.days_ahead >= 0, "limits.days_ahead", "a number of days, 0 or more")
    for region in limits.countries:
        demand.that(region in SUPPORTED_REGIONS, "limits.countries", f"ISO 3166 codes such as DK, not '{region}'")


def _serve(config: Config, demand: _Demands) -> None:
    where = "a path such as /run/smsdialog/lmtp.sock, or a loopback address such as 127.0.0.1:2424"
    for name in ("lmtp", "policy", "http"):
        demand.that(bool(_SERVE.fullmatch(getattr(config.serve, name))), f"serve.{name}", where)
    demand.above_0(config.serve, "serve", "workers", "threads", "queue", "flush_seconds")


def _retention(config: Config, demand: _Demands) -> None:
    texts = [choice.value for choice in Texts]
    demand.that(config.retention.texts in texts, "retention.texts", " or ".join(texts))
    for name in ("texts_days", "numbers_days", "records_days", "quarantine_days"):
        demand.that(getattr(config.retention, name) >= 0, f"retention.{name}", "a number of days, 0 for ever")


def _watch(config: Config, demand: _Demands) -> None:
    demand.networks("metrics.trusted_networks", config.metrics.trusted_networks)
    short = 0 < len(config.metrics.token) < _SHORTEST_TOKEN
    demand.that(not short, "metrics.token", f"a secret of {_SHORTEST_TOKEN} characters or more, or none")
    beat = config.heartbeat
    for name, hour in (("digest", config.digest.hour), ("heartbeat", beat.hour)):
        demand.that(0 <= hour <= 23, f"{name}.hour", "an hour of the day, 0 to 23")
    number = re.fullmatch(r"(\+[1-9][0-9]{6,14})?", beat.to)
    demand.that(bool(number), "heartbeat.to", "a number such as +4520123456, or none")
    whose = "whose number the SMS bears: an address or a number"
    demand.that(bool(beat.account) or not beat.to, "heartbeat.account", whose)
    every = f"one of {', '.join(map(str, _EVERY_HOURS))}"
    demand.that(beat.every_hours in _EVERY_HOURS, "heartbeat.every_hours", every)


def _admin(config: Config, demand: _Demands) -> None:
    admin = config.admin
    demand.that(admin.session_hours > 0, "admin.session_hours", "a number of hours above 0")
    header = admin.proxy_user_header
    word = re.fullmatch(r"[A-Za-z0-9-]*", header)
    demand.that(bool(word), "admin.proxy_user_header", "a header's name: X-Remote-User")
    named = bool(admin.trusted_proxies) or not header
    demand.that(named, "admin.proxy_user_header", "none, or the proxies that set it in admin.trusted_proxies")
    for network in admin.trusted_proxies:
        where = f"networks such as 127.0.0.1/32, or \"{UNIX}\", not '{network}'"
        demand.that(network == UNIX or _is_network(network), "admin.trusted_proxies", where)


def parse_range(text: str) -> tuple[int, int]:
    """A range of service numbers, `459192000000-459192999999`, as (first, last). Raises ValueError."""
    match = _RANGE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"'{text}' is not a range such as 459192000000-459192999999")
    first, last = int(match[1]), int(match[2])
    if first > last:
        raise ValueError(f"'{text}' ends before it begins")
    return first, last


def _is_address(text: str) -> bool:
    return not text or (text.isascii() and canonical_address(text) is not None)


def _is_timezone(text: str) -> bool:
    from zoneinfo import ZoneInfo  # one that is configured is looked up; who has the default need not load this

    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # a folder of zones is no zone
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
