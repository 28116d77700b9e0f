"""How a call proves that it comes from the provider. Everything is compared in constant time.

A signature covers the octets as they came; one that names its time is good for a while only, so that what
somebody has overheard is worth nothing later. All functions raise Unauthentic, and none says what was wrong
in a way that helps to guess.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Any

from smsdialog.errors import Unauthentic
from smsdialog.gateways._webcall import WebCall

TOLERANCE_SECONDS = 300.0
# How far a token's own limits may be off.
CLOCK_SECONDS = 1.0


def same(given: str | bytes, wanted: str | bytes) -> bool:
    """Whether two values are the same and not empty, in a time that says nothing of them."""
    a, b = (value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value for value in (given, wanted))
    return hmac.compare_digest(a, b) and bool(b)


def require_token(call: WebCall, token: str, name: str = "token") -> None:
    """The call's query must hold the token that was agreed on; without one nothing is let in."""
    if not same(call.octets(name), token):
        raise Unauthentic("wrong or missing token")


def require_basic(call: WebCall, username: str, password: str) -> None:
    """The call must sign in by HTTP Basic (RFC 7617)."""
    scheme, _, given = call.header("authorization").partition(" ")
    try:
        credentials = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        credentials = b""
    if scheme.lower() != "basic" or not same(credentials, f"{username}:{password}") or not password:
        raise Unauthentic("wrong or missing user or password")


def require_hmac(
    key: str | bytes, message: bytes, given: Iterable[str], algorithm: str = "sha256", form: str = "hex"
) -> None:
    """One of the given values must be the HMAC (RFC 2104) of the message, as `hex` or `base64`."""
    digest = hmac.new(key.encode() if isinstance(key, str) else key, message, algorithm).digest()
    wanted = digest.hex() if form == "hex" else base64.b64encode(digest).decode()
    candidates = [value.strip().lower() if form == "hex" else value.strip() for value in given]
    if not key or not any(same(candidate, wanted) for candidate in candidates):
        raise Unauthentic("wrong or missing signature")


def require_recent(seconds: str | float, now: float, tolerance: float = TOLERANCE_SECONDS) -> None:
    """The time that a signature names must be near ours."""
    try:
        signed_at = float(seconds)
    except ValueError as error:
        raise Unauthentic("no time of signing") from error
    if not abs(signed_at - now) <= tolerance:
        raise Unauthentic("signed too long ago, or by a clock that is wrong")


def jwt_claims(token: str, key: str, now: float, algorithms: Sequence[str] = ("HS256",)) -> dict[str, Any]:
    """The claims of a JSON Web Token (RFC 7519) that is signed with a shared key and, if it says so, still good."""
    import jwt  # 20 ms that only those pay whose gateway signs in this way

    if not key:
        raise Unauthentic("no key to check the signature with")
    try:
        claims: dict[str, Any] = jwt.decode(
            token.strip(),
            key,
            algorithms=[algorithm for algorithm in algorithms if algorithm.startswith("HS")],
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False},
        )
    except jwt.PyJWTError as error:
        raise Unauthentic("wrong or missing signature") from error
    begins, ends = claims.get("nbf", now), claims.get("exp", now)
    if not isinstance(begins, int | float) or not isinstance(ends, int | float):
        raise Unauthentic("a token whose times are none")
    if begins > now + CLOCK_SECONDS or ends < now - CLOCK_SECONDS:
        raise Unauthentic("signed too long ago, or by a clock that is wrong")
    return claims


def sha256_hex(octets: bytes) -> str:
    """What several providers sign instead of the octets themselves."""
    return hashlib.sha256(octets).hexdigest()
