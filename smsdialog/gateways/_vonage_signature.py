"""How Vonage signs the calls of its SMS API: every field, in the order of their names, and a secret.

Source: Vonage, "Signing messages", read in November 2026. The algorithm is one that the account is set to; Vonage
writes the time of signing among the fields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from smsdialog.errors import Unauthentic
from smsdialog.gateways._signature import require_hmac, require_recent, same

MD5_HASH = "md5hash"
ALGORITHMS = (MD5_HASH, "md5", "sha1", "sha256", "sha512")
SIGNATURE, SIGNED_AT = "sig", "timestamp"
_SEPARATORS = str.maketrans("&=", "__")


def require_vonage_signature(fields: Iterable[tuple[str, str]], secret: str, algorithm: str, now: float) -> None:
    """The fields must hold their signature, made less than five minutes from `now`. Raises Unauthentic."""
    pairs = sorted(fields)
    given = "".join(value for name, value in pairs if name == SIGNATURE)
    text = "".join(f"&{_plain(name)}={_plain(value)}" for name, value in pairs if name != SIGNATURE)
    if algorithm == MD5_HASH:
        _require_md5_hash(text, secret, given)
    else:
        require_hmac(secret, text.encode("utf-8", "surrogatepass"), [given], algorithm)
    require_recent(dict(pairs).get(SIGNED_AT, ""), now)


def _plain(text: str) -> str:
    """A name or a value without the characters that separate them."""
    return text.translate(_SEPARATORS)


def _require_md5_hash(text: str, secret: str, given: str) -> None:
    """The oldest kind, which is no HMAC but a digest of the text and the secret behind it."""
    octets = f"{text}{secret}".encode("utf-8", "surrogatepass")
    wanted = hashlib.md5(octets, usedforsecurity=False).hexdigest()  # theirs to choose, and ours to check
    if not secret or not same(given.strip().lower(), wanted):
        raise Unauthentic("wrong or missing signature")
