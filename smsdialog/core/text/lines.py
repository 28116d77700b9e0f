"""A mail's body as lines, each with what the mail's structure says of it.

The one currency of this package: part choice, `flowed` and `html` make lines, `quotes` and `signature`
take lines away, and what is left is joined. Sizes are capped here, so that every later rule may be a
simple loop: a text is as long as many SMS, not as long as a book.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

CHARACTERS = 100_000
LINES = 1_500
LINE_CHARACTERS = 8_000


class Mark(enum.Enum):
    """What the structure of a mail says of a line."""

    OWN = "own"
    QUOTE = "quote"
    INTRODUCTION = "introduction"  # the client's line above a quote
    HISTORY = "history"  # from here to the end, all is an earlier mail
    SIGNATURE = "signature"


class Line(NamedTuple):
    """One line without trailing blanks; of a quoted line, `text` is what stands behind its marks."""

    text: str
    mark: Mark = Mark.OWN


_ODD_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Soft hyphen, zero-width blank, byte order mark, direction controls, and controls that are no line end.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_ENDS = re.compile("[\u0085\u2028\u2029\v\f]")
_EMPTY_RUN = re.compile(r"\n{4,}")


def tidy(text: str) -> str:
    """`text` in NFC with LF line ends, plain blanks, no invisible characters and no long runs of empty lines."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _LINE_ENDS.sub("\n", _EMPTY_RUN.sub("\n\n\n", text)[: 2 * CHARACTERS])
    text = _EMPTY_RUN.sub("\n\n\n", text)[:CHARACTERS]
    if text.isascii():
        return _INVISIBLE.sub("", text)
    return unicodedata.normalize("NFC", _ODD_BLANKS.sub(" ", _INVISIBLE.sub("", text)))


def lines_of(text: str) -> list[Line]:
    """The lines of a tidy text.

    >>> lines_of("Hej  \\nAnna")
    [Line(text='Hej', mark=<Mark.OWN: 'own'>), Line(text='Anna', mark=<Mark.OWN: 'own'>)]
    """
    return [Line(line[:LINE_CHARACTERS].rstrip()) for line in text.split("\n", LINES)[:LINES]]


def joined(lines: Iterable[Line | str]) -> str:
    """The text of `lines`: stripped, at most one empty line in a row.

    >>> joined(["", "Hej", "", "", "Anna", ""])
    'Hej\\n\\nAnna'
    """
    out: list[str] = []
    for line in lines:
        text = (line if isinstance(line, str) else line.text).rstrip()
        if text or (out and out[-1]):
            out.append(text)
    return "\n".join(out).strip()
