"""The QR code: what a phone's camera reads out of it, as a picture and in a terminal."""

from __future__ import annotations

import io
import re
import zipfile

import click
import pytest
import zxingcpp
from PIL import Image

from smsdialog import qr

NUMBER = "459192000123"
PAYLOAD = "SMSTO:+459192000123:"


def decoded(picture: Image.Image) -> str:
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1
    assert found[0].format == zxingcpp.BarcodeFormat.QRCode
    return found[0].text


def rendered(text: str, pixels: int = 8) -> Image.Image:
    """A terminal's text as a picture: what is not covered by a glyph is dark."""
    halves = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    rows = [[halves[glyph][half] for glyph in line] for line in text.split("\n") for half in (0, 1)]
    picture = Image.new("L", (len(rows[0]), len(rows)))
    picture.putdata([255 * lit for row in rows for lit in row])
    return picture.resize((picture.width * pixels, picture.height * pixels), Image.Resampling.NEAREST)


def test_a_phone_reads_an_sms_to_the_number():
    assert qr.payload(NUMBER) == PAYLOAD


@pytest.mark.parametrize("pixels", [1, 300, 600, 2400])
def test_the_picture_is_read_and_is_as_large_as_was_asked(pixels):
    picture = Image.open(io.BytesIO(qr.png(NUMBER, pixels)))
    assert picture.format == "PNG"
    assert picture.width == picture.height >= pixels
    if pixels > 1:
        assert decoded(picture) == PAYLOAD


def test_every_module_has_whole_pixels_and_four_of_them_are_quiet():
    picture = Image.open(io.BytesIO(qr.png(NUMBER, 300))).convert("L")
    box = picture.point(lambda grey: 255 - grey).getbbox()
    modules = 21  # version 1
    width = picture.width // (modules + 2 * qr.QUIET_ZONE_MODULES)
    assert picture.width == width * (modules + 2 * qr.QUIET_ZONE_MODULES)
    assert box == (4 * width, 4 * width, picture.width - 4 * width, picture.height - 4 * width)


def test_the_terminal_shows_the_same_code_dark_on_light():
    assert decoded(rendered(click.unstyle(qr.terminal(NUMBER)))) == PAYLOAD


def test_a_terminals_own_colours_do_not_matter():
    lines = qr.terminal(NUMBER).split("\n")
    assert all(re.fullmatch("\x1b\\[97;40m[█▀▄ ]+\x1b\\[0m", line) for line in lines)
    assert len({len(line) for line in lines}) == 1


def test_the_package_holds_four_sizes_and_what_they_say():
    with zipfile.ZipFile(io.BytesIO(qr.package(NUMBER))) as package:
        names = package.namelist()
        assert names == [f"qr-{NUMBER}-{pixels}px.png" for pixels in (300, 600, 1200, 2400)] + [f"qr-{NUMBER}.txt"]
        for name in names[:-1]:
            assert decoded(Image.open(io.BytesIO(package.read(name)))) == PAYLOAD
        assert package.read(names[-1]).decode() == f"{PAYLOAD}\n+{NUMBER}\n"


def test_the_same_number_is_the_same_octets():
    assert qr.png(NUMBER) == qr.png(NUMBER)
    assert qr.package(NUMBER) == qr.package(NUMBER)
    assert qr.png(NUMBER) != qr.png("459192000124")
