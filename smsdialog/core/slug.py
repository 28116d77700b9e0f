"""Names of groups and templates as they stand in addresses: lower-case letters, digits and dashes."""

from __future__ import annotations

import re
import unicodedata

# Beside `skabelon-` in the 64 octets of a local part (RFC 5321, 4.5.3.1.1).
LONGEST = 40

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(name: str) -> str:
    """A name as it stands in an address; Danish letters are written out. Raises ValueError when nothing is left.

    >>> slug("Håndværkere, Øst")
    'haandvaerkere-oest'
    """
    plain = unicodedata.normalize("NFC", name).lower().translate(_LETTERS)
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    found = _OTHER.sub("-", ascii_only).strip("-")
    if not found or len(found) > LONGEST:
        raise ValueError(f"a name has 1 to {LONGEST} letters and digits")
    return found
