"""Quoted history goes; what stands between, below and above it stays.

Structure first: lines that the markup or a `>` marks as quoted. Then line rules, each of which wants
evidence, because people also write such lines themselves: a line above a quote (`Den … skrev …:`) needs a
date, a time or an address; a header block needs a sender that is no time of day, and a date or subject;
text that we know, because we mailed it, is found in any client. An introduction whose quote is marked
takes the quote only, so that answers between and below stay; one whose quote is not marked takes the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from smsdialog.core.text.headerblock import DATE, TIME, header_block, label_of
from smsdialog.core.text.known import known_lines
from smsdialog.core.text.lines import LINE_CHARACTERS, Line, Mark
from smsdialog.core.text.phrases import FORWARDED, MARKERS, OPENERS, ORIGINAL, PRONOUNS, WROTE

INTRODUCTION_LINES = 4
INTRODUCTION_CHARACTERS = 400
# A quoted line of this length may have been wrapped once more, its rest then standing unmarked below it.
OVERFLOWN = 60

_UNQUOTED = (Mark.OWN, Mark.SIGNATURE, Mark.FOOTER)
# Gmail in languages without a verb: `2016-03-03 17:21 GMT+01:00 Bo Nygård <bo@firma.example>`.
_DATE_FIRST = re.compile(
    r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}\s(?:\d{1,2}:\d\d\sGMT[+-]\d|[^<>]{1,100}<[^<>\s]{1,200}@[^<>\s]{1,200}>?:?$)"
)
_ONLY_DATE = re.compile(r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\s{1,9}\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[AP]M)?$")
# A date with its year and a time right behind it, which nobody types into a sentence: `22.11.2026 klo 9.12:`.
_MOMENT = re.compile(r"\b\d{1,4}[-./]\d{1,2}[-./]\d{2,4},?\s(?:[a-zA-Z]{1,7}\.?\s)?\d{1,2}[:.]\d\d")
# Notes, above a quoted mail: `Bo Nygård ---22-11-2026 09:12:33---Hvornår kommer I?`.
_NOTES_TRACE = re.compile(r"\s---\d{1,4}[-./]\d{1,2}[-./]\d{1,4} \d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: [AP]M)?---")
# GroupWise: `>>> Bo Nygård <bo@firma.example> 22-11-2026 09:12 >>>`.
_GROUPWISE = re.compile(r"^>>> [^>\n]{1,200}>? [^>\n]{1,60} >>>$")
_WORD = re.compile(r"[^\W\d_]+")
# Where an introduction may begin within a line: some clients leave out the line end before it.
_OPENED_WITHIN = re.compile(r"(?<=\w|[.!?])([\s-]{1,5})(?=(?:Den|On|Am|Le|Op|Il|El) )")
_ADDRESS_END = re.compile(r"@[^<>\s]{1,200}>?\)?\s?[:：]$")
_DASHED = re.compile(r"^[-_=*~ >]{2,}\s?(.{3,200}?)\s?[-_=*~]{2,}$")
_QUOTE_MARKS = re.compile(r"^(?:\s?>)+\s?")


@dataclass
class Split:
    """The author's own lines, and what became of the others."""

    own: list[Line] = field(default_factory=list)
    quoted: list[Line] = field(default_factory=list)
    history: list[Line] = field(default_factory=list)
    introduced: bool = False
    forwarded: bool = False

    def sort(self, line: Line, known: bool) -> None:
        """Put one line where it belongs; `known` says that we mailed it."""
        self.introduced = self.introduced or known or line.mark is Mark.INTRODUCTION
        if line.mark in (Mark.QUOTE, Mark.INTRODUCTION):
            self.quoted.append(line)
        elif known:
            self.history.append(line)
        else:
            self.own.append(line)

    def end(self, history: Sequence[Line]) -> None:
        """All the rest is an earlier mail."""
        self.introduced = True
        self.history = list(history)


def split(lines: Sequence[Line], known: Sequence[str] = ()) -> Split:
    """The author's own lines of a mail, parted from its history.

    >>> mail = ["Ja.", "", "Den 3. mar. 2025 kl. 10.12 skrev Bo <bo@firma.example>:", "> Kommer du?"]
    >>> [line.text for line in split([Line(text) for text in mail]).own]
    ['Ja.', '']
    """
    marked = _with_quote_marks(lines)
    hits = known_lines(marked, known)
    introductions = _introductions(marked)
    found = Split()
    at = 0
    while at < len(marked):
        answered = at in hits or _is_answer_below(marked[at], found)
        if not answered and _begins_history(marked, at, found):
            found.end(marked[at:])
            break
        if answered or at not in introductions:
            found.sort(marked[at], at in hits)
            at += 1
            continue
        found.introduced = True
        found.own += _before_introduction(marked[at])
        at = introductions[at]
        if not _quote_follows(marked, at):
            found.end(marked[at:])
            break
    return found


