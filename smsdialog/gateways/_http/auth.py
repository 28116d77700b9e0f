"""How requests to a provider prove who we are: not at all, by Basic, a bearer token, a header, or a query parameter.

A provider that hands out tokens for a while (OAuth 2) is in `_http_oauth`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from smsdialog.gateways._base import basic_auth
from smsdialog.gateways._http.oauth import OAuth2, read_oauth2
from smsdialog.gateways._http.settings import Settings
from smsdialog.gateways._http.table import Table

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Auth:
    """What every request bears; `oauth2` is where its bearer token comes from, if it has one of those."""

    headers: Pairs = field(default=(), repr=False)
    params: Pairs = field(default=(), repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    oauth2: OAuth2 | None = None


def read_auth(table: Table, settings: Settings) -> Auth:
    """The table `auth`. Raises ConfigError."""
    with table as given:
        return KINDS[given.one_of("type", tuple(KINDS), "none")](given, settings)


def _none(table: Table, settings: Settings) -> Auth:
    return Auth()


def _basic(table: Table, settings: Settings) -> Auth:
    user, password = settings.text(table, "user"), settings.text(table, "password", "")
    header = basic_auth(user, password)
    return Auth((header,), secrets=(password or user, header[1].removeprefix("Basic ")))


def _bearer(table: Table, settings: Settings) -> Auth:
    token = settings.text(table, "token")
    return Auth((("Authorization", f"Bearer {token}"),), secrets=(token,))


def _header(table: Table, settings: Settings) -> Auth:
    value = settings.text(table, "value")
    return Auth(((table.text("name"), value),), secrets=(value,))


def _query(table: Table, settings: Settings) -> Auth:
    value = settings.text(table, "value")
    return Auth(params=((table.text("name"), value),), secrets=(value,))


def _oauth2(table: Table, settings: Settings) -> Auth:
    oauth2 = read_oauth2(table, settings)
    return Auth(secrets=(oauth2.client_secret,), oauth2=oauth2)


KINDS: dict[str, Callable[[Table, Settings], Auth]] = {
    "none": _none,
    "basic": _basic,
    "bearer": _bearer,
    "header": _header,
    "query": _query,
    "oauth2": _oauth2,
}
