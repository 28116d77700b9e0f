"""Lists of customers as spreadsheets save them, and the names in them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.addressbook import LONGEST_NAME, Entry, as_csv, clean_name, read

SOEREN = ("20 12 34 56", "Søren Ærlig")


def pairs(octets: bytes) -> list[tuple[str, str]]:
    return [(entry.typed, entry.name) for entry in read(octets)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_a_file_of_excel_is_read_however_it_is_saved(encoding: str, separator: str, ending: str) -> None:
    rows = [["Navn", "Mobil"], ["Søren Ærlig", "20 12 34 56"]]
    text = ending.join(separator.join(row) for row in rows)
    assert pairs(text.encode(encoding)) == [SOEREN]


@pytest.mark.parametrize(
    "text",
    [
        "20 12 34 56;Søren Ærlig",
        "Søren Ærlig;20 12 34 56",
        "sep=;\n20 12 34 56;Søren Ærlig",
        "Fornavn;Efternavn;E-mail;Telefonnummer\nSøren;Ærlig;s@firma.example;20 12 34 56",
        "Efternavn;Fornavn;Tlf.\nÆrlig;Søren;20 12 34 56",
        "Kunde nr.;Navn;Mobil nr.\n10012002;Søren Ærlig;20 12 34 56",
        "Navn;Telefon;Mobil\nSøren Ærlig;33123456;20 12 34 56",
        "First Name,Last Name,Home Phone,Mobile Phone\nSøren,Ærlig,33123456,20 12 34 56",
        "First Name,Last Name,Phone 1 - Label,Phone 1 - Value\nSøren,Ærlig,Mobile,20 12 34 56",
        "Phone number,Full name\n20 12 34 56,Søren Ærlig",
        '"Navn";"Mobil"\n"Søren Ærlig";"20 12 34 56"',
        "\n\nNavn;Mobil\n\nSøren Ærlig;20 12 34 56\n;\n",
    ],
)
def test_columns_are_found_by_their_headings_or_by_what_they_hold(text: str) -> None:
    assert pairs(text.encode()) == [SOEREN]


@pytest.mark.parametrize("customers", [2, 20_000])
def test_a_quote_that_is_not_closed_is_a_wrong_line_and_swallows_nobody_silently(customers: int) -> None:
    rows = "".join(f"{40_000_000 + i};Kunde {i}\n" for i in range(customers))
    entries = read(f'Mobil;Navn\n20123456;Jens\n30123456;"Bo\n{rows}'.encode())
    assert entries[:2] == [Entry(2, "20123456", "Jens"), Entry(3, '30123456;"Bo')]


def test_a_list_of_bare_numbers_is_one() -> None:
    assert read(b"20123456\r\n+4530123456\r\n\r\n0046701234567") == [
        Entry(1, "20123456"), Entry(2, "+4530123456"), Entry(4, "0046701234567"),
    ]  # fmt: skip


def test_a_line_is_the_line_that_an_editor_shows() -> None:
    entries = read(b'Navn;Nummer\n"To\nlinjer";1\n\nB;2')
    assert [entry.line for entry in entries] == [3, 5]


@pytest.mark.parametrize("typed", ["4,52E+09", "hejsa", "112", ""])
def test_what_is_no_number_is_kept_as_it_was_typed(typed: str) -> None:
    assert pairs(f"Navn;Nummer\nA;20123456\nB;{typed}".encode())[1] == (typed, "B")


@given(st.binary(max_size=300))
def test_any_octets_are_read(octets: bytes) -> None:
    for entry in read(octets):
        assert entry.line >= 1
        assert len(entry.name) <= LONGEST_NAME


@given(st.text())
def test_a_clean_name_is_one_line_and_no_address(text: str) -> None:
    name = clean_name(text)
    assert not set(name) & set('@<>"\\\r\n\t\x00:;')
    assert all(character.isprintable() for character in name)
    assert clean_name(name) == name
    assert name == name.strip()


@pytest.mark.parametrize(
    "name", ["Jens Hansen", "Æ. Ø. Ågård-Sørensen", "O'Brien & Søn (VVS)", "محمد", "Зоя", "3F, afd. 2"]
)
def test_ordinary_names_stay(name: str) -> None:
    assert clean_name(name) == name


@given(st.lists(st.tuples(st.from_regex(r"\+[0-9]{5,15}", fullmatch=True), st.text(max_size=20).map(clean_name))))
def test_what_is_written_is_read_back_and_no_formula(rows: list[tuple[str, str]]) -> None:
    text = as_csv([Entry(0, number, name) for number, name in rows])
    assert pairs(text.encode()) == [(number, clean_name(name)) for number, name in rows]
    for row in list(csv.reader(io.StringIO(text), delimiter=";"))[1:]:
        assert not row[1].startswith(("=", "+", "-", "@"))
