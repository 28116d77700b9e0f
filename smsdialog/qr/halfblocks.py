"""The symbol in a terminal: half blocks, dark on light whatever the terminal's own colours are."""

from __future__ import annotations

from smsdialog.qr.symbols import Symbol

# ECMA-48 colours; click leaves them out where the output is no terminal.
_WHITE_ON_BLACK, _PLAIN = "\x1b[97;40m", "\x1b[0m"
_GLYPHS = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}


def half_blocks(symbol: Symbol) -> str:
    """Two rows of modules a line."""
    rows = list(symbol.rows)
    if len(rows) % 2:
        rows.append((False,) * symbol.modules)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    lines = ("".join(_GLYPHS[both] for both in zip(upper, lower, strict=True)) for upper, lower in pairs)
    return "\n".join(f"{_WHITE_ON_BLACK}{line}{_PLAIN}" for line in lines)
