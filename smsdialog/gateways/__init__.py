"""The gateways of an installation: each type is one module of this package.

To add a type, add one module `TYPE.py` with a function `create(table, config)`; see `_base` for what
it returns. Modules whose name begins with an underscore are no types.

What every type's table may hold besides is read here: who an SMS seems to come from, whose a text is, and
secrets that stand in a file or in the environment.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from typing import Any

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import phone, receivers
from smsdialog.core.model import InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall, ConfigError, NotFound
from smsdialog.gateways._base import (
    Accepted,
    AnswerLost,
    Credit,
    Event,
    Gateway,
    HttpRequest,
    HttpResponse,
    KeepsFiles,
    Later,
    LocalGateway,
    Misconfigured,
    NotSent,
    Outcome,
    Rate,
    Refused,
    Unknown,
)
from smsdialog.gateways._elsewhere import revealed
from smsdialog.gateways._webcall import Reply, WebCall

__all__ = [
    "Accepted",
    "AnswerLost",
    "Credit",
    "Event",
    "Gateway",
    "Gateways",
    "KeepsFiles",
    "Later",
    "LocalGateway",
    "Misconfigured",
    "NotSent",
    "Outcome",
    "Probe",
    "Rate",
    "Refused",
    "Reply",
    "Unknown",
    "WebCall",
    "types",
]


@dataclass(frozen=True)
class Common:
    """What a table of any type may hold.

    `sender` takes the place of the account's number in what is sent: a name, a short code or a number. `receivers`
    says whose a text is that was sent to a number, short code or keyword of the provider's (`core.receivers`).
    """

    sender: str = ""
    receivers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """What a provider says to a question that sends nothing.

    `status` is the HTTP status of its answer, 0 where none came; `date` its Date header; `balance` what is left, in its
    words. `trouble` is why no answer came. All of it is empty for a type without such a question.
    """

    status: int = 0
    date: str = ""
    balance: str = ""
    trouble: str = ""


def types() -> tuple[str, ...]:
    """The names of the gateway types."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


