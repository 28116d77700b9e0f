"""SMS Server Tools 3 (smsd) on this machine: a file in `outgoing` is an SMS, and its eventhandler tells of the rest.

Source: smstools 3.1.21, `fileformat.html`, `eventhandler.html` and `configure.html`; behaviour observed on Debian 12.
What these do not say: with `Alphabet: UTF-8` a text ends before its first emoji, so what is not GSM-7 is written in
UCS-2; and so does an inbound one under `decode_unicode_text = yes`. The sender is the number of the SIM, always.

The network's reports name a part by the recipient and a number below 256 that soon comes again (TP-MR). Which SMS that
was stands in the newest file in `sent` for this recipient.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import charset, gsm7, phone, udh
from smsdialog.core.model import Delivery, Encoding, InboundSms, OutboundSms, Receipt
from smsdialog.errors import BadCall, NumberRefused, TemporaryError
from smsdialog.gateways._base import Accepted, Event, Later, Outcome, Perform
from smsdialog.gateways._spool import FAILED, OURS, RECEIVED, REPORT, SENT, SpoolGateway, place
from smsdialog.gateways._tp_status import delivery_of

# How long a report waits for the SMS that it is of: smsd may tell of it before it has moved the file.
REPORT_WAITS_SECONDS = 3600
_LONGEST_SHORT_CODE = 6
_CUT_UTF16 = "utf-16-be"


@dataclass(frozen=True)
class Options:
    """`spool` has smsd's folders; `queue` picks one of its queues, and thereby a modem."""

    spool: str = "/var/spool/sms"
    queue: str = ""
    receipts: bool = True


@dataclass(frozen=True)
class File:
    """One of smsd's files: headers, of each the first, and the body as octets."""

    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body in the alphabet that the file names, of which smsd itself reads three letters. Raises BadCall."""
        match self.headers.get("Alphabet", "ISO")[:3].upper():
            case "UTF":
                return self.body.decode("utf-8", "replace")
            case "UCS" | "CHI" | "UNI":
                return self.body.decode(_CUT_UTF16, "surrogatepass" if self.headers.get("UDH-DATA") else "replace")
            case "GSM":
                return gsm7.decode(self.body)
            case "BIN":
                raise BadCall("the SMS is no text")
        return charset.decode(self.body, "iso8859-15")

    @property
    def message_ids(self) -> list[str]:
        """The TP-MR of each part: `250 251 .` under `messageids = 3`."""
        return [word for word in self.headers.get("Message_id", "").split() if _is_number(word)]


def create(table: GatewayTable, config: Config) -> SmsTools:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    return SmsTools(table.name, options, config.country)


class SmsTools(SpoolGateway):
    """One smsd."""

    type = "smstools"

    def __init__(self, name: str, options: Options, country: str) -> None:
        spool = Path(options.spool)
        places = {RECEIVED: "incoming", REPORT: "report", SENT: "sent", FAILED: "failed"}
        queues = (spool / "outgoing", spool / "checked")
        super().__init__(name, queues, {kind: spool / folder for kind, folder in places.items()})
        self._options = options
        self._country = country

    def send(self, sms: OutboundSms, perform: Perform) -> Outcome:
        """Put one file where smsd takes it."""
        try:
            place(self._outgoing, f"{OURS}.{sms.to.digits}.{sms.reference}", message(sms, self._options))
        except OSError as error:
            return Later(f"the SMS cannot be handed to smsd ({error.strerror})")
        return Accepted()

    def read(self, kind: str, path: Path) -> tuple[Event, ...]:
        """What one of smsd's files says."""
        content = path.read_bytes()
        file = parse(content)
        match kind:
            case "RECEIVED":
                return (self._received(file, path, content),)
            case "REPORT":
                return (self._report(file, path),)
        return self._own(kind, file)

    def _received(self, file: File, path: Path, content: bytes) -> InboundSms:
        to = file.headers.get("Number") or file.headers.get("Subject") or self.name
        return InboundSms(
            self.name,
            f"{path.name} {hashlib.sha256(content).hexdigest()[:16]}",
            self._sender(file),
            phone.service_number(to) or to,
            file.text,
            local_seconds(file.headers.get("Sent", "")),
            udh.segment_of(file.headers.get("UDH-DATA", "")),
        )

    def _sender(self, file: File) -> str:
        """Who sent it; the type of address says of a number whether it lacks its country code."""
        number = file.headers.get("From", "")
        if " national" in file.headers.get("From_TOA", ""):
            try:
                return phone.parse(number, self._country)
            except NumberRefused:
                return number
        return phone.sender(number)

    def _own(self, kind: str, file: File) -> tuple[Event, ...]:
        """What became of one of our SMS on its way to the network; of others' SMS nothing."""
        reference = file.headers.get("X-Id", "")
        if not reference:
            return ()
        if kind == SENT:
            known_as = f"{_digits(file.headers.get('To', ''))}/{' '.join(file.message_ids)}"
            return (Receipt(self.name, reference, known_as, Delivery.ON_ITS_WAY),)
        reason = file.headers.get("Fail_reason") or "smsd has not taken it"
        failed_at = local_seconds(file.headers.get("Failed", ""))
        return (Receipt(self.name, reference, "", Delivery.FAILED, reason, happened_at=failed_at),)

    def _report(self, file: File, path: Path) -> Receipt:
        """The network's word on one part. Raises TemporaryError while smsd may still be busy with its SMS."""
        said = _fields(file.text.splitlines())
        message_id, status = said.get("Message_id", ""), said.get("Status", "")
        number = status.partition(",")[0]
        if not _is_number(message_id) or not _is_number(number):
            raise BadCall("a status report has a Message_id and a Status")
        to = _digits(file.headers.get("From", ""))
        reference, parts = self._sent(to, message_id)
        if not reference and self._folders[SENT].is_dir() and time.time() - path.stat().st_mtime < REPORT_WAITS_SECONDS:
            raise TemporaryError("a report is of an SMS that is not known as sent yet")
        happened_at = local_seconds(said.get("Discharge_timestamp", ""))
        return Receipt(
            self.name, reference, f"{to}/{message_id}", delivery_of(int(number)), status, message_id, happened_at, parts
        )

    def _sent(self, to: str, message_id: str) -> tuple[str, int]:
        """Our reference of the newest SMS to a number of which a part had this id, and the number of its parts."""
        found = sorted(
            ((path.stat().st_mtime, path) for path in self._folders[SENT].glob(f"{OURS}.{to}.*")), reverse=True
        )
        for _, path in found:
            file = parse(path.read_bytes())
            if message_id in file.message_ids:
                return file.headers.get("X-Id", ""), len(file.message_ids)
        return "", 0


