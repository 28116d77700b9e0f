"""What a phone's camera makes of a picture, and how drawings become pictures: librsvg, Ghostscript."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image

NUMBER = "459192000123"
PAYLOAD = "SMSTO:+459192000123:"
# What stands in the way of somebody who writes XML, PDF or PostScript by hand.
HOSTILE = "(a)) \\( <b>&amp; \"'%x{}[]"


def read(picture: Image.Image) -> zxingcpp.Barcode:
    """The one code of a picture."""
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return found


def decoded(picture: bytes | Image.Image) -> str:
    """What the code of a picture, or of a picture's file, says."""
    opened = Image.open(io.BytesIO(picture)) if isinstance(picture, bytes) else picture
    return read(opened).bytes.decode()


def drawn_by_librsvg(svg: bytes, pixels: int = 300) -> bytes:
    """A drawing as a PNG of this width."""
    command = ["rsvg-convert", "--format=png", f"--width={pixels}", "--keep-aspect-ratio"]
    return subprocess.run(command, input=svg, capture_output=True, check=True, timeout=60).stdout


def ghostscript(file: bytes, folder: Path, *arguments: str) -> bytes:
    """What one of Ghostscript's devices makes of a PDF or an EPS of its own size; any complaint is an error."""
    source, result = folder / "source", folder / "result"
    source.write_bytes(file)
    command = ["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dEPSCrop", *arguments, f"-sOutputFile={result}", source]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == ("", "")
    return result.read_bytes()
