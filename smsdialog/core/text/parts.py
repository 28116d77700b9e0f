"""Which parts of a mail hold what the human wrote, and why a mail may hold nothing.

The text is the first `text/plain` and the first `text/html` that are neither attachments nor inside an
attached mail. Of a signed mail the signed content counts (RFC 1847), of a related one its root (RFC 2387).
What is encrypted, or packed in a way that only one product unpacks, is named instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from smsdialog.core import charset
from smsdialog.core.model import Part
from smsdialog.core.text.flowed import unflowed
from smsdialog.core.text.lines import tidy

HTML_CHARACTERS = 1_000_000
TEXTS = ("text/plain", "text/html")

_NO_ATTACHMENT = (
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-encrypted",
    "application/pkcs7-mime",
    "application/x-pkcs7-mime",
    "application/ms-tnef",
    "application/vnd.ms-tnef",
    "text/calendar",
)
_ARMOUR = "-----BEGIN PGP "
_ENCRYPTED = re.compile("^-----BEGIN PGP MESSAGE-----", re.MULTILINE)


@dataclass(frozen=True)
class Choice:
    """The texts of a mail, tidied; `problem` says why both are empty, if they are."""

    plain: str = ""
    html: str = ""
    attachments: int = 0
    problem: str = ""


@dataclass(frozen=True)
class _Leaf:
    """A leaf of the tree of parts, and whether it only decorates the part before it (RFC 2387)."""

    part: Part
    decoration: bool


def choose(body: Part) -> Choice:
    """The texts of the mail whose outermost part is `body`.

    >>> choose(Part("text/plain", {"charset": "utf-8"}, content="Hej på dig".encode())).plain
    'Hej på dig'
    """
    leaves = list(_leaves(body, False))
    texts = [leaf.part for leaf in leaves if _is_text(leaf.part)] or _named_texts(leaves)
    plain = _joined_plain(texts, _is_apple(body))
    html = next((found for part in texts if part.content_type == "text/html" and (found := _html(part)).strip()), "")
    attachments = sum(_is_attachment(leaf) for leaf in leaves)
    if (_ARMOUR in plain and _ENCRYPTED.search(plain)) or body.content_type == "multipart/encrypted":
        return Choice(attachments=0, problem="encrypted")
    if plain.strip() or html.strip():
        return Choice(_without_armour(plain), html, attachments)
    return Choice(attachments=attachments, problem=_problem(leaves, attachments))


def _leaves(part: Part, decoration: bool) -> Iterator[_Leaf]:
    """Every leaf; an attached mail is one leaf."""
    if not part.children or part.content_type.startswith("message/"):
        yield _Leaf(part, decoration)
        return
    for number, child in enumerate(part.children):
        yield from _leaves(child, decoration or (part.content_type == "multipart/related" and number > 0))


def _is_text(part: Part) -> bool:
    """Whether a part is there to be read: a text that is not handed over as a file."""
    return part.content_type in TEXTS and part.disposition != "attachment" and not part.filename


def _named_texts(leaves: list[_Leaf]) -> list[Part]:
    """What is read where every text has a file name: those that are to be shown."""
    return [leaf.part for leaf in leaves if leaf.part.content_type in TEXTS and leaf.part.disposition == "inline"]


def _is_apple(body: Part) -> bool:
    """Whether Apple Mail wrote this: it alone cuts one text in several parts, around its pictures."""
    return body.content_type == "multipart/mixed" and body.params.get("boundary", "").startswith("Apple-Mail")


def _joined_plain(texts: list[Part], every: bool) -> str:
    """The first plain text that is not blank, or all of them."""
    plain = [text for part in texts if part.content_type == "text/plain" and (text := _plain(part)).strip()]
    return "\n".join(plain) if every else "".join(plain[:1])


def _plain(part: Part) -> str:
    """The text of a text/plain part, tidied and unflowed."""
    flowed = part.params.get("format", "").lower() == "flowed"
    return _read(part.content, part.params.get("charset", ""), flowed, part.params.get("delsp", "").lower() == "yes")


@lru_cache(maxsize=4)  # kept while its mail is in hand, as it is asked for more than once
def _read(content: bytes, label: str, flowed: bool, delete_space: bool) -> str:
    text = tidy(charset.decode(content, label))
    return tidy(unflowed(text, delete_space)) if flowed else text


def _html(part: Part) -> str:
    """The source of a text/html part."""
    return charset.decode(part.content, part.params.get("charset", ""))[:HTML_CHARACTERS]


def _is_attachment(leaf: _Leaf) -> bool:
    """Whether the sender would say that this is attached."""
    part = leaf.part
    if part.content_type in _NO_ATTACHMENT or _is_text(part):
        return False
    return part.disposition == "attachment" or not leaf.decoration


def _problem(leaves: list[_Leaf], attachments: int) -> str:
    """Why there is no text."""
    for leaf in leaves:
        kind, name = leaf.part.content_type, leaf.part.filename.lower()
        if kind == "application/pgp-encrypted":
            return "encrypted"
        if kind.endswith("pkcs7-mime") or name == "smime.p7m":
            return "signed-opaque" if "signed" in leaf.part.params.get("smime-type", "").lower() else "encrypted"
        if kind.endswith("ms-tnef") or name == "winmail.dat":
            return "tnef"
    return "attachment-only" if attachments else "empty"


def _without_armour(text: str) -> str:
    """A clear-signed text (RFC 9580 section 7) without its armour; other texts as they are.

    >>> _without_armour("-----BEGIN PGP SIGNED MESSAGE-----\\nHash: SHA256\\n\\n- -- \\nBo")
    '-- \\nBo'
    """
    if not text.lstrip().startswith(_ARMOUR + "SIGNED MESSAGE-----"):
        return text
    content = text.partition("\n\n")[2].partition("\n" + _ARMOUR + "SIGNATURE")[0]
    return re.sub(r"^- ", "", content, flags=re.MULTILINE)
