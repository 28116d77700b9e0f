"""The one way that the lines of a mail go: history, then what stands below, then what is left.

Here the levels of `Cut` are put together, and here it is decided what happens when the rules would leave
nothing: a mail that says something is not refused because its words look like a greeting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smsdialog.core.model import Cut
from smsdialog.core.text.contact import looks_like_signature
from smsdialog.core.text.disclaimer import without_warning
from smsdialog.core.text.headerblock import header_block
from smsdialog.core.text.lines import Line, Mark, joined, lines_of, trimmed
from smsdialog.core.text.quotes import Split, is_introduction, split
from smsdialog.core.text.signature import (
    is_bare_signature,
    without_client_lines,
    without_contact,
    without_signoff,
)

PASSES = 5
MANY_LINES = 300

# What Outlook and Gmail put into the plain text for pictures and links of the HTML.
_PICTURE = re.compile(r"\[(?:cid|image):[^\]\n]{0,200}\]|<cid:[^>\s]{0,200}>")
_ADDRESS_ECHO = re.compile(r"\s?<(?:mailto|tel|sip):[^>\s]{1,200}>")
_LINK_ECHO = re.compile(r"((?:https?://|www\.)[^\s<>]{1,500}?)/?\s?<(?:https?://)?([^\s<>]{1,500})>")


@dataclass(frozen=True)
class Wish:
    """How much is to be cut, and what is known: the sender's name, signatures, texts that we mailed."""

    cut: Cut
    sender: str = ""
    signatures: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    forward: bool = False


def own_text(lines: Sequence[Line], wish: Wish) -> str:
    """What the author wrote, at the level that is wished; empty if it is history or a signature throughout.

    What is cut may bring to light what should go as well, so a text that became shorter is looked at again: the
    result is always one of which nothing more would be cut.

    >>> own_text([Line("Ja."), Line(""), Line("Mvh"), Line("Bo"), Line("Tlf. 12345678")], Wish(Cut.CONTACT))
    'Ja.\\n\\nMvh\\nBo'
    """
    before, text = joined(lines), _own_text(lines, wish)
    for _ in range(PASSES if len(lines) < MANY_LINES else 1):
        if not text or text == before:
            break
        before, text = text, _own_text(lines_of(text), wish)
    return text


def _own_text(lines: Sequence[Line], wish: Wish) -> str:
    """One pass of `own_text`."""
    found = split(lines, wish.quoted)
    own = found.own
    if not any(line.text.strip() for line in own):
        own = _rescued(found, wish)
    if wish.cut is Cut.QUOTES:
        return joined(_without_debris(trimmed(_texts(own))))
    texts = without_warning(_without_debris(_texts(_unsigned(own))))
    kept = without_client_lines(texts, wish.signatures, wish.sender)
    if wish.cut is Cut.SIGNATURE:
        return joined(kept)
    shortened = without_contact(kept, wish.sender)
    if wish.cut is Cut.SIGNOFF:
        shortened = without_signoff(shortened, wish.sender)
    if is_bare_signature(kept, wish.sender):
        return ""
    return joined(shortened) or joined(kept)


def _unsigned(lines: Sequence[Line]) -> list[Line]:
    """The lines without those that the markup names a signature; what a phone's user typed below it stays."""
    footer = [line.text for line in lines if line.mark is Mark.FOOTER]
    dropped = (Mark.SIGNATURE, Mark.FOOTER) if looks_like_signature(footer) else (Mark.SIGNATURE,)
    return [line for line in lines if line.mark not in dropped]


def _texts(lines: Iterable[Line]) -> list[str]:
    """The texts of lines."""
    return [line.text for line in lines]


def _without_debris(lines: Sequence[str]) -> list[str]:
    """`lines` without what a client wrote into them for a picture or beside a link."""
    if not any("<" in line or "[" in line for line in lines):
        return list(lines)
    out = []
    for line in lines:
        text = _LINK_ECHO.sub(_one_link, _ADDRESS_ECHO.sub("", _PICTURE.sub("", line)))
        if text.strip() or not line.strip():
            out.append(text)
    return out


def _one_link(match: re.Match[str]) -> str:
    """A link that is followed by itself, once."""
    shown, target = match[1].rstrip("/"), match[2].rstrip("/")
    same = shown.removeprefix("https://").removeprefix("http://") == target.removeprefix("https://")
    return shown if same else match[0]


def _rescued(found: Split, wish: Wish) -> list[Line]:
    """What to send of a mail in which the author wrote nothing himself.

    A forward is what was forwarded; quoted lines that nothing introduces are his own way of writing; an
    answer without words has none.
    """
    if found.forwarded or (wish.forward and found.history):
        return _forwarded(found.history or found.quoted)
    introduced = found.introduced or any(is_introduction(line.text, False) for line in found.quoted[:50])
    return [] if introduced else [Line("> " + line.text if line.text else ">") for line in found.quoted]


def _forwarded(history: Sequence[Line]) -> list[Line]:
    """A forwarded mail without its title and header block."""
    for at in range(min(6, len(history))):
        end = header_block(history, at)
        if end:
            return [Line(line.text) for line in history[end:]]
    return [Line(line.text) for line in history[1:]]
