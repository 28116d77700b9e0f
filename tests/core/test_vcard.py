"""vCards as phones and mail programs write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core import addressbook, vcard


def found(*lines: str, ending: str = "\r\n") -> list[tuple[str, tuple[str, ...]]]:
    text = ending.join(["BEGIN:VCARD", *lines, "END:VCARD", ""])
    return [(card.name, tuple(number for _, number in card.numbers)) for card in vcard.cards(text)]


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_a_card_of_version_3_has_a_name_and_several_numbers(ending: str) -> None:
    card = (
        "VERSION:3.0",
        "N:Hansen;Jens;;;",
        "FN:Jens Hansen",
        "TEL;TYPE=CELL:+45 20 12 34 56",
        "TEL;TYPE=WORK:33123456",
    )
    assert found(*card, ending=ending) == [("Jens Hansen", ("+45 20 12 34 56", "33123456"))]


def test_a_card_of_version_2_1_is_in_quoted_printable() -> None:
    name = "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Hansen;S=F8ren;;;"
    assert found("VERSION:2.1", name, "TEL;CELL;VOICE:20123456") == [("Søren Hansen", ("20123456",))]


def test_a_soft_break_goes_on_in_the_next_line() -> None:
    name = ("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Kim =", "=C3=86rlig =", "Jensen")
    assert found("VERSION:2.1", *name, "TEL:20123456") == [("Kim Ærlig Jensen", ("20123456",))]


def test_quoted_printable_in_a_set_that_nobody_knows_is_read_somehow() -> None:
    assert found("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=X-MARS:S=F8ren", "TEL:1") == [("Søren", ("1",))]
    assert found("FN;ENCODING=QUOTED-PRINTABLE:S=F8ren", "TEL:1") == [("Søren", ("1",))]


def test_a_card_of_version_4_has_uris_and_groups() -> None:
    card = ("VERSION:4.0", "FN:Firma\\, Jens \\; Co", 'item1.TEL;VALUE=uri;TYPE="voice,home":tel:+45-20-12-34-56;ext=5')
    assert found(*card) == [("Firma, Jens ; Co", ("+45-20-12-34-56",))]


def test_folded_lines_are_one() -> None:
    assert found("FN:Jens ", "  Hansen", "TEL:20", "\t123456", "NOTE:x") == [("Jens Hansen", ("20123456",))]


def test_a_picture_of_many_lines_costs_no_more_than_its_length() -> None:
    assert found("FN:Jens", "PHOTO:/9j/", *[" " + 74 * "A"] * 100_000, "TEL:20123456") == [("Jens", ("20123456",))]


def test_pictures_and_notes_are_passed_over() -> None:
    card = ("FN:Jens", "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ", " TEL:99999999", "NOTE:TEL:88888888", "TEL:20123456")
    assert found(*card) == [("Jens", ("20123456",))]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("N:Hansen;Jens;Peter;Dr.;jr.",), "Dr. Jens Peter Hansen jr."),
        (("N:;;;;", "ORG:Firma;Salg"), "Firma, Salg"),
        (("FN:", "N:Hansen;;;;"), "Hansen"),
        ((), ""),
        (("FN:Første", "FN:Anden"), "Første"),
        (("FN:To\\nlinjer",), "To linjer"),
    ],
)
def test_the_name_is_the_formatted_one_else_what_there_is(lines: tuple[str, ...], name: str) -> None:
    assert found(*lines, "TEL:20123456") == [(name, ("20123456",))]


def test_a_number_knows_its_line() -> None:
    cards = list(vcard.cards("BEGIN:VCARD\nFN:Jens\n Hansen\nTEL:1\nTEL:2\nEND:VCARD\n\nBEGIN:VCARD\nTEL:3\nEND:VCARD"))
    assert [line for card in cards for line, _ in card.numbers] == [4, 5, 9]


def test_a_file_that_was_cut_off_gives_what_it_has() -> None:
    cards = list(vcard.cards("BEGIN:VCARD\nFN:A\nTEL:1\nBEGIN:VCARD\nFN:B\nTEL:2"))
    assert [(card.name, len(card.numbers)) for card in cards] == [("A", 1), ("B", 1)]


@given(st.text())
def test_any_text_at_all_is_read(text: str) -> None:
    list(vcard.cards(f"BEGIN:VCARD\n{text}\nEND:VCARD"))
    addressbook.read(f"BEGIN:VCARD\n{text}".encode("utf-8", "replace"))
