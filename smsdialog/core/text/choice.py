"""Plain text or HTML: which of the two says truer what was typed.

The plain text, as long as there is one. Two things it does worse: Gmail and Notes wrap it at some 75 columns,
which in an SMS looks wrong; and it does not mark quotes and signatures as the HTML does. So where the HTML says
the same words, and knows more of the lines, it is taken; where it says others, the plain text is what counts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from smsdialog.core.text.lines import Line, Mark, lines_of
from smsdialog.core.text.own import Wish, own_text
from smsdialog.core.text.parts import Choice

STUB_WORDS = 3
STUB_RATIO = 3
NOTICE_WORDS = 40
WRAPPED = range(50, 81)
WRAP_COLUMN = 70

_WORD = re.compile(r"\w+")


def chosen_text(choice: Choice, wish: Wish) -> str:
    """The author's words, from the part that shows them best."""
    if not choice.html:
        return own_text(lines_of(choice.plain), wish)
    page = page_of(choice.html)
    if is_stub(choice.plain, page):
        return own_text(page, wish)
    if is_wrapped(choice.plain) or any(line.mark is not Mark.OWN for line in page):
        text = own_text(page, wish)
        if text and _says_no_more(text, choice.plain):
            return text
    return own_text(lines_of(choice.plain), wish)


def page_of(source: str) -> list[Line]:
    """The lines of an HTML text; a mail without one does not pay for the renderer's start."""
    return list(_page(source)) if source else []


@lru_cache(maxsize=4)
def _page(source: str) -> tuple[Line, ...]:
    """A page, kept while its mail is in hand: several rules look at it."""
    from smsdialog.core.text.html import rendered

    return tuple(rendered(source))


def is_stub(plain: str, page: list[Line]) -> bool:
    """Whether a plain text only stands in for the HTML: blank, next to nothing, or a notice about HTML.

    >>> is_stub("This mail requires HTML.", [Line("Vi ses i morgen kl. 8")])
    True
    """
    if not page:
        return False
    words = _WORD.findall(plain.lower())
    if not words:
        return any(line.text for line in page)
    shown = " ".join(line.text for line in page).lower()
    if len(words) < STUB_WORDS:
        return len(shown) > STUB_RATIO * len(plain.strip()) and words[0] not in _WORD.findall(shown)
    return len(words) < NOTICE_WORDS and "html" in words and not set(words) <= set(_WORD.findall(shown)) and bool(shown)


def is_wrapped(plain: str) -> bool:
    """Whether a text was wrapped by a client: a line ends because the next word did not fit.

    >>> is_wrapped("Vi kommer i morgen mellem kl. 8 og 12, og vi ringer en halv times tid inden\\nvi er der.")
    True
    """
    lines = plain.split("\n", 400)
    for line, following in pairwise(lines):
        text = line.rstrip()
        goes_on = following[:1] not in ("", " ", ">", "-", "*") and not text.startswith(">")
        if goes_on and len(text) in WRAPPED and len(text) + 1 + len(following.split(None, 1)[0]) > WRAP_COLUMN:
            return True
    return False


def _says_no_more(text: str, plain: str) -> bool:
    """Whether every word of `text` stands in the plain text."""
    return set(_WORD.findall(text.lower())) <= set(_WORD.findall(plain.lower()))
