"""Where the symbol and its caption stand on a sheet of their own; what every vector format shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smsdialog.qr.captions import CHARACTER_EM, COLUMNS
from smsdialog.qr.symbols import Symbol

_LINE_EM = 1.2
_DESCENT_EM = 0.4


@dataclass(frozen=True)
class Words:
    """One line of the caption: where it begins, where its baseline is below the upper edge, and what it says."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Sheet:
    """Lengths in whatever unit there are `scale` of a module; `size` is that of the caption's letters."""

    symbol: Symbol
    scale: float
    width: float
    height: float
    size: float
    words: tuple[Words, ...]


def sheet(symbol: Symbol, caption: Sequence[str], scale: float) -> Sheet:
    """A sheet as wide as the symbol, quiet zone included; the caption is set to that width, below it."""
    width = symbol.modules * scale
    size = width / (COLUMNS * CHARACTER_EM)
    words = tuple(
        Words((width - len(line) * CHARACTER_EM * size) / 2, width + number * _LINE_EM * size, line)
        for number, line in enumerate(caption, start=1)
    )
    height = words[-1].y + _DESCENT_EM * size if words else width
    return Sheet(symbol, scale, width, height, size, words)


def decimal(value: float) -> str:
    """A length as all three formats write it: no exponent, no more digits than matter."""
    return f"{value:.4f}".rstrip("0").rstrip(".")
