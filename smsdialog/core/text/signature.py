"""What stands below the author's words: delimiters, mobile footers, contact blocks, closing formulas.

Each rule looks at the end of the text only, wants the rest of it to look like a signature, and leaves the
text alone where that is in doubt: a greeting that is sent costs little, a sentence that is not sent costs a
customer. The levels build on each other: `signature`, `contact`, `signoff`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from smsdialog.core.text.contact import evidence, is_name, looks_like_signature
from smsdialog.core.text.disclaimer import is_disclaimer, is_heading, topics_of
from smsdialog.core.text.phrases import DEVICES, JOINERS, MINE, SENT, SENT_WITHIN, SIGNOFFS, THANKS

FOOTER_WORDS = 14
FOOTER_CHARACTERS = 110
DELIMITED_LINES = 25
BLOCK_LINES = 16
# So many lines of a paragraph are looked at; longer disclaimers begin with an empty line of their own.
STATEMENT_LINES = 40
# A paragraph below a disclaimer goes with it when it speaks of two of its topics.
WEAK_TOPICS = 2

# A line of dashes, or of the dot by which a mail tracker marks its picture.
_RULE = re.compile(r"^\s*(?:(?:[-_=*~—–#+]\s?){2,}|ᐧ)$")
_WORD = re.compile(r"[^\W_]+(?:[-.'][^\W_]+)*")
_DASH_NAME = re.compile(r"^(?:[-–—/~]{1,2}|//)\s?(?=[^\W\d_])")
_NO_WORDS = re.compile(r"[<(\[]*https?://\S+|[\[\]()<>*_]")
_CLOSING = " \t,.!;:*_~-–—)(\"'´`♥❤☺😊🙂👍😀☀️🌞🌻"


def trimmed(lines: Sequence[str]) -> list[str]:
    """`lines` without empty lines and rules (`-----`) at their end."""
    kept = list(lines)
    while kept and (not kept[-1].strip() or _RULE.match(kept[-1])):
        kept.pop()
    return kept


def without_learned(lines: Sequence[str], learned: Sequence[str]) -> list[str]:
    """`lines` without a learned signature that ends them, however its blanks and line ends fell.

    >>> without_learned(["Ja.", "", "Mvh Anna", "Firma"], ["Mvh", "Mvh  Anna Firma"])
    ['Ja.', '']
    """
    kept = trimmed(lines)
    for text in sorted(learned, key=len, reverse=True):
        wanted = "".join(text.split()).lower()
        start = len(kept)
        found = ""
        while wanted and start > 0 and len(found) < len(wanted):
            start -= 1
            found = "".join(kept[start].split()).lower() + found
        if wanted and found.strip("-_") == wanted.strip("-_"):
            return kept[:start]
    return list(lines)


def is_mobile_footer(line: str) -> bool:
    """Whether a line is what a mobile client puts below a mail.

    >>> is_mobile_footer("Sendt fra min iPhone"), is_mobile_footer("Sendt fra vores lager kl. 12, så den er her i morgen.")
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
    rest = lowered[len(begins) :].split()
    if begins:
        named = any(word in DEVICES or any(part in DEVICES for part in word.split("-")) for word in rest)
        own = rest[:1] and rest[0] in MINE and len(rest) <= 4 and "," not in text and line.strip()[-1:] not in ".!?"
        linked = "://" in line and len(rest) <= 3
        return (named and not _goes_on(line, text)) or bool(own) or linked or ("outlook" in begins and len(rest) <= 3)
    return len(words) <= 4 and any(mark in lowered for mark in SENT_WITHIN)


def _goes_on(line: str, text: str) -> bool:
    """Whether a sentence is made of it: a comma or a verb's worth of words behind the device, then a stop."""
    return line.strip()[-1:] in ".!?" and len(text.split()) > 7 and "," in text


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


def without_disclaimers(lines: Sequence[str]) -> list[str]:
    """`lines` up to the first disclaimer of those that end them, headings and rules above it included."""
    kept = trimmed(lines)
    cut = len(kept)
    for start, end in reversed(_paragraphs(kept)):
        start = max(start, end - STATEMENT_LINES)
        if is_disclaimer(" ".join(kept[start:end])):
            cut = _statement_start(kept, start, end)
        elif not looks_like_signature(kept[start:end]) and len(topics_of(" ".join(kept[start:end]))) < WEAK_TOPICS:
            break
    while (
        cut
        and cut < len(kept)
        and (not kept[cut - 1].strip() or _RULE.match(kept[cut - 1]) or is_heading(kept[cut - 1]))
    ):
        cut -= 1
    return kept[:cut]


