"""What stands below the author's words: delimiters, mobile footers, contact blocks, closing formulas.

Each rule looks at the end of the text only, wants the rest of it to look like a signature, and leaves the
text alone where that is in doubt: a greeting that is sent costs little, a sentence that is not sent costs a
customer. The levels build on each other: `signature`, `contact`, `signoff`.
"""

from __future__ import annotations

from collections.abc import Sequence

from smsdialog.core.text.contact import (
    contact_block_at,
    evidence,
    is_contact_block,
    looks_like_signature,
)
from smsdialog.core.text.disclaimer import LEAST_TOPICS_ALONE, is_disclaimer, is_heading, topics_of
from smsdialog.core.text.footer import without_footers
from smsdialog.core.text.lines import is_rule, trimmed
from smsdialog.core.text.signoff import (
    FROM,
    is_behalf,
    is_dash_name,
    is_named,
    is_senders_name,
    is_signoff,
    is_thanks,
    mentions,
    name_in,
    signoff_at,
)

DELIMITED_LINES = 25
MOTTO_CHARACTERS = 60
_DRAWN = dict.fromkeys(map(ord, "*_-–—"))
# So many lines of a paragraph are looked at; longer disclaimers begin with an empty line of their own.
STATEMENT_LINES = 40
# A paragraph below a disclaimer goes with it when it speaks of two of its topics.
WEAK_TOPICS = 2


def without_learned(lines: Sequence[str], learned: Sequence[str]) -> list[str]:
    """`lines` without a learned signature that ends them, however its blanks and line ends fell.

    >>> without_learned(["Ja.", "", "Mvh Anna", "Firma"], ["Mvh", "Mvh  Anna Firma"])
    ['Ja.', '']
    """
    kept = trimmed(lines)
    for text in sorted(learned, key=len, reverse=True):
        wanted = _letters(text)
        start = len(kept)
        found = ""
        while wanted and start > 0 and len(found) < len(wanted):
            start -= 1
            found = _letters(kept[start]) + found
        if wanted and found == wanted:
            return kept[:start]
    return list(lines)


def _letters(text: str) -> str:
    """A text as learned signatures are compared: without blanks, rules and the stars that stand for bold type."""
    return "".join(text.split()).lower().translate(_DRAWN)


def without_disclaimers(lines: Sequence[str]) -> list[str]:
    """`lines` up to the first disclaimer of those that end them; what may be a sentence is not cut to nothing."""
    cut = disclaimer_at(lines)
    alone = cut == 0 and len(topics_of(" ".join(lines))) < LEAST_TOPICS_ALONE
    return trimmed(lines) if alone else trimmed(lines)[:cut]


def disclaimer_at(lines: Sequence[str]) -> int:
    """Where the disclaimers that end `lines` begin, headings and rules above them included; their length if none do."""
    kept = trimmed(lines)
    cut = len(kept)
    for first, end in reversed(_paragraphs(kept)):
        start = max(first, end - STATEMENT_LINES)
        if is_disclaimer(" ".join(kept[start:end])):
            cut = _statement_start(kept, start, end)
        elif not looks_like_signature(kept[start:end]) and len(topics_of(" ".join(kept[start:end]))) < WEAK_TOPICS:
            break
    while 0 < cut < len(kept) and (not kept[cut - 1].strip() or is_rule(kept[cut - 1]) or is_heading(kept[cut - 1])):
        cut -= 1
    return cut


