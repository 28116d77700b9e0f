"""A text as an SMS: plain forms of characters, the coding, and the exact parts (3GPP TS 23.038, 23.040).

Guarantees: the parts joined are the text; no part is longer than the air takes; no escape pair and no
surrogate pair is split, and neither is what a reader sees as one character (an emoji sequence, a flag,
a letter with its marks) unless it alone is longer than a part. Nothing here raises on any text.

One character outside GSM-7 makes a part hold 70 characters instead of 160. So typographic characters
get their plain forms, and letters with foreign accents their nearest GSM-7 letter, but only when the
*whole* text then is GSM-7. If anything else, such as an emoji or Greek, needs UCS-2 anyway, then plain
forms would cost the reader something and save nothing, and the text is left as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from smsdialog.core import gsm7
from smsdialog.core.model import Encoding

# Units in a lone part, and in each of several: the header of a joined SMS (8-bit reference) takes the rest.
_LIMITS = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}

_ZERO_WIDTH_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"

# Left over from mail and word processors; they mean nothing in an SMS, whatever its coding.
_NOISE = dict.fromkeys(map(ord, "\ufeff\u00ad\u2060\ufffc"))
_CONTROLS = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"}
_UNWANTED = _CONTROLS | _NOISE
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")

_INVISIBLE = "\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufe0e\u20e3"
_PLAIN_FORMS = {
    **dict.fromkeys("‘’‚‛′´`ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃•·◦▪‣●", "-"),
    **dict.fromkeys(_INVISIBLE, ""),
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)},
    "‹": "<",
    "›": ">",
    "…": "...",
    "©": "(c)",
    "®": "(R)",
    "™": "TM",
    "±": "+/-",
    "×": "x",
    "÷": "/",
    "µ": "u",
    "μ": "u",
    "№": "nr.",
    "→": "->",
    "←": "<-",
    "✓": "v",
    "¢": "c",
    "‰": "o/oo",
}
# Set apart from a digit before them, so that 2½ does not become 21/2, nor 10² the number 102.
_FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4"}
_EXPONENTS = {"²": "2", "³": "3"}

# Letters whose nearest GSM-7 letter is not found by taking their accents off.
_LETTERS = {
    **dict(zip("łŁđĐıðÐſħĦ", "lLdDidDshH", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    "þ": "th",
    "Þ": "TH",
    "œ": "oe",
    "Œ": "OE",
    "ẞ": "SS",
}


@dataclass(frozen=True)
class SmsText:
    """A text ready to be sent: `units` are septets (GSM-7) or UTF-16 code units (UCS-2), over all parts.

    `forced_by` holds the characters that forced UCS-2, each once, in their order; empty for GSM-7.
    """

    text: str
    encoding: Encoding
    units: int
    parts: tuple[str, ...]
    forced_by: tuple[str, ...] = ()


def compose(text: str, *, transliterate: bool = False) -> SmsText:
    """The SMS that a text becomes; an empty text becomes one of no parts.

    With `transliterate`, letters that GSM-7 lacks become their nearest GSM-7 letters if that makes the
    whole text GSM-7; the letters that it has, such as æøå, are never touched.

    >>> compose("Vi ses – kl. 10…").text
    'Vi ses - kl. 10...'
    >>> compose("Vi ses – 😀").forced_by
    ('😀',)
    >>> [len(part) for part in compose("a" * 161).parts]
    [153, 8]
    """
    tidy = _tidy(text)
    if gsm7.fits(tidy):
        return _sms(tidy, Encoding.GSM7, ())
    plain = plain_forms(tidy)
    if transliterate:
        plain = unicodedata.normalize("NFC", "".join(map(_latin, plain)))
    if gsm7.fits(plain):
        return _sms(plain, Encoding.GSM7, ())
    return _sms(tidy, Encoding.UCS2, _foreign_to_gsm7(plain))


def split(text: str, encoding: Encoding) -> tuple[str, ...]:
    """The parts of a text that is to be sent as it is, in a coding that has its every character; at least one.

    >>> [len(part) for part in split("a" * 161, Encoding.GSM7)], split("", Encoding.GSM7)
    ([153, 8], ('',))
    """
    return _sms(text, encoding, ()).parts or ("",)


def shorten(message: SmsText, most: int) -> SmsText:
    """The beginning of a message, cut at a word and marked with an ellipsis, in `most` parts at the most.

    >>> shorten(compose("Kære kunde, " * 20), 1).text[-21:]
    'kunde, Kære kunde,...'
    """
    if len(message.parts) <= most:
        return message
    kept = "".join(message.parts[: most + 1])  # a lone part holds more than one of several
    while True:
        kept = kept.rstrip().rpartition(" ")[0].rstrip() if " " in kept.rstrip() else "".join([*_clusters(kept)][:-1])
        shortened = compose(kept + "...")
        if len(shortened.parts) <= most:
            return shortened


def _foreign_to_gsm7(text: str) -> tuple[str, ...]:
    """The characters that GSM-7 lacks, each once; without the invisible ones, which only ever follow another."""
    visible = (char for char in text if char not in (_ZERO_WIDTH_JOINER, _EMOJI_STYLE))
    return tuple(dict.fromkeys(char for char in visible if not gsm7.septets(char)))


def plain_forms(text: str) -> str:
    """A text in NFC without controls, its typographic characters in their plain forms.

    Letters stay, with all their accents, and so does what holds an emoji together.

    >>> plain_forms("“2½ m²” — €\\r\\n•\\u00a0ost")
    '"2 1/2 m2" - €\\n- ost'
    """
    written: list[str] = []
    before = ""
    for char in _tidy(text):
        form = _plain_form(char, before)
        if form:
            written.append(form)
            before = form[-1]
    return unicodedata.normalize("NFC", "".join(written))


def _plain_form(char: str, before: str) -> str:
    """One character in its plain form, given the last character written before it."""
    if gsm7.septets(char):
        return char
    if char in (_ZERO_WIDTH_JOINER, _EMOJI_STYLE):
        return char if before and not gsm7.septets(before) else ""
    if char in _FRACTIONS:
        return (" " if before.isdigit() else "") + _FRACTIONS[char]
    if char in _EXPONENTS:
        return ("^" if before.isdigit() else "") + _EXPONENTS[char]
    if unicodedata.category(char) == "Zs":
        return " "
    return _PLAIN_FORMS.get(char, char)


def _tidy(text: str) -> str:
    """A text in NFC with LF between lines, without controls, and with real characters for surrogates.

    Pairs of surrogates are joined; a lone one becomes U+FFFD.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines = _LINE_ENDS.sub("\n", whole).replace("\t", " ")
    return unicodedata.normalize("NFC", lines.translate(_UNWANTED))


