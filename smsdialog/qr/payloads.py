"""What a phone reads out of the code: a new SMS to a number, with or without a text to begin with.

`SMSTO:+459192000123:Hej` is what every camera understands, the text raw after the second colon;
`sms:+459192000123?body=Hej` is RFC 5724, the text percent-encoded. The text is the customer's: he may
still change it.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from smsdialog.errors import Conflict
from smsdialog.qr.oneline import one_line

SCHEMES = ("smsto", "sms")

# A service number with its country code, without the plus (E.164: 15 digits at most).
_NUMBER = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)
# Readers take these for one more separator, and strip white space as well.
_SEPARATORS = (":", ";")


def payload(number: str, scheme: str = "smsto", text: str = "") -> str:
    """What the code says. Raises Conflict for a number, scheme or text that cannot be said so."""
    if scheme == "smsto":
        return f"SMSTO:{_dialled(number)}:{_beginning(text)}"
    if scheme == "sms":
        return uri(number, text)
    raise Conflict(
        "there is no scheme '%(scheme)s' for QR codes: take one of %(known)s", scheme=scheme, known=", ".join(SCHEMES)
    )


def uri(number: str, text: str = "") -> str:
    """The link that opens the same SMS (RFC 5724). Raises Conflict."""
    body = quote(_beginning(text), safe="")
    return f"sms:{_dialled(number)}" + (f"?body={body}" if body else "")


def _dialled(number: str) -> str:
    if not _NUMBER.fullmatch(number):
        raise Conflict("the number of a QR code is 7 to 15 digits with the country code, without a plus")
    return f"+{number}"


def _beginning(text: str) -> str:
    line = one_line(text)
    if line.startswith(_SEPARATORS) or line[:1].isspace():
        raise Conflict("the text must not begin with a space, a colon or a semicolon: phones would lose it")
    return line
