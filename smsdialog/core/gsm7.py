"""The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1 and 6.2.1.1).

Guarantees: a character costs one septet, two septets (escape and code), or is not in the alphabet at
all. The escape code itself is no character. National shift tables are left out: none is needed for
the Nordic languages, and few gateways know them.
"""

from __future__ import annotations

from itertools import repeat

# The character of each code 0x00-0x7F; U+001B holds the place of the escape code.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
ESCAPE = "\x1b"
# The characters that follow an escape, with their codes.
EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}

_ESCAPE_CODE = BASIC.index(ESCAPE)
_EXTENDED = {code: char for char, code in EXTENSION.items()}
_SEPTETS = {char: 1 for char in BASIC if char != ESCAPE} | dict.fromkeys(EXTENSION, 2)


def septets(char: str) -> int:
    """How many septets one character takes: 1 or 2, and 0 when the alphabet does not have it.

    >>> [septets(char) for char in "å€ç"]
    [1, 2, 0]
    """
    return _SEPTETS.get(char, 0)


def length(text: str) -> int:
    """How many septets a text takes, without the characters that the alphabet does not have."""
    return sum(map(_SEPTETS.get, text, repeat(0)))


def fits(text: str) -> bool:
    """Whether the alphabet has every character of a text.

    >>> fits("Rødgrød [med] fløde, 20 €"), fits("ça va")
    (True, False)
    """
    return _SEPTETS.keys() >= set(text)


def decode(octets: bytes) -> str:
    """The text of septets that stand one to an octet, as SMPP carries them (3GPP TS 23.038, 6.2.1).

    What an escape cannot be followed by is read from the basic table, and an escape after an escape is a blank, as the
    standard has it; an octet that is no septet becomes U+FFFD.

    >>> decode(bytes([0x0C, 0x1B, 0x65, 0x0F, 0xE5]))
    'ø€å\\ufffd'
    """
    text, escaped = [], False
    for code in octets:
        if code == _ESCAPE_CODE and not escaped:
            escaped = True
            continue
        text.append((_EXTENDED.get(code) if escaped else None) or _basic(code))
        escaped = False
    return "".join(text)


def _basic(code: int) -> str:
    return BASIC[code].replace(ESCAPE, " ") if code < len(BASIC) else "\ufffd"