def _latin(char: str) -> str:
    """The nearest GSM-7 letters of a letter outside GSM-7; any other character as it is."""
    if gsm7.septets(char):
        return char
    if char in _LETTERS:
        return _LETTERS[char]
    if "\u0300" <= char <= "\u036f":
        return ""
    if not unicodedata.category(char).startswith("L"):
        return char
    return _without_accents(char)


def _without_accents(letter: str) -> str:
    """A letter with as many of its marks as GSM-7 has, so that `ǻ` becomes `å` and `ấ` becomes `a`."""
    decomposed = unicodedata.normalize("NFKD", letter)
    for length in range(len(decomposed), 0, -1):
        marks = decomposed[length:]
        nearest = unicodedata.normalize("NFC", decomposed[:length])
        nearest = _LETTERS.get(nearest, nearest)
        if gsm7.fits(nearest) and all(unicodedata.combining(mark) for mark in marks):
            return nearest
    return letter


def _sms(text: str, encoding: Encoding, forced_by: tuple[str, ...]) -> SmsText:
    cost = gsm7.length if encoding is Encoding.GSM7 else _code_units
    units = cost(text)
    alone, each = _LIMITS[encoding]
    if units <= alone:
        return SmsText(text, encoding, units, (text,) if text else (), forced_by)
    return SmsText(text, encoding, units, tuple(_split(text, cost, each)), forced_by)


def _code_units(text: str) -> int:
    return len(text) + sum(map("\uffff".__lt__, text))


def _split(text: str, cost: Callable[[str], int], limit: int) -> Iterator[str]:
    """The parts of a text, each filled as far as whole clusters go; a cluster longer than a part is cut."""
    part: list[str] = []
    used = 0
    for piece in _pieces(text, cost, limit):
        units = cost(piece)
        if used + units > limit:
            yield "".join(part)
            part, used = [], 0
        part.append(piece)
        used += units
    yield "".join(part)


def _pieces(text: str, cost: Callable[[str], int], limit: int) -> Iterator[str]:
    for cluster in _clusters(text):
        if cost(cluster) > limit:
            yield from cluster
        else:
            yield cluster


def _clusters(text: str) -> Iterator[str]:
    """What a reader sees as one character each, of a text that is not empty: a short form of UAX 29's clusters."""
    start = 0
    for index in range(1, len(text)):
        if not _belongs_together(text, start, index):
            yield text[start:index]
            start = index
    yield text[start:]


def _belongs_together(text: str, start: int, index: int) -> bool:
    """Whether the character at `index` continues the cluster that begins at `start`."""
    char, before = text[index], text[index - 1]
    if before == "\n":
        return False
    if _is_flag_letter(char) and index - start == 1:
        return _is_flag_letter(before)
    return before == _ZERO_WIDTH_JOINER or _extends(char)


def _is_flag_letter(char: str) -> bool:
    """Regional indicators; two of them are a flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _extends(char: str) -> bool:
    """Marks, joiners, variation selectors, skin tones and the tags of regional flags."""
    return (
        unicodedata.category(char).startswith("M")
        or char in "\u200c\u200d"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )
