"""Closing formulas: which line takes leave, and whether only a signature follows it.

`Med venlig hilsen` alone is one; so are `Mvh. Åse`, `/Åsa`, and a formula in two languages. Within prose the same words
are prose: what follows must be a name, contact data or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from smsdialog.core.text.contact import BLOCK_LINES, evidence, is_automatic, is_name, looks_like_signature
from smsdialog.core.text.phrases import BEHALF, GREETING_OPENERS, GREETINGS, JOINERS, SIGNOFFS, THANKS

_DASH_NAME = re.compile(r"^(?:[-–—/~]{1,2}|//)\s?(?=[^\W\d_])")
# `Med sportslig hilsen` has so many words at most, and `Sommerhilsner` so many letters before the noun at least.
GREETING_WORDS = 5
COMPOUND_LETTERS = 3
# Who takes leave has so few words, and so many where nothing stands below: `Alle os i Blå Stue`.
FEW_NAMES, MANY_NAMES = 4, 6
_NOUNS = tuple(GREETINGS)
_VOWELS = frozenset("aeiouyæøåäöü")
# What stands between a name and the rest of a signature on one line.
_BEHIND_NAME = re.compile(r"\s*[|,(•·]|\s[-–—]\s")
FROM = frozenset(("fra", "from", "von", "från", "aus"))
# Who says to whom his greeting goes, or for whom it is, writes a sentence.
TO = frozenset(("til", "till", "to", "an", "för", "for"))
US = frozenset(("os", "oss", "alle", "alla", "hele", "hela"))
AND = frozenset(("og", "och", "and", "und"))
_CLOSING = " \t,.!;:*_~-–—)(\"'´`♥❤☺😊🙂👍😀☀️🌞🌻"


@lru_cache(maxsize=256)  # each line is looked at by several rules
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
    if is_formula(" ".join(words).lower()) or _closes_twice([word.lower() for word in words]):
        return True
    for count in range(min(len(words) - 1, 5), 0, -1):
        head = " ".join(words[:count]).lower().strip(_CLOSING)
        if is_formula(head):
            return len(head) > 1 and _signs(head.replace(".", ""), words[count:])
    return False


def _closes_twice(words: list[str]) -> bool:
    """Whether these words thank or wish, and then take leave: `Tak og venlig hilsen`."""
    joined_at = next((n for n, word in enumerate(words) if word in AND), 0)
    first, last = " ".join(words[:joined_at]), " ".join(words[joined_at + 1 :])
    return (first in THANKS or is_formula(first)) and is_formula(last)


def is_formula(lowered: str) -> bool:
    """Whether a text in lower case is a closing formula and nothing else: a known one, or a greeting of some kind.

    >>> is_formula("m.v.h."), is_formula("med sportslig hilsen"), is_formula("sommerhilsner"), is_formula("en hilsen")
    (True, True, True, False)
    """
    if lowered in SIGNOFFS or lowered.replace(".", "") in SIGNOFFS:
        return True
    *before, noun = lowered.split() or [""]
    if len(before) >= GREETING_WORDS or not all(word.isalpha() for word in before):
        return False
    if noun in GREETINGS:
        return len(before) > 1 and before[0] in GREETING_OPENERS
    compound = noun[COMPOUND_LETTERS:].endswith(_NOUNS)
    return compound and noun.isalpha() and (not before or before[0] in GREETING_OPENERS)


def _signs(formula: str, words: list[str]) -> bool:
    """Whether these words behind a closing formula say who takes leave."""
    rest = " ".join(words)
    if is_name(rest) or (len(words) <= 8 and evidence(rest) & {"phone", "mail"}):
        return True
    lettered = rest.replace(" ", "").isalpha()
    abbreviated = _VOWELS.isdisjoint(formula) and len(words) <= 2
    lowered = [word.lower() for word in words]
    from_them = lowered[0] in US or (" " in formula and lowered[0] in FROM)
    senders = from_them and len(words) <= 6 and TO.isdisjoint(lowered)
    return lettered and (abbreviated or senders)


def is_thanks(line: str) -> bool:
    """Whether a line is a thank-you that may close a letter, in front of a name."""
    return line.strip(_CLOSING).lower() in THANKS


def is_dash_name(line: str) -> bool:
    """Whether a line is a name behind a dash or slash: `/Åsa`, `-Bo`, `– Bo`."""
    mark = _DASH_NAME.match(line.strip())
    return bool(mark) and is_name(line.strip()[mark.end() :] if mark else "")


def signoff_at(lines: Sequence[str], sender: str = "") -> int:
    """The index of the closing formula, or of the name in its place, or -1: the first that only a signature follows."""
    filled = [n for n, line in enumerate(lines) if line.strip()]
    for n in filled[-BLOCK_LINES - 2 :]:
        if _closes_letter(lines, n, sender) or (n > filled[0] and _is_signed(lines, n, sender)):
            return n
    return -1


def _closes_letter(lines: Sequence[str], at: int, sender: str) -> bool:
    """Whether a line is a closing formula, or thanks in its place, and only a signature follows."""
    rest = lines[at + 1 :]
    if is_thanks(lines[at]) and _only_name_follows(rest):
        return True
    formula = is_signoff(lines[at]) and not _is_listed(lines, at)
    return formula and (_ends_letter(lines[at], rest, sender) or is_automatic(rest))


def _is_signed(lines: Sequence[str], at: int, sender: str) -> bool:
    """Whether a line below the text is a name in place of a formula: behind a dash, or the sender's and apart.

    What a line that ends in a colon announces is the message, names too.
    """
    line, rest = lines[at], lines[at + 1 :]
    alone = not lines[at - 1].strip()
    named = is_senders_name(line, sender)
    dashed = (alone or named) and is_dash_name(line)
    reached = alone and not _first(rest) and _reaches_sender(line, sender)
    signed = dashed or reached or (alone and named)
    return signed and not _above(lines, at).endswith(":") and looks_like_signature(rest)


def _is_listed(lines: Sequence[str], at: int) -> bool:
    """Whether a word that may be a greeting of some kind (`Julehilsner`) is one of a list instead."""
    word = lines[at].strip(_CLOSING).lower()
    if " " in word or word.replace(".", "") in SIGNOFFS or not is_formula(word):
        return False
    return _above(lines, at).endswith(":") or (at > 0 and bool(lines[at - 1].strip()))


def _only_name_follows(rest: Sequence[str]) -> bool:
    """Whether a name and nothing but a signature stands below a thank-you; one above a greeting is a sentence."""
    first = _first(rest)
    name = is_name(first) and not is_signoff(first) and not is_dash_name(first)
    return name and looks_like_signature(rest)


def _ends_letter(line: str, rest: Sequence[str], sender: str) -> bool:
    """Whether what follows a closing formula is a signature, or nothing."""
    first = _first(rest)
    if not first:
        return True
    if not looks_like_signature(rest):
        return False
    most = MANY_NAMES if sum(bool(line.strip()) for line in rest) == 1 else FEW_NAMES
    short = len(first.split()) <= most and not any(character.isdigit() for character in first)
    return short or mentions(first, sender) or is_name(first) or bool(evidence(first)) or is_signoff(first)


def _above(lines: Sequence[str], at: int) -> str:
    """The line above one, empty lines left out."""
    return next((line.strip() for line in reversed(lines[:at]) if line.strip()), "")


def _first(lines: Sequence[str]) -> str:
    """The first line that is not empty."""
    return next((line.strip() for line in lines if line.strip()), "")


def is_senders_name(line: str, sender: str) -> bool:
    """Whether a line is the sender's name, the first of it, or its initials.

    >>> is_senders_name("OV", "Ole Vig"), is_senders_name("Ok", "Ole Kjær")
    (True, False)
    """
    text = line.strip(" *_,.~-–—/")
    names = sender.lower().split()
    if not text or not names:
        return False
    initials = "".join(name[0] for name in names).upper()
    return text.lower() in (" ".join(names), names[0]) or (text == initials and len(text) > 1 and text != "OK")


def _reaches_sender(line: str, sender: str) -> bool:
    """Whether a line is the sender's full name with a number or an address behind it."""
    head = name_in(line, sender)
    reached = " " in head and head != line and bool(evidence(line) & {"phone", "mail"})
    return reached and is_senders_name(head, sender)


