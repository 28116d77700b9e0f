"""PDF and EPS: what Ghostscript sets is read back, in black ink alone, with no raster in it."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from smsdialog.qr.captions import lines
from smsdialog.qr.forprint import eps, pdf
from smsdialog.qr.symbols import symbol
from tests.qr.reader import HOSTILE, PAYLOAD, decoded, ghostscript

TEXT = "Hej på dig"
CAPTION = "Skriv - 'æøå' ÆØÅ ©"
FORMATS = {"pdf": pdf, "eps": eps}
every_format = pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
every_caption = pytest.mark.parametrize("caption", ["", CAPTION, HOSTILE])

# Operators of PDF content streams (ISO 32000-1, annex A) that this drawing needs, and no other.
PDF_OPERATORS = {b"q", b"k", b"cm", b"re", b"f", b"Q", b"BT", b"Tf", b"Td", b"Tj", b"ET"}


def content_of(file: bytes) -> bytes:
    (stream,) = re.findall(rb"stream\n(.*)\nendstream", file, re.DOTALL)
    return stream


def operators_of(stream: bytes) -> set[bytes]:
    """The words of a content stream, without names, numbers and strings."""
    without_strings = re.sub(rb"\((?:[^()\\]|\\[0-7]{3})*\)", b"", stream)
    return set(re.findall(rb"(?<![\w/])[A-Za-z'\"]+[\w*]*", without_strings))


@pytest.mark.needs("ghostscript")
@every_format
@every_caption
@pytest.mark.parametrize("dpi", [150, 600])
def test_what_is_printed_is_read_back(write, caption, dpi, tmp_path):
    file = write(symbol(PAYLOAD + TEXT), lines(caption))
    assert decoded(ghostscript(file, tmp_path, "-sDEVICE=pnggray", f"-r{dpi}")) == PAYLOAD + TEXT


@pytest.mark.needs("ghostscript")
@every_format
@every_caption
def test_only_black_ink_is_used(write, caption, tmp_path):
    coverage = ghostscript(write(symbol(PAYLOAD), lines(caption)), tmp_path, "-sDEVICE=inkcov", "-r150").split()
    assert [float(ink) for ink in coverage[:3]] == [0, 0, 0]
    assert 0.2 < float(coverage[3]) < 0.5
    assert coverage[4:] == [b"CMYK", b"OK"]


@pytest.mark.needs("ghostscript")
@every_format
@pytest.mark.parametrize("caption", [CAPTION, HOSTILE, ")\\", "\\050 ( \\n", "x) showpage (", "%%EOF"])
def test_the_caption_is_the_text_that_was_typed(write, caption, tmp_path):
    found = ghostscript(write(symbol(PAYLOAD), lines(caption)), tmp_path, "-sDEVICE=txtwrite").decode()
    assert " ".join(found.split()) == " ".join(caption.split())


@pytest.mark.needs("ghostscript")
@every_format
@pytest.mark.parametrize(("caption", "height"), [("", 354), (CAPTION, 396), (CAPTION * 3, 451)])
def test_it_is_30_mm_wide_and_as_high_as_the_caption_makes_it(write, caption, height, tmp_path):
    """30 mm at 300 dpi are 354 pixels."""
    page = ghostscript(write(symbol(PAYLOAD), lines(caption)), tmp_path, "-sDEVICE=pnggray", "-r300")
    assert Image.open(io.BytesIO(page)).size == (pytest.approx(354, abs=1), pytest.approx(height, abs=2))


@every_caption
def test_a_pdf_has_paths_and_text_in_black_and_nothing_else(caption):
    stream = content_of(pdf(symbol(PAYLOAD), lines(caption)))
    assert operators_of(stream) <= PDF_OPERATORS
    assert set(re.findall(rb"^(.*) k$", stream, re.M)) == {b"0 0 0 1"}
    assert stream.count(b"\nf\n") == 1


@every_caption
def test_a_pdf_holds_no_picture_no_date_and_nothing_that_runs(caption):
    file = pdf(symbol(PAYLOAD), lines(caption))
    outside = file.replace(content_of(file), b"")
    assert not re.findall(rb"/(XObject|Image|Info|CreationDate|ModDate|ID|JavaScript|JS|OpenAction|AA|URI)\b", outside)


def test_a_pdf_tells_where_its_objects_are():
    file = pdf(symbol(PAYLOAD), lines(CAPTION))
    table = int(re.search(rb"startxref\n(\d+)\n%%EOF\n\Z", file)[1])
    assert file[table:].startswith(b"xref\n0 6\n")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n \n", file[table:])]
    assert [file[place:].split(b"\n", 1)[0] for place in places] == [b"%d 0 obj" % number for number in range(1, 6)]
    assert int(re.search(rb"/Length (\d+)", file)[1]) == len(content_of(file))


@every_caption
def test_an_eps_has_one_colour_and_no_picture(caption):
    file = eps(symbol(PAYLOAD), lines(caption))
    program = re.sub(rb"\((?:[^()\\]|\\[0-7]{3})*\)", b"()", file)
    assert set(re.findall(rb"^(.*) setcmykcolor$", program, re.M)) == {b"0 0 0 1"}
    assert not re.findall(rb"image|colorspace|setgray|setrgbcolor|sethsbcolor|Date|exec|run\)|file", program)


@every_caption
def test_an_eps_begins_and_ends_as_it_must(caption):
    """Adobe Technical Note 5002: what a program reads that sets the drawing into its page."""
    file = eps(symbol(PAYLOAD), lines(caption))
    assert file.startswith(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 86 ")
    assert file.endswith(b"showpage\n%%EOF\n")
    assert file.isascii()
    assert max(map(len, file.split(b"\n"))) <= 255


@every_format
def test_what_was_typed_cannot_end_its_string(write):
    file = write(symbol(PAYLOAD), lines(HOSTILE))
    for written in re.findall(rb"^(?:[\d. ]+moveto )?(\(.*\)) (?:Tj|show)$", file, re.M):
        assert re.fullmatch(rb"\((?:[^()\\]|\\[0-7]{3})*\)", written)
