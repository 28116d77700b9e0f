"""What a provider's answer means, from the table `answer`: by status, by body, row by row.

Success is a status of `ok_status` and, in every row, all that `ok` demands and an id where `id` names its place.
Everything else is looked up: the code in `classes`, then the status in `statuses`; what neither knows is what its
status says by itself (`by_status`), and after a status of success it is unknown. Rows of both kinds are the parts of
one SMS, of which some are out: unknown, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from smsdialog.gateways._base import (
    Accepted,
    Credit,
    HttpResponse,
    Later,
    Misconfigured,
    Outcome,
    Rate,
    Refused,
    Unknown,
    by_status,
    in_words,
)
from smsdialog.gateways._http.codes import Codes
from smsdialog.gateways._http.document import ANSWERS, Said, of_answer
from smsdialog.gateways._http.place import Conditions, Place, read_conditions, read_place, read_rows
from smsdialog.gateways._http.table import Table

_WAITING: dict[str, type[Later]] = {"later": Later, "rate": Rate, "credit": Credit, "config": Misconfigured}
CLASSES = ("accepted", "refused", *_WAITING, "unknown")
_SECONDS = {"ms": 0.001, "s": 1.0, "minutes": 60.0}
# Nobody waits longer because of a provider's word; what is longer is a mistake.
_LONGEST_WAIT_SECONDS = 86_400.0
_STATUS = re.compile(r"[1-5][0-9]{2}|[1-5]?[0-9]?\*", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """The table `answer`, read; `provider` is who speaks, in reasons."""

    provider: str
    format: str
    ok_status: frozenset[int]
    ok: Conditions
    rows: Place
    id: Place
    code: Place
    words: Place
    wait: Place
    wait_unit: str
    classes: Codes
    statuses: Codes
    meanings: Codes

    def outcome(self, response: HttpResponse) -> Outcome:
        """What one answer means."""
        said = of_answer(response, self.format)
        rows = self.rows.rows(said) if response.status in self.ok_status else None
        if not rows:
            return self._failure(response, said)
        found = [self._of_row(response, row) for row in rows]
        failed = [outcome for outcome in found if not isinstance(outcome, Accepted)]
        if failed and len(failed) < len(found):
            return Unknown(in_words(self.provider, response, "only some parts were accepted"))
        return failed[0] if failed else found[0]

    def _of_row(self, response: HttpResponse, row: Said) -> Outcome:
        gateway_id = self.id.find(row)
        if self.ok.hold(row) and (gateway_id or not self.id.written):
            return Accepted(gateway_id)
        return self._failure(response, row)

    def _failure(self, response: HttpResponse, said: Said) -> Outcome:
        codes = tuple(self.code.all(said))
        reason = in_words(self.provider, response, self._words(codes, said))
        kind = self.classes.first_of(codes) or self.statuses.of(str(response.status))
        match kind:
            case "accepted":
                return Accepted(self.id.find(said))
            case "refused":
                return Refused(reason)
            case "unknown":
                return Unknown(reason)
            case "":
                outcome = by_status(response, reason)
                if isinstance(outcome, Later):
                    return replace(outcome, wait_seconds=self._wait(response, said))
                return outcome
        return _WAITING[kind](reason, self._wait(response, said))

    def _words(self, codes: tuple[str, ...], said: Said) -> str:
        """The provider's own words with its code, and what its documentation says of that."""
        words = " ".join(filter(None, (*codes[:1], self.words.find(said))))
        meaning = self.meanings.first_of(codes)
        return f"{words} ({meaning})" if meaning else words

    def _wait(self, response: HttpResponse, said: Said) -> float:
        found = self.wait.find(said)
        if not (found.isascii() and found.isdigit() and len(found) < 12):
            return response.retry_after
        return min(int(found) * _SECONDS[self.wait_unit], _LONGEST_WAIT_SECONDS)


def read_answer(table: Table, provider: str) -> Answer:
    """The table `answer`. Raises ConfigError."""
    with table as given:
        if not any(key in given for key in ("ok_status", "ok", "id")):
            raise given.missing("ok", "what an answer of success says (or 'ok_status', where its status says it all)")
        return Answer(
            provider,
            given.one_of("format", ANSWERS, "json"),
            given.statuses("ok_status", (200, 201, 202)),
            read_conditions(given, "ok"),
            read_rows(given, "rows"),
            read_place(given, "id"),
            read_place(given, "code"),
            read_place(given, "words"),
            read_place(given, "wait"),
            given.one_of("wait_unit", tuple(_SECONDS), "s"),
            Codes(given.words("classes", CLASSES)),
            _read_statuses(given),
            Codes(given.words("meanings")),
        )


def _read_statuses(table: Table) -> Codes:
    found = table.words("statuses", CLASSES)
    for status in found:
        if not _STATUS.fullmatch(status):
            raise table.wrong(f"statuses.{status}", "an HTTP status such as 418, or the beginning of some, such as 5*")
    return Codes(found)
