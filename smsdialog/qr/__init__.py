"""QR codes that open a new SMS to an account's number: in a terminal, as pictures, and as a package of them.

    payloads   what a phone reads           oneline    what may be typed at all
    symbols    the dark modules, and sizes  captions   the words below them
    halfblocks in a terminal                rasters    pixels: PNG, TIFF, JPEG, GIF, BMP, WebP
    forscreen  SVG                          forprint   PDF and EPS, black ink only
    contact    vCard, e-mail signatures     readme     which file is for what
    contents   all of it as a zip

Everything is a pure function of its arguments: same input, same octets. What cannot be said by a code, or
not be read by a phone, is refused with a `Conflict`.
"""

from __future__ import annotations

from smsdialog.qr import captions, forscreen, halfblocks, rasters
from smsdialog.qr.contents import package
from smsdialog.qr.payloads import SCHEMES, payload
from smsdialog.qr.symbols import symbol

__all__ = ["SCHEMES", "package", "payload", "png", "svg", "terminal"]


def png(number: str, pixels: int = 300, *, scheme: str = "smsto", text: str = "") -> bytes:
    """A PNG of so many pixels a side. Raises Conflict."""
    return rasters.png(symbol(payload(number, scheme, text)), pixels)


def svg(number: str, *, scheme: str = "smsto", text: str = "", caption: str = "") -> bytes:
    """A drawing that is sharp at every size, with the caption below. Raises Conflict."""
    return forscreen.svg(symbol(payload(number, scheme, text)), captions.lines(caption))


def terminal(number: str, *, scheme: str = "smsto", text: str = "") -> str:
    """Lines of half blocks. Raises Conflict."""
    return halfblocks.half_blocks(symbol(payload(number, scheme, text)))
