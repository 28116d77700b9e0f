"""Text that we know because we mailed it: found below an answer in any client, whatever stands around it.

An SMS that went to the employee as a mail comes back in his answer. Its words, in their order and on lines of
their own, are enough; blanks, quote marks and line ends may differ. Short texts say nothing: `Ok` is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from smsdialog.core.text.headerblock import DATE, label_of
from smsdialog.core.text.lines import Line, Mark

KNOWN_WORDS = 3
HEADER_LINES = 12
INTRODUCTION_CHARACTERS = 200

_WORD_OR_NUMBER = re.compile(r"\w+")


def known_lines(lines: Sequence[Line], known: Sequence[str]) -> frozenset[int]:
    """The indexes of lines that hold a text that we mailed, with what introduces and follows it."""
    hits: set[int] = set()
    for text in known:
        hits |= _known_span(lines, _WORD_OR_NUMBER.findall(text.lower()))
    return frozenset(hits)


def _known_span(lines: Sequence[Line], wanted: list[str]) -> set[int]:
    """The lines whose words, taken together, are the words of one known text; and what stands around them."""
    if len(wanted) < KNOWN_WORDS:
        return set()
    stream: list[str] = []
    owner: list[int] = []
    for number, line in enumerate(lines):
        words = _WORD_OR_NUMBER.findall(line.text.lower())
        stream += words
        owner += [number] * len(words)
    starts = [n for n in range(len(stream) - len(wanted) + 1) if n == 0 or owner[n - 1] != owner[n]]
    for start in reversed(starts):
        stop = start + len(wanted)
        whole_lines = stop == len(stream) or owner[stop] != owner[stop - 1]
        if stream[start] == wanted[0] and whole_lines and stream[start:stop] == wanted:
            return _around(lines, owner[start], owner[stop - 1])
    return set()


def _around(lines: Sequence[Line], first: int, last: int) -> set[int]:
    """A known text's lines, the lines of a header above it, and, if the author wrote above, all below it.

    None, if the mail is that text and nothing else: an answer may be what the customer wrote.
    """
    top = first
    while top > 0 and first - top < HEADER_LINES and (not lines[top - 1].text or _introduces(lines[top - 1].text)):
        top -= 1
    while top < first and not lines[top].text:
        top += 1
    above, below = _says_something(lines[:top]), _says_something(lines[last + 1 :])
    unmarked = lines[last].mark is Mark.OWN
    if unmarked and not above and not below and top == first:
        return set()
    return set(range(top, len(lines) if above and unmarked else last + 1))


def _says_something(lines: Sequence[Line]) -> bool:
    """Whether an own line with text is among these."""
    return any(line.text and line.mark is Mark.OWN for line in lines)


def _introduces(text: str) -> bool:
    """Whether a line directly above a known text belongs to the client and not to the author."""
    if label_of(text)[0] or not any(character.isalnum() for character in text):
        return True
    dated = text.rstrip()[-1:] == ":" and bool(DATE.search(text))
    return ("@" in text or dated) and len(text) < INTRODUCTION_CHARACTERS
