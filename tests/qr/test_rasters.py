"""Pictures of pixels: exactly as large as they are called, whole pixels a module, black of one ink."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from smsdialog import qr
from smsdialog.qr.payloads import payload
from smsdialog.qr.rasters import files, png
from smsdialog.qr.symbols import symbol
from tests.qr.reader import NUMBER, PAYLOAD, decoded
from tests.qr.test_payloads import LINES

TEXT = "Hej på dig: æøå €"
CODE = symbol(PAYLOAD + TEXT)
FILES = files(CODE)
every_file = pytest.mark.parametrize("name", FILES)


def opened(name: str) -> Image.Image:
    return Image.open(io.BytesIO(FILES[name]))


@every_file
def test_every_picture_says_the_same(name):
    assert decoded(opened(name)) == PAYLOAD + TEXT


@pytest.mark.parametrize(
    ("name", "kind", "side"),
    [
        ("-300px.png", "PNG", 300), ("-600px.png", "PNG", 600), ("-1200px.png", "PNG", 1200),
        ("-2400px.png", "PNG", 2400), ("-600dpi.tif", "TIFF", 709), ("-600dpi-cmyk.tif", "TIFF", 709),
        (".jpg", "JPEG", 600), (".gif", "GIF", 600), (".bmp", "BMP", 600), (".webp", "WEBP", 600),
    ],
)  # fmt: skip
def test_every_picture_is_what_its_name_says(name, kind, side):
    picture = opened(name)
    assert (picture.format, picture.size) == (kind, (side, side))


def test_there_are_no_others():
    assert len(FILES) == 10


@every_file
def test_every_module_is_whole_pixels_of_its_own_colour_and_the_rest_is_quiet(name):
    """JPEG may be a few steps off; everything else is black and white and nothing between."""
    picture = opened(name).convert("L").point(lambda grey: 255 if grey > 240 else 0 if grey < 15 else 128)
    module = picture.width // CODE.modules
    margin = (picture.width - module * CODE.modules) // 2
    drawn = Image.new("L", picture.size, 255)
    for run in CODE.runs():
        left, top = margin + run.x * module, margin + run.y * module
        drawn.paste(0, (left, top, left + run.length * module, top + module))
    assert picture.tobytes() == drawn.tobytes()


def test_tiff_for_print_is_30_mm_at_600_dpi_and_compressed_without_loss():
    one_bit, cmyk = opened("-600dpi.tif"), opened("-600dpi-cmyk.tif")
    assert (one_bit.mode, one_bit.info["compression"], one_bit.info["dpi"]) == ("1", "group4", (600, 600))
    assert (cmyk.mode, cmyk.info["compression"], cmyk.info["dpi"]) == ("CMYK", "tiff_lzw", (600, 600))


def test_black_is_the_black_ink_alone():
    cyan, magenta, yellow, black = opened("-600dpi-cmyk.tif").split()
    assert [ink.getextrema() for ink in (cyan, magenta, yellow)] == [(0, 0)] * 3
    assert black.getextrema() == (0, 255)


def test_a_picture_says_nothing_of_when_or_by_what_it_was_made():
    for name in ("-600dpi.tif", "-600dpi-cmyk.tif"):
        assert not {305, 306} & set(opened(name).tag_v2)  # Software, DateTime
    assert not {"date:create", "Software"} & set(opened("-300px.png").info)


@pytest.mark.parametrize("pixels", [29, 100, 300, 301, 319, 2400])
def test_a_picture_is_exactly_as_large_as_was_asked(pixels):
    assert Image.open(io.BytesIO(qr.png(NUMBER, pixels))).size == (pixels, pixels)


def test_a_picture_has_a_pixel_a_module_at_least():
    assert Image.open(io.BytesIO(qr.png(NUMBER, 1))).size == (29, 29)


@settings(max_examples=40, deadline=None)
@given(LINES.filter(lambda text: text and not text[0].isspace() and text[0] not in ":;"), st.sampled_from(qr.SCHEMES))
def test_every_text_is_read_back_octet_by_octet(text, scheme):
    said = payload(NUMBER, scheme, text)
    assert decoded(png(symbol(said), 300)) == said