def _paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where the paragraphs of `lines` begin and end; of many only the last ones."""
    spans: list[tuple[int, int]] = []
    end = 0
    for n in range(len(lines) - 1, -2, -1):
        filled = n >= 0 and bool(lines[n].strip()) and not _RULE.match(lines[n])
        if filled and not end:
            end = n + 1
        elif not filled and end:
            spans.append((n + 1, end))
            end = 0
        if len(spans) == 12:
            break
    return spans[::-1]


def _statement_start(lines: Sequence[str], start: int, end: int) -> int:
    """Where in its paragraph a disclaimer begins: as late as it still is one, then back to its first line."""
    late = max(n for n in range(start, end) if is_disclaimer(" ".join(lines[n:end])))
    while late > start and len(lines[late - 1]) > 50 and lines[late - 1].strip()[-1:] not in ".!?:|":
        late -= 1
    while late > start and is_disclaimer(lines[late - 1]):
        late -= 1
    return late


def without_delimited(lines: Sequence[str]) -> list[str]:
    """`lines` up to a signature delimiter (RFC 3676 section 4.3) or a rule with a footer below it.

    >>> without_delimited(["Ja.", "-- ", "Bo Nygård"])
    ['Ja.']
    """
    for n, line in enumerate(lines):
        if not line.strip() or not _RULE.match(line):
            continue
        rest = [other for other in lines[n + 1 :] if other.strip()]
        if _is_delimiter(line, rest):
            return list(lines[:n])
    return list(lines)


def _is_delimiter(line: str, rest: list[str]) -> bool:
    """Whether what stands below this rule is a signature."""
    text = line.strip()
    body = trimmed(without_disclaimers(rest))
    if line == "-- ":
        return len(rest) <= DELIMITED_LINES
    if text in ("--", "—", "__", "- -", "––", "—-", "-–"):
        return len(rest) <= DELIMITED_LINES and looks_like_signature(body, 12)
    kinds = frozenset().union(*(evidence(other) for other in body)) if body else frozenset()
    above = len(text) >= 3 and len(body) <= 8 and bool(kinds & {"web", "mail", "phone"})
    return above and looks_like_signature(body, 8) and not any(_RULE.match(other) for other in rest)


def without_dashed_name(lines: Sequence[str]) -> list[str]:
    """`lines` without a full name behind a dash that ends them.

    >>> without_dashed_name(["Ja.", "", "-Bo Nygård"]), without_dashed_name(["Husk:", "", "- Pas"])
    (['Ja.', ''], ['Husk:', '', '- Pas'])
    """
    kept = trimmed(lines)
    named = len(kept) > 2 and not kept[-2].strip() and is_dash_name(kept[-1]) and kept[-1].strip()[1:2].isalpha()
    return kept[:-1] if named and len(kept[-1].split()) > 1 else kept


def is_signoff(line: str) -> bool:
    """Whether a line is a closing formula, with or without names behind it.

    >>> is_signoff("Med venlig hilsen,"), is_signoff("Mvh. Åse"), is_signoff("Venlig hilsen skal jeg sige fra Ole")
    (True, True, False)
    """
    text = " ".join(line.strip(_CLOSING).split())
    if not text or len(text) > 80:
        return False
    return any(_closes(part.strip(_CLOSING), SIGNOFFS) for part in [text]) or (
        "/" in text and all(_closes(part.strip(_CLOSING), SIGNOFFS) for part in re.split(r"\s?/\s?", text))
    )


def _closes(text: str, formulas: frozenset[str]) -> bool:
    """Whether `text` is one of the formulas, with nothing but names behind it."""
    words = text.split()
    while len(words) > 1 and words[-1].lower() in JOINERS:
        words.pop()
    lowered = " ".join(words).lower()
    if lowered in formulas or lowered.replace(".", "") in formulas:
        return True
    for count in range(min(len(words) - 1, 5), 0, -1):
        head = " ".join(words[:count]).lower().strip(_CLOSING)
        if head in formulas or head.replace(".", "") in formulas:
            rest = " ".join(words[count:])
            return len(head) > 1 and (is_name(rest) or (len(words) <= 9 and bool(evidence(rest) & {"phone", "mail"})))
    return False


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
        if sender and _same_name(lines[n], sender) and n and not lines[n - 1].strip() and looks_like_signature(rest):
            return n
    return -1


def _ends_letter(line: str, rest: Sequence[str]) -> bool:
    """Whether what follows a closing formula is a signature, or nothing."""
    first = _first(rest)
    if not first:
        return True
    if not looks_like_signature(rest):
        return False
    return (
        is_name(first) or bool(evidence(first)) or is_signoff(first) or len(first.split()) <= 4 or is_dash_name(first)
    )


def _first(lines: Sequence[str]) -> str:
    """The first line that is not empty."""
    return next((line.strip() for line in lines if line.strip()), "")


def _same_name(line: str, sender: str) -> bool:
    """Whether a line is the sender's name, or the first of it."""
    text = line.strip(" *_,.~-–—/").lower()
    name = sender.lower()
    return bool(text) and (text == name or text == name.split()[0])


