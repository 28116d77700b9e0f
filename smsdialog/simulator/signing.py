"""How providers sign what they call. Each is the provider's recipe, from the octets up."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from smsdialog.simulator.calls import json_octets


def hex_sha256(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def base64_sha256(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 in base64."""
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def jwt_hs256(secret: str, claims: Mapping[str, object]) -> str:
    """A compact JSON Web Token (RFC 7519), HS256."""
    signed = b".".join(_base64url(json_octets(part)) for part in ({"typ": "JWT", "alg": "HS256"}, claims))
    tag = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return b".".join((signed, _base64url(tag))).decode()


def _base64url(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def twilio(token: str, url: str, fields: Mapping[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the URL and each field's name and value, in the order of the names."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def vonage(secret: str, parameters: Mapping[str, str], algorithm: str = "sha256") -> str:
    """Vonage's `sig` over sorted parameters, in which `&` and `=` are written as `_`."""
    calm = str.maketrans("&=", "__")
    signed = "".join(f"&{name.translate(calm)}={parameters[name].translate(calm)}" for name in sorted(parameters))
    return hmac.new(secret.encode(), signed.encode(), algorithm).hexdigest()


def plivo_v2(token: str, url: str, nonce: str) -> str:
    """X-Plivo-Signature-V2: over the URL without its query, and the nonce."""
    return base64_sha256(token, (url.partition("?")[0] + nonce).encode())


def plivo_v3(token: str, url: str, fields: Mapping[str, str], nonce: str) -> str:
    """X-Plivo-Signature-V3: over the URL with its query sorted, the sorted fields, and the nonce."""
    base, mark, query = url.partition("?")
    signed = base + mark + "&".join(sorted(query.split("&")))
    posted = "".join(name + fields[name] for name in sorted(fields))
    return base64_sha256(token, f"{signed}.{posted}.{nonce}".encode())


def ed25519(seed: bytes, signed: bytes) -> str:
    """An Ed25519 signature in base64. Needs the package `cryptography`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).sign(signed)).decode()