def mentions(line: str, sender: str) -> bool:
    """Whether one of the sender's names stands in a line."""
    return not set(sender.lower().split()).isdisjoint(line.lower().split())


def is_behalf(line: str) -> bool:
    """Whether a line says on whose behalf its writer signs.

    >>> is_behalf("På vegne af bestyrelsen"), is_behalf("Formand")
    (True, False)
    """
    return f"{line.strip(_CLOSING)} ".lower().replace(".", "").startswith(BEHALF)


def name_in(line: str, sender: str) -> str:
    """The name that a line is, or begins with if it is the sender's; empty if there is none.

    >>> name_in("Ida Vest | Receptionist | Tlf. 97 33 44 55", "Ida Vest"), name_in("Firma A/S | Skovvej 3", "Ida Vest")
    ('Ida Vest', '')
    """
    head = _BEHIND_NAME.split(line, maxsplit=1)[0].rstrip()
    if head and is_senders_name(head, sender):
        return head
    return line if is_name(line) else ""


def is_named(line: str) -> bool:
    """Whether a closing line holds a name already."""
    words = line.strip(_CLOSING).rpartition("/")[2].strip(_CLOSING).lower().split()
    while len(words) > 1 and (words[-1] in JOINERS or words[-1] in US):
        words.pop()
    return not (is_formula(" ".join(words)) or _closes_twice(words))