class Gateways:
    """The configured gateways by name, and which of them may carry an SMS to a number."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._made: dict[str, Gateway] = {}
        self._common: dict[str, Common] = {}
        self._rules: dict[str, dict[tuple[str, str], str]] = {}

    def named(self, name: str) -> Gateway:
        """The gateway of that name. Raises NotFound or ConfigError."""
        if name not in self._config.gateways:
            raise NotFound(f"there is no gateway '{name}'")
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Gateway:
        table, source = self._config.gateways[name], self._config.source
        if table.type not in types():
            raise ConfigError(
                f"{source}: 'gateways.{name}.type' is '{table.type}'; expected one of {', '.join(types())}"
            )
        options = revealed(table.options, f"gateways.{name}", source)
        ours = {f.name: options.pop(f.name) for f in fields(Common) if f.name in options}
        self._common[name] = _common(ours, name, source)
        self._rules[name] = _rules(self._common[name], name, source)
        gateway: Gateway = importlib.import_module(f"{__name__}.{table.type}").create(
            replace(table, options=options), self._config
        )
        return gateway

    def local(self, name: str) -> LocalGateway:
        """The gateway of that name, whose daemon runs on this machine. Raises NotFound or ConfigError."""
        gateway = self.named(name)
        if not isinstance(gateway, LocalGateway):
            raise NotFound(f"'{name}' is no gateway that runs on this machine")
        return gateway

    @property
    def local_names(self) -> tuple[str, ...]:
        """The names of the gateways whose daemons run on this machine. Raises ConfigError."""
        return tuple(name for name in self._config.gateways if isinstance(self.named(name), LocalGateway))

    @property
    def keeping(self) -> tuple[KeepsFiles, ...]:
        """The gateways with files on this machine. Raises ConfigError."""
        made = (self.named(name) for name in self._config.gateways)
        return tuple(gateway for gateway in made if isinstance(gateway, KeepsFiles))

    @property
    def telling(self) -> tuple[str, ...]:
        """The names of the gateways that tell afterwards what became of an SMS: not all can, nor are all asked to."""
        return tuple(name for name, table in self._config.gateways.items() if self._tells(name, table))

    def _tells(self, name: str, table: GatewayTable) -> bool:
        reached = bool(self._config.public_url) or isinstance(self.named(name), LocalGateway)
        return reached and table.type != "file" and table.options.get("receipts", True) is not False

    def check(self) -> None:
        """Read every gateway's table. Raises ConfigError."""
        for name in self._config.gateways:
            self.named(name)

    def route(self, peer: str) -> tuple[str, ...]:
        """The gateways that carry SMS to a number, in order: by the longest matching prefix, else the first one."""
        matching = [route for route in self._config.routes if peer.startswith(route.prefix)]
        if matching:
            return max(matching, key=lambda route: len(route.prefix)).gateways
        return (self._config.default_gateway,)

    def send(self, name: str, sms: OutboundSms) -> Outcome:
        """Hand one SMS to a gateway; never raises for what a provider or a network can do."""
        try:
            gateway = self.named(name)
        except NotFound as error:  # it was taken out of the configuration since
            return Later(str(error))
        return gateway.send(replace(sms, sender=self.sender(name, sms.sender)), _perform)

    def sender(self, name: str, number: str) -> str:
        """What a customer sees as the sender of an account's SMS through a gateway. Raises NotFound or ConfigError."""
        self.named(name)
        return self._common[name].sender or receivers.sender_of(self._rules[name], number)

    def inbound(self, name: str, call: WebCall) -> tuple[Event, ...]:
        """What a call to a gateway's inbound address says. Raises NotFound, Unauthentic or BadCall."""
        return self.placed(self.named(name).inbound(call), call.receiver)

    def receipt(self, name: str, call: WebCall) -> tuple[Event, ...]:
        """What a call to a gateway's receipt address says. Raises NotFound, Unauthentic or BadCall."""
        return self.placed(self.named(name).receipt(call), call.receiver)

    def placed(self, events: tuple[Event, ...], receiver: str = "") -> tuple[Event, ...]:
        """Events with the receiver that the URL names, if it does. Raises BadCall where nothing says whose one is."""
        return tuple(_placed(event, receiver) for event in events)

    def whose(self, sms: InboundSms) -> str:
        """The account's number that a whole SMS is for: as the gateway's table says, else where it was sent to."""
        return receivers.receiver(self._rules_of(sms.gateway), sms.to, sms.text)

    def said(self, gateway: str, number: str, text: str) -> str:
        """What a text says to the account with this number, without the keyword that led to it."""
        return receivers.said(self._rules_of(gateway), number, text)

    def _rules_of(self, gateway: str) -> Mapping[tuple[str, str], str]:
        with suppress(NotFound):  # it may have been taken out of the configuration since its first part came
            self.named(gateway)
            return self._rules[gateway]
        return {}

    def balance(self, name: str) -> str:
        """What a provider says is left; empty where it does not tell. Raises NotFound, NotSent or AnswerLost."""
        return self.named(name).balance(_perform)

    def probe(self, name: str) -> Probe:
        """Ask a provider what is left, to see whether it is there and knows us. Raises NotFound or ConfigError."""
        answers: list[HttpResponse] = []

        def watched(request: HttpRequest) -> HttpResponse:
            answers.append(_perform(request))
            return answers[-1]

        try:
            balance = self.named(name).balance(watched)
        except (NotSent, AnswerLost) as error:
            return Probe(trouble=str(error))
        if not answers:
            return Probe()
        return Probe(answers[-1].status, answers[-1].headers.get("date", ""), balance)


def _placed(event: Event, receiver: str) -> Event:
    if isinstance(event, Receipt):
        return event
    if not receiver and not event.to:
        raise BadCall("nothing says for whom this is: name the account's number at the end of the URL")
    return replace(event, to=receiver or event.to)


def _perform(request: HttpRequest) -> HttpResponse:
    from smsdialog.gateways import _client  # requests costs a tenth of a second; `file` does without

    return _client.perform(request)


def _common(options: dict[str, Any], name: str, source: str) -> Common:
    common: Common = read_table(Common, options, f"gateways.{name}", source)
    if common.sender and not phone.is_sender(common.sender):
        raise ConfigError(
            f"{source}: 'gateways.{name}.sender' is wrong; expected a number, a short code, "
            "or a name of at most 11 letters and digits"
        )
    return common


def _rules(common: Common, name: str, source: str) -> dict[tuple[str, str], str]:
    rules = {}
    for row, number in common.receivers.items():
        account = phone.service_number(number) if isinstance(number, str) else ""
        if not account:
            raise ConfigError(f"{source}: 'gateways.{name}.receivers.{row}' is wrong; expected a 12-digit number")
        rules[receivers.rule(row)] = account
    return rules
