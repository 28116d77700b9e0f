"""How a call to us proves that it is the provider's, from the list `checks`: all of them must hold.

A check with `when` counts only where that setting is given; where none counts, every call is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from smsdialog.errors import BadCall, Unauthentic
from smsdialog.gateways._http.credentials import Equals, read_basic, read_equals, read_network, read_token
from smsdialog.gateways._http.document import BODIES, Said, of_call
from smsdialog.gateways._http.jwt import read_jwt
from smsdialog.gateways._http.settings import Settings
from smsdialog.gateways._http.signatures import read_ed25519, read_hmac, read_twilio, read_vonage
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._webcall import WebCall


class Check(Protocol):
    """One proof that is asked for; `secrets` must not be shown."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        ...

    def prove(self, said: Said) -> WebCall:
        """The call, with what was proven. Raises Unauthentic."""
        ...


@dataclass(frozen=True)
class Checks:
    """All checks that count."""

    checks: tuple[Check, ...]

    def prove(self, call: WebCall) -> WebCall:
        """The call, with what was proven. Raises Unauthentic; a call that cannot be read proves nothing."""
        if not self.checks:
            raise Unauthentic("there is no check that could let a call in")
        for check in self.checks:
            try:
                call = check.prove(_said(call))
            except (BadCall, UnicodeEncodeError) as error:
                raise Unauthentic("a call that cannot be read") from error
        return call

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown of any of them."""
        return tuple(secret for check in self.checks for secret in check.secrets)

    @property
    def token_parameters(self) -> tuple[tuple[str, str], ...]:
        """What a URL of ours must bear in its query, so that a call to it is let in."""
        return tuple(pair for check in self.checks if isinstance(check, Equals) for pair in check.parameters)


def read_checks(tables: Iterable[Table], settings: Settings, public_url: str) -> Checks:
    """The list `checks`. Raises ConfigError."""
    found = (_read_check(table, settings, public_url) for table in tables)
    return Checks(tuple(check for check in found if check is not None))


def _read_check(table: Table, settings: Settings, public_url: str) -> Check | None:
    """One check; None where its setting is not given. Raises ConfigError."""
    with table as given:
        when = given.text("when", "")
        if when and when not in settings.values:
            raise given.wrong("when", "the name of a setting")
        kind = given.one_of("type", tuple(KINDS))
        if when and not settings.values[when]:
            given.leave()
            return None
        return KINDS[kind](given, settings, public_url)


def _said(call: WebCall) -> Said:
    """A call whose body may or may not be a document: a signature covers it, whatever it is."""
    try:
        return of_call(call, BODIES)
    except BadCall:
        return Said(None, None, call.body, call.headers, call)


KINDS: dict[str, Callable[[Table, Settings, str], Check]] = {
    "token": read_token,
    "equals": read_equals,
    "basic": read_basic,
    "ip": read_network,
    "hmac": read_hmac,
    "jwt": read_jwt,
    "ed25519": read_ed25519,
    "twilio": read_twilio,
    "vonage": read_vonage,
}
