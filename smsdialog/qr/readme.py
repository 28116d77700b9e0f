"""The page of the package that says which file is for what, and how small a code may be printed."""

from __future__ import annotations

from smsdialog.core import phone
from smsdialog.locale import translator
from smsdialog.qr.symbols import Symbol


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


# What every file is for, by what its name ends in.
USES = {
    ".svg": _("Web pages: sharp at every size."),
    ".pdf": _("Print: leaflets, business cards, signs. Vectors in black ink (K) only; for the printing house."),
    ".eps": _("The same for older layout programs."),
    "-600dpi.tif": _("Print where vectors cannot be used: one bit, 600 dpi."),
    "-600dpi-cmyk.tif": _("The same in CMYK, black ink (K) only."),
    "-300px.png": _("E-mails."),
    "-600px.png": _("Web pages and documents."),
    "-1200px.png": _("Presentations and screens."),
    "-2400px.png": _("Large screens."),
    ".jpg": _("Where a program takes no PNG."),
    ".gif": _("Where a program takes no PNG."),
    ".bmp": _("Where a program takes no PNG."),
    ".webp": _("Web pages: the smallest file."),
    ".vcf": _("A contact with the number, to be opened on a phone or in a mail program."),
    "-signature.html": _("An e-mail signature: open it in a browser, select all, copy, and paste it into your own."),
    "-signature.txt": _("An e-mail signature without a picture."),
}

_RULES = (
    _("Print the code no smaller than %(smallest)s x %(smallest)s mm, the white margin included."),
    _("The files for print are %(printed)s x %(printed)s mm. Vectors may be scaled to any size above the smallest."),
    _("A code is read from ten times its width: from 2 metres it must be 20 cm wide."),
    _("Leave the white margin free. Print black on white, on matt paper; do not stretch or invert the code."),
    _("Do not scale pictures made of pixels; take a larger one. On a screen, %(pixels)s pixels a side are the least."),
    _("Scan it with two different phones before anything is printed."),
)
_LEAST_PIXELS_PER_MODULE = 3


def name(language: str) -> str:
    """What the page is called."""
    translate = translator(language)
    return translate("README.txt")


def page(number: str, payload: str, symbol: Symbol, language: str) -> bytes:
    """The page, in UTF-8."""
    translate = translator(language)
    lengths = {
        "smallest": str(symbol.smallest_mm),
        "printed": str(symbol.printed_mm),
        "pixels": str(symbol.modules * _LEAST_PIXELS_PER_MODULE),
    }
    title = translate("QR code of %(number)s") % {"number": phone.international(f"+{number}")}
    lines = [
        title,
        "=" * len(title),
        translate("Scanned with the camera of a phone, it opens a new SMS to this number. It says:"),
        payload,
        "",
        *(f"qr-{number}{suffix}\n    {translate(use)}" for suffix, use in USES.items()),
        "",
        *(f"- {translate(rule) % lengths}" for rule in _RULES),
    ]
    return ("\n".join(lines) + "\n").encode()
