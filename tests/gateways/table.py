"""What the shared contract test needs to know of a gateway type: one `TABLE` in each `test_TYPE.py`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smsdialog.config import Config, GatewayTable
from smsdialog.core.model import Encoding, InboundSms, OutboundSms, PhoneNumber, Receipt
from smsdialog.gateways import Event, Gateway, Outcome, Reply, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse

NAME = "main"
PUBLIC_URL = "https://sms.firma.example"
# Our time when a call comes, where a provider says when it signed.
NOW = 1_700_000_000.0
HIDDEN = "s3cret"
TEXT = "Hej Bo\nDin bil er færdig."

EMPTY = Reply()
SPOOL = "SPOOL"

GSM7 = OutboundSms("r1", "459192000123", PhoneNumber("+4520123456"), TEXT, Encoding.GSM7, 1)
UCS2 = OutboundSms("r2", "459192000123", PhoneNumber("+46701234567"), "Tak 😀", Encoding.UCS2, 1)


@dataclass(frozen=True)
class Hook:
    """One run of our command by a daemon on this machine: its arguments, the files in its folders, and what they say.

    In `arguments`, SPOOL stands for the folder of `files`. `goes` is the file that is removed when the event was taken.
    """

    arguments: tuple[str, ...]
    files: Mapping[str, bytes]
    events: tuple[Event, ...]
    goes: str = ""


@dataclass(frozen=True)
class Table:
    """One gateway type. Every secret in `options` holds the word HIDDEN.

    `source` is the page that the answers and calls were taken from, and its date.
    `requests` are the whole requests that SMS become. `answers` are the provider's, with the outcome that each is; a
    type that speaks no HTTP has none. `not_taken` are statuses of 5xx that the provider documents as "nothing was
    sent". `inbound` is the first and plainest call, `more_inbound` others. `unauthentic` calls lack the credential,
    `replayed` ones have it and come too late; `nonsense` ones have it, and are not what was agreed on; `ignored` ones
    say nothing that concerns us. `signed` are calls whose signature covers body, query or URL.
    A daemon on this machine makes no calls: it has `hooks`.
    """

    options: Mapping[str, Any]
    source: str
    unauthentic: tuple[WebCall, ...]
    nonsense: tuple[WebCall, ...]
    inbound: tuple[WebCall, InboundSms] | None = None
    requests: tuple[tuple[OutboundSms, HttpRequest], ...] = ()
    answers: tuple[tuple[HttpResponse, Outcome], ...] = ()
    not_taken: tuple[int, ...] = (503,)
    more_inbound: tuple[tuple[WebCall, tuple[Event, ...]], ...] = ()
    receipts: tuple[tuple[WebCall, Receipt], ...] = ()
    replayed: tuple[WebCall, ...] = ()
    ignored: tuple[WebCall, ...] = ()
    signed: tuple[WebCall, ...] = ()
    reply: Reply = EMPTY
    receipt_reply: Reply = EMPTY
    hooks: tuple[Hook, ...] = ()


def make(name: str, options: Mapping[str, Any], public_url: str = PUBLIC_URL) -> Gateway:
    """A gateway of that type (`TYPE`, or `TYPE:PROFILE`), made as an installation makes it."""
    type_name = name.partition(":")[0]
    config = Config(domain="sms.firma.example", public_url=public_url, source="smsdialog.toml")
    gateway: Gateway = importlib.import_module(f"smsdialog.gateways.{type_name}").create(
        GatewayTable(NAME, type_name, options), config
    )
    return gateway
