"""What a simulated provider is: how it reads a request, how it answers, and how it calls the product.

A provider decides and does nothing: it turns a `Call` into an `Order` or an error, an `Sms` into an `Answer`, and
news into `Callback`s. What is not in its manual has no place in it. `desk.py` does the rest for all of them.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import uuid4

from smsdialog.simulator import credentials
from smsdialog.simulator.calls import Answer, Call, Callback, Denied, Wrong
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.sms import Inbound, Order, Sms, State


@dataclass(frozen=True)
class Portal:
    """What a customer enters in his provider's portal: where the product is, `http://127.0.0.1:8080`."""

    product: str

    def inbound(self, gateway: str, *, receiver: str = "", token: bool = False) -> str:
        """The URL that SMS go to; with the receiver in it where the provider's call does not tell it."""
        path = f"/inbound/{gateway}" + (f"/{quote(receiver)}" if receiver else "")
        return self.product + path + self._guard(token)

    def receipt(self, gateway: str, *, token: bool = False) -> str:
        """The URL that receipts go to, of providers that are not told it with each SMS."""
        return f"{self.product}/receipt/{gateway}" + self._guard(token)

    def _guard(self, token: bool) -> str:
        return f"?token={credentials.URL_TOKEN}" if token else ""


class Provider(ABC):
    """One provider; `name` is where its API begins, and what the gateway is called in `--print-config`."""

    name: ClassVar[str]

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    @abstractmethod
    def order(self, call: Call) -> Order:
        """What a request asks for. Raises Denied, Wrong, or Refused."""

    @abstractmethod
    def accepted(self, sms: Sms) -> Answer:
        """The answer to an SMS that was taken."""

    @abstractmethod
    def denied(self) -> Answer:
        """The answer to wrong credentials."""

    @abstractmethod
    def wrong(self, error: Wrong) -> Answer:
        """The answer to a request that is not as documented."""

    @abstractmethod
    def trouble(self, fate: Fate, order: Order) -> Answer:
        """The answer to an SMS that is not taken, for one of `fates.TROUBLES`."""

    @abstractmethod
    def inbound(self, sms: Inbound) -> Sequence[Callback]:
        """The calls that bring an SMS to the product."""

    @abstractmethod
    def receipts(self, sms: Sms, state: State) -> Sequence[Callback]:
        """The calls that tell how far an SMS has come; none where it was not asked for."""

    def repeated(self, sms: Sms) -> Answer:
        """The answer to an SMS that was taken before, known by the key of its order."""
        return self.accepted(sms)

    def other(self, call: Call) -> Answer | None:
        """The answer to a request that sends nothing, such as one for the balance; None if this is none."""
        return None

    def new_id(self) -> str:
        """An id for an SMS, as the provider's look."""
        return str(uuid4())

    def took(self, answer: Answer) -> bool:
        """Whether the product's answer to a call is one that the provider is content with."""
        return 200 <= answer.status < 300

    def texted(self, answer: Answer) -> str:
        """What the product's answer to an inbound SMS would text to the customer."""
        return ""


def must(holds: bool) -> None:
    """Demand the right credentials. Raises Denied."""
    if not holds:
        raise Denied


def text_in(fields: Mapping[str, Any], name: str, *, most: int = 0) -> str:
    """A field that must be a text, and not empty; of at most so many characters. Raises Wrong."""
    if name not in fields:
        raise Wrong(name, "field required")
    value = fields[name]
    if not isinstance(value, str):
        raise Wrong(name, "not a string")
    if not value:
        raise Wrong(name, "empty")
    if most and len(value) > most:
        raise Wrong(name, f"longer than {most} characters")
    return value


def optional(fields: Mapping[str, Any], name: str, *, most: int = 0) -> str:
    """A field that may be missing or null, else is a text. Raises Wrong."""
    return text_in(fields, name, most=most) if fields.get(name) not in (None, "") else ""


def table_in(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A field that is an object; an empty one where it is missing or null. Raises Wrong."""
    value = fields.get(name) or {}
    if not isinstance(value, dict):
        raise Wrong(name, "not an object")
    return value


def only_row(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object in a field that is a list of one. Raises Wrong."""
    rows = fields.get(name)
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        raise Wrong(name, "not a list of one object, which is all that is taken here")
    return rows[0]


def digits(field: str, value: str) -> str:
    """A number with its country code, without a plus. Raises Wrong."""
    if not re.fullmatch(r"[1-9][0-9]{6,14}", value, re.ASCII):
        raise Wrong(field, "not a number with its country code and nothing else")
    return value


def with_plus(field: str, value: str) -> str:
    """The digits of a number in E.164 with its plus. Raises Wrong."""
    if not value.startswith("+"):
        raise Wrong(field, "not a number in E.164 with a plus")
    return digits(field, value[1:])


def sender(field: str, value: str, *, plus: bool = False) -> str:
    """A sender: up to 15 digits (after a plus where the provider wants it), else up to 11 characters. Raises Wrong."""
    if re.fullmatch(r"\+?[0-9]+", value, re.ASCII):
        if value.startswith("+") is not plus and len(value) > 6:
            raise Wrong(field, "a number needs a plus here" if plus else "a number has no plus here")
        if len(value.removeprefix("+")) > 15:
            raise Wrong(field, "longer than 15 digits")
    elif len(value) > 11:
        raise Wrong(field, "longer than 11 characters")
    return value
