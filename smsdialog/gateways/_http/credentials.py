"""Credentials that a call to us bears: a token, a user and a password, or where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from smsdialog.errors import Unauthentic
from smsdialog.gateways._http.document import Said
from smsdialog.gateways._http.place import Place, read_place
from smsdialog.gateways._http.settings import Settings
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._signature import require_basic, same
from smsdialog.gateways._webcall import WebCall

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Equals:
    """A text that was agreed on stands at a place."""

    at: Place
    wanted: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return (self.wanted,)

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """The query parameters among the places."""
        return tuple((at.removeprefix("query:"), self.wanted) for at in self.at.written if at.startswith("query:"))

    def prove(self, said: Said) -> WebCall:
        """See `Check`."""
        if not same(self.at.octets(said), self.wanted):
            raise Unauthentic("wrong or missing token")
        return said.call


@dataclass(frozen=True)
class Basic:
    """HTTP Basic."""

    user: str
    password: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return (self.password,)

    def prove(self, said: Said) -> WebCall:
        """See `Check`."""
        require_basic(said.call, self.user, self.password)
        return said.call


@dataclass(frozen=True)
class FromNetwork:
    """The call comes from one of some networks; `proxies` are ours, whose X-Forwarded-For is believed."""

    allowed: tuple[Network, ...]
    proxies: tuple[Network, ...]
    secrets: tuple[str, ...] = ()

    def prove(self, said: Said) -> WebCall:
        """See `Check`."""
        hops = [said.call.client, *reversed(said.call.header("x-forwarded-for").split(","))]
        client = next((hop for hop in hops if not _is_in(hop, self.proxies)), "")
        if not _is_in(client, self.allowed):
            raise Unauthentic("not from a network that is allowed")
        return said.call


def read_token(table: Table, settings: Settings, public_url: str) -> Equals:
    """A check of type token: a query parameter. Raises ConfigError."""
    return Equals(Place((f"query:{table.text('name', 'token')}",)), settings.text(table, "token"))


def read_equals(table: Table, settings: Settings, public_url: str) -> Equals:
    """A check of type equals: any place. Raises ConfigError."""
    return Equals(read_place(table, "at"), settings.text(table, "is"))


def read_basic(table: Table, settings: Settings, public_url: str) -> Basic:
    """A check of type basic. Raises ConfigError."""
    return Basic(settings.text(table, "user"), settings.text(table, "password"))


def read_network(table: Table, settings: Settings, public_url: str) -> FromNetwork:
    """A check of type ip. Raises ConfigError."""
    return FromNetwork(_networks(table, "allow", settings), _networks(table, "proxies", settings))


def _networks(table: Table, key: str, settings: Settings) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(text) for text in settings.texts(table, key))
    except ValueError as error:
        raise table.wrong(key, "a list of networks such as 203.0.113.0/24") from error


def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        found = ip_address(address.strip())
    except ValueError:
        return False
    return any(found in network for network in networks)
