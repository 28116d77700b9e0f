"""Gammu SMSD on this machine, with its files service: a file in `outbox` is an SMS, RunOn… commands tell of the rest.

Source: gammu 1.42, gammu-smsdrc(5), gammu-smsd-files(7), gammu-smsd-run(7); behaviour observed on Debian 12.
What these do not say:

- The environment of RunOnReceive has a question mark for whatever the daemon's locale lacks, æ in the usual one. With
  `inboxformat = detail` the file in `inbox` has every character, so that is what is read.
- A send that failed is tried again at once and for ever, the parts that went out before included, and whatever comes
  after it waits. So the file is taken away from the daemon while it waits for RunOnFailure, and the SMS has failed.
- What is written as a backup (`smsbackup`) gets the TP-MR of each part written into it when it is sent, above what was
  there. That is how a report (`deliveryreport = sms`) finds its SMS.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import phone, sms
from smsdialog.core.model import Delivery, Encoding, InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall, TemporaryError
from smsdialog.gateways._base import Accepted, Event, Later, Outcome, Perform
from smsdialog.gateways._smsbackup import Section, sections, write
from smsdialog.gateways._spool import FAILED, OURS, RECEIVED, SENT, SpoolGateway, place

# How long a report waits for the SMS that it is of.
REPORT_WAITS_SECONDS = 3600
NOT_SENT = "the modem could not send it; the log of gammu-smsd says why"
# Gammu's words for TP-Status; "Unknown" is a state that the standard leaves open.
_DELIVERY = {"Delivered": Delivery.DELIVERED, "Failed": Delivery.FAILED, "Pending": Delivery.ON_ITS_WAY}
_INBOX_FILE = re.compile(r"IN[0-9]{8}_.*\.(?:txt|bin|smsbackup)")
_OWN_FILE = re.compile(rf"OUT.*_{OURS}_(?P<to>[0-9]+)_(?P<reference>[0-9A-Za-z-]+)\.smsbackup")
_TP_MR = re.compile(r"^MessageReference = ([0-9]+)\r?$", re.MULTILINE)


@dataclass(frozen=True)
class Options:
    """`spool` has the folders; `phone` is what `receivers` calls this modem, as `phoneid` in gammu-smsdrc."""

    spool: str = "/var/spool/gammu"
    phone: str = ""
    receipts: bool = True


def create(table: GatewayTable, config: Config) -> Gammu:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    return Gammu(table.name, options)


class Gammu(SpoolGateway):
    """One gammu-smsd."""

    type = "gammu"

    def __init__(self, name: str, options: Options) -> None:
        spool = Path(options.spool)
        folders = {RECEIVED: spool / "inbox", SENT: spool / "sent", FAILED: spool / "error"}
        super().__init__(name, [spool / "outbox"], folders)
        self._options = options

    def send(self, sms: OutboundSms, perform: Perform) -> Outcome:
        """Put one file where gammu-smsd takes it; it takes them in the order of their names."""
        moment = time.strftime("%Y%m%d_%H%M%S", time.gmtime())
        name = f"OUTC{moment}_{OURS}_{sms.to.digits}_{sms.reference}.smsbackup"
        try:
            place(self._outgoing, name, backup(sms, receipts=self._options.receipts))
        except OSError as error:
            return Later(f"the SMS cannot be handed to gammu-smsd ({error.strerror})")
        return Accepted()

    def event(self, arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[Event, ...]:
        """What one run of a RunOn… command says. Takes an SMS that failed away from the daemon."""
        kind, names = (arguments[0], arguments[1:]) if arguments else ("", ())
        if kind == FAILED:
            self._take_away(names)
        has_file = any(_INBOX_FILE.fullmatch(Path(name).name) for name in names)
        if kind == RECEIVED and not has_file:
            return told(self.name, self._to(environ), names, environ)
        return super().event(arguments, environ)

    def read(self, kind: str, path: Path) -> tuple[Event, ...]:
        """What one of the daemon's files says."""
        content = path.read_bytes()
        if kind == RECEIVED:
            return self._received(path, content)
        own = _OWN_FILE.fullmatch(path.name)
        if own is None:
            return ()
        if kind == FAILED:
            return (Receipt(self.name, own["reference"], "", Delivery.FAILED, NOT_SENT),)
        known_as = f"{own['to']}/{' '.join(_references(content))}"
        return (Receipt(self.name, own["reference"], known_as, Delivery.ON_ITS_WAY),)

    def _take_away(self, names: Sequence[str]) -> None:
        for name in names:
            if _OWN_FILE.fullmatch(name):
                try:
                    (self._outgoing / name).rename(self._folders[FAILED] / name)
                except FileNotFoundError:
                    continue  # an earlier run did
                except OSError as error:
                    raise TemporaryError(f"an SMS cannot be taken from gammu-smsd: {error.strerror}") from error

    def _to(self, environ: Mapping[str, str]) -> str:
        return self._options.phone or environ.get("PHONE_ID", "") or self.name

    def _received(self, path: Path, content: bytes) -> tuple[Event, ...]:
        found = sections(content)
        if not found:
            raise BadCall("expected a file of 'inboxformat = detail'")
        if found[0].is_report:
            return (self._report(found[0], path),)
        identity = f"{path.name} {hashlib.sha256(content).hexdigest()[:16]}"
        return tuple(
            InboundSms(
                self.name, f"{identity} {at}", phone.sender(part.number), self._to({}), part.text, part.at, part.segment
            )
            for at, part in enumerate(joined(found))
        )

    def _report(self, section: Section, path: Path) -> Receipt:
        """The network's word on one part. Raises TemporaryError while the daemon may be busy with its SMS."""
        to, tp_mr = section.number.removeprefix("+"), section.message_reference
        reference, parts = self._sent(to, tp_mr)
        if not reference and time.time() - path.stat().st_mtime < REPORT_WAITS_SECONDS:
            raise TemporaryError("a report is of an SMS that is not known as sent yet")
        delivery = _DELIVERY.get(section.text, Delivery.ON_ITS_WAY)
        return Receipt(self.name, reference, f"{to}/{tp_mr}", delivery, section.text, tp_mr, section.at, parts)

    def _sent(self, to: str, tp_mr: str) -> tuple[str, int]:
        """Our reference of the newest SMS to a number of which a part had this TP-MR, and the number of its parts."""
        found = [(path.stat().st_mtime, path) for path in self._folders[SENT].glob(f"OUT*_{OURS}_{to}_*.smsbackup")]
        for _, path in sorted(found, reverse=True):
            own, references = _OWN_FILE.fullmatch(path.name), _references(path.read_bytes())
            if own and tp_mr in references:
                return own["reference"], len(references)
        return "", 0


