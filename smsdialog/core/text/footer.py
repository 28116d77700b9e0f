"""Mobile footers: what a phone or an app puts below every mail it sends.

People write `Sendt fra …`, too, so a line needs a device or an app in it, and must not go on as a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from smsdialog.core.text.lines import trimmed
from smsdialog.core.text.phrases import DEVICES, MINE, SENT, SENT_WITHIN

FOOTER_WORDS = 14
FOOTER_CHARACTERS = 110

_WORD = re.compile(r"[^\W_]+(?:[-.'][^\W_]+)*")
_NO_WORDS = re.compile(r"[<(\[]*https?://\S+|[\[\]()<>*_]")


def is_mobile_footer(line: str) -> bool:
    """Whether a line is what a mobile client puts below a mail.

    >>> is_mobile_footer("Sendt fra min iPhone"), is_mobile_footer("Sendt fra vores lager, så den er her i morgen.")
    (True, False)
    """
    if not line.strip(" \t-–—.|[]()<>*_").lower().startswith(SENT) and not any(mark in line for mark in SENT_WITHIN):
        return False
    text = _NO_WORDS.sub(" ", line[:400]).strip(" \t-–—.|")
    words = [word.lower() for word in _WORD.findall(text)]
    if not words or len(text) > FOOTER_CHARACTERS or len(words) > FOOTER_WORDS:
        return False
    lowered = " ".join(words)
    begins = next((start for start in SENT if lowered.startswith(start)), "")
    if not begins or any(mark in lowered for mark in SENT_WITHIN):
        return len(words) <= 4 and any(mark in lowered for mark in SENT_WITHIN)
    rest = lowered[len(begins) :].split()
    if "outlook" in begins or "://" in line:
        return len(rest) <= 4
    ends = line.strip()[-1:]
    mine = bool(rest) and rest[0] in MINE and len(rest) <= 4 and "," not in text and ends not in ".!?"
    return mine or (_names_device(text[len(begins) :]) and not (ends in ".!?" and "," in text and len(words) > 7))


def _names_device(text: str) -> bool:
    """Whether a device or an app is named, before any comma."""
    words = _WORD.findall(text.partition(",")[0].partition(". ")[0].lower())
    return any(part in DEVICES for word in words for part in (word, *word.split("-")))


def without_footers(lines: Sequence[str]) -> list[str]:
    """`lines` without mobile footers at their end, or alone in a paragraph."""
    kept = trimmed(lines)
    while kept and is_mobile_footer(kept[-1]):
        kept = trimmed(kept[:-1])
    return [line for n, line in enumerate(kept) if not (_alone(kept, n) and is_mobile_footer(line))]


def _alone(lines: Sequence[str], at: int) -> bool:
    """Whether a line is a paragraph of its own."""
    before = not lines[at - 1].strip() if at else True
    after = not lines[at + 1].strip() if at + 1 < len(lines) else True
    return before and after
