"""Lists of customers as people keep them: a CSV file out of a spreadsheet, or a vCard file out of a phone.

A CSV file may be UTF-8 with or without its mark, UTF-16 or Windows-1252, with semicolons (as a Danish Excel writes),
commas or tabs, with a heading or without. The number stands in the column whose heading says so, else in the first that
looks like numbers (a heading of mobiles goes before one of phones, and that before a mere number, which may be a
customer's or a tax number); the name in the column of its heading, else in the first other one. Nothing here says
whether a number can be texted: that is asked of each, with the line that it stands on. Never raises.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from smsdialog.core import vcard

LONGEST_NAME = 60

# The surest first.
_NUMBER_HEADINGS = (
    ("mobil", "mobile", "mobilnummer", "mobilnr", "mobiltelefon", "cell"),
    ("telefon", "telefonnummer", "tlf", "phone"),
    ("nummer", "number", "nr"),
)
# A column of these tells of the number beside it, as Google writes them: `Phone 1 - Label`.
_ABOUT_NUMBERS = {"type", "label", "etiket"}
_NAME_HEADINGS = ("navn", "name", "kunde", "customer", "fulde", "fuldt", "full")
_FIRST_NAME_HEADINGS = ("fornavn", "first", "given")
_LAST_NAME_HEADINGS = ("efternavn", "last", "family", "surname")
_NUMBER = re.compile(r"[+(]?[0-9][0-9 ().+/-]{2,}|[0-9]+[.,][0-9]+E\+?[0-9]+", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")
_LEADING_LIMIT = 5
# Letters with their marks, digits, and what stands in names of people and firms; nothing that an address is made of.
_IN_NAMES = re.compile(r"[^\w\s.,&'’()/+-]|_")


@dataclass(frozen=True)
class Entry:
    """One number as it was typed, the line of the file that it stands on, and a name that may be empty."""

    line: int
    typed: str
    name: str = ""


def read(octets: bytes) -> list[Entry]:
    """The entries of a file of either kind, in their order.

    >>> read("Navn;Mobil\\r\\nJens Hansen;20 12 34 56\\r\\n".encode("cp1252"))
    [Entry(line=2, typed='20 12 34 56', name='Jens Hansen')]
    """
    text = _text(octets)
    if re.search(r"^\s*BEGIN:VCARD", text, re.IGNORECASE | re.MULTILINE):
        return [Entry(line, typed, clean_name(card.name)) for card in vcard.cards(text) for line, typed in card.numbers]
    return list(_of_rows(text))


def clean_name(text: str) -> str:
    """A name that may stand in a header of ours and on a page: one line, no mark that turns the reading round.

    >>> clean_name('"Jens" <ceo@firma.example>\\r\\nBcc: x\\u202e')
    'Jens ceo firma.example Bcc x'
    """
    composed = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    return " ".join(_IN_NAMES.sub(" ", composed).split())[:LONGEST_NAME].strip()


def as_csv(entries: Sequence[Entry]) -> str:
    """A list as a spreadsheet opens it: semicolons, and nothing that it would take for a formula."""
    rows = ["number;name", *(f"{_harmless(entry.typed)};{_harmless(entry.name)}" for entry in entries)]
    return "\r\n".join(rows) + "\r\n"


def _harmless(cell: str) -> str:
    """A cell in quotes; a leading sign that begins a formula stands behind a blank, a number's plus excepted."""
    risky = cell[:1] in ("=", "@", "-", "+", "\t") and not re.fullmatch(r"\+[0-9]+", cell)
    return '"' + (" " if risky else "") + cell.replace('"', '""') + '"'


def _text(octets: bytes) -> str:
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return octets.decode("utf-16", "replace")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("windows-1252", "replace")


def _of_rows(text: str) -> Iterator[Entry]:
    rows = _rows(text)
    if not rows:
        return
    headings = _headings(rows[0][1])
    number, names = _columns(headings) if headings else _guessed(rows)
    for line, cells in rows[1:] if headings else rows:
        name = " ".join(cells[i].strip() for i in names if i < len(cells))
        typed = cells[number].strip() if number < len(cells) else ""
        if typed or name:
            yield Entry(line, typed, clean_name(name))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows that say something, each with its line; `sep=;` of Excel is none."""
    lines = text.replace("\0", "").splitlines()
    named = re.fullmatch(r"\s*sep=(.)\s*", lines[0], re.IGNORECASE) if lines else None
    shift = 1 if named else 0
    reader = csv.reader(lines[shift:], delimiter=named[1] if named else _delimiter(lines), strict=True)
    found: list[tuple[int, list[str]]] = []
    while (begin := reader.line_num + shift) < len(lines):
        try:
            cells = next(reader)
        except csv.Error:  # a quote that is not closed takes in all that follows: the line where it stands is wrong
            found.append((begin + 1, [lines[begin]]))
            continue
        if any(cell.strip() for cell in cells):
            found.append((reader.line_num + shift, cells))
    return found


def _delimiter(lines: Sequence[str]) -> str:
    """The one that the first lines have most of; a semicolon where they have none."""
    head = "\n".join(lines[:_LEADING_LIMIT])
    return max(";\t,", key=head.count)


def _headings(cells: Sequence[str]) -> list[list[str]]:
    """The words of each heading; an empty list when the first row is none, as it has a number."""
    if any(_NUMBER.fullmatch(cell.strip()) for cell in cells):
        return []
    words = [[word.lower() for word in _WORDS.findall(cell)] for cell in cells]
    known = {*_NAME_HEADINGS, *(heading for headings in _NUMBER_HEADINGS for heading in headings)}
    return words if any(known & set(cell) for cell in words) else []


def _columns(headings: Sequence[list[str]]) -> tuple[int, list[int]]:
    """The column of the number, and those of the name."""

    def first(known: Sequence[str]) -> list[int]:
        return [i for i, words in enumerate(headings) if i not in ranked and set(words) & set(known)][:1]

    ranked = [i for known in _NUMBER_HEADINGS for i, words in enumerate(headings) if set(words) & set(known)]
    numbers = [i for i in ranked if not _ABOUT_NUMBERS & set(headings[i])]
    names = first(_FIRST_NAME_HEADINGS) + first(_LAST_NAME_HEADINGS) or first(_NAME_HEADINGS)
    number = numbers[0] if numbers else next((i for i in range(len(headings)) if i not in names), 0)
    return number, [i for i in names if i != number]


def _guessed(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, list[int]]:
    """The same where there is no heading: the first column that has a number in any of the first rows."""
    cells = [row for _, row in rows[:_LEADING_LIMIT]]
    width = max(map(len, cells))
    numbers = [i for i in range(width) if any(i < len(row) and _NUMBER.fullmatch(row[i].strip()) for row in cells)]
    number = numbers[0] if numbers else 0
    names = [i for i in range(width) if i not in numbers and any(i < len(row) and row[i].strip() for row in cells)]
    return number, [i for i in names if i != number][:1]
