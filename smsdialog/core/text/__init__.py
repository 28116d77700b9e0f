"""What the human wrote in a mail: `own_words`, and what is learned beside it.

A mail goes one way: `parts` chooses its texts, `flowed` and `html` make lines of them (`htmltags` reads the source,
`markup` knows the clients' marks), `quotes` takes the history away, `signature` with `contact`, `signoff` and
`disclaimer` what stands below; `own` puts the levels together, `choice` decides between plain text and HTML. The
words of every language stand in `phrases`. Pure, linear, and never an exception.
"""

from __future__ import annotations

from dataclasses import dataclass

from smsdialog.core.headertext import decode_header
from smsdialog.core.model import Cut, IncomingMail
from smsdialog.core.text.choice import chosen_text, is_stub, page_of
from smsdialog.core.text.learning import common_ending
from smsdialog.core.text.lines import joined, lines_of
from smsdialog.core.text.own import Wish
from smsdialog.core.text.parts import choose
from smsdialog.core.text.phrases import FORWARD_PREFIXES

__all__ = ["Known", "OwnWords", "common_ending", "full_text", "own_words", "signature_of"]


@dataclass(frozen=True)
class Known:
    """What the product knows of an account beside the mail itself.

    `signatures` are texts that were learned to be its signature; `quoted` are texts of SMS that were mailed
    to it, and that a client may quote below an answer.
    """

    signatures: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnWords:
    """What the human wrote.

    `text` is NFC with LF line ends, without trailing blanks, with at most one empty line in a row. Where it
    is empty, `problem` is one of `empty`, `encrypted`, `signed-opaque`, `tnef` and `attachment-only`.
    """

    text: str
    problem: str = ""
    attachments: int = 0


NOTHING_KNOWN = Known()
SIGNATURE_LETTERS = 12


def own_words(mail: IncomingMail, *, cut: Cut = Cut.CONTACT, known: Known = NOTHING_KNOWN) -> OwnWords:
    """What the human wrote in `mail`, at the level `cut`; never raises."""
    choice = choose(mail.body)
    if choice.problem:
        return OwnWords("", choice.problem, choice.attachments)
    forward = mail.subject.lower().startswith(FORWARD_PREFIXES)
    text = chosen_text(choice, Wish(cut, sender_name(mail), known.signatures, known.quoted, forward))
    problem = "" if text else ("attachment-only" if choice.attachments else "empty")
    return OwnWords(text, problem, choice.attachments)


def full_text(mail: IncomingMail) -> str:
    """The whole text of `mail`, before anything is cut; empty where it has none."""
    choice = choose(mail.body)
    page = page_of(choice.html)
    return joined(page if is_stub(choice.plain, page) else lines_of(choice.plain))


def signature_of(mail: IncomingMail) -> str:
    """The body of a subscribe mail as a signature to be learned: all of it but history.

    Empty if there is none, or so little that somebody may type it as a message one day.
    """
    text = own_words(mail, cut=Cut.QUOTES).text
    return text if sum(character.isalnum() for character in text) >= SIGNATURE_LETTERS else ""


def sender_name(mail: IncomingMail) -> str:
    """The sender's name as `From` shows it, first name first; empty where it shows none."""
    shown = decode_header((mail.headers.first("From") or "").rpartition("<")[0]).strip(" \"'")
    name = shown.partition("(")[0].strip(" \"'")
    last, comma, first = name.partition(",")
    name = f"{first.strip()} {last.strip()}" if comma else name
    return "" if "@" in name else name
