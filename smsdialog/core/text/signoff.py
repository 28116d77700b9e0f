"""Closing formulas: which line takes leave, and whether only a signature follows it.

`Med venlig hilsen` alone is one; so are `Mvh. Åse`, `/Åsa`, and a formula in two languages. Within prose the same words
are prose: what follows must be a name, contact data or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from smsdialog.core.text.contact import BLOCK_LINES, evidence, is_name, looks_like_signature
from smsdialog.core.text.phrases import JOINERS, SIGNOFFS, THANKS

_DASH_NAME = re.compile(r"^(?:[-–—/~]{1,2}|//)\s?(?=[^\W\d_])")
_VOWELS = frozenset("aeiouyæøåäöü")
FROM = frozenset(("fra", "from", "von", "från"))
_CLOSING = " \t,.!;:*_~-–—)(\"'´`♥❤☺😊🙂👍😀☀️🌞🌻"


def is_signoff(line: str) -> bool:
    """Whether a line is a closing formula, with or without names behind it.

    >>> is_signoff("Med venlig hilsen,"), is_signoff("Mvh. Åse"), is_signoff("Venlig hilsen skal jeg sige fra Ole")
    (True, True, False)
    """
    text = " ".join(line.strip(_CLOSING).split())
    if not text or len(text) > 80:
        return False
    parts = [part.strip(_CLOSING) for part in text.split("/")]
    return _closes(text) or (len(parts) > 1 and all(_closes(part) for part in parts))


def _closes(text: str) -> bool:
    """Whether `text` is a closing formula, with nothing but names or a phone number behind it."""
    words = text.split()
    while len(words) > 1 and words[-1].lower() in JOINERS:
        words.pop()
    lowered = " ".join(words).lower()
    if lowered in SIGNOFFS or lowered.replace(".", "") in SIGNOFFS:
        return True
    for count in range(min(len(words) - 1, 5), 0, -1):
        head = " ".join(words[:count]).lower().strip(_CLOSING)
        if head in SIGNOFFS or head.replace(".", "") in SIGNOFFS:
            return len(head) > 1 and _signs(head.replace(".", ""), words[count:])
    return False


def _signs(formula: str, words: list[str]) -> bool:
    """Whether these words behind a closing formula say who takes leave."""
    rest = " ".join(words)
    if is_name(rest) or (len(words) <= 8 and evidence(rest) & {"phone", "mail"}):
        return True
    lettered = rest.replace(" ", "").isalpha()
    abbreviated = _VOWELS.isdisjoint(formula) and len(words) <= 2
    senders = " " in formula and words[0].lower() in FROM and len(words) <= 6
    return lettered and (abbreviated or senders)


def is_thanks(line: str) -> bool:
    """Whether a line is a thank-you that may close a letter, in front of a name."""
    return line.strip(_CLOSING).lower() in THANKS


def is_dash_name(line: str) -> bool:
    """Whether a line is a name behind a dash or slash: `/Åsa`, `-Bo`, `– Bo`."""
    mark = _DASH_NAME.match(line.strip())
    return bool(mark) and is_name(line.strip()[mark.end() :] if mark else "")


def signoff_at(lines: Sequence[str], sender: str = "") -> int:
    """The index of the closing formula, or -1: the first one that only a signature follows."""
    filled = [n for n, line in enumerate(lines) if line.strip()]
    for n in filled[-BLOCK_LINES - 2 :]:
        rest = lines[n + 1 :]
        if is_signoff(lines[n]) and _ends_letter(lines[n], rest):
            return n
        if is_thanks(lines[n]) and (name := _first(rest)) and is_name(name) and looks_like_signature(rest):
            return n
        if is_dash_name(lines[n]) and n and not lines[n - 1].strip() and looks_like_signature(rest):
            return n
        alone = n > 0 and not lines[n - 1].strip()
        if alone and is_senders_name(lines[n], sender) and looks_like_signature(rest):
            return n
    return -1


def _ends_letter(line: str, rest: Sequence[str]) -> bool:
    """Whether what follows a closing formula is a signature, or nothing."""
    first = _first(rest)
    if not first:
        return True
    if not looks_like_signature(rest):
        return False
    short = len(first.split()) <= 4 and not any(character.isdigit() for character in first)
    return short or is_name(first) or bool(evidence(first)) or is_signoff(first)


def _first(lines: Sequence[str]) -> str:
    """The first line that is not empty."""
    return next((line.strip() for line in lines if line.strip()), "")


def is_senders_name(line: str, sender: str) -> bool:
    """Whether a line is the sender's name, or the first of it."""
    text = line.strip(" *_,.~-–—/").lower()
    name = sender.lower()
    return bool(text and name) and text in (name, name.split()[0])


def is_named(line: str) -> bool:
    """Whether a closing line holds a name already."""
    last = line.strip(_CLOSING).rpartition("/")[2].strip(_CLOSING).lower()
    return last not in SIGNOFFS and last.replace(".", "") not in SIGNOFFS
