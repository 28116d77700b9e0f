"""What an MTA says by LMTP, and what we answer: one line for each recipient of a mail (RFC 2033).

Recipients are judged as at the door, so that an MTA that probes them (`reject_unverified_recipient`) can refuse at
RCPT; addresses are taken as they stand; XFORWARD tells where a mail came from and its queue id. Who is on a loopback
port may be any user of the machine: there XFORWARD is not believed where it could prove somebody (ADDR).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from smsdialog.core.model import Envelope
from smsdialog.dialog.door import Caller, Verdict, note_refusal
from smsdialog.dialog.handle import Answer
from smsdialog.errors import EXIT_NO_PERMISSION, EXIT_OK, EXIT_UNKNOWN_RECIPIENT
from smsdialog.server.desk import Desk, Full
from smsdialog.server.inhand import Answers

# RFC 5321, 4.5.3.1.8, wants no fewer; all of them are decided on in one transaction, and other mails wait for that.
MOST_RECIPIENTS = 100
# A mail of which the MTA did not say how large it is.
USUAL_OCTETS = 65_536
OK = "250 2.0.0 Ok"
OUT_OF_ORDER = "503 5.5.1 not now"
_UNAVAILABLE = ("[UNAVAILABLE]", "[TEMPUNAVAIL]")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
# An address as it stands between < and >, whatever is in it, and what follows it.
_PATH = re.compile(r'\s*<((?:"(?:[^"\\]|\\.)*"|[^">])*)>(.*)', re.DOTALL)
_CODES = {EXIT_OK: "250", EXIT_UNKNOWN_RECIPIENT: "550", EXIT_NO_PERMISSION: "550"}


class Takes(Protocol):
    """Who judges recipients, and who takes mails."""

    desk: Desk
    max_bytes: int

    def judge(self, recipient: str, caller: Caller) -> Verdict | None:
        """As the door says; None where it cannot say."""


class Peer(Protocol):
    """The connection to the MTA."""

    def mail(self) -> bytes:
        """Ask for a mail, and have all of it."""

    def last_word(self, answer: str) -> None:
        """Say this in place of the thread whose connection it is, and say nothing more."""


@dataclass
class _Mail:
    """What has been said of the mail that comes next; `sender` is None before MAIL, and empty for a bounce."""

    sender: str | None = None
    octets: int = USUAL_OCTETS
    recipients: list[str] = field(default_factory=list)
    forwarded: dict[str, str] = field(default_factory=dict)

    @property
    def queue_id(self) -> str:
        return self.forwarded.get("IDENT", "")

    @property
    def client_address(self) -> str:
        """Where it came from, if the MTA said so."""
        return self.forwarded.get("ADDR", "").removeprefix("IPV6:")


class Session:
    """One session. `attributes` are those of XFORWARD that are believed."""

    def __init__(self, server: Takes, attributes: tuple[str, ...], peer: Peer) -> None:
        self._server, self._attributes, self._peer = server, attributes, peer
        self._greeted = False
        self._mail = _Mail()
        self.is_over = False

    def answer(self, line: str) -> str:
        """The answer to a command. Raises GivenUp, and what `peer` raises, when there is nobody to hear it."""
        verb, _, argument = line.partition(" ")
        command = _COMMANDS.get(verb.upper())
        return command(self, argument.strip()) if command else "500 5.5.2 not understood"

    def lhlo(self, argument: str) -> str:
        """Say what we can."""
        self._greeted, self._mail = True, _Mail()
        can = ("PIPELINING", "ENHANCEDSTATUSCODES", f"XFORWARD {' '.join(self._attributes)}",
               f"SIZE {self._server.max_bytes}", "8BITMIME", "SMTPUTF8")  # fmt: skip
        return "\r\n".join(["250-smsdialog", *(f"250-{word}" for word in can[:-1]), f"250 {can[-1]}"])

    def xforward(self, argument: str) -> str:
        """Postfix's XFORWARD: where the mail came from, before MAIL FROM."""
        for pair in argument.split():
            name, _, value = pair.partition("=")
            if name.upper() in self._attributes and value not in _UNAVAILABLE:
                self._mail.forwarded[name.upper()] = _XTEXT.sub(lambda octet: chr(int(octet[1], 16)), value)
        return OK

    def mail(self, argument: str) -> str:
        """A mail begins."""
        path = _PATH.fullmatch(argument[5:]) if argument[:5].upper() == "FROM:" else None
        if not path:
            return "501 5.5.4 expected MAIL FROM:<ADDRESS>"
        if not self._greeted or self._mail.sender is not None:
            return OUT_OF_ORDER
        size = next((word[5:] for word in path[2].upper().split() if word.startswith("SIZE=")), "")
        if size.isascii() and size.isdigit():
            self._mail.octets = int(size[:20])
        if self._mail.octets > self._server.max_bytes and size:
            return "552 5.3.4 the mail is too big"
        self._mail.sender = path[1]
        return "250 2.1.0 Ok"

    def rcpt(self, argument: str) -> str:
        """A recipient of it, judged as at the door."""
        path = _PATH.fullmatch(argument[3:]) if argument[:3].upper() == "TO:" else None
        if not path:
            return "501 5.5.4 expected RCPT TO:<ADDRESS>"
        if self._mail.sender is None:
            return OUT_OF_ORDER
        if len(self._mail.recipients) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        caller = Caller(self._mail.sender, "", self._mail.client_address)
        verdict = self._server.judge(path[1], caller)
        # The mail has been taken: what is over a limit is held and told of, not tried again for days.
        if verdict and verdict.line[0] == "5":
            note_refusal(path[1], caller, verdict, self._mail.queue_id)
            return verdict.line
        self._mail.recipients.append(path[1])
        return "250 2.1.5 Ok"

    def data(self, argument: str) -> str:
        """The mail itself comes, and is taken care of: a line for each recipient."""
        mail, self._mail = self._mail, _Mail()
        if not mail.recipients or argument:
            return OUT_OF_ORDER
        envelope = Envelope(mail.sender, tuple(mail.recipients), mail.queue_id, "", mail.client_address)
        try:
            with self._server.desk.room(mail.octets) as place:
                return _lines(place.take(self._peer.mail(), envelope, self._given_up))
        except Full as error:
            return f"452 {error.status_code} {error.public_line}"

    def _given_up(self, answers: Answers) -> None:
        self._peer.last_word(_lines(answers))

    def reset(self, argument: str) -> str:
        """No mail is under way."""
        self._mail = _Mail()
        return OK

    def noop(self, argument: str) -> str:
        """Nothing."""
        return OK

    def verify(self, argument: str) -> str:
        """Nobody is told who is here."""
        return "252 2.0.0 send some mail, and see"

    def quit(self, argument: str) -> str:
        """The end."""
        self.is_over = True
        return "221 2.0.0 Bye"


_COMMANDS: dict[str, Callable[[Session, str], str]] = {
    "LHLO": Session.lhlo,
    "XFORWARD": Session.xforward,
    "MAIL": Session.mail,
    "RCPT": Session.rcpt,
    "DATA": Session.data,
    "RSET": Session.reset,
    "NOOP": Session.noop,
    "VRFY": Session.verify,
    "QUIT": Session.quit,
}


def _lines(answers: Answers) -> str:
    return "\r\n".join(map(_reply, answers))


def _reply(answer: Answer) -> str:
    return f"{_CODES.get(answer.exit_status, '451')} {answer.line or '2.0.0 Ok'}"
