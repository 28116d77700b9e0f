"""What a provider calls us with: what the tables `inbound` and `receipt` have in common.

A table with `only` is for the calls (or the rows of one) of which that holds; so two tables with `only` can share one
address. A table without it takes all calls that come to its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from smsdialog.errors import BadCall
from smsdialog.gateways._http.document import CALLS, Said, methods, of_call
from smsdialog.gateways._http.place import Conditions, Place, read_conditions, read_rows
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._webcall import Reply, WebCall


@dataclass(frozen=True)
class Calls:
    """How calls of one kind come, which of their rows are meant, and what the provider hears."""

    formats: tuple[str, ...]
    methods: frozenset[str]
    rows: Place
    only: Conditions
    reply: Reply

    def said(self, call: WebCall) -> tuple[Said, ...]:
        """The rows of a call that are of this kind. Raises BadCall."""
        if call.method not in self.methods:
            raise BadCall(f"expected a {' or '.join(sorted(self.methods))}")
        whole = of_call(call, self.formats)
        rows = self.rows.rows(whole)
        if rows is None and not self.only:
            raise BadCall(f"there is nothing at {self.rows.written[0]}")
        return tuple(row for row in rows or () if self.only.hold(row))


def read_calls(table: Table) -> Calls:
    """The keys that `inbound` and `receipt` have in common. Raises ConfigError."""
    formats = table.texts("format", ("json",))
    if not formats or not set(formats) <= set(CALLS):
        raise table.wrong("format", f"one or more of {', '.join(CALLS)}")
    allowed = frozenset(table.texts("methods", tuple(methods(formats))))
    if not allowed <= {"GET", "POST", "PUT"}:
        raise table.wrong("methods", "a list of GET, POST and PUT")
    return Calls(formats, allowed, read_rows(table, "list"), read_conditions(table, "only"), read_reply(table))


def read_reply(table: Table) -> Reply:
    """The table `reply`: what the provider hears when all went well. Raises ConfigError."""
    plain = Reply()
    with table.table("reply") as given:
        status = given.whole("status", plain.status)
        if not 200 <= status <= 299:
            raise given.wrong("status", "an HTTP status from 200 to 299")
        return Reply(status, given.text("content_type", plain.content_type), given.text("body", "").encode())
