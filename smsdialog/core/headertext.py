"""Header values become text: encoded words (RFC 2047), their language suffix (RFC 2231), raw UTF-8 (RFC 6532).

Everything is tolerated, nothing is raised: what cannot be decoded stays as it was written. The result is
one line, NFC, without control and direction characters, so that it can be shown, compared and searched.
Decode only after a header was taken apart: an encoded word may hold what looks like an address.
"""

from __future__ import annotations

import binascii
import re
import unicodedata

from smsdialog.core import charset

# RFC 2047 section 2, with the blanks inside the encoded text that some clients leave there. The lengths are
# bounded so that a header of `=?` repeated costs no more than its length.
_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]{0,2000})\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]{1,100}(?==\?)")
# Controls, and the characters that only steer the direction of writing (Unicode UAX #9).
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u200b]+")


def decode_header(value: str) -> str:
    """The text of a header value, as a reader sees it.

    >>> decode_header("=?utf-8?q?Sm=C3=B8r?= =?utf-8*da?Q?rebr=C3=B8d?= til 3")
    'Smørrebrød til 3'
    >>> decode_header("=?x-unknown?b?!!!?= stays readable")
    '=?x-unknown?b?!!!?= stays readable'
    """
    return plain_line(_decode_words(_BETWEEN.sub(r"\1", value)) if "=?" in value else value)


def plain_line(text: str) -> str:
    """`text` on one line: NFC, control characters as blanks, direction characters gone."""
    return unicodedata.normalize("NFC", _DIRECTION.sub("", _CONTROL.sub(" ", text))).strip()


def _decode_words(value: str) -> str:
    """Decode each encoded word; octets of neighbours in one charset are joined first (a character may be split)."""
    out: list[str] = []
    octets, label, end = b"", "", 0
    for match in _WORD.finditer(value):
        word = _octets(match[2], match[3])
        if word is None:
            continue
        gap = value[end : match.start()]
        if gap or match[1].lower() != label:
            out += [charset.decode(octets, label), gap]
            octets, label = b"", match[1].lower()
        octets += word
        end = match.end()
    return "".join([*out, charset.decode(octets, label), value[end:]])


def _octets(encoding: str, text: str) -> bytes | None:
    """The octets of one encoded word, or None where there is nothing to decode."""
    raw = text.encode("ascii", "ignore")
    if encoding in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    kept = kept[:-1] if len(kept) % 4 == 1 else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4)) if kept or not raw else None
