"""The header block of a mail or of one of its parts (RFC 5322, RFC 2045), read without trusting it.

A block is read line by line to its first empty line. What breaks other parsers is put right here, and
named in the defects: a blank before the colon, a line that is no header (read as a continuation, RFC 7103
section 7.2), a bare carriage return (a blank: it must not begin a header), NUL, an mbox line in between.
A block, a header and the number of headers are capped; nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from smsdialog.core import charset
from smsdialog.core.headertext import decode_header

BLOCK_BYTES = 256 * 1024
HEADER_BYTES = 16 * 1024
HEADERS = 1000
PARAMETERS = 50

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_MBOX = re.compile(rb">?From ")
_PARAMETER = re.compile(r";[\s;]*([^\s=;\"]{1,100})\s{0,100}=\s{0,100}(?:\"((?:[^\"\\]|\\.)*)\"?|([^;\s]*))", re.DOTALL)
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_CONTINUED = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*?)")


@dataclass(frozen=True)
class Block:
    """A header block: its pairs, the offset at which the body begins, and what was wrong with it."""

    pairs: tuple[tuple[str, str], ...]
    body: int
    defects: tuple[str, ...] = ()


def read_block(raw: bytes, start: int, end: int) -> Block:
    """The header block at `start` of `raw`, whose lines end in LF; what has no header at all is all body.

    >>> read_block(b"Subject : a\\n b\\n\\nHej", 0, 17)
    Block(pairs=(('Subject', 'a b'),), body=16, defects=('blank-before-colon',))
    """
    stop, body = _extent(raw, start, end)
    block = raw[start : min(stop, start + BLOCK_BYTES)]
    defects = ["header-block-too-long"] if stop - start > BLOCK_BYTES else []
    if block and not _FIELD.match(block):
        return Block((), start, ("no-header-block",))
    pairs: list[tuple[str, str]] = []
    for name, value in _fields(block, defects):
        if len(pairs) == HEADERS:
            defects.append("too-many-headers")
            break
        pairs.append((name, _unfolded(value, defects)))
    return Block(tuple(pairs), body, tuple(dict.fromkeys(defects)))


def _extent(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the block ends, and where the body begins: behind the first empty line, if there is one."""
    if raw.startswith(b"\n", start):
        return start, start + 1
    stop = raw.find(b"\n\n", start, end)
    return (end, end) if stop < 0 else (stop, stop + 2)


def _fields(block: bytes, defects: list[str]) -> Iterator[tuple[str, list[bytes]]]:
    """Each field's name and the lines of its value."""
    name = ""
    lines: list[bytes] = []
    for line in block.split(b"\n"):
        match = None if line[:1] in b" \t" else _FIELD.match(line)
        if match:
            if name:
                yield name, lines
            if match[0][-2:-1] in b" \t":
                defects.append("blank-before-colon")
            name, lines = match[1].decode("ascii"), [line[match.end() :]]
        elif not _MBOX.match(line):
            if line[:1] not in b" \t":
                defects.append("header-block")
            lines.append(line)
    if name:
        yield name, lines


def _unfolded(lines: list[bytes], defects: list[str]) -> str:
    """The value on one line, read as UTF-8, else as windows-1252."""
    value = b" ".join([line.strip() for line in lines])
    if len(value) > HEADER_BYTES:
        defects.append("header-too-long")
    if b"\0" in value or b"\r" in value:
        defects.append("control-in-header")
    return charset.decode(value[:HEADER_BYTES].replace(b"\0", b"").replace(b"\r", b" ")).strip()


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured value and its parameters (RFC 2045, RFC 2231), names in lower case, values decoded.

    >>> parameters('text/plain; Charset="utf-8"; format=Flowed')
    ('text/plain', {'charset': 'utf-8', 'format': 'Flowed'})
    >>> parameters("attachment; filename*0*=utf-8''r%C3%B8d; filename*1=gr%C3.txt")[1]
    {'filename': 'rødgr%C3.txt'}
    """
    kind, semicolon, _ = value.partition(";")
    if not semicolon:
        return _token(kind), {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for match in _PARAMETER.finditer(value, len(kind)):
        text = re.sub(r"\\(.)", r"\1", match[2], flags=re.DOTALL) if match[2] is not None else match[3]
        name = _CONTINUED.fullmatch(match[1].lower())
        if name and len(pieces) < PARAMETERS:
            pieces.setdefault(name[1], {}).setdefault(int(name[2] or 0), (bool(name[3]), text))
    return _token(kind), {name: _assembled(parts) for name, parts in pieces.items()}


def _token(value: str) -> str:
    """The keyword itself: lower case, without what a broken client puts behind it."""
    words = value.split()
    return words[0].lower().strip("\"'<>") if words else ""


def _assembled(parts: dict[int, tuple[bool, str]]) -> str:
    """The value of a parameter from its continuations, percent-decoded where they say so (RFC 2231)."""
    pieces = [parts[number] for number in sorted(parts)]
    if not any(encoded for encoded, _ in pieces):
        return decode_header("".join(text for _, text in pieces))
    label = ""
    octets = b""
    for number, (encoded, text) in enumerate(pieces):
        if encoded and number == 0 and text.count("'") >= 2:
            label, _, text = text.split("'", 2)
        octets += _ESCAPE.sub(lambda hit: bytes([int(hit[1], 16)]), text.encode()) if encoded else text.encode()
    return charset.decode(octets, label)
