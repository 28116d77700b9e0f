"""The symbol as PDF 1.4 (ISO 32000) and as EPS (EPSF-3.0, Adobe Technical Note 5002), for print.

Written by ourselves, since what is wanted is so little: one path and the caption's text, in black ink (K)
alone; no raster, no colour but that, no font and no date. The modules are one path, so that no hairline
shows between them. Same symbol, same octets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from string import Template

from smsdialog.qr.sheet import Sheet, decimal, sheet
from smsdialog.qr.symbols import Symbol

_POINTS_PER_MM = 72 / 25.4

_PDF_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier-Bold /Encoding /WinAnsiEncoding >>"
_EPS = Template("""\
%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 $box_width $box_height
%%HiResBoundingBox: 0 0 $width $height
%%LanguageLevel: 2
%%DocumentProcessColors: Black
%%EndComments
gsave
0 0 0 1 setcmykcolor
0 $height translate $scale -$scale scale
/run { 3 1 roll moveto dup 0 rlineto 0 1 rlineto neg 0 rlineto closepath } bind def
newpath
$runs
fill
grestore
${words}showpage
%%EOF
""")
_EPS_WORDS = Template("""\
/Courier-Bold findfont dup length dict begin
{ 1 index /FID ne { def } { pop pop } ifelse } forall
/Encoding ISOLatin1Encoding 256 array copy
dup 39 /quotesingle put dup 45 /hyphen put dup 96 /grave put def currentdict end
/Caption exch definefont $size scalefont setfont
0 0 0 1 setcmykcolor
$shown
""")


def pdf(symbol: Symbol, caption: Sequence[str]) -> bytes:
    """One page of the printed size."""
    page = _page(symbol, caption)
    content = "\n".join(_pdf_content(page)).encode("ascii")
    box = f"[0 0 {decimal(page.width)} {decimal(page.height)}]"
    return _pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R".encode()
        + b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        _PDF_FONT,
    )


def eps(symbol: Symbol, caption: Sequence[str]) -> bytes:
    """A drawing of the printed size, to be set into another page."""
    page = _page(symbol, caption)
    runs = "\n".join(f"{run.x} {run.y} {run.length} run" for run in symbol.runs())
    return _EPS.substitute(
        box_width=str(math.ceil(page.width)),
        box_height=str(math.ceil(page.height)),
        width=decimal(page.width),
        height=decimal(page.height),
        scale=decimal(page.scale),
        runs=runs,
        words=_eps_words(page) if page.words else "",
    ).encode("ascii")


def _page(symbol: Symbol, caption: Sequence[str]) -> Sheet:
    return sheet(symbol, caption, symbol.printed_mm * _POINTS_PER_MM / symbol.modules)


def _pdf_content(page: Sheet) -> Iterator[str]:
    scale = decimal(page.scale)
    yield f"q\n0 0 0 1 k\n{scale} 0 0 -{scale} 0 {decimal(page.height)} cm"
    for run in page.symbol.runs():
        yield f"{run.x} {run.y} {run.length} 1 re"
    yield "f\nQ"
    for line in page.words:
        place = f"{decimal(line.x)} {decimal(page.height - line.y)}"
        yield f"BT\n0 0 0 1 k\n/F1 {decimal(page.size)} Tf\n{place} Td\n{_string(line.text)} Tj\nET"


def _pdf_file(*objects: bytes) -> bytes:
    """The objects, numbered from 1, the first of them the catalogue, and the table of where each begins."""
    written = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def _eps_words(page: Sheet) -> str:
    shown = "\n".join(
        f"{decimal(line.x)} {decimal(page.height - line.y)} moveto {_string(line.text)} show" for line in page.words
    )
    return _EPS_WORDS.substitute(size=decimal(page.size), shown=shown)


def _string(text: str) -> str:
    """A string of both languages, in ASCII: octal for what Latin-1 has beyond it, and for what would end a string."""
    return "(" + "".join(char if char.isascii() and char not in "()\\" else f"\\{ord(char):03o}" for char in text) + ")"
