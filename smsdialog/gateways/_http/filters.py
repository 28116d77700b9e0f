"""How a value may be written in a template: `{to|digits}`, `{text|utf16be|hex}`, `{expiry|minutes}`.

A filter takes the value before it and gives another; ValueError says that it cannot.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import phonenumbers

from smsdialog.core import phone
from smsdialog.core.model import SenderForm

Filter = Callable[[Any], Any]

# XML 1.0 has no way to write these (production 2, "Char").
_NOT_IN_XML: dict[int, str | None] = dict.fromkeys((*range(32), 0xFFFE, 0xFFFF))
# These end something, or are made blanks of in attributes.
_ESCAPED_IN_XML = {ord(char): f"&#{ord(char)};" for char in "&<>\"'\t\n\r"}
_IN_XML = _NOT_IN_XML | _ESCAPED_IN_XML


def plus(number: Any) -> str:
    """A number with its plus sign; short codes and names stay.

    >>> plus("4520123456"), plus("1919"), plus("Firma")
    ('+4520123456', '1919', 'Firma')
    """
    return "+" + digits(number) if _is_number(number) else str(number)


def digits(number: Any) -> str:
    """A number without its plus sign."""
    return str(number).removeprefix("+")


def zeros(number: Any) -> str:
    """A number with 00 before it; short codes and names stay."""
    return "00" + digits(number) if _is_number(number) else str(number)


def national(number: Any) -> str:
    """A number without its country code; short codes and names stay.

    >>> national("+4520123456"), national("+46701234567"), national("1919")
    ('20123456', '701234567', '1919')
    """
    return digits(number).removeprefix(country(number)) if _is_number(number) else str(number)


def country(number: Any) -> str:
    """The country code of a number, without a plus sign; empty for short codes and names.

    >>> country("+4520123456"), country("+46701234567"), country("Firma")
    ('45', '46', '')
    """
    if not _is_number(number):
        return ""
    try:
        return str(phonenumbers.parse(plus(number), None).country_code)
    except phonenumbers.NumberParseException:
        return ""


def whole_number(value: Any) -> int:
    """A number of JSON's, as some providers want their recipients."""
    try:
        return int(str(value))
    except ValueError:
        raise ValueError("no whole number") from None  # Python's own error shows the value


def in_xml(value: Any) -> str:
    """A text for an element or an attribute of XML; what XML cannot hold is left out.

    >>> in_xml("Bo & <b>")
    'Bo &#38; &#60;b&#62;'
    """
    return as_text(value).translate(_IN_XML)


def as_text(value: Any) -> str:
    """A value as a part of a longer text; half an emoji is a question mark."""
    if isinstance(value, bytes):
        raise ValueError("octets need |hex or |base64")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).encode("utf-8", "replace").decode()


def as_octets(value: Any) -> bytes:
    """A text in UTF-8, octets as they are."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def _utf16be(value: Any) -> bytes:
    return str(value).encode("utf-16-be", "replace")


def _iso_duration(seconds: Any) -> str:
    return f"PT{whole_number(seconds)}S"


def _is_number(value: Any) -> bool:
    return phone.sender_form(digits(value)) is SenderForm.NUMBER


FILTERS: dict[str, Filter] = {
    "plus": plus,
    "digits": digits,
    "zeros": zeros,
    "national": national,
    "country": country,
    "int": whole_number,
    "text": as_text,
    "utf16be": _utf16be,
    "latin1": lambda value: str(value).encode("latin-1", "replace"),
    "hex": lambda value: as_octets(value).hex().upper(),
    "base64": lambda value: base64.b64encode(as_octets(value)).decode(),
    "minutes": lambda seconds: whole_number(seconds) // 60,
    "hours": lambda seconds: whole_number(seconds) // 3600,
    "ms": lambda seconds: whole_number(seconds) * 1000,
    "iso": _iso_duration,
    "json": lambda value: json.dumps(as_text(value), ensure_ascii=False)[1:-1],
    "xml": in_xml,
    "url": lambda value: quote(as_octets(value), safe=""),
}

# After one of these a value can stand anywhere in a template of the same kind and end nothing.
ESCAPES = frozenset({"json", "xml", "url", "hex", "base64", "int"})
