"""What somebody typed for a code or its caption: one line of characters that every format can hold."""

from __future__ import annotations

import unicodedata

from smsdialog.errors import Conflict

# Controls, halves of a surrogate pair, and what breaks a line (Unicode's general categories).
_REFUSED = ("Cc", "Cs", "Zl", "Zp")


def one_line(typed: str) -> str:
    """The line in NFC. Raises Conflict, which names the character and not the text."""
    for char in typed:
        if unicodedata.category(char) in _REFUSED or _is_noncharacter(char):
            raise Conflict(
                "text and caption must be one line without control characters, not U+%(code)s", code=f"{ord(char):04X}"
            )
    return unicodedata.normalize("NFC", typed)


def _is_noncharacter(char: str) -> bool:
    """Code points that no text may hold, nor XML 1.0 (Unicode 23.7)."""
    return ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF
