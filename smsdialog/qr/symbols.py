"""The symbol of a payload: its dark modules inside the quiet zone, and how large it is printed (ISO/IEC 18004).

`qrcode` makes the matrix: error correction M, and all characters in one segment, so that a reader that has
to guess their charset guesses UTF-8 from the whole. Same payload, same symbol.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from smsdialog.errors import Conflict

QUIET_ZONE_MODULES = 4
# What version 20 holds at level M; with more than its 105 modules a side, a phone does not read the code
# from the smallest picture (300 px) or from a print of ordinary size.
MOST_OCTETS = 666

# What a phone in the hand reads: modules of 0.4 mm, and no code below 20 mm.
_SMALLEST_MODULE_MM = 0.4
_SMALLEST_MM = 20


class Run(NamedTuple):
    """Dark modules beside each other: where the first is, counted from the upper left corner, and how many."""

    x: int
    y: int
    length: int


@dataclass(frozen=True)
class Symbol:
    """Rows of modules, True where dark; the quiet zone is in them."""

    rows: tuple[tuple[bool, ...], ...]

    @property
    def modules(self) -> int:
        """Modules a side, the quiet zone included."""
        return len(self.rows)

    @property
    def smallest_mm(self) -> int:
        """The shortest side in print, the quiet zone included."""
        return max(_SMALLEST_MM, math.ceil(self.modules * _SMALLEST_MODULE_MM))

    @property
    def printed_mm(self) -> int:
        """The side that files for print have: half as long again as the shortest, 30 mm for most codes."""
        return math.ceil(self.smallest_mm * 1.5)

    def runs(self) -> Iterator[Run]:
        """The dark modules of every row, those beside each other together."""
        for y, row in enumerate(self.rows):
            x = 0
            for dark, group in groupby(row):
                length = len(list(group))
                if dark:
                    yield Run(x, y, length)
                x += length


def symbol(payload: str) -> Symbol:
    """The symbol that says this. Raises Conflict if it is too much for a phone to read."""
    octets = payload.encode()
    if len(octets) > MOST_OCTETS:
        raise Conflict(
            "the text is too long for a QR code: with the number it takes %(octets)s octets of UTF-8, "
            "and a phone reads %(most)s at the most",
            octets=len(octets),
            most=MOST_OCTETS,
        )
    code: qrcode.QRCode[Any] = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE_MODULES)
    code.add_data(octets, optimize=0)
    code.make(fit=True)
    return Symbol(tuple(tuple(map(bool, row)) for row in code.get_matrix()))
