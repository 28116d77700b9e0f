"""A provider that nobody has written a type for, described by configuration alone; `docs/http-gateway.md` is the page.

    settings    values with names, such as keys, for the templates      send      one SMS as a request
    auth        how our requests prove who we are                       answer    what the provider's answer means
    checks      how a call to us proves that it is the provider's       inbound   where an SMS stands in a call
    balance     how to ask what is left                                 receipt   where a receipt does

A `profile` is such a description that is ready-made. Nothing here polls: everything comes by the provider's own calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core.model import OutboundSms
from smsdialog.errors import BadCall, ConfigError
from smsdialog.gateways._base import (
    Event,
    HttpGateway,
    HttpRequest,
    HttpResponse,
    Misconfigured,
    Outcome,
    Perform,
    send_over_http,
)
from smsdialog.gateways._http import profiles
from smsdialog.gateways._http.answer import Answer, read_answer
from smsdialog.gateways._http.auth import Auth, read_auth
from smsdialog.gateways._http.balance import Balance, read_balance
from smsdialog.gateways._http.checks import Checks, read_checks
from smsdialog.gateways._http.inbound import Inbound, read_inbound
from smsdialog.gateways._http.oauth import NoToken
from smsdialog.gateways._http.receipt import Receipts, read_receipts
from smsdialog.gateways._http.send import OF_SMS, ReceiptUrl, Sending, read_sending
from smsdialog.gateways._http.settings import Settings
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._webcall import Reply, WebCall

Mapped = Inbound | Receipts

_SETTING = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Options:
    """`profile` names a ready-made description, whose settings stand in the same table; `provider` is named in reasons.

    `send` and `answer` must be given, here or by the profile; without `inbound`, `receipt` or `balance` there is none.
    """

    profile: str = ""
    provider: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    auth: Mapping[str, Any] = field(default_factory=dict, repr=False)
    send: Mapping[str, Any] = field(default_factory=dict, repr=False)
    answer: Mapping[str, Any] = field(default_factory=dict)
    checks: list[Any] = field(default_factory=list, repr=False)
    inbound: Mapping[str, Any] = field(default_factory=dict)
    receipt: Mapping[str, Any] = field(default_factory=dict)
    balance: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Description:
    """A provider, as the table and its profile describe it."""

    auth: Auth
    sending: Sending
    answer: Answer
    checks: Checks
    inbound: Inbound | None
    receipts: Receipts | None
    balance: Balance | None
    secrets: tuple[str, ...] = field(repr=False)


def create(table: GatewayTable, config: Config) -> Http:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    where = f"gateways.{table.name}"
    given = Table(table.options, where, config.source)
    profile = _profile(given)
    declared = profile.pop("settings", {})
    _check_keys(table, declared, config.source)
    settings = _settings(given, declared)
    own = {key: value for key, value in table.options.items() if key not in (*declared, "settings")}
    options: Options = read_table(Options, profiles.merged(profile, own), where, config.source)
    return Http(table.name, _description(options, settings, table.name, config))


class Http(HttpGateway):
    """One provider."""

    type = "http"

    def __init__(self, name: str, description: Description) -> None:
        super().__init__(name, description.secrets)
        self._is = description
        self.reply = description.inbound.calls.reply if description.inbound else Reply()

    @property
    def receipt_reply(self) -> Reply:
        """What a receipt hears."""
        return self._is.receipts.calls.reply if self._is.receipts else Reply()

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The request that the table `send` describes."""
        return self._is.sending.request(sms)

    def outcome(self, response: HttpResponse) -> Outcome:
        """What the table `answer` makes of it."""
        return self._is.answer.outcome(response)

    def send(self, sms: OutboundSms, perform: Perform) -> Outcome:
        """Hand one SMS over, after fetching a token where the provider wants one."""
        oauth2 = self._is.auth.oauth2
        if oauth2 is None:
            return super().send(sms, perform)
        try:
            request, token = oauth2.authorised(self.request(sms), perform)
        except NoToken as error:
            return error.outcome
        outcome = send_over_http(request, self.outcome, perform, (*self._secrets, token, sms.text))
        if isinstance(outcome, Misconfigured):
            oauth2.forget()
        return outcome

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The SMS of a call, and receipts if they share the address."""
        return self._events(call, self._is.inbound, self._is.receipts)

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """The receipts of a call, and SMS if they share the address."""
        return self._events(call, self._is.receipts, self._is.inbound)

    def balance_request(self) -> HttpRequest | None:
        """The request that the table `balance` describes."""
        return self._is.balance.request if self._is.balance else None

    def balance_of(self, response: HttpResponse) -> str:
        """What is left."""
        return self._is.balance.of(response) if self._is.balance else ""

    def balance(self, perform: Perform) -> str:
        """Ask what is left; nothing is known without a token."""
        oauth2 = self._is.auth.oauth2
        if oauth2 is None:
            return super().balance(perform)
        try:
            return super().balance(lambda request: perform(oauth2.authorised(request, perform)[0]))
        except NoToken:
            return ""

    def _events(self, call: WebCall, own: Mapped | None, other: Mapped | None) -> tuple[Event, ...]:
        proven = self._is.checks.prove(call)
        tables = _for(proven, own, other)
        if not tables:
            raise BadCall("this gateway has nothing of this kind")
        return tuple(event for table in tables for event in table.events(self.name, proven))


def _for(call: WebCall, own: Mapped | None, other: Mapped | None) -> list[Mapped]:
    """The tables that read a call to an address: its own and, if both say which calls they are for, the other.

    Those that take no calls of its method are left out, unless it is all of them: then the first says so.
    """
    shares = other is not None and bool(other.calls.only) and (own is None or bool(own.calls.only))
    tables = [table for table in (own, other if shares else None) if table]
    return [table for table in tables if call.method in table.calls.methods] or tables[:1]


def _description(options: Options, settings: Settings, name: str, config: Config) -> Description:
    given = {f.name: getattr(options, f.name) for f in fields(Options)}
    table = Table(given, f"gateways.{name}", config.source)
    if not options.answer:
        raise table.missing("answer", "a table that says what an answer of success looks like")
    public_url = config.public_url.rstrip("/")
    auth = read_auth(table.table("auth"), settings)
    checks = read_checks(table.tables("checks"), settings, public_url)
    receipt_url = ReceiptUrl(f"{public_url}/receipt/{name}" if public_url else "", checks.token_parameters)
    return Description(
        auth,
        read_sending(table.table("send"), auth, settings, receipt_url),
        read_answer(table.table("answer"), options.provider or name),
        checks,
        read_inbound(table.table("inbound")) if options.inbound else None,
        read_receipts(table.table("receipt")) if options.receipt else None,
        read_balance(table.table("balance"), auth, settings) if options.balance else None,
        (*settings.secrets, *auth.secrets, *checks.secrets),
    )


def _profile(table: Table) -> dict[str, Any]:
    """The profile that a table names; an empty one where it names none. Raises ConfigError."""
    if not table.text("profile", ""):
        return {}
    return profiles.profile(table.one_of("profile", profiles.profiles()))


def _settings(table: Table, declared: Mapping[str, Any]) -> Settings:
    """The settings that a profile declares, and those of the table's own. Raises ConfigError."""
    settings = profiles.given(declared, table)
    own = table.words("settings")
    for name in own:
        if not _SETTING.fullmatch(name) or name in {*OF_SMS, *declared}:
            raise table.wrong(f"settings.{name}", "a name of small letters, digits and _ that is not taken")
    return replace(settings, values={**settings.values, **own})


def _check_keys(table: GatewayTable, declared: Mapping[str, Any], source: str) -> None:
    """Every key is one of the type's, or a setting of its profile. Raises ConfigError."""
    known = {*(f.name for f in fields(Options)), *declared}
    for key in table.options:
        if key not in known:
            raise ConfigError(
                f"{source}: unknown key 'gateways.{table.name}.{key}'; known here: {', '.join(sorted(known))}"
            )