def contact_block_at(lines: Sequence[str], sender: str) -> int:
    """Where a contact block without a closing formula begins, or the length of `lines`.

    It ends the text, begins with a name (the sender's, if that is known) after an empty line, and holds two kinds
    of contact data at least; a line that ends in a colon above it makes it part of the message.
    """
    filled = [n for n, line in enumerate(lines) if line.strip()]
    for n in filled[-BLOCK_LINES:]:
        if n == 0 or lines[n - 1].strip() or not is_name(lines[n]):
            continue
        above = next((line.strip() for line in reversed(lines[:n]) if line.strip()), "")
        if above and above[-1] not in ":," and _is_contact_block(lines[n:], sender):
            return n
    return len(lines)


def _is_contact_block(lines: Sequence[str], sender: str) -> bool:
    """Whether these lines, the first of which is a name, say how to reach somebody: the sender, if known."""
    kinds = frozenset().union(*(evidence(line) for line in lines))
    first = lines[0].lower().split()
    known = bool(sender) and any(word.strip(",.") in sender.lower().split() for word in first)
    if sender and not known and not (kinds >= {"title", "phone"} or {"firm", "mail"} <= kinds):
        return False
    reach = kinds & {"phone", "mail", "web"}
    return bool(reach) and len(kinds) >= (2 if known else 3) and looks_like_signature(lines, BLOCK_LINES)


def without_client_lines(lines: Sequence[str], learned: Sequence[str]) -> list[str]:
    """Level `signature`: learned signatures, delimiters, mobile footers and disclaimers go."""
    kept = trimmed(lines)
    for _ in range(4):
        before = kept
        for rule in (without_footers, without_disclaimers, without_delimited, without_dashed_name):
            kept = trimmed(rule(trimmed(without_learned(kept, learned))))
        if kept == before:
            break
    return kept


def without_contact(lines: Sequence[str], sender: str) -> list[str]:
    """Level `contact`: what stands below the greeting and the name goes."""
    block = contact_block_at(lines, sender)
    at = signoff_at(lines, sender)
    if at < 0 or at == block:
        return trimmed(lines[:block])
    named = next((n for n in range(at + 1, len(lines)) if lines[n].strip()), -1)
    wants_name = is_thanks(lines[at]) or (is_signoff(lines[at]) and not _is_named(lines[at]))
    if named > 0 and wants_name and is_name(lines[named]):
        return trimmed(lines[: named + 1])
    return trimmed(lines[: at + 1])


def _is_named(line: str) -> bool:
    """Whether a closing line holds a name already."""
    last = re.split(r"\s?/\s?", line.strip(_CLOSING))[-1].strip(_CLOSING).lower()
    return last not in SIGNOFFS and last.replace(".", "") not in SIGNOFFS


def without_signoff(lines: Sequence[str], sender: str) -> list[str]:
    """Level `signoff`: the greeting goes, too."""
    at = signoff_at(lines, sender)
    return trimmed(lines[:at]) if at >= 0 else list(lines)


def is_bare_signature(lines: Sequence[str], sender: str = "") -> bool:
    """Whether a text is nothing but a signature: it begins with a closing formula, or with the sender's own contact data.

    >>> is_bare_signature(["Med venlig hilsen", "Bo Nygård"]), is_bare_signature(["Ok", "Mvh Bo"])
    (True, False)
    """
    filled = [line for line in lines if line.strip()]
    if not filled or not looks_like_signature(filled, BLOCK_LINES):
        return not filled
    return is_signoff(filled[0]) or (
        bool(sender) and _same_name(filled[0], sender) and _is_contact_block(filled, sender)
    )
