"""The symbol as SVG: black on white, also where the page around it is dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from smsdialog.qr.sheet import Sheet, decimal, sheet
from smsdialog.qr.symbols import Symbol

_SVG = """\
<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{wide_mm}mm" height="{tall_mm}mm" viewBox="0 0 {width} {height}">
<path fill="#fff" d="M0 0h{width}v{height}h-{width}z"/>
<path shape-rendering="crispEdges" d="{path}"/>
{words}</svg>
"""
_WORDS = '<text x="{x}" y="{y}" font-family="{fonts}" font-weight="bold" font-size="{size}">{text}</text>\n'
_FONTS = "'Courier New', Courier, monospace"


def svg(symbol: Symbol, caption: Sequence[str]) -> bytes:
    """One path, so that no hairline shows between modules, and a line of text for each of the caption."""
    page = sheet(symbol, caption, 1)
    drawing = _SVG.format(
        wide_mm=symbol.printed_mm,
        tall_mm=decimal(symbol.printed_mm * page.height / page.width),
        width=decimal(page.width),
        height=decimal(page.height),
        path="".join(f"M{run.x} {run.y}h{run.length}v1h-{run.length}z" for run in symbol.runs()),
        words=_words(page),
    )
    return drawing.encode()


def _words(page: Sheet) -> str:
    return "".join(
        _WORDS.format(
            x=decimal(line.x), y=decimal(line.y), fonts=_FONTS, size=decimal(page.size), text=escape(line.text)
        )
        for line in page.words
    )
