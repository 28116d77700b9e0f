"""What a signature covers, from a template: `{body}{timestamp}`, `{timestamp}\\n{url}\\n{body_sha256_raw}`.

{body}                  the octets of the body      {body_sha256_hex}, {body_sha256_raw}   its SHA-256
{url}, {url_noquery}    as configured: `public_url`, then path and query as they came
{path}                  what stands behind `public_url`, without the query
{query_sorted}          the query's parameters by name, percent-encoded
{params_sorted_concat}  the body's fields by name, name and value, with nothing between
{timestamp}, {nonce}    what stands at the places of these names
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from smsdialog.errors import Unauthentic
from smsdialog.gateways._http.document import Said
from smsdialog.gateways._http.place import Place, read_place
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._signature import TOLERANCE_SECONDS, require_recent, sha256_hex
from smsdialog.gateways._webcall import WebCall

_NAME = re.compile(r"\{([a-z0-9_]+)\}")


@dataclass(frozen=True)
class Signed:
    """What is signed, and when it was."""

    message: str
    public_url: str
    timestamp: Place
    nonce: Place
    tolerance_seconds: float

    def octets(self, said: Said) -> bytes:
        """The message of one call. Raises Unauthentic where it was signed too long ago."""
        if self.timestamp.written:
            require_recent(self.timestamp.find(said), said.call.received_at, self.tolerance_seconds)
        pieces = _NAME.split(self.message)
        return b"".join(self._piece(piece, said) if at % 2 else piece.encode() for at, piece in enumerate(pieces))

    def _piece(self, name: str, said: Said) -> bytes:
        if name in _OF_CALL:
            return _OF_CALL[name](said.call)
        if name in ("url", "url_noquery"):
            return full_url(self.public_url, said.call, with_query=name == "url")
        return (self.timestamp if name == "timestamp" else self.nonce).find(said).encode()


def read_signed(table: Table, public_url: str, default: str | None = None) -> Signed:
    """The keys `message`, `timestamp`, `nonce` and `tolerance_seconds`. Raises ConfigError."""
    message = table.text("message", default)
    names = set(_NAME.findall(message))
    if not names or not names <= set(NAMES):
        raise table.wrong("message", f"a template of {', '.join(f'{{{name}}}' for name in NAMES)}")
    found = Signed(
        message,
        public_url,
        read_place(table, "timestamp"),
        read_place(table, "nonce"),
        float(table.whole("tolerance_seconds", int(TOLERANCE_SECONDS))),
    )
    for name, place in (("timestamp", found.timestamp), ("nonce", found.nonce)):
        if name in names and not place.written:
            raise table.missing(name, f"the place of {{{name}}}")
    return found


def full_url(public_url: str, call: WebCall, *, with_query: bool = True) -> bytes:
    """The URL that was called, as the provider knows it; a Host header is written by whoever calls, and not read.

    Raises Unauthentic where the configuration does not say how we are reached.
    """
    if not public_url:
        raise Unauthentic("a signature that covers the URL, and no public_url to check it with")
    query = b"?" + call.query if call.query and with_query else b""
    return f"{public_url}{call.path}".encode() + query


_OF_CALL: dict[str, Callable[[WebCall], bytes]] = {
    "body": lambda call: call.body,
    "body_sha256_hex": lambda call: sha256_hex(call.body).encode(),
    "body_sha256_raw": lambda call: hashlib.sha256(call.body).digest(),
    "path": lambda call: call.path.encode(),
    "query_sorted": lambda call: urlencode(sorted(call.query_pairs)).encode(),
    "params_sorted_concat": lambda call: "".join(name + value for name, value in sorted(call.form_pairs)).encode(),
}
NAMES = (*_OF_CALL, "url", "url_noquery", "timestamp", "nonce")
