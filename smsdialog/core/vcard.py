"""Names and numbers out of a vCard file, as phones and mail programs export them: 2.1, 3.0 (RFC 2426), 4.0 (RFC 6350).

Only what a name for a number takes is read: `FN` (else `N`, `ORG`) and every `TEL`. Folded lines, quoted-printable and
character sets of 2.1, groups (`item1.TEL`) and `tel:` URIs are understood; what else is there, pictures too, is passed
over. Broken cards give what can be read of them. Never raises.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

_PROPERTY = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;[^:;\"]*(?:\"[^\"]*\"[^:;\"]*)*)*):(.*)", re.ASCII | re.DOTALL)
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_SEMICOLON = re.compile(r"(?<!\\);")
# N has family, given and additional names, prefixes and suffixes, in this order (RFC 6350, 6.2.2).
_GIVEN_FIRST = (3, 1, 2, 0, 4)


@dataclass(frozen=True)
class Line:
    """One property: its name in upper case, its value decoded, and the line of the file that it begins on."""

    number: int
    name: str
    value: str


@dataclass(frozen=True)
class Card:
    """One person: a name, empty where the card has none, and his numbers as they stand there, with their lines."""

    name: str
    numbers: tuple[tuple[int, str], ...]


def cards(text: str) -> Iterator[Card]:
    """The cards of a file, in their order.

    >>> list(cards("BEGIN:VCARD\\nFN:Jens Hansen\\nTEL;TYPE=cell:+45 20 12 34 56\\nEND:VCARD\\n"))
    [Card(name='Jens Hansen', numbers=((3, '+45 20 12 34 56'),))]
    """
    mine: list[Line] = []
    for line in _lines(text):
        if line.value.strip().upper() == "VCARD" and line.name in ("BEGIN", "END"):
            if mine:
                yield _card(mine)
            mine = []
        else:
            mine.append(line)
    if mine:  # a file that was cut off
        yield _card(mine)


def _card(lines: list[Line]) -> Card:
    found = {line.name: line.value for line in reversed(lines)}  # of several the first counts
    name = _plain(found.get("FN", "")) or _structured(found.get("N", "")) or _plain(found.get("ORG", ""), ", ")
    numbers = ((line.number, _number(line.value)) for line in lines if line.name == "TEL")
    return Card(name, tuple((line, number) for line, number in numbers if number))


def _structured(value: str) -> str:
    parts = [_plain(part) for part in _SEMICOLON.split(value)]
    return " ".join(parts[i] for i in _GIVEN_FIRST if i < len(parts) and parts[i])


def _number(value: str) -> str:
    """A number without the scheme and the parameters of a `tel:` URI (RFC 3966)."""
    plain = _ESCAPED.sub(lambda found: found[1], value).strip()
    return plain[4:].partition(";")[0].strip() if plain[:4].lower() == "tel:" else plain


def _plain(value: str, separator: str = " ") -> str:
    words = [
        _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], part) for part in _SEMICOLON.split(value)
    ]
    return separator.join(" ".join(word.split()) for word in words if word.strip())


def _lines(text: str) -> Iterator[Line]:
    """The properties of a file; what is no property is passed over."""
    for number, raw in _unfolded(text):
        if found := _PROPERTY.fullmatch(raw):
            yield Line(number, found[1].upper(), _decoded(found[3], found[2].upper()))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Whole lines, each with the number that it begins on; one of quoted-printable goes on after a soft break."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    while at < len(lines):
        begin = at
        at += 1
        soft = "QUOTED-PRINTABLE" in lines[begin].partition(":")[0].upper()
        parts = [lines[begin]]  # joined once: a photo has many thousand lines
        while at < len(lines) and (lines[at][:1] in (" ", "\t") or (soft and lines[at - 1].endswith("="))):
            broken = soft and lines[at - 1].endswith("=")
            parts.append(f"\n{lines[at]}" if broken else lines[at][1:])
            at += 1
        yield begin + 1, "".join(parts)


def _decoded(value: str, parameters: str) -> str:
    """A value as it is meant; quoted-printable in its own character set, UTF-8 where none is named."""
    if "QUOTED-PRINTABLE" not in parameters:
        return value
    charset = re.search(r"CHARSET=\"?([\w-]+)", parameters)
    octets = quopri.decodestring(value.encode("utf-8", "replace"))
    try:
        return octets.decode(charset[1] if charset else "utf-8")
    except (LookupError, UnicodeDecodeError):
        return octets.decode("windows-1252", "replace")
