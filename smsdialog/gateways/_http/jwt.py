"""Calls that prove themselves by a JSON Web Token (RFC 7519), signed with a shared key.

The token speaks for the call in one of three ways: it holds the SHA-256 of the body (`payload_hash`), that of the URL
(`url_hash`), or it *is* the message, and the body is not even read (`claims = "payload"`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from smsdialog.errors import Unauthentic
from smsdialog.gateways._http.document import Said
from smsdialog.gateways._http.place import Place, read_place
from smsdialog.gateways._http.settings import Settings
from smsdialog.gateways._http.signed import full_url
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._signature import jwt_claims, require_recent, same, sha256_hex
from smsdialog.gateways._webcall import WebCall

ALGORITHMS = ("HS256", "HS384", "HS512")


@dataclass(frozen=True)
class Jwt:
    """A check of type jwt; the names of claims are empty where they do not count."""

    at: Place
    prefix: str
    key: str = field(repr=False)
    algorithms: tuple[str, ...]
    issuer: str
    payload_hash: str
    url_hash: str
    claims_are_payload: bool
    tolerance_seconds: float
    public_url: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return (self.key,)

    def prove(self, said: Said) -> WebCall:
        """The call; with the claims as its body, where they are the message. Raises Unauthentic."""
        call = said.call
        token = self.at.find(said)
        if not token.startswith(self.prefix):
            raise Unauthentic("no token")
        claims = jwt_claims(token.removeprefix(self.prefix), self.key, call.received_at, self.algorithms)
        self._require_claims(claims, call)
        if not self.claims_are_payload:
            return call
        body = json.dumps(claims).encode()
        return replace(call, method="POST", body=body, headers={**call.headers, "content-type": "application/json"})

    def _require_claims(self, claims: dict[str, Any], call: WebCall) -> None:
        if self.issuer and not same(_text(claims, "iss"), self.issuer):
            raise Unauthentic("a token of somebody else's")
        if self.payload_hash:
            _require_hash(claims, self.payload_hash, call.body)
        if self.url_hash:
            _require_hash(claims, self.url_hash, full_url(self.public_url, call))
        if self.tolerance_seconds:
            require_recent(_text(claims, "iat"), call.received_at, self.tolerance_seconds)


def read_jwt(table: Table, settings: Settings, public_url: str) -> Jwt:
    """The keys of a check of type jwt. Raises ConfigError."""
    algorithms = table.texts("algorithms", ("HS256",))
    if not algorithms or not set(algorithms) <= set(ALGORITHMS):
        raise table.wrong("algorithms", f"one or more of {', '.join(ALGORITHMS)}")
    found = Jwt(
        read_place(table, "at"),
        table.text("prefix", ""),
        settings.text(table, "key"),
        algorithms,
        table.text("issuer", ""),
        table.text("payload_hash", ""),
        table.text("url_hash", ""),
        table.one_of("claims", ("", "payload"), "") == "payload",
        float(table.whole("tolerance_seconds", 0)),
        public_url,
    )
    if not (found.payload_hash or found.url_hash or found.claims_are_payload):
        raise table.missing(
            "payload_hash", 'the name of the claim that binds the token to the call, or claims = "payload"'
        )
    return found


def _require_hash(claims: dict[str, Any], name: str, octets: bytes) -> None:
    """The claim must be there exactly when there is something that it covers."""
    if (name in claims) != bool(octets) or (octets and not same(_text(claims, name).lower(), sha256_hex(octets))):
        raise Unauthentic("a token for another call")


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return str(value) if isinstance(value, str | int | float) else ""
