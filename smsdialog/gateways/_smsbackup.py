"""Gammu's backup files of SMS: `[SMSBackup000]`, then `Name = value`, the text in hex as UTF-16BE.

Source: gammu 1.42, gammu-smsbackup(5). A line that begins with a semicolon is a comment, and has the text for people:
it is never read. Lines end with a line feed and nothing else does, so that no text can begin a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from smsdialog.core import udh
from smsdialog.core.model import Segment
from smsdialog.errors import BadCall

_HEAD = re.compile(r"\[SMSBackup[0-9]+\]", re.IGNORECASE)
_HEX_CHARACTERS = 200


@dataclass(frozen=True)
class Section:
    """One SMS, or one part of one: its fields, and its text as octets."""

    fields: Mapping[str, str]
    utf16: bytes = field(repr=False)

    @property
    def is_report(self) -> bool:
        """Whether this is the network's report on an SMS of ours."""
        return self.fields.get("PDU") == "Status_Report"

    @property
    def number(self) -> str:
        """The phone at the other end."""
        return self.fields.get("Number", "").strip('"')

    @property
    def message_reference(self) -> str:
        """The TP-MR of the SMS that a report is of (3GPP TS 23.040, 9.2.3.6)."""
        return self.fields.get("MessageReference", "")

    @property
    def text(self) -> str:
        """The text; of a part, half a character stays half, as its other half is in the next."""
        return self.utf16.decode("utf-16-be", "surrogatepass" if self.segment else "replace")

    @property
    def segment(self) -> Segment | None:
        """Which part of a long SMS this is."""
        return udh.segment_of(self.fields.get("UDH", ""))

    @property
    def at(self) -> float | None:
        """When it was sent, in seconds since the epoch: `20261122T090000Z`, without Z the time of this machine."""
        written = self.fields.get("DateTime", "")
        try:
            moment = datetime.strptime(written.rstrip("Z"), "%Y%m%dT%H%M%S")
            return (moment.replace(tzinfo=UTC) if written.endswith("Z") else moment).timestamp()
        except (ValueError, OverflowError):
            return None


def sections(content: bytes) -> tuple[Section, ...]:
    """The sections of a file. Raises BadCall for an SMS that is no text."""
    found: list[dict[str, str]] = []
    for line in content.decode("utf-8", "replace").split("\n"):
        if _HEAD.fullmatch(line.strip()):
            found.append({})
        elif found and not line.startswith(";") and " = " in line:
            name, _, value = line.partition(" = ")
            found[-1].setdefault(name.strip(), value.strip())
    return tuple(_section(fields) for fields in found)


def write(at: int, *, pdu: str, number: str, text: str, coding: str, header: bytes) -> bytes:
    """One section; pure. What `none` stands for is written by the daemon when it has sent the part."""
    hexadecimal = text.encode("utf-16-be", "replace").hex().upper()
    pieces = [hexadecimal[start : start + _HEX_CHARACTERS] for start in range(0, len(hexadecimal), _HEX_CHARACTERS)]
    lines = [f"[SMSBackup{at:03}]", f"PDU = {pdu}", "State = UnSent", f'Number = "{number}"']
    lines += [f"UDH = {header.hex().upper()}"] if header else []
    lines += [f"Text{line:02} = {piece}" for line, piece in enumerate(pieces)]
    lines += [f"Coding = {coding}", "Folder = 2", "Class = -1", "MessageReference = none", "", ""]
    return "\n".join(lines).encode("ascii")


def _section(fields: Mapping[str, str]) -> Section:
    if fields.get("Coding") == "8bit":
        raise BadCall("the SMS is no text")
    lines = sorted((name, value) for name, value in fields.items() if re.fullmatch("Text[0-9]+", name))
    try:
        return Section(fields, bytes.fromhex("".join(value for _, value in lines)))
    except ValueError as error:
        raise BadCall("the text of an SMS is not in hex") from error
