"""What the shared contract test needs to know of a gateway type: one `TABLE` in each `test_TYPE.py`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smsdialog.config import Config, GatewayTable
from smsdialog.core.model import Encoding, InboundSms, OutboundSms, PhoneNumber, Receipt
from smsdialog.gateways import Accepted, Gateway, Later, Refused, Unknown, WebCall
from smsdialog.gateways._base import HttpResponse

NAME = "main"
HIDDEN = "s3cret"
TEXT = "Hej Bo\nDin bil er færdig."

GSM7 = OutboundSms("r1", "459192000123", PhoneNumber("+4520123456"), TEXT, Encoding.GSM7, 1)
UCS2 = OutboundSms("r2", "459192000123", PhoneNumber("+46701234567"), "Tak 😀", Encoding.UCS2, 1)


@dataclass(frozen=True)
class Table:
    """One gateway type. Every secret in `options` holds the word HIDDEN.

    `answers` are the provider's, with the outcome that each is; a type that speaks no HTTP has none.
    `unauthentic` calls lack the credential; `nonsense` ones have it, and are not what was agreed on.
    """

    options: Mapping[str, Any]
    inbound: tuple[WebCall, InboundSms]
    unauthentic: tuple[WebCall, ...]
    nonsense: tuple[WebCall, ...]
    receipts: tuple[tuple[WebCall, Receipt], ...] = ()
    answers: tuple[tuple[HttpResponse, Accepted | Refused | Later | Unknown], ...] = ()


def make(type_name: str, options: Mapping[str, Any], public_url: str = "") -> Gateway:
    """A gateway of that type, made as an installation makes it."""
    config = Config(domain="sms.firma.example", public_url=public_url, source="smsdialog.toml")
    gateway: Gateway = importlib.import_module(f"smsdialog.gateways.{type_name}").create(
        GatewayTable(NAME, type_name, options), config
    )
    return gateway