def backup(message: OutboundSms, *, receipts: bool) -> bytes:
    """One SMS as a file for gammu-smsd, its parts as they go on the air; pure.

    `receipts`: gammu asks for a report where the file says that it *is* one.
    """
    parts = sms.split(message.text, message.encoding)
    concatenated = int(hashlib.sha256(message.reference.encode()).hexdigest()[:2], 16)
    found = []
    for number, text in enumerate(parts, 1):
        header = bytes([5, 0, 3, concatenated, len(parts), number]) if len(parts) > 1 else b""
        coding = "Default_No_Compression" if message.encoding is Encoding.GSM7 else "Unicode_No_Compression"
        pdu = "Status_Report" if receipts else "Submit"
        found.append(write(number - 1, pdu=pdu, number=message.to, text=text, coding=coding, header=header))
    return b"".join(found)


def joined(found: Sequence[Section]) -> tuple[Section, ...]:
    """The sections of one file as SMS: one if all its parts are there, else each part; pure."""
    segments = [section.segment for section in found]
    places = {segment.index: section for segment, section in zip(segments, found, strict=True) if segment}
    first = segments[0]
    if first is None or any(s is None or s.total != first.total for s in segments) or len(places) != first.total:
        return tuple(found)
    text = b"".join(places[index].utf16 for index in sorted(places))
    return (Section({**found[0].fields, "UDH": ""}, text),)


def told(name: str, to: str, ids: Sequence[str], environ: Mapping[str, str]) -> tuple[Event, ...]:
    """An SMS as the environment of RunOnReceive has it, where no file does: another service than files; pure."""
    count = _count(environ, "SMS_MESSAGES")
    if not count or environ.get("SMS_1_REFERENCE", "0") != "0":
        return ()  # or a report: what was sent is known to that service alone
    decoded = [environ.get(f"DECODED_{at}_TEXT", "") for at in range(_count(environ, "DECODED_PARTS") + 1)]
    raw = [environ.get(f"SMS_{at}_TEXT", "") for at in range(1, count + 1)]
    text = "".join(decoded) or "".join(raw)
    return (InboundSms(name, " ".join(ids), phone.sender(environ.get("SMS_1_NUMBER", "")), to, text),)


def _count(environ: Mapping[str, str], name: str) -> int:
    """A number of parts, of which an SMS has 255 at the most."""
    value = environ.get(name, "")
    return min(int(value), 255) if value.isascii() and value.isdigit() and len(value) < 4 else 0


def _references(content: bytes) -> list[str]:
    """The TP-MR of each part, the last one first."""
    return _TP_MR.findall(content.decode("utf-8", "replace"))
