"""The user data header of an SMS: which part of a long one it is (3GPP TS 23.040, 9.2.3.24).

A header is its own length and then information elements, each of a kind, a length and its octets. Two kinds
number the parts of a long SMS: 00 with a reference of one octet (`050003CC0201`), 08 with one of two
(`06080412340201`). Everything else (ports, language tables) is passed over. What is not as the standard has it
says nothing, and the SMS stands alone: nothing here raises.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from smsdialog.core.model import Segment
from smsdialog.core.segments import is_part

# Information element -> octets of its reference (9.2.3.24.1 and 9.2.3.24.8); total and index follow, one octet each.
_REFERENCE_OCTETS = {0x00: 1, 0x08: 2}


def segment(header: bytes) -> Segment | None:
    """Which part of a long SMS a header names; None where it names none, as in an SMS of one part.

    The reference is in hex, two digits or four: an 8-bit reference and a 16-bit one are never the same. Of several
    such elements the last one counts (9.2.3.24).

    >>> segment(bytes.fromhex("050003CC0201"))
    Segment(reference='cc', total=2, index=1)
    >>> segment(bytes.fromhex("060804001F0302"))
    Segment(reference='001f', total=3, index=2)
    >>> segment(b"") is None
    True
    """
    found = None
    for kind, octets in _elements(header):
        length = _REFERENCE_OCTETS.get(kind)
        if length and len(octets) == length + 2 and is_part(octets[-2], octets[-1]):
            found = Segment(octets[:length].hex(), octets[-2], octets[-1])
    return found


def octets(text: str) -> bytes:
    """A header as providers write it: in hex (blanks and colons between octets), else in base64; empty if neither.

    >>> octets("05 00 03 CC 02 01") == octets("050003cc0201") == octets("BQADzAIB")
    True
    """
    compact = "".join(text.split()).replace(":", "")
    try:
        return bytes.fromhex(compact)
    except ValueError:
        pass
    try:
        return base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        return b""


def segment_of(text: str) -> Segment | None:
    """The same as `segment`, of a header that came as a text.

    >>> segment_of("050003CC0201")
    Segment(reference='cc', total=2, index=1)
    """
    return segment(octets(text))


def _elements(header: bytes) -> Iterator[tuple[int, bytes]]:
    """The information elements of a header, none if the lengths do not add up: then all of it is to be ignored."""
    if not header or header[0] != len(header) - 1:
        return
    found = []
    at = 1
    while at < len(header):
        end = at + 2 + header[at + 1] if at + 1 < len(header) else len(header) + 1
        if end > len(header):
            return
        found.append((header[at], header[at + 2 : end]))
        at = end
    yield from found