def _is_answer_below(line: Line, found: Split) -> bool:
    """Whether a line of what the markup calls an earlier mail was typed below the SMS that this mail was.

    We mailed nothing but the text, so what stands below it is not ours; only of a mail without words above it.
    """
    if line.mark is not Mark.HISTORY or not found.history:
        return False
    return not any(own.text and own.mark is not Mark.HISTORY for own in found.own)


def _begins_history(lines: list[Line], at: int, found: Split) -> bool:
    """Whether all from this line on is an earlier mail; notes in `found` if it is a forwarded one."""
    line = lines[at]
    if line.mark is Mark.INTRODUCTION and line.text.startswith("--"):
        found.forwarded = True
        return True
    return line.mark is Mark.HISTORY or (line.mark is Mark.OWN and _ends_own_words(lines, at, found))


def _before_introduction(line: Line) -> list[Line]:
    """What the author wrote on the same line, before the introduction begins."""
    for opened in _OPENED_WITHIN.finditer(line.text):
        if is_introduction(line.text[opened.end(1) :], False):
            return [Line(line.text[: opened.start()])]
    return []


def _with_quote_marks(lines: Sequence[Line]) -> list[Line]:
    """The lines, with those that begin with `>` marked as quoted."""
    marked: list[Line] = []
    above = ""
    for line in lines:
        quoted = line.mark in _UNQUOTED and line.text.lstrip()[:1] == ">"
        bracket = quoted and above.rfind("<") > above.rfind(">")
        if quoted and not bracket:
            mark = Mark.HISTORY if _GROUPWISE.match(line.text) and DATE.search(line.text) else Mark.QUOTE
            marked.append(Line(_QUOTE_MARKS.sub("", line.text), mark))
        else:
            marked.append(line)
        above = line.text
    return _with_overflow(marked)


def _with_overflow(lines: list[Line]) -> list[Line]:
    """The lines, with those marked as quoted that a client broke off the quoted line above them."""
    for at in range(1, len(lines) - 1):
        above, line, below = lines[at - 1 : at + 2]
        if line.mark is Mark.OWN and line.text and above.mark is below.mark is Mark.QUOTE and above.text:
            rest = line.text[:1].islower() and len(above.text) >= OVERFLOWN and above.text[-1] not in "?!"
            if rest or ("://" in above.text and " " not in line.text and not line.text[:1].isalpha()):
                lines[at] = Line(line.text, Mark.QUOTE)
    return lines


def _ends_own_words(lines: list[Line], at: int, found: Split) -> bool:
    """Whether an unmarked earlier mail begins at this line."""
    text = lines[at].text
    if not text:
        return False
    lowered = text.strip(" *_>").lower()
    dashed = _DASHED.match(text.strip()) if len(text) <= INTRODUCTION_CHARACTERS else None
    title = (dashed[1].lower() if dashed else lowered).strip(" :*_")
    if dashed and (title in ORIGINAL or _names_mail(title)):
        return True
    if title in FORWARDED and (dashed or lowered.endswith(":")):
        found.forwarded = True
        return True
    if title in ORIGINAL and at + 1 < len(lines) and label_of(lines[at + 1].text)[0]:
        return True
    if any(map(lowered.__contains__, MARKERS)) or ("---" in text and _NOTES_TRACE.search(text)):
        return True
    if _opens_with_introduction(text):
        return True
    return header_block(lines, at) > 0 or _is_notes_header(lines, at)


def _opens_with_introduction(text: str) -> bool:
    """Whether a line begins as an introduction, with the quoted text behind it on the same line (Yahoo's app)."""
    if "@" not in text or len(text) > LINE_CHARACTERS:
        return False
    head, colon, rest = text.strip().partition("> ")
    verb, _, _ = rest.partition(":")
    opened = head[:1].isdigit() or head.partition(" ")[0].lower() in OPENERS
    return bool(colon and opened and verb.strip().lower() in WROTE and DATE.search(head) and rest.rstrip()[-1:] != ":")


