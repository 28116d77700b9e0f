"""A mail's body as lines, each with what the mail's structure says of it.

The one currency of this package: part choice, `flowed` and `html` make lines, `quotes` and `signature`
take lines away, and what is left is joined. Sizes are capped here, so that every later rule may be a
simple loop: a text is as long as many SMS, not as long as a book.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CHARACTERS = 100_000
LINES = 1_200
LINE_CHARACTERS = 8_000


class Mark(enum.Enum):
    """What the structure of a mail says of a line."""

    OWN = "own"
    QUOTE = "quote"
    INTRODUCTION = "introduction"  # the client's line above a quote
    HISTORY = "history"  # from here to the end, all is an earlier mail
    SIGNATURE = "signature"
    FOOTER = "footer"  # below the line break behind which a phone puts its signature


@dataclass(frozen=True, slots=True)
class Line:
    """One line without trailing blanks; of a quoted line, `text` is what stands behind its marks."""

    text: str
    mark: Mark = Mark.OWN


# What has a plain form: odd blanks, odd line ends; and what nobody sees: soft hyphen, zero-width blank, byte
# order mark, direction controls, and controls that are no line end (Unicode categories Zs, Cf, Cc).
_PLAIN: dict[int, str | None] = {
    **dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " "),
    **dict.fromkeys((0x0B, 0x0C, 0x85, 0x2028, 0x2029), "\n"),
    **dict.fromkeys((0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF)),
    **dict.fromkeys((*range(9), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0))),
}
_EMPTY_RUN = re.compile(r"\n{4,}")
# A line of dashes, or of the dot by which a mail tracker marks its picture.
_RULE = re.compile(r"^\s*(?:(?:[-_=*~—–#+]\s?){2,}|ᐧ)$")


def tidy(text: str) -> str:
    """`text` in NFC with LF line ends, plain blanks, no invisible characters and no long runs of empty lines."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _EMPTY_RUN.sub("\n\n\n", text)[: 2 * CHARACTERS].translate(_PLAIN)
    text = _EMPTY_RUN.sub("\n\n\n", text)[:CHARACTERS]
    return text if text.isascii() else unicodedata.normalize("NFC", text)


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


def is_rule(line: str) -> bool:
    """Whether a line is drawn and not written: dashes, underscores, stars.

    >>> is_rule("-----"), is_rule("- pas")
    (True, False)
    """
    return bool(_RULE.match(line))


def trimmed(lines: Sequence[str]) -> list[str]:
    """`lines` without empty lines and rules (`-----`) at their end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or is_rule(lines[end - 1])):
        end -= 1
    return list(lines[:end])
