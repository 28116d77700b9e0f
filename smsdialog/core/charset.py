"""Bytes that claim a charset become text, whatever the claim is worth.

A charset name in a mail is a stranger's word: handed to `bytes.decode` it can name a codec that is no
charset (`hex`, `idna`), that does not exist, or that raises even with `errors="replace"`. So only the
names of one list are believed, after their usual misspellings are put right; everything else is read
as UTF-8, else as windows-1252, else octet by octet. Nothing here raises.

Labels and their real meanings follow the WHATWG Encoding Standard where mail practice agrees with it:
`iso-8859-1` and `us-ascii` nearly always carry windows-1252 or UTF-8.
"""

from __future__ import annotations

import codecs
import re

# Canonical Python codec for each label after `_label` has normalised it.
CODECS: dict[str, str] = {
    "ascii": "utf-8",
    "usascii": "utf-8",
    "ansix341968": "utf-8",
    "646": "utf-8",
    "iso646us": "utf-8",
    "utf8": "utf-8",
    "unicode11utf8": "utf-8",
    "utf7": "utf-7",
    "unicode11utf7": "utf-7",
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "ucs2": "utf-16",
    "iso88591": "cp1252",
    "latin1": "cp1252",
    "l1": "cp1252",
    "iso885915": "iso8859-15",
    "latin9": "iso8859-15",
    **{f"iso8859{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 16)},
    "iso88599": "cp1254",
    "iso88598i": "iso8859-8",
    "latin2": "iso8859-2",
    **{f"windows{n}": f"cp{n}" for n in (1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 874)},
    **{f"cp{n}": f"cp{n}" for n in (437, 850, 852, 855, 858, 865, 866, 1250, 1251, 1252, 1254, 1257, 932, 949)},
    "ibm850": "cp850",
    "ibm865": "cp865",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "macintosh": "mac_roman",
    "xmacroman": "mac_roman",
    "macroman": "mac_roman",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "eucjp": "euc_jp",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "windows31j": "cp932",
    "iso2022jp": "iso2022_jp_ext",
    "euckr": "cp949",
    "ksc56011987": "cp949",
    "ksc5601": "cp949",
    "iso2022kr": "iso2022_kr",
    "tis620": "cp874",
}

_NAME = re.compile(r"[A-Za-z0-9._:\-]+")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def codec(charset: str) -> str:
    """The codec that a label of a mail stands for, or an empty text where the label is not believed.

    >>> codec("ISO-8859-1"), codec('"utf8"; foo'), codec("windows-1257"), codec("rot13"), codec("x\\0y")
    ('cp1252', 'utf-8', 'cp1257', '', '')
    """
    found = _NAME.search(charset[:100])
    return CODECS.get(_label(found[0]), "") if found else ""


def decode(content: bytes, charset: str = "") -> str:
    """The text of `content`: by its charset, else as UTF-8, else as windows-1252, else octet by octet.

    >>> decode("blåbær".encode("latin-1"), "us-ascii")
    'blåbær'
    >>> decode("blåbær".encode(), "idna")
    'blåbær'
    """
    if not charset and content.isascii():
        return content.decode("ascii")
    for bom, name in _BOMS:
        if content.startswith(bom):
            content, charset = (content[3:], name) if name == "utf-8" else (content, name)
            break
    for name in (codec(charset), "utf-8", "cp1252"):
        text = _strictly(content, name)
        if text is not None:
            return text
    return content.decode("latin-1")


def _strictly(content: bytes, name: str) -> str | None:
    """The text, if the whole of `content` is valid in that codec; a half UTF-16 unit at its end is forgiven."""
    if name.startswith("utf-16"):
        content = content[: len(content) // 2 * 2]
    try:
        return content.decode(name) if name else None
    except UnicodeError:
        return None


def _label(charset: str) -> str:
    """A label without case and punctuation, as `CODECS` has it."""
    return re.sub(r"[^a-z0-9]", "", charset.lower())