def _is_notes_header(lines: list[Line], at: int) -> bool:
    """Whether these two lines are what Notes puts above a mail: who, and below it nothing but when."""
    if "@" not in lines[at].text or lines[at].text.rstrip()[-1:] != ">":
        return False
    below = next((line.text.strip() for line in lines[at + 1 : at + 3] if line.text), "")
    return bool(_ONLY_DATE.match(below))


def _names_mail(title: str) -> bool:
    """Whether what stands between dashes names a sender or a date, and says that something was written."""
    written = title.rpartition(" ")[2].strip(":") in WROTE
    dated = bool(DATE.search(title))
    return (written and ("@" in title or dated)) or (dated and "@" in title)


def _introductions(lines: list[Line]) -> dict[int, int]:
    """Where a line above a quote begins -> the index behind it; it may span some lines, but no empty one."""
    spans: dict[int, int] = {}
    for end, line in enumerate(lines):
        if line.mark is not Mark.OWN or not line.text or not _may_end_introduction(line.text):
            continue
        follows = _quote_follows(lines, end + 1)
        if not follows and not _is_dated(lines[max(end - INTRODUCTION_LINES + 1, 0) : end + 1]):
            continue
        text = ""
        for start in range(end, max(end - INTRODUCTION_LINES, -1), -1):
            if lines[start].mark is not Mark.OWN or not lines[start].text:
                break
            text = f"{lines[start].text.strip()} {text}".strip()
            if is_introduction(text, follows):
                spans[_opened(lines, start, end)] = end + 1
                break
    return spans


def _is_dated(lines: list[Line]) -> bool:
    """Whether there is a digit or an address in these lines: what an introduction cannot be without."""
    return any(character in "@0123456789" for line in lines for character in line.text[:INTRODUCTION_CHARACTERS])


def _may_end_introduction(text: str) -> bool:
    """A cheap test before the dear one."""
    last = text.rsplit(None, 1)[-1].lower()
    return text[-1] in ":：" or text.rstrip(" -*_>").endswith(":") or last in WROTE or text[0].isdigit()


def _opened(lines: list[Line], start: int, end: int) -> int:
    """The first line of an introduction: further up, as long as the line above begins as introductions do."""
    top = start
    for above in range(start - 1, max(end - INTRODUCTION_LINES, -1), -1):
        opens = _opens(lines[above].text)
        if lines[above].mark is not Mark.OWN or not lines[above].text or (top < start and not opens):
            break
        top = above if opens else top
    return top


def _opens(text: str) -> bool:
    """Whether a line can be the first of an introduction that goes on below it."""
    if not text or text[-1] in ".!?:":
        return False
    first = _WORD.match(text.strip(" *_"))
    begins = text[0].isdigit() or bool(first and first[0].lower() in OPENERS)
    return begins and any(character.isdigit() for character in text)


def is_introduction(text: str, quote_follows: bool) -> bool:
    """Whether `text` is what a client writes above a quote; the less follows, the more evidence it needs.

    >>> is_introduction("Den 03.03.2025 kl. 10.12 skrev Bo:", False)
    True
    >>> is_introduction("Den 4. marts skrev vi til jer:", False)
    False
    """
    text = text.strip(" *_>-")
    if not text or len(text) > INTRODUCTION_CHARACTERS:
        return False
    words = [word.lower() for word in _WORD.findall(text)]
    address = "@" in text or "(SMS)" in text
    bracketed = address and any(mark in text for mark in "<([")
    date, time = bool(DATE.search(text)), bool(TIME.search(text))
    verbs = [n for n, word in enumerate(words) if word in WROTE]
    if _DATE_FIRST.match(text):
        return True
    if verbs:
        spoken = any(word in PRONOUNS for n in verbs for word in words[max(n - 1, 0) : n] + words[n + 1 : n + 2])
        if spoken and not address and not (quote_follows and date and time):
            return False
        opened = text[0].isdigit() or words[0] in OPENERS
        dated = date and time and (opened or (text[-1] == ":" and bool(_MOMENT.search(text))))
        return quote_follows or (address and (date or time or bracketed)) or dated
    if text[-1] not in ":：":
        return False
    return bool(address and (date or time) and (quote_follows or _ADDRESS_END.search(text)))


def _quote_follows(lines: list[Line], at: int) -> bool:
    """Whether the next line that is not empty is quoted."""
    for line in lines[at : at + 4]:
        if line.mark is Mark.QUOTE:
            return True
        if line.text:
            break
    return False
