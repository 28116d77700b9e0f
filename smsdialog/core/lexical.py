"""The lexical layer that structured header values share: comments, quoted strings, quoted pairs.

Guarantees: linear time, no recursion, no exception for any text. A value whose brackets or quotes do
not close has no outline, and the caller decides what that means (RFC 5322 sections 3.2.1 to 3.2.4).
"""

from __future__ import annotations

import re
import string

# What stands for every character of a quoted string in an outline.
QUOTED = "\0"

# Without any of these a value is its own outline.
_SHAPED = re.compile(r'[\\"()]')
_PIECES = re.compile(r'[\\"()]|[^\\"()]+')
_TO_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def ascii_lower(text: str) -> str:
    """The text with A-Z lowered and nothing else: `str.lower` would turn a Kelvin sign into a k.

    >>> ascii_lower("Anna.ØST")
    'anna.Øst'
    """
    return text.lower() if text.isascii() else text.translate(_TO_LOWER)


def outline(value: str) -> str | None:
    r"""The value, as long as it was, with comments blanked and quoted strings masked; None if either stays open.

    >>> outline('"a, b" <c@d> (e)')
    '\x00\x00\x00\x00\x00\x00 <c@d>    '
    >>> outline("a@good.example)b@evil.example") is None
    True
    """
    if not _SHAPED.search(value):
        return value
    shown: list[str] = []
    depth, quoted, escaped = 0, False, False
    for piece in _PIECES.findall(value):
        inside = QUOTED if quoted else " " if depth else ""
        if escaped or (inside and piece == "\\"):
            escaped = not escaped
        elif quoted:
            quoted = piece != '"'
        elif piece == '"' and not depth:
            quoted, inside = True, QUOTED
        elif piece in "()":
            depth += 1 if piece == "(" else -1
            inside = " "
        if depth < 0:
            return None
        shown.append(inside * len(piece) or piece)
    return None if depth or quoted or escaped else "".join(shown)


def without_comments(value: str) -> str | None:
    """The value with every comment blanked; None if a comment or quoted string stays open.

    >>> without_comments('no (really) "(kept)"')
    'no          "(kept)"'
    """
    shape = outline(value)
    return None if shape is None else _unmasked(value, shape)


def _unmasked(value: str, shape: str) -> str:
    """The outline of a value, with its quoted strings again."""
    if QUOTED not in shape:
        return shape
    return "".join(given if seen == QUOTED else seen for given, seen in zip(value, shape, strict=True))


def split(value: str, separators: str) -> list[str]:
    """The value without comments, cut at separators outside quoted strings; a broken value is cut at every one.

    >>> split('a; "b;c" (d;e); f', ";")
    ['a', ' "b;c"        ', ' f']
    """
    shape = outline(value)
    text = value if shape is None else _unmasked(value, shape)
    shape = value if shape is None else shape
    cuts = [index for index, character in enumerate(shape) if character in separators]
    return [text[start:end] for start, end in zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(text)], strict=True)]
