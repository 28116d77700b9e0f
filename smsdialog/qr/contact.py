"""The number for address books and for e-mail signatures, with a link that opens the same SMS.

vCard 3.0 (RFC 2426), which every phone and mail program imports. The HTML signature carries its picture in
itself, so that it is whole wherever it is opened; copied from a browser into a signature, the picture follows.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape

from smsdialog.core import phone
from smsdialog.core.letters import Translate
from smsdialog.locale import translator
from smsdialog.qr import rasters
from smsdialog.qr.payloads import uri
from smsdialog.qr.symbols import Symbol

_VCARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:{name};;;;\r\nFN:{name}\r\nTEL;TYPE=CELL,MSG:+{number}\r\nEND:VCARD\r\n"
# Semantics of RFC 2426, 4: what separates values is escaped inside one.
_VCARD_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,"})

_HTML = """\
<!DOCTYPE html>
<html lang="{language}">
<head><meta charset="utf-8"><title>{heading}</title></head>
<body>
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td><img src="data:image/png;base64,{picture}" width="{side}" height="{side}" alt="{alternative}"></td>
<td style="padding-left: 12px; font-family: Arial, Helvetica, sans-serif; font-size: 14px; color: #000000">
{heading}<br><a href="{link}" style="color: #000000">{number}</a></td>
</tr></table>
</body>
</html>
"""
# On a screen, 4 CSS pixels are a little over 1 mm.
_PIXELS_PER_MODULE = 4


@dataclass(frozen=True)
class Contact:
    """A number, the text that an SMS to it begins with, and the caption; text and caption may be empty."""

    number: str
    text: str
    caption: str

    @property
    def international(self) -> str:
        """The number as people read it."""
        return phone.international(f"+{self.number}")


def vcard(contact: Contact) -> bytes:
    """A contact by the name of its caption; without one it is called by its number."""
    name = contact.caption or f"SMS {contact.international}"
    return _VCARD.format(name=name.translate(_VCARD_ESCAPES), number=contact.number).encode()


def html_signature(contact: Contact, symbol: Symbol, language: str) -> bytes:
    """A page that holds the signature and nothing else, to be copied out of a browser."""
    translate = translator(language)
    return _HTML.format(
        language=language,
        heading=escape(_heading(contact, translate)),
        picture=base64.b64encode(rasters.png(symbol, rasters.PNG_SIDES[0])).decode(),
        side=symbol.modules * _PIXELS_PER_MODULE,
        alternative=escape(translate("QR code of %(number)s") % {"number": contact.international}),
        link=escape(uri(contact.number, contact.text)),
        number=escape(contact.international),
    ).encode()


def plain_signature(contact: Contact, language: str) -> bytes:
    """The same for mails without pictures."""
    return f"{_heading(contact, translator(language))}: {contact.international}\n".encode()


def _heading(contact: Contact, translate: Translate) -> str:
    return contact.caption or translate("Send me an SMS")
