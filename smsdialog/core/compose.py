"""The mails we write, as octets ready for sendmail.

Guarantees: a header holds only what we made ourselves (numbers, constants, cleaned sender names); a
header name stands exactly once and is one that was meant; bodies are 7-bit on the wire, so that no hop
re-codes them. The header sets are those of RFC 5322, RFC 3834 (Auto-Submitted) and MS-OXCMAIL
(X-Auto-Response-Suppress).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from smsdialog.core.letters import Letter

LOOP_HEADER = "X-SMSDialog-Loop"
SENDER_NAME = "SMS-Dialog"

_NOT_IN_NAMES = re.compile(r"[^\w+ .&-]+")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{3,250}>")


class _MessageIds(UnstructuredHeader, BaseHeader):
    """Message-IDs as they are, one a line: the standard library makes encoded words of long ones (RFC 2047, 5)."""

    def fold(self, *, policy: Policy) -> str:
        """The header with a fold before every id but the first."""
        return f"{self.name}: " + f"{policy.linesep} ".join(self.split()) + policy.linesep


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("in-reply-to", _MessageIds)
_HEADERS.map_to_type("references", _MessageIds)
_POLICY = SMTP.clone(linesep="\n", cte_type="7bit", header_factory=_HEADERS)


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
    message = EmailMessage(policy=_POLICY)
    author = _address(mail.from_name, mail.from_address)
    message["From"] = author
    message["Reply-To"] = author
    message["To"] = _address("", mail.to)
    message["Subject"] = mail.subject
    message["Date"] = _date(mail.received_at)
    message["Message-ID"] = mail.message_id
    _thread(message, mail.in_reply_to, mail.references)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply, RN, NRN"
    message[LOOP_HEADER] = mail.loop
    message.set_content(clean_body(mail.body))
    return _serialised(message)


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
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(SENDER_NAME, mail.from_address)
    message["To"] = _address("", mail.to)
    message["Subject"] = mail.letter.subject
    message["Date"] = _date(mail.written_at)
    message["Message-ID"] = mail.message_id
    _thread(message, mail.in_reply_to, ())
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message[LOOP_HEADER] = mail.loop
    message.set_content(clean_body(mail.letter.body))
    if mail.picture:
        message.add_attachment(
            mail.picture.png, maintype="image", subtype="png", filename=mail.picture.filename, disposition="inline"
        )
    return _serialised(message)


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


def _thread(message: EmailMessage, in_reply_to: str, references: tuple[str, ...]) -> None:
    if in_reply_to:
        message["In-Reply-To"] = in_reply_to
    if references or in_reply_to:
        chain = dict.fromkeys((*references, *([in_reply_to] if in_reply_to else [])))
        message["References"] = " ".join(chain)


def _address(name: str, address: str) -> Address:
    username, _, domain = address.rpartition("@")
    return Address(display_name=name, username=username, domain=domain)


def _date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC))


def _serialised(message: EmailMessage) -> bytes:
    octets = message.as_bytes()
    block = octets.split(b"\n\n", 1)[0]
    found = [line.split(b":", 1)[0].decode("ascii") for line in block.split(b"\n") if line[:1] not in (b" ", b"\t")]
    if found != message.keys():
        raise AssertionError("a header of ours is not what was meant")
    return octets
