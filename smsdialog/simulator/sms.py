"""SMS as the simulated network knows them, and the book that they are kept in."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from typing import Any

from smsdialog.core import gsm7
from smsdialog.simulator.fates import Fate

# 3GPP TS 23.038 and 23.040: units of a lone SMS, and of each of several parts.
_GSM_UNITS = (160, 153)
_UCS2_UNITS = (70, 67)
MOST_KEPT = 10_000


class State(Enum):
    """How far an SMS has come."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Order:
    """What a request asks for. `to` is in digits, with its country code.

    `key` is the same for the same SMS, where a provider promises to send it once; `id` is the caller's, where he
    may choose it; `extra` is what only one provider has.
    """

    to: str
    sender: str
    text: str = field(repr=False)
    reference: str = ""
    receipt_url: str = field(default="", repr=False)
    key: str = ""
    id: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sms:
    """An SMS that a provider has taken; `parts` are its texts, one for each part."""

    provider: str
    id: str
    order: Order
    fate: Fate
    parts: tuple[str, ...] = field(repr=False)
    state: State | None = None


@dataclass(frozen=True)
class Inbound:
    """A text of somebody's to one of our numbers. Both in digits, but a sender may be a name."""

    sender: str
    receiver: str
    text: str = field(repr=False)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def parts(self) -> tuple[str, ...]:
        """The texts of its parts."""
        return parts_of(self.text)


@dataclass
class Heard:
    """What the product answered to one of our calls; `reply` is what its body would have texted to the customer."""

    provider: str
    kind: str
    subject: str
    tries: int = 0
    status: int = 0
    taken: bool = False
    reply: str = ""
    trouble: str = ""


class Book:
    """Everything that happened, in memory. The oldest is forgotten when there is too much."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sms: dict[tuple[str, str], Sms] = {}
        self._refused: list[dict[str, Any]] = []
        self._heard: list[Heard] = []

    def take(self, sms: Sms) -> Sms:
        """Keep an SMS; of one that is sent with the same key again, the first."""
        with self._lock:
            key = (sms.provider, sms.order.key or sms.id)
            if sms.order.key and key in self._sms:
                return self._sms[key]
            while len(self._sms) >= MOST_KEPT:
                del self._sms[next(iter(self._sms))]
            self._sms[key] = sms
        return sms

    def becomes(self, sms: Sms, state: State) -> None:
        """Note how far an SMS has come; what is final stays."""
        with self._lock:
            key = (sms.provider, sms.order.key or sms.id)
            known = self._sms.get(key)
            if known and known.state in (None, State.SENT):
                self._sms[key] = replace(known, state=state)

    def refuse(self, provider: str, why: str, order: Order | None = None) -> None:
        """Note a request that was not taken."""
        with self._lock:
            self._refused.append({"provider": provider, "to": order.to if order else None, "why": why})
            del self._refused[:-MOST_KEPT]

    def hear(self, heard: Heard) -> None:
        """Note what became of a call to the product."""
        with self._lock:
            self._heard.append(heard)
            del self._heard[:-MOST_KEPT]

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All of it, for JSON."""
        with self._lock:
            return {
                "messages": [_fields(sms) for sms in self._sms.values()],
                "refused": list(self._refused),
                "calls": [asdict(heard) for heard in self._heard],
            }


def _fields(sms: Sms) -> dict[str, Any]:
    return {
        "provider": sms.provider,
        "id": sms.id,
        "to": sms.order.to,
        "from": sms.order.sender,
        "text": sms.order.text,
        "parts": len(sms.parts),
        "reference": sms.order.reference,
        "fate": sms.fate.meaning,
        "state": sms.state.value if sms.state else None,
    }


def parts_of(text: str) -> tuple[str, ...]:
    """A text as it goes over the air, each part as full as it can be without cutting a character.

    >>> [len(part) for part in parts_of("a" * 161)], len(parts_of("æ" * 160)), len(parts_of("🙂" * 36))
    ([153, 8], 1, 2)
    """
    alone, each = _GSM_UNITS if gsm7.fits(text) else _UCS2_UNITS
    costs = [_units(char, alone) for char in text]
    if sum(costs) <= alone:
        return (text,)
    parts, used = [""], 0
    for char, cost in zip(text, costs, strict=True):
        if used + cost > each:
            parts.append("")
            used = 0
        parts[-1] += char
        used += cost
    return tuple(parts)


def _units(char: str, alone: int) -> int:
    return gsm7.septets(char) if alone == _GSM_UNITS[0] else len(char.encode("utf-16-be")) // 2
