"""QR codes that open a new SMS to a number: `SMSTO:+459192000123:` (ISO/IEC 18004).

`qrcode` makes the matrix, level M, quiet zone of 4 modules; a picture has whole pixels a module. Same
number, same bytes.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage

QUIET_ZONE_MODULES = 4
# ECMA-48 colours; click leaves them out where the output is no terminal.
_WHITE_ON_BLACK, _PLAIN = "\x1b[97;40m", "\x1b[0m"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def payload(number: str) -> str:
    """What a phone reads: an SMS to the number, its text left to the customer."""
    return f"SMSTO:+{number}:"


def png(number: str, pixels: int = 300) -> bytes:
    """A PNG of at least so many pixels a side."""
    matrix = _matrix(number)
    modules = matrix.modules_count + 2 * QUIET_ZONE_MODULES
    matrix.box_size = -(-pixels // modules)
    picture = io.BytesIO()
    matrix.make_image(image_factory=PilImage).save(picture, "PNG")
    return picture.getvalue()


def terminal(number: str) -> str:
    """The code in half blocks, dark on light whatever the terminal's own colours are."""
    dark = _matrix(number).get_matrix()
    rows = [*dark, [False] * len(dark[0])] if len(dark) % 2 else dark
    glyphs = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    lines = [
        "".join(glyphs[upper, lower] for upper, lower in zip(rows[i], rows[i + 1], strict=True))
        for i in range(0, len(rows), 2)
    ]
    return "\n".join(f"{_WHITE_ON_BLACK}{line}{_PLAIN}" for line in lines)


def package(number: str) -> bytes:
    """A zip with the code as PNG in four sizes, and what it says as text."""
    files = {f"qr-{number}-{pixels}px.png": png(number, pixels) for pixels in (300, 600, 1200, 2400)}
    files[f"qr-{number}.txt"] = f"{payload(number)}\n+{number}\n".encode()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in files.items():
            folder.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content)
    return archive.getvalue()


def _matrix(number: str) -> qrcode.QRCode[Any]:
    code: qrcode.QRCode[Any] = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE_MODULES)
    code.add_data(payload(number))
    code.make(fit=True)
    return code
