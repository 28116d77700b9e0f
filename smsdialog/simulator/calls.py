"""What goes over HTTP: the product's requests, our answers to them, and our calls to the product."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain; charset=utf-8"
# What is wrong where a body is no document at all.
NO_JSON = "no JSON"


@dataclass(frozen=True)
class Answer:
    """What an HTTP request is answered with."""

    status: int
    body: bytes = b""
    content_type: str = TEXT
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The body as a text."""
        return self.body.decode("utf-8", "replace")


class Wrong(Exception):
    """A field of a request is missing or is not what the provider documents."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class Denied(Exception):
    """The credentials are missing or wrong."""


class Refused(Exception):
    """Anything else that the provider answers with an error of its own."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True)
class Call:
    """A request of the product's. Header names are in lower case; `path` is what follows the provider's name."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; of one that is repeated, the last."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def octets(self) -> dict[str, bytes]:
        """The query's parameters as octets, for those that are in another charset than UTF-8."""
        pairs = parse_qsl(self.query_string, keep_blank_values=True, encoding="latin-1")
        return {name: value.encode("latin-1") for name, value in pairs}

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form. Raises Wrong when the body is none."""
        if self.media_type != FORM:
            raise Wrong("Content-Type", f"expected {FORM}")
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def document(self) -> dict[str, Any]:
        """The object that the body holds as JSON. Raises Wrong when it holds none."""
        if self.media_type != JSON:
            raise Wrong("Content-Type", f"expected {JSON}")
        try:
            document = json.loads(self.body)
        except ValueError as error:
            raise Wrong(NO_JSON, "the body") from error
        if not isinstance(document, dict):
            raise Wrong(NO_JSON, "the body is no object")
        return document

    @property
    def media_type(self) -> str:
        """The type of the body, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def authorization(self) -> tuple[str, str]:
        """The scheme, in lower case, and the rest of the Authorization header."""
        scheme, _, rest = self.headers.get("authorization", "").partition(" ")
        return scheme.lower(), rest.strip()

    @property
    def basic(self) -> tuple[str, str] | None:
        """User and password of Basic authentication."""
        scheme, rest = self.authorization
        if scheme != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (user, password) if colon else None


@dataclass(frozen=True)
class Callback:
    """A call of ours to the product: an inbound SMS, or a receipt."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


def json_answer(status: int, document: object) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(document, ensure_ascii=False).encode(), JSON)


def text_answer(status: int, text: str) -> Answer:
    """An answer in plain text."""
    return Answer(status, text.encode())


def json_octets(document: object) -> bytes:
    """A document as it goes over the wire: compact, in UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
