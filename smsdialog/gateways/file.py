"""The embedded default: SMS are appended to a file, one JSON object a line.

    {"to", "from", "text", "parts", "encoding", "reference", "time"}

Inbound is a POST of `{"from", "to", "text", "id"}`; with `secret` set, it must come with
`Authorization: Bearer SECRET`.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from smsdialog import strands
from smsdialog.config import Config, GatewayTable, read_table
from smsdialog.core import phone
from smsdialog.core.model import InboundSms, OutboundSms
from smsdialog.errors import BadCall, Unauthentic
from smsdialog.gateways._base import Accepted, Event, Later, Outcome, Perform
from smsdialog.gateways._signature import same
from smsdialog.gateways._webcall import Reply, WebCall
from smsdialog.ownership import adopt


@dataclass(frozen=True)
class Options:
    """`path` is the file; `secret` guards what comes in."""

    path: str = ""
    secret: str = field(default="", repr=False)


def create(table: GatewayTable, config: Config) -> FileGateway:
    """Read one `[gateways.NAME]` table of this type. Raises ConfigError."""
    options = read_table(Options, table.options, f"gateways.{table.name}", config.source)
    return FileGateway(table.name, Path(options.path or f"{config.state_dir}/outbox.jsonl"), options.secret)


class FileGateway:
    """Appends to a file; each line is whole, also when several processes write at once."""

    type = "file"
    reply = receipt_reply = Reply()

    def __init__(self, name: str, path: Path, secret: str) -> None:
        self.name = name
        self._path = path
        self._secret = secret

    def send(self, sms: OutboundSms, perform: Perform) -> Outcome:
        """Append one line and make it durable."""
        try:
            strands.elsewhere(partial(_append, self._path, line(sms, datetime.now(UTC))))
        except OSError as error:
            return Later(f"the file cannot be written ({error.strerror})")
        return Accepted(sms.reference)

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The SMS of one POST."""
        self._authenticate(call)
        try:
            fields = json.loads(call.body)
            sender, to, text = fields["from"], fields["to"], fields["text"]
            gateway_id = fields.get("id", "")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise BadCall("expected a JSON object with from, to, text and id") from error
        if not all(isinstance(value, str) for value in (sender, to, text)) or not isinstance(gateway_id, str | int):
            raise BadCall("from, to and text are texts")
        return (InboundSms(self.name, str(gateway_id), phone.sender(sender), phone.service_number(to) or to, text),)

    def receipt(self, call: WebCall) -> tuple[Event, ...]:
        """There are no receipts: what is in the file is sent."""
        raise BadCall("this gateway has no receipts")

    def balance(self, perform: Perform) -> str:
        """A file costs nothing."""
        return ""

    def naming(self, names: Callable[[str], bool]) -> list[str]:
        """The lines that name somebody."""
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [f"{self._path}:{at}" for at, said in enumerate(lines, 1) if names(said.decode("utf-8", "replace"))]

    def drop(self, names: Callable[[str], bool]) -> int:
        """Write the file anew without them; whoever appends meanwhile waits."""
        if not self.naming(names):
            return 0
        with self._path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            lines = file.readlines()
            kept = [said for said in lines if not names(said.decode("utf-8", "replace"))]
            file.seek(0)
            file.writelines(kept)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        return len(lines) - len(kept)

    def _authenticate(self, call: WebCall) -> None:
        scheme, _, given = call.header("authorization").partition(" ")
        known = scheme.lower() == "bearer" and same(given.strip(), self._secret)
        if self._secret and not known:
            raise Unauthentic("wrong or missing bearer secret")
        if call.method != "POST":
            raise BadCall("expected a POST")


def line(sms: OutboundSms, now: datetime) -> bytes:
    """One SMS as a line of the file."""
    fields = {
        "to": sms.to,
        "from": sms.sender,
        "text": sms.text,
        "parts": sms.parts,
        "encoding": sms.encoding.value,
        "reference": sms.reference,
        "time": now.isoformat(timespec="milliseconds"),
    }
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _append(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        file = os.fstat(descriptor)
        end = file.st_size
        if end == 0 and file.st_uid == os.geteuid():
            adopt(descriptor, path.parent, shared_mode=0o660)
        try:
            written = os.write(descriptor, data)
            if written < len(data):
                raise OSError(28, os.strerror(28))
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, end)  # a full disk must not leave half a line
            raise
    finally:
        os.close(descriptor)
