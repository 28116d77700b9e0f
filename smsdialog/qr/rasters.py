"""The symbol in pixels; the only module of ours that knows Pillow.

A module is whole pixels, never resampled: the symbol is as large as fits, and what is left over widens the
quiet zone on all sides, so that a picture has exactly the side that was asked for. Black is one bit, or
K alone in CMYK.
"""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw

from smsdialog.qr.symbols import Symbol

PNG_SIDES = (300, 600, 1200, 2400)
OTHER_SIDE = 600
DPI = 600

_BLACK, _WHITE = 0, 1
_MM_PER_INCH = 25.4


def png(symbol: Symbol, pixels: int) -> bytes:
    """A PNG of so many pixels a side; of more if a pixel a module would not go in."""
    return _saved(_picture(symbol, pixels), "PNG")


def files(symbol: Symbol) -> dict[str, bytes]:
    """Every raster of the package, by what its file's name ends in."""
    picture = _picture(symbol, OTHER_SIDE)
    print_ = _picture(symbol, round(symbol.printed_mm / _MM_PER_INCH * DPI))
    resolution = {"dpi": (DPI, DPI)}
    return {
        **{f"-{pixels}px.png": png(symbol, pixels) for pixels in PNG_SIDES},
        f"-{DPI}dpi.tif": _saved(print_, "TIFF", compression="group4", **resolution),
        f"-{DPI}dpi-cmyk.tif": _saved(_black_only(print_), "TIFF", compression="tiff_lzw", **resolution),
        ".jpg": _saved(picture.convert("L"), "JPEG", quality=95, optimize=True),
        ".gif": _saved(picture, "GIF"),
        ".bmp": _saved(picture, "BMP"),
        ".webp": _saved(picture.convert("L"), "WEBP", lossless=True),
    }


def _picture(symbol: Symbol, pixels: int) -> Image.Image:
    module = max(1, pixels // symbol.modules)
    side = max(pixels, symbol.modules)
    margin = (side - module * symbol.modules) // 2
    picture = Image.new("1", (side, side), _WHITE)
    draw = ImageDraw.Draw(picture)
    for run in symbol.runs():
        left, top = margin + run.x * module, margin + run.y * module
        draw.rectangle((left, top, left + run.length * module - 1, top + module - 1), fill=_BLACK)
    return picture


def _black_only(picture: Image.Image) -> Image.Image:
    """In CMYK. From grey, since Pillow makes black of all four inks from RGB."""
    return picture.convert("L").convert("CMYK")


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    octets = io.BytesIO()
    picture.save(octets, kind, **options)
    return octets.getvalue()
