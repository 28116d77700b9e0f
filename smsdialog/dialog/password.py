"""How passwords are kept: scrypt (RFC 7914), whose cost is memory as well as time.

The parameters stand in the hash, so that they can be raised without anybody's password being lost. Those here are one
of the equal choices of the OWASP Password Storage Cheat Sheet: 32 MiB, and about a third of a second.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata

from smsdialog.errors import Conflict

LOG2_COST, BLOCK_SIZE, PARALLEL = 15, 8, 3
SALT_BYTES, HASH_BYTES = 16, 32
SHORTEST, LONGEST = 12, 1000


def hashed(password: str) -> str:
    """A password as it is kept: `scrypt$15$8$3$SALT$HASH`. Raises Conflict for one that is too short."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Conflict("a password has %(shortest)s to %(longest)s characters", shortest=SHORTEST, longest=LONGEST)
    salt = secrets.token_bytes(SALT_BYTES)
    digest = _scrypt(password, salt, LOG2_COST, BLOCK_SIZE, PARALLEL)
    return f"scrypt${LOG2_COST}${BLOCK_SIZE}${PARALLEL}${_text(salt)}${_text(digest)}"


def matches(password: str, kept: str) -> bool:
    """Whether a password is the one that is kept; takes its time either way."""
    _, log2_cost, block_size, parallel, salt, digest = kept.split("$")
    found = _scrypt(password[:LONGEST], _octets(salt), int(log2_cost), int(block_size), int(parallel))
    return hmac.compare_digest(found, _octets(digest)) and len(password) <= LONGEST


def nobodys() -> str:
    """A kept password that no password matches: for users that there are not, who must take as long."""
    return f"scrypt${LOG2_COST}${BLOCK_SIZE}${PARALLEL}${_text(bytes(SALT_BYTES))}${_text(bytes(HASH_BYTES))}"


def _scrypt(password: str, salt: bytes, log2_cost: int, block_size: int, parallel: int) -> bytes:
    octets = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    memory = 128 * block_size * (2**log2_cost + parallel + 2)
    return hashlib.scrypt(octets, salt=salt, n=2**log2_cost, r=block_size, p=parallel, maxmem=memory, dklen=HASH_BYTES)


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _octets(text: str) -> bytes:
    return base64.b64decode(text)
