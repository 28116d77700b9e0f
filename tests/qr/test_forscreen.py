"""SVG: what a browser draws is read back, and what was typed stays text."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image, ImageColor

from smsdialog import qr
from smsdialog.errors import Conflict
from tests.qr.reader import HOSTILE, NUMBER, PAYLOAD, decoded, drawn_by_librsvg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.needs("rsvg")
@pytest.mark.parametrize("caption", ["", "Skriv til Anna på æøå", HOSTILE])
def test_the_drawing_is_read_back(caption):
    assert decoded(drawn_by_librsvg(qr.svg(NUMBER, text="Hej på dig", caption=caption))) == PAYLOAD + "Hej på dig"


@pytest.mark.needs("rsvg")
def test_it_is_read_on_a_dark_page_too():
    drawn = Image.open(io.BytesIO(drawn_by_librsvg(qr.svg(NUMBER)))).convert("RGBA")
    page = Image.new("RGBA", drawn.size, ImageColor.getrgb("#111"))
    page.alpha_composite(drawn)
    assert decoded(page.convert("L")) == PAYLOAD


def test_it_is_30_mm_wide_and_as_high_as_the_caption_makes_it():
    plain, captioned = (ElementTree.fromstring(qr.svg(NUMBER, caption=caption)) for caption in ("", "Skriv til Anna"))
    assert (plain.get("width"), plain.get("height"), plain.get("viewBox")) == ("30mm", "30mm", "0 0 29 29")
    assert captioned.get("width") == "30mm"
    assert 33 < float(captioned.get("height").removesuffix("mm")) < 34


def test_what_was_typed_stays_text():
    drawing = ElementTree.fromstring(qr.svg(NUMBER, caption=HOSTILE))
    assert {element.tag for element in drawing.iter()} == {SVG + "svg", SVG + "path", SVG + "text"}
    assert " ".join(element.text for element in drawing.iter(SVG + "text")) == HOSTILE


def test_a_text_for_the_customer_stands_in_the_code_only():
    assert b"KODE" not in qr.svg(NUMBER, text="KODE")


def test_nothing_is_loaded_and_nothing_runs():
    drawing = qr.svg(NUMBER, caption="Skriv til Anna").replace(b'xmlns="http://www.w3.org/2000/svg"', b"")
    assert not [word for word in (b"http", b"href", b"url(", b"script", b"style", b"<image") if word in drawing]


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(Conflict):
        qr.svg(NUMBER, caption="a\nb")
    with pytest.raises(Conflict):
        qr.svg("1919")
