"""Receipts, from the table `receipt`."""

from __future__ import annotations

from dataclasses import dataclass

from smsdialog.core.model import Delivery, Receipt
from smsdialog.errors import BadCall
from smsdialog.gateways._base import REASON_CHARACTERS
from smsdialog.gateways._http.codes import Codes
from smsdialog.gateways._http.document import Said
from smsdialog.gateways._http.mapping import Calls, read_calls
from smsdialog.gateways._http.place import Place, read_place
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._http.time import Moment, read_moment
from smsdialog.gateways._webcall import WebCall


@dataclass(frozen=True)
class Receipts:
    """The table `receipt`, read. `id_separator` parts the provider's id from the number of the part behind it."""

    calls: Calls
    reference: Place
    id: Place
    id_separator: str
    part: Place
    status: Place
    statuses: Codes
    code: Place
    words: Place
    meanings: Codes
    time: Moment

    def events(self, gateway: str, call: WebCall) -> tuple[Receipt, ...]:
        """The receipts of a call. Raises BadCall."""
        return tuple(self._receipt(gateway, row) for row in self.calls.said(call))

    def _receipt(self, gateway: str, said: Said) -> Receipt:
        reference, status = self.reference.find(said), self.status.find(said)
        gateway_id, part = self._id(said)
        if not status or not (reference or gateway_id):
            raise BadCall("no status, or neither reference nor id, where the table says")
        delivery = Delivery(self.statuses.of(status) or Delivery.ON_ITS_WAY.value)
        reason = self._reason(status, said)
        return Receipt(gateway, reference, gateway_id, delivery, reason, part, self.time.find(said))

    def _id(self, said: Said) -> tuple[str, str]:
        whole, part = self.id.find(said), self.part.find(said)
        head, found, tail = whole.rpartition(self.id_separator) if self.id_separator else ("", "", "")
        return (head, part or tail) if found else (whole, part)

    def _reason(self, status: str, said: Said) -> str:
        """The provider's own words, and what its documentation says of the code."""
        code = self.code.find(said)
        words = " ".join(" ".join(filter(None, (status, code, self.words.find(said)))).split())
        meaning = self.meanings.first_of((code, status))
        return (f"{words} ({meaning})" if meaning else words)[:REASON_CHARACTERS]


def read_receipts(table: Table) -> Receipts:
    """The table `receipt`. Raises ConfigError."""
    with table as given:
        for key in ("status", "statuses"):
            if key not in given:
                raise given.missing(key, "the place of the status" if key == "status" else "what each status means")
        found = Receipts(
            read_calls(given),
            read_place(given, "reference"),
            read_place(given, "id"),
            given.text("id_separator", ""),
            read_place(given, "part"),
            read_place(given, "status"),
            Codes(given.words("statuses", [delivery.value for delivery in Delivery])),
            read_place(given, "code"),
            read_place(given, "words"),
            Codes(given.words("meanings")),
            read_moment(given),
        )
    if not (found.reference.written or found.id.written):
        raise table.missing("reference", "the place of our reference, or of the provider's id in 'id'")
    return found
