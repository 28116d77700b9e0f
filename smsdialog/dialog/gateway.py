"""How the gateways are set up and fare, and a trial SMS through one of them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from smsdialog.config import GatewayTable
from smsdialog.core import phone, sms
from smsdialog.core.health import WINDOW_SECONDS
from smsdialog.core.model import OutboundSms, PhoneNumber
from smsdialog.dialog import account, audit
from smsdialog.dialog import health as noted
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound, NumberRefused
from smsdialog.gateways import AnswerLost, NotSent, Outcome, Probe
from smsdialog.store import accounts, health, outbound

EVERYWHERE = ("+",)
TRIAL_TEXT = "SMS-Dialog: æøå €"


@dataclass(frozen=True)
class GatewaySetting:
    """One gateway of the configuration. `prefixes` are those it carries; `+` is every number.

    `inbound_url` and `receipt_url` are what the provider has to call, empty without a `public_url`.
    """

    name: str
    type: str
    prefixes: tuple[str, ...]
    inbound_url: str
    receipt_url: str


@dataclass(frozen=True)
class GatewayStatus:
    """How one gateway fares. Times are in seconds since the epoch.

    `state` is `up`, or what keeps it from sending: `later`, `rate`, `credit`, `config` or `unknown`. `tried` and
    `failed` are its calls of the last five minutes, `queued` the SMS that wait for it.
    """

    name: str
    type: str
    state: str
    reason: str
    down_since: float | None
    next_try: float | None
    tried: int
    failed: int
    queued: int


@dataclass(frozen=True)
class Balance:
    """What a provider says is left, in its words; empty where it does not tell. `error`: why it could not be asked."""

    words: str = ""
    error: str = ""


def listing(service: Service) -> list[GatewaySetting]:
    """The gateways in the order of the configuration."""
    return [_setting(service, name) for name in service.config.gateways]


def status(service: Service) -> list[GatewayStatus]:
    """How every gateway fares, as far as the database knows. Reads."""
    now = service.now()
    with service.store.reading() as tx:
        states = health.states(tx)
        counted = {name: health.counted(tx, name, now - WINDOW_SECONDS) for name in service.config.gateways}
        queued = outbound.queued_by_gateway(tx)
    return [
        _status(table, states.get(name), counted[name], queued.get(name, 0), now)
        for name, table in service.config.gateways.items()
    ]


def balance(service: Service, name: str) -> Balance:
    """Ask a provider what is left. Raises NotFound."""
    try:
        return Balance(service.gateways.balance(name))
    except (NotSent, AnswerLost) as error:
        return Balance(error=str(error))


def probe(service: Service, name: str) -> Probe:
    """Ask whether a provider is there and knows us, sending nothing. Raises NotFound."""
    return service.gateways.probe(name)


def trial(service: Service, name: str, number: str, *, sender: str = "", text: str = "") -> tuple[OutboundSms, Outcome]:
    """Send one SMS through a gateway, past the ledger and the routes; what was sent, and what the provider said.

    Raises NotFound, Conflict. The sender is that account's, or the first open account's number.
    """
    service.gateways.named(name)
    message = sms.compose(text or TRIAL_TEXT)
    reference, to, bearing = secrets.token_hex(12), _customer(service, number), _sender(service, sender)
    trial_sms = OutboundSms(reference, bearing, to, message.text, message.encoding, len(message.parts))
    with service.store.transaction() as tx:
        audit.changed(service, tx, "gateway.test", name, to=to)
    began = time.monotonic()
    outcome = service.gateways.send(name, trial_sms)
    seconds = time.monotonic() - began
    with service.store.transaction() as tx:
        noted.note(service, tx, name, outcome, seconds)
    return trial_sms, outcome


def _customer(service: Service, number: str) -> PhoneNumber:
    try:
        return phone.parse(number, service.config.country)
    except NumberRefused as error:
        raise Conflict("'%(number)s' is no number that can be texted", number=number) from error


def _setting(service: Service, name: str) -> GatewaySetting:
    config = service.config
    base = config.public_url.rstrip("/")
    prefixes = [route.prefix for route in config.routes if name in route.gateways]
    return GatewaySetting(
        name=name,
        type=config.gateways[name].type,
        prefixes=((*EVERYWHERE, *prefixes) if name == config.default_gateway else tuple(prefixes)),
        inbound_url=f"{base}/inbound/{name}" if base else "",
        receipt_url=f"{base}/receipt/{name}" if base else "",
    )


def _status(
    table: GatewayTable, state: health.State | None, counted: tuple[int, int], queued: int, now: float
) -> GatewayStatus:
    down = state if state and state.down_since is not None else None
    return GatewayStatus(
        name=table.name,
        type=table.type,
        state=down.kind if down else "up",
        reason=down.reason if down else "",
        down_since=down.down_since if down else None,
        next_try=max(down.down_until, now) if down else None,
        tried=counted[0],
        failed=counted[1],
        queued=queued,
    )


def _sender(service: Service, name: str) -> str:
    with service.store.reading() as tx:
        if name:
            return account.find(service, tx, name).number
        first = next((found for found in accounts.listing(tx) if found.closed_at is None), None)
    if first is None:
        raise NotFound("there is no account whose number the SMS could bear; open one with 'smsdialog account create'")
    return first.number
