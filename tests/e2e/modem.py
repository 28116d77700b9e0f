"""A GSM modem in PDU mode on a loopback port, as smsd opens one with `device = @HOST:PORT`, and the phones behind it.

It speaks what smsd asks of it (3GPP TS 27.005) and says OK to the rest. What is sent lies in `sent`, each part
apart, as it would be on the air (3GPP TS 23.040, 9.2.2): `text` and `report` put into its memory what a phone or the
network sends back.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from smsdialog.core import gsm7
from tests.e2e.daemons import LOOPBACK

SUBMIT, REPORT_WANTED, HEADER_IN_TEXT, RELATIVE_VALIDITY = 0x01, 0x20, 0x40, 0x10
DELIVER, STATUS_REPORT = 0x04, 0x06
INTERNATIONAL = 0x91
UCS2 = 0x08
SMSC = bytes([7, INTERNATIONAL]) + bytes.fromhex("5471000000F0")


@dataclass(frozen=True)
class Part:
    """One part as it went on the air: `reference` is the TP-MR that the modem gave it."""

    to: str
    text: str
    coding: int
    header: bytes
    wants_report: bool
    reference: int

    @property
    def place(self) -> tuple[int, int, int]:
        """Reference, number of parts and its own number (3GPP TS 23.040, 9.2.3.24.1)."""
        reference, total, number = self.header[3:6] if self.header else (0, 1, 1)
        return reference, total, number


class Modem:
    """One modem with its SIM. `refusing` makes it say so to whatever is to be sent."""

    def __init__(self) -> None:
        self.server = socket.create_server((LOOPBACK, 0))
        self.port: int = self.server.getsockname()[1]
        self.sent: list[Part] = []
        self.memory: dict[int, bytes] = {}
        self.refusing = False
        self._references = itertools.count(250)
        self._concatenated = itertools.count(1)
        self._places = itertools.count(1)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Switch it off."""
        self.server.close()

    def texts(self, sender: str, text: str) -> None:
        """An SMS comes in from a phone, in the coding and the number of parts that it takes."""
        plain = gsm7.fits(text)
        size = (160, 153) if plain else (70, 67)
        units = text if plain else text.encode("utf-16-be").decode("utf-16-be", "surrogatepass")
        whole = len(units) <= size[0]
        pieces = [units] if whole else [units[at : at + size[1]] for at in range(0, len(units), size[1])]
        reference = next(self._concatenated) % 256
        for number, piece in enumerate(pieces, 1):
            header = b"" if whole else bytes([5, 0, 3, reference, len(pieces), number])
            self._store(deliver(sender, piece, plain, header))

    def reports(self, part: Part, status: int) -> None:
        """The network says what became of a part (3GPP TS 23.040, 9.2.3.15)."""
        self._store(
            SMSC
            + bytes([STATUS_REPORT, part.reference])
            + address(part.to)
            + timestamp()
            + timestamp()
            + bytes([status])
        )

    def _store(self, pdu: bytes) -> None:
        self.memory[next(self._places)] = pdu

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # it was switched off
            while True:
                caller, _ = self.server.accept()
                threading.Thread(target=self._talk, args=(caller,), daemon=True).start()

    def _talk(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            for line in lines(caller):
                caller.sendall(self._answer(line, caller).encode() + b"\r\n")

    def _answer(self, line: str, caller: socket.socket) -> str:
        command = line.strip().upper()
        if command.startswith("AT+CMGS="):
            return self._prompt(caller)
        if place := re.fullmatch(r"AT\+CMG[RD]=([0-9]+).*", command):
            return self._memory(command, int(place[1]))
        known = {
            "AT+CPIN?": "+CPIN: READY",
            "AT+CREG?": "+CREG: 0,1",
            "AT+CSQ": "+CSQ: 20,0",
            "AT+CPMS?": f'+CPMS: "SM",{len(self.memory)},50,"SM",{len(self.memory)},50,"SM",{len(self.memory)},50',
            "AT+CIMI": "238010000000001",
            "AT+CGSN": "490154203237518",
        }
        return f"\r\n{known[command]}\r\n\r\nOK" if command in known else "\r\nOK"

    def _memory(self, command: str, place: int) -> str:
        if command.startswith("AT+CMGD"):
            self.memory.pop(place, None)
            return "\r\nOK"
        pdu = self.memory.get(place)
        if pdu is None:
            return "\r\nOK"
        length = len(pdu) - 1 - pdu[0]
        return f"\r\n+CMGR: 0,,{length}\r\n{pdu.hex().upper()}\r\n\r\nOK"

    def _prompt(self, caller: socket.socket) -> str:
        caller.sendall(b"\r\n> ")
        pdu = next(lines(caller, b"\x1a"))
        if self.refusing:
            return "\r\n+CMS ERROR: 38"
        part = submitted(bytes.fromhex(pdu.strip()), next(self._references) % 256)
        self.sent.append(part)
        return f"\r\n+CMGS: {part.reference}\r\n\r\nOK"


def lines(caller: socket.socket, end: bytes = b"\r") -> Iterator[str]:
    """What comes, cut at each `end`."""
    pending = b""
    while True:
        while end in pending:
            line, _, pending = pending.partition(end)
            yield line.decode("ascii", "replace")
        received = caller.recv(4096)
        if not received:
            return
        pending += received


def submitted(pdu: bytes, reference: int) -> Part:
    """An SMS-SUBMIT, read."""
    first, at = pdu[1 + pdu[0]], 1 + pdu[0] + 2
    digits = pdu[at]
    to = swapped(pdu[at + 2 : at + 2 + (digits + 1) // 2])[:digits]
    at += 2 + (digits + 1) // 2
    coding = pdu[at + 1]
    at += 2 + (1 if first & RELATIVE_VALIDITY else 0)
    length, data = pdu[at], pdu[at + 1 :]
    header = data[: data[0] + 1] if first & HEADER_IN_TEXT else b""
    text = (
        data[len(header) :].decode("utf-16-be", "surrogatepass") if coding == UCS2 else unpacked(data, length, header)
    )
    return Part(to, text, coding, header, bool(first & REPORT_WANTED), reference)


def deliver(sender: str, text: str, plain: bool, header: bytes) -> bytes:
    """An SMS-DELIVER with its SMSC."""
    first = DELIVER | (HEADER_IN_TEXT if header else 0)
    if plain:
        length, data = packed(text, header)
    else:
        data = header + text.encode("utf-16-be", "surrogatepass")
        length = len(data)
    coding = 0 if plain else UCS2
    return SMSC + bytes([first]) + address(sender) + bytes([0, coding]) + timestamp() + bytes([length]) + data


def address(number: str) -> bytes:
    """A number as digits in pairs, swapped (9.1.2.5)."""
    digits = number.removeprefix("+")
    return bytes([len(digits), INTERNATIONAL]) + bytes.fromhex(swapped_text(digits + "F" * (len(digits) % 2)))


def timestamp() -> bytes:
    """Now, in UTC (9.2.3.11)."""
    return bytes.fromhex(swapped_text(datetime.now(UTC).strftime("%y%m%d%H%M%S") + "00"))


def swapped(octets: bytes) -> str:
    """The digits of semi-octets."""
    return swapped_text(octets.hex().upper())


def swapped_text(digits: str) -> str:
    """Each pair of digits the other way round."""
    return "".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2))


def packed(text: str, header: bytes) -> tuple[int, bytes]:
    """A text in septets (3GPP TS 23.038, 6.1.2.1) after its header, and how many septets both take."""
    septets = [code for char in text for code in codes(char)]
    before = (len(header) * 8 + 6) // 7
    bits = sum(code << (7 * at) for at, code in enumerate(septets, before))
    bits |= int.from_bytes(header, "little")
    total = before + len(septets)
    return total, bits.to_bytes((total * 7 + 7) // 8, "little")


def codes(char: str) -> tuple[int, ...]:
    """The septets of one character."""
    return (0x1B, gsm7.EXTENSION[char]) if char in gsm7.EXTENSION else (gsm7.BASIC.index(char),)


def unpacked(data: bytes, septets: int, header: bytes) -> str:
    """The text of packed septets."""
    bits = int.from_bytes(data, "little")
    before = (len(header) * 8 + 6) // 7
    found = [bits >> (7 * at) & 0x7F for at in range(before, septets)]
    extension = {code: char for char, code in gsm7.EXTENSION.items()}
    text, escaped = "", False
    for code in found:
        if code == 0x1B:
            escaped = True
            continue
        text += extension[code] if escaped else gsm7.BASIC[code]
        escaped = False
    return text
