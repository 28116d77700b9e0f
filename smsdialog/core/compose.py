"""The mails we write, as octets ready for sendmail.

Guarantees: a header holds only what we made ourselves (numbers, constants, cleaned sender names); a
header name stands exactly once and is one that was meant; bodies are 7-bit on the wire, so that no hop
re-codes them. The header sets are those of RFC 5322, RFC 3834 (Auto-Submitted) and MS-OXCMAIL
(X-Auto-Response-Suppress).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.contentmanager import raw_data_manager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, compat32
from email.utils import format_datetime

from smsdialog.core.letters import Letter

LOOP_HEADER = "X-SMSDialog-Loop"
SENDER_NAME = "SMS-Dialog"

_NOT_IN_NAMES = re.compile(r"[^\w+ .&-]+")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Words with one blank between them, and nothing that could be an encoded word (RFC 2047).
_PLAIN = re.compile(r"(?!.*=\?)[\x21-\x7e]+(?: [\x21-\x7e]+)*")
# An address behind a quoted name.
_QUOTED = re.compile(r'"[\w+().-]+(?: [\w+().-]+)*" <[\w.]+@[\w.-]+>', re.ASCII)
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{3,250}>")


# RFC 5322, 2.1.1: what a line should not be longer than.
LINE_CHARACTERS = 78
_POLICY = SMTP.clone(linesep="\n", cte_type="7bit", max_line_length=LINE_CHARACTERS)
# For content, whose few headers are always the same: it does not look at them.
_CONTENT = compat32.clone(linesep="\n", cte_type="7bit")


@dataclass(frozen=True)
class Picture:
    """A PNG to go with a mail."""

    filename: str
    png: bytes


@dataclass(frozen=True)
class SmsMail:
    """What an SMS mail is made of; addresses are ours or the account's, ids carry their brackets."""

    to: str
    from_name: str
    from_address: str
    subject: str
    body: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    received_at: float
    loop: str


def sms_mail(mail: SmsMail) -> bytes:
    """The mail that an employee reads and answers."""
    author = _address(mail.from_name, mail.from_address)
    headers = (
        _header("From", author),
        _header("Reply-To", author),
        _header("To", _address("", mail.to)),
        _header("Subject", mail.subject),
        _header("Date", _date(mail.received_at)),
        _header("Message-ID", mail.message_id),
        *_thread(mail.in_reply_to, mail.references),
        _header("Auto-Submitted", "auto-generated"),
        _header("X-Auto-Response-Suppress", "OOF, AutoReply, RN, NRN"),
        _header(LOOP_HEADER, mail.loop),
    )
    return b"".join(headers) + _text(mail.body)


@dataclass(frozen=True)
class NoticeMail:
    """What a notice is made of."""

    to: str
    from_address: str
    letter: Letter
    message_id: str
    in_reply_to: str
    written_at: float
    loop: str
    picture: Picture | None = None


def notice_mail(mail: NoticeMail) -> bytes:
    """An answer or a report of ours."""
    headers = (
        _header("From", _address(SENDER_NAME, mail.from_address)),
        _header("To", _address("", mail.to)),
        _header("Subject", mail.letter.subject),
        _header("Date", _date(mail.written_at)),
        _header("Message-ID", mail.message_id),
        *_thread(mail.in_reply_to, ()),
        _header("Auto-Submitted", "auto-replied"),
        _header("X-Auto-Response-Suppress", "All"),
        _header(LOOP_HEADER, mail.loop),
    )
    body = mail.letter.body
    return b"".join(headers) + (_text_and_picture(body, mail.picture) if mail.picture else _text(body))


def sender_name(text: str) -> str:
    """A sender that is no number, as a display name: letters, digits and little else, at most 60 characters.

    >>> sender_name('"x" <ceo@firma.example>')
    'x ceo firma.example'
    """
    return " ".join(_NOT_IN_NAMES.sub(" ", text).replace("_", " ").split())[:60].strip()


def clean_body(text: str) -> str:
    """A text that any mail can carry: no control but LF and TAB, no lone surrogate."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", plain).encode("utf-8", "replace").decode("utf-8")


def is_message_id(text: str) -> bool:
    """Whether a Message-ID from outside may be copied into a header of ours."""
    return bool(_MESSAGE_ID.fullmatch(text)) and text.count("@") == 1


def _thread(in_reply_to: str, references: tuple[str, ...]) -> list[bytes]:
    """The headers that put a mail where it belongs, if it does belong somewhere."""
    answered = [in_reply_to] if in_reply_to else []
    chain = list(dict.fromkeys((*references, *answered)))
    return [_ids(name, ids) for name, ids in (("In-Reply-To", answered), ("References", chain)) if ids]


def _address(name: str, address: str) -> Address:
    username, _, domain = address.rpartition("@")
    return Address(display_name=name, username=username, domain=domain)


def _date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC))


def _header(name: str, value: str | Address) -> bytes:
    """One header, folded; it is this one, and no other.

    What is plain and fits its line stands as it is. To find that out in every case takes the standard library half of
    what an SMS costs.
    """
    shown = str(value)
    if len(name) + len(": ") + len(shown) <= LINE_CHARACTERS and _PLAIN.fullmatch(shown):
        return f"{name}: {shown}\n".encode("ascii")
    if isinstance(value, Address) and len(" ") + len(shown) <= LINE_CHARACTERS and _QUOTED.fullmatch(shown):
        return f"{name}:\n {shown}\n".encode("ascii")
    folded = _POLICY.fold_binary(*_POLICY.header_store_parse(name, value))
    first, *more = folded.removesuffix(b"\n").split(b"\n")
    if not first.startswith(f"{name}:".encode()) or not all(line[:1] in (b" ", b"\t") for line in more):
        raise AssertionError("a header of ours is not what was meant")
    return folded


def _ids(name: str, ids: Sequence[str]) -> bytes:
    """Message-IDs as they are, one a line: the standard library makes encoded words of long ones (RFC 2047, 5)."""
    if not all(map(_MESSAGE_ID.fullmatch, ids)):
        raise AssertionError("a Message-ID of ours is not one")
    return (f"{name}: " + "\n ".join(ids) + "\n").encode("ascii")


def _text(text: str) -> bytes:
    """A text as the content of a mail: its headers, an empty line, the text in the encoding that suits it."""
    content = EmailMessage(policy=_CONTENT)
    content.set_content(clean_body(text), content_manager=raw_data_manager)
    headers = "".join(f"{name}: {value}\n" for name, value in content.items())
    return f"{headers}\n{content.get_payload()}".encode("ascii")


def _text_and_picture(text: str, picture: Picture) -> bytes:
    """A text and a picture below it as the content of a mail, with its headers."""
    message = EmailMessage(policy=_POLICY)
    message.set_content(clean_body(text))
    message.add_attachment(
        picture.png, maintype="image", subtype="png", filename=picture.filename, disposition="inline"
    )
    return message.as_bytes()
