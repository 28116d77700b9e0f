"""The words below the code: three lines at the most, of letters that every file can set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.errors import Conflict
from smsdialog.qr.captions import COLUMNS, MOST_LINES, lines


def test_no_caption_is_no_line():
    assert lines("") == lines("   ") == ()


def test_a_caption_is_broken_between_words():
    assert lines("Skriv til Anna på 45 91 92 00 01 23, døgnet rundt") == (
        "Skriv til Anna på 45 91",
        "92 00 01 23, døgnet",
        "rundt",
    )


def test_typographic_characters_are_set_in_their_plain_forms_and_those_of_latin_1_as_they_are():
    assert lines("“Hej” – det’s © «æøå»…") == ('"Hej" - det\'s © «æøå»...',)
    assert lines("45\u00a091\u00ad92") == ("45 9192",)


@pytest.mark.parametrize("caption", ["x" * (COLUMNS * MOST_LINES + 1), "Hej på dig " * 8])
def test_a_caption_that_takes_more_lines_is_refused(caption):
    with pytest.raises(Conflict, match="more than 3 lines of 24 characters"):
        lines(caption)


@pytest.mark.parametrize("char", ["😀", "Ω", "ł", "€", "中"])
def test_a_caption_that_cannot_be_set_is_refused_by_its_character(char):
    with pytest.raises(Conflict, match=f"set in Latin-1, which has no '{char}'"):
        lines(f"Hej {char}")


@pytest.mark.parametrize("caption", ["a\nb", "a\r%%EOF", "\x1b[31m", "\x9b", "a\u2029b"])
def test_a_caption_of_several_lines_or_with_controls_is_refused(caption):
    with pytest.raises(Conflict, match="one line without control characters"):
        lines(caption)


@given(st.text(max_size=90))
def test_whatever_is_typed_is_set_or_refused(caption):
    try:
        found = lines(caption)
    except Conflict:
        return
    assert len(found) <= MOST_LINES
    assert all(0 < len(line) <= COLUMNS and line.isprintable() for line in found)
    assert all(line.encode("latin-1") for line in found)
