"""The code in a terminal."""

from __future__ import annotations

import re

import click
from PIL import Image

from smsdialog import qr
from tests.qr.reader import NUMBER, PAYLOAD, decoded


def photographed(text: str, pixels: int = 8) -> Image.Image:
    """A terminal's text as a picture: what is not covered by a glyph is dark."""
    halves = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    rows = [[halves[glyph][half] for glyph in line] for line in text.split("\n") for half in (0, 1)]
    picture = Image.new("L", (len(rows[0]), len(rows)))
    picture.putdata([255 * lit for row in rows for lit in row])
    return picture.resize((picture.width * pixels, picture.height * pixels), Image.Resampling.NEAREST)


def test_the_terminal_shows_the_code_dark_on_light():
    assert decoded(photographed(click.unstyle(qr.terminal(NUMBER)))) == PAYLOAD
    shown = qr.terminal(NUMBER, scheme="sms", text="Hej på")
    assert decoded(photographed(click.unstyle(shown))) == "sms:+459192000123?body=Hej%20p%C3%A5"


def test_a_terminals_own_colours_do_not_matter():
    lines = qr.terminal(NUMBER).split("\n")
    assert all(re.fullmatch("\x1b\\[97;40m[█▀▄ ]+\x1b\\[0m", line) for line in lines)
    assert len({len(line) for line in lines}) == 1
