"""The QR package: one code in every format that people ask for, zipped. Same wishes, same octets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from smsdialog.errors import Conflict
from smsdialog.locale import available
from smsdialog.qr import captions, contact, forprint, forscreen, rasters, readme
from smsdialog.qr.payloads import payload
from smsdialog.qr.symbols import symbol

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold
_UNIX = 3
_MODE = 0o644 << 16


def package(number: str, *, scheme: str = "smsto", text: str = "", caption: str = "", language: str = "da") -> bytes:
    """The zip of an account's number; `README.txt` and the signatures in this language. Raises Conflict."""
    if language not in available():
        raise Conflict(
            "there is no language '%(language)s': take one of %(known)s",
            language=language,
            known=", ".join(available()),
        )
    said = payload(number, scheme, text)
    code = symbol(said)
    lines = captions.lines(caption)
    whom = contact.Contact(number, text, " ".join(lines))
    files = {
        ".svg": forscreen.svg(code, lines),
        ".pdf": forprint.pdf(code, lines),
        ".eps": forprint.eps(code, lines),
        **rasters.files(code),
        ".vcf": contact.vcard(whom),
        "-signature.html": contact.html_signature(whom, code, language),
        "-signature.txt": contact.plain_signature(whom, language),
    }
    named = {f"qr-{number}{suffix}": content for suffix, content in files.items()}
    return _zipped({readme.name(language): readme.page(number, said, code, language), **named})


def _zipped(files: Mapping[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            folder.writestr(entry, content)
    return archive.getvalue()
