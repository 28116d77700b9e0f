"""How a provider calls us, as raw as the web server hands it over, and what it hears.

A signature is checked on the octets of the body, before anybody has read them; so every reading here begins
with those octets and changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from smsdialog.errors import BadCall

MAX_FIELDS = 100


@dataclass(frozen=True)
class WebCall:
    """An HTTP call to us. `headers` have lower-case names; `query` and `body` are octets as they came.

    `path` is below `public_url`, `client` the address that called, `received_at` our time in seconds since the
    epoch. `receiver` is the service number that the path named after the gateway, mostly empty.
    """

    method: str
    query: bytes = field(default=b"", repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    path: str = ""
    client: str = ""
    received_at: float = 0.0
    receiver: str = ""

    def octets(self, name: str) -> bytes:
        """The first value of a query parameter, percent-decoded but in its own charset; empty if absent.

        Latin-1 maps every octet to one character and back; `parse_qsl` of octets takes ASCII only.
        """
        return next((value.encode("latin-1") for key, value in _pairs(self.query) if key == name), b"")

    def argument(self, name: str) -> str:
        """The first value of a query parameter as UTF-8."""
        return self.octets(name).decode("utf-8", "replace")

    @property
    def query_pairs(self) -> list[tuple[str, str]]:
        """The query's parameters as texts, in their order. Raises BadCall."""
        return _texts(self.query)

    @property
    def form_pairs(self) -> list[tuple[str, str]]:
        """The body's fields (`application/x-www-form-urlencoded`) as texts, in their order. Raises BadCall."""
        return _texts(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body's fields, of each the first value. Raises BadCall."""
        return dict(reversed(self.form_pairs))

    @property
    def document(self) -> Any:
        """The body as JSON. Raises BadCall."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadCall("expected JSON") from error

    @property
    def object(self) -> dict[str, Any]:
        """The body as a JSON object. Raises BadCall."""
        document = self.document
        if not isinstance(document, dict):
            raise BadCall("expected a JSON object")
        return document

    def header(self, name: str) -> str:
        """A header's value, empty if absent."""
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True)
class Reply:
    """What the provider must hear when all went well. Some send the body to the phone: mostly it is empty."""

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""


def _texts(octets: bytes) -> list[tuple[str, str]]:
    return [(_text(name), _text(value)) for name, value in _pairs(octets)]


def _text(latin: str) -> str:
    """A value in UTF-8 or, where it is none, in windows-1252, which older providers write."""
    octets = latin.encode("latin-1")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def _pairs(octets: bytes) -> list[tuple[str, str]]:
    """Names and values, each character of which stands for one octet."""
    try:
        return parse_qsl(
            octets.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:
        raise BadCall("too many fields") from error
