"""The customers' phones: a client of Kannel's fake SMSC, which is all phones of the world at once.

The protocol is that of gw/smsc/smsc_fake.c, one line an SMS, both ways:

    FROM TO text UTF-8 | FROM TO ucs2 URLENCODED | FROM TO udh-text URLENCODED-UDH UTF-8     to Kannel
    FROM TO text UTF-8 | FROM TO ucs-2 URLENCODED | FROM TO udh URLENCODED-UDH data URLENCODED   from Kannel

Kannel does not escape a `text`: its line feeds split it over lines, so whatever does not begin like an SMS
goes on with the one before. Parts are joined as a phone does it (3GPP TS 23.040 section 9.2.3.24.1).
"""

from __future__ import annotations

import itertools
import re
import socket
import threading
import time
from dataclasses import dataclass
from urllib.parse import quote_from_bytes, unquote_to_bytes

from tests.e2e.daemons import LOOPBACK

HEADER = re.compile(rb"(?P<sender>[^ \n]+) (?P<to>\+?\d+) (?P<kind>text|ucs-2|data|udh) (?P<rest>.*)", re.DOTALL)
CONCATENATED = b"\x05\x00\x03"
PART_CHARACTERS = 153
GSM_ONE_PART = 160
# Of GSM 03.38 what Danes write: enough to choose between `text` and `ucs2`.
GSM = set("@£$¥èéùìòÇ\nØø\rÅåÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡¿§ÄÖÑÜäöñüà€[]{}~^\\|") | set(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
# After this long a silence a text is complete: Kannel writes all lines of an SMS at once.
SILENCE_SECONDS = 0.15


@dataclass(frozen=True)
class Sms:
    """One SMS on a phone: who sent it, to whom, its text with the parts joined, and when it was complete."""

    sender: str
    to: str
    text: str
    parts: int = 1
    at: float = 0.0


class Phones:
    """All phones: `texts` sends, `inbox` is what came, in its order."""

    def __init__(self, port: int) -> None:
        self.connection = socket.create_connection((LOOPBACK, port))
        self.inbox: list[Sms] = []
        self.arrived = threading.Condition()
        self._parts: dict[tuple[str, str, int], dict[int, bytes]] = {}
        self._references = itertools.count(1)
        self._pending = b""
        self._pending_since = 0.0
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Switch all phones off."""
        self.connection.close()

    def texts(self, sender: str, to: str, text: str) -> None:
        """An SMS from a phone, in the coding and the number of parts that it takes."""
        for line in self._lines(text):
            self.connection.sendall(f"{sender} {to} {line}\n".encode())

    def _lines(self, text: str) -> list[str]:
        if not set(text) <= GSM or "\n" in text:
            return [f"ucs2 {quote_from_bytes(text.encode('utf-16-be'), safe='')}"]
        if len(text) <= GSM_ONE_PART:
            return [f"text {text}"]
        parts = [text[start : start + PART_CHARACTERS] for start in range(0, len(text), PART_CHARACTERS)]
        head = CONCATENATED + bytes([next(self._references) % 256, len(parts)])
        return [
            f"udh-text {quote_from_bytes(head + bytes([number]), safe='')} {part}"
            for number, part in enumerate(parts, 1)
        ]

    def _listen(self) -> None:
        self.connection.settimeout(SILENCE_SECONDS / 3)
        while True:
            try:
                received = self.connection.recv(65536)
            except TimeoutError:
                self._after_silence()
                continue
            except OSError:
                return
            if not received:
                return
            self._pending += received
            self._pending_since = time.monotonic()
            self._take_all_but_the_last()

    def _take_all_but_the_last(self) -> None:
        """Take what another SMS follows: only the last may still go on."""
        lines = self._pending.split(b"\n")
        starts = [index for index, line in enumerate(lines) if HEADER.match(line)]
        for start, end in itertools.pairwise(starts):
            self._take(b"\n".join(lines[start:end]))
        if starts:
            self._pending = b"\n".join(lines[starts[-1] :])

    def _after_silence(self) -> None:
        complete = self._pending.endswith(b"\n") and time.monotonic() - self._pending_since > SILENCE_SECONDS
        if complete:
            self._take(self._pending[:-1])
            self._pending = b""

    def _take(self, lines: bytes) -> None:
        match = HEADER.match(lines)
        assert match, lines
        sender, to = match["sender"].decode(), match["to"].decode()
        if match["kind"] != b"udh":
            self._deliver(Sms(sender, to, decoded(match["kind"], match["rest"]), 1, self._pending_since))
            return
        udh, _, data = match["rest"].split(b" ", 2)
        self._take_part(sender, to, unquote_to_bytes(udh.replace(b"+", b" ")), unquote_plus(data))

    def _take_part(self, sender: str, to: str, udh: bytes, data: bytes) -> None:
        assert udh.startswith(CONCATENATED), udh
        reference, total, number = udh[3:6]
        parts = self._parts.setdefault((sender, to, reference), {})
        parts[number] = data
        if len(parts) == total:
            whole = b"".join(parts[number] for number in sorted(parts))
            del self._parts[sender, to, reference]
            self._deliver(Sms(sender, to, decode_part(whole), total, self._pending_since))

    def _deliver(self, sms: Sms) -> None:
        with self.arrived:
            self.inbox.append(sms)
            self.arrived.notify_all()


def decoded(kind: bytes, rest: bytes) -> str:
    """The text of an SMS that is not one of several parts."""
    if kind == b"ucs-2":
        return unquote_plus(rest).decode("utf-16-be")
    return (unquote_plus(rest) if kind == b"data" else rest).decode()


def decode_part(data: bytes) -> str:
    """The text of joined parts; the fake SMSC does not say which coding it is, but only UCS-2 has NUL octets."""
    return data.decode("utf-16-be" if b"\0" in data else "utf-8")


def unquote_plus(data: bytes) -> bytes:
    """Undo Kannel's URL coding, in which `+` is a blank."""
    return unquote_to_bytes(data.replace(b"+", b" "))