def _paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where the paragraphs of `lines` begin and end; of many only the last ones."""
    spans: list[tuple[int, int]] = []
    end = 0
    for n in range(len(lines) - 1, -2, -1):
        filled = n >= 0 and bool(lines[n].strip()) and not is_rule(lines[n])
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
        if not line.strip() or not is_rule(line):
            continue
        rest = [other for other in lines[n + 1 :] if other.strip()]
        repeated = line != "-- " and line in (*lines[:n], *rest)
        if not repeated and _is_delimiter(line, rest):
            return list(lines[:n])
    return list(lines)


def _is_delimiter(line: str, rest: list[str]) -> bool:
    """Whether what stands below this rule is a signature."""
    text = line.strip()
    body = trimmed(rest)[: disclaimer_at(rest)]
    if line == "-- ":
        return len(rest) <= DELIMITED_LINES
    if text in ("--", "—", "__", "- -", "––", "—-", "-–"):
        motto = len(body) == 1 and len(body[0]) < MOTTO_CHARACTERS and body[0].strip()[-1:] not in ".!?"
        return motto or looks_like_signature(body, 12)
    kinds = frozenset().union(*(evidence(other) for other in body)) if body else frozenset()
    above = len(text) >= 3 and len(body) <= 8 and bool(kinds & {"web", "mail", "phone"})
    return above and looks_like_signature(body, 8) and not any(is_rule(other) for other in rest)


def without_dashed_name(lines: Sequence[str], sender: str = "") -> list[str]:
    """`lines` without a full name behind a dash that ends them, if it is the sender's, or may be.

    >>> without_dashed_name(["Ja.", "", "-Bo Nygård"]), without_dashed_name(["Husk:", "", "- Pas"])
    (['Ja.', ''], ['Husk:', '', '- Pas'])
    """
    kept = trimmed(lines)
    if len(kept) < 3 or kept[-2].strip() or not is_dash_name(kept[-1]):
        return kept
    name = kept[-1].strip()[1:]
    full = name[:1].isalpha() and " " in name and (not sender or is_senders_name(name, sender))
    return kept[:-1] if full else kept


def without_client_lines(lines: Sequence[str], learned: Sequence[str], sender: str = "") -> list[str]:
    """Level `signature`: learned signatures, delimiters, mobile footers and disclaimers go."""
    kept = trimmed(lines)
    for _ in range(4):
        before = kept
        for rule in (without_footers, without_disclaimers, without_delimited):
            kept = trimmed(rule(trimmed(without_learned(kept, learned))))
        kept = without_dashed_name(kept, sender)
        if kept == before:
            break
    return kept


def without_contact(lines: Sequence[str], sender: str) -> list[str]:
    """Level `contact`: what stands below the greeting and the name goes."""
    block = contact_block_at(lines, sender)
    at = signoff_at(lines, sender)
    if at < 0 or at == block:
        return trimmed(lines[:block])
    if is_thanks(lines[at]) or (is_signoff(lines[at]) and not is_named(lines[at])):
        return trimmed(_to_name(lines, at, sender))
    below = next((n for n in range(at + 1, len(lines)) if lines[n].strip()), at)
    if name_in(lines[at], sender) not in ("", lines[at]):
        return [*lines[:at], name_in(lines[at], sender)]
    group = not FROM.isdisjoint(lines[at].lower().split())
    return trimmed(lines[: below + 1 if group and mentions(lines[below], sender) else at + 1])


def _to_name(lines: Sequence[str], at: int, sender: str) -> Sequence[str]:
    """`lines` to the name below the greeting at `at`; on whose behalf it is stays, too."""
    below = [line for line in lines[at + 1 :] if line.strip()]
    if len(below) == 1 and not evidence(below[0]):
        return lines
    end = at + 1
    for n in range(at + 1, len(lines)):
        if lines[n].strip():
            name = name_in(lines[n], sender)
            if name or not is_behalf(lines[n]):
                return [*lines[:n], name] if name else lines[:end]
            end = n + 1
            if mentions(lines[n], sender):
                break
    return lines[:end]


def without_signoff(lines: Sequence[str], sender: str) -> list[str]:
    """Level `signoff`: the greeting goes, too."""
    at = signoff_at(lines, sender)
    return trimmed(lines[:at]) if at >= 0 else list(lines)


def is_bare_signature(lines: Sequence[str], sender: str = "") -> bool:
    """Whether a text is nothing but a signature: it begins with a closing formula, or is the sender's contact block.

    >>> is_bare_signature(["Med venlig hilsen", "Bo Nygård"]), is_bare_signature(["Ok", "Mvh Bo"])
    (True, False)
    """
    filled = [line for line in lines if line.strip()]
    if not filled or not looks_like_signature(filled):
        return not filled
    if is_signoff(filled[0]):
        return len(filled) > 1 or is_named(filled[0])
    return is_senders_name(filled[0], sender) and is_contact_block(filled, sender)
