"""SMS that come in, from the table `inbound`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from smsdialog.core import phone, udh
from smsdialog.core.model import InboundSms, Segment
from smsdialog.core.segments import is_part
from smsdialog.errors import BadCall
from smsdialog.gateways._http.document import Said
from smsdialog.gateways._http.mapping import Calls, read_calls
from smsdialog.gateways._http.place import Place, read_place
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._http.time import Moment, read_moment
from smsdialog.gateways._webcall import WebCall

_CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "hex": lambda octets: bytes.fromhex(octets.decode("ascii")),
    "base64": lambda octets: base64.b64decode(octets, validate=True),
    "percent": unquote_to_bytes,
}
_PART_FIELDS = ("reference", "total", "index")
_CHARSETS = {"utf8": "utf-8", "utf16be": "utf-16-be", "latin1": "latin-1"}


@dataclass(frozen=True)
class Parts:
    """Where a part of a long SMS says which one it is: in three fields, or in its user data header."""

    reference: Place
    total: Place
    index: Place
    udh: Place

    def find(self, said: Said) -> Segment | None:
        """Which part a row is; None where it is whole."""
        header = self.udh.find(said)
        if header:
            return udh.segment_of(header)
        total, index = self.total.find(said), self.index.find(said)
        if not (_is_small(total) and _is_small(index) and is_part(int(total), int(index))):
            return None
        return Segment(self.reference.find(said), int(total), int(index))


@dataclass(frozen=True)
class Inbound:
    """The table `inbound`, read."""

    calls: Calls
    sender: Place
    to: Place
    text: Place
    text_encoding: tuple[str, ...]
    keyword: Place
    id: Place
    time: Moment
    parts: Parts

    def events(self, gateway: str, call: WebCall) -> tuple[InboundSms, ...]:
        """The SMS of a call. Raises BadCall."""
        return tuple(self._sms(gateway, row) for row in self.calls.said(call))

    def _sms(self, gateway: str, said: Said) -> InboundSms:
        sender, to = self.sender.find(said), self.to.find(said)
        if not (sender or to):
            raise BadCall("neither sender nor receiver is where the table says")
        return InboundSms(
            gateway,
            self.id.find(said),
            phone.sender(sender),
            to,
            self._text(said),
            self.time.find(said),
            self.parts.find(said),
        )

    def _text(self, said: Said) -> str:
        text = _decoded(self.text.octets(said), self.text_encoding) if self.text_encoding else self.text.find(said)
        keyword = self.keyword.find(said)
        if not keyword or text.split(maxsplit=1)[:1] == [keyword]:
            return text
        return f"{keyword} {text}"


def read_inbound(table: Table) -> Inbound:
    """The table `inbound`. Raises ConfigError."""
    with table as given:
        for key in ("sender", "text"):
            if key not in given:
                raise given.missing(key, "a place such as /field or query:name")
        return Inbound(
            read_calls(given),
            read_place(given, "sender"),
            read_place(given, "to"),
            read_place(given, "text"),
            _read_encoding(given),
            read_place(given, "keyword"),
            read_place(given, "id"),
            read_moment(given),
            _read_parts(given),
        )


def _read_encoding(table: Table) -> tuple[str, ...]:
    steps = table.texts("text_encoding")
    if not all(step in _CODINGS for step in steps[:-1]) or not {*steps[-1:]} <= {*_CODINGS, *_CHARSETS}:
        raise table.wrong("text_encoding", f"{', '.join(_CODINGS)}, and one of {', '.join(_CHARSETS)} at the end")
    return steps


def _read_parts(table: Table) -> Parts:
    with table.table("part") as given:
        lacking = [key for key in _PART_FIELDS if key not in given]
        if 0 < len(lacking) < len(_PART_FIELDS) and "udh" not in given:
            raise given.missing(lacking[0], "a place such as /field, beside the other two")
        places = [read_place(given, key) for key in (*_PART_FIELDS, "udh")]
    return Parts(*places)


def _decoded(octets: bytes, steps: tuple[str, ...]) -> str:
    """A text that came coded. Raises BadCall."""
    try:
        for step in steps:
            octets = _CODINGS[step](octets) if step in _CODINGS else octets
    except (ValueError, binascii.Error) as error:
        raise BadCall(f"the text is not {step}") from error
    return octets.decode(_CHARSETS.get(steps[-1], "utf-8"), "replace")


def _is_small(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4