def message(sms: OutboundSms, options: Options) -> bytes:
    """One SMS as a file for smsd; pure."""
    plain = sms.encoding is Encoding.GSM7
    headers = {
        "To": f"s{sms.to.digits}" if len(sms.to.digits) <= _LONGEST_SHORT_CODE else sms.to.digits,
        "Alphabet": "UTF-8" if plain else "UCS2",
        "Autosplit": "3",  # parts that phones join
        "Report": "yes" if options.receipts else "no",
        "X-Id": sms.reference,
    }
    if options.queue:
        headers["Queue"] = options.queue
    header = "".join(f"{name}: {value}\n" for name, value in headers.items())
    body = sms.text.encode("utf-8", "replace") if plain else sms.text.encode(_CUT_UTF16, "replace")
    return header.encode() + b"\n" + body


def parse(content: bytes) -> File:
    """A file of smsd's; pure. Lines end with a line feed, the header with an empty one."""
    header, _, body = content.partition(b"\n\n")
    return File(_fields(header.decode("utf-8", "replace").split("\n")), body)


def local_seconds(written: str) -> float | None:
    """smsd's `26-11-22 09:00:00`, the time of this machine, in seconds since the epoch; None of anything else."""
    try:
        return time.mktime(time.strptime(written.strip(), "%y-%m-%d %H:%M:%S"))
    except (ValueError, OverflowError):
        return None


def _fields(lines: Iterable[str]) -> dict[str, str]:
    """Lines `Name: value`; of each name the first."""
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip(), value.strip())
    return fields


def _is_number(text: str) -> bool:
    """Whether a text is a number as the network has them: one octet."""
    return text.isascii() and text.isdigit() and len(text) <= 3


def _digits(number: str) -> str:
    """A recipient as both smsd's files and its reports have it: without `s` and plus sign."""
    return "".join(char for char in number if char.isascii() and char.isdigit())
