"""Where a value stands in what a provider says.

    /a/b/0          a JSON pointer (RFC 6901) into the document, or into the row in hand where there are rows
    ^/a/b           the same into the whole document
    query:name      a parameter of the URL that was called
    header:Name     a header
    ~regex          the first group (or all) of what a regular expression finds in the body
    =text           always this

In a list of places the first that has a value counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smsdialog.gateways._http.document import Said
from smsdialog.gateways._http.table import Table

ANY = "*"
_KINDS = ("/", "^/", "query:", "header:", "~", "=")
_EXPECTATION = "a place such as /field, ^/field, query:name, header:Name, ~regex or =text"


@dataclass(frozen=True)
class Place:
    """One or more places; without any, it has no value."""

    written: tuple[str, ...] = ()

    def find(self, said: Said) -> str:
        """The first value there, empty where there is none."""
        return next(self.all(said), "")

    def all(self, said: Said) -> Iterator[str]:
        """Every value that is there, in the order of the places."""
        return filter(None, (_value(one, said) for one in self.written))

    def octets(self, said: Said) -> bytes:
        """The first value there as octets: of a query percent-decoded only, else in UTF-8."""
        for one in self.written:
            name = one.removeprefix("query:")
            found = said.call.octets(name) if name != one else _value(one, said).encode()
            if found:
                return found
        return b""

    def rows(self, said: Said) -> tuple[Said, ...] | None:
        """What was said row by row: a list's items, or the one object; None where there is no such thing."""
        if not self.written:
            return (said,)
        found = _node(self.written[0], said)
        rows = found if isinstance(found, list) else [found]
        if found is None or found == "":
            return None
        return tuple(Said(row, said.whole, said.body, said.headers, said.call) for row in rows)


@dataclass(frozen=True)
class Conditions:
    """What must stand at places: one of some texts, or `*` for anything at all."""

    wanted: tuple[tuple[Place, frozenset[str]], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted)

    def hold(self, said: Said) -> bool:
        """Whether all of them do."""
        return all(_is_among(place.find(said), texts) for place, texts in self.wanted)


def read_place(table: Table, key: str) -> Place:
    """The place, or places, of a key; none where it is not given. Raises ConfigError."""
    written = table.texts(key, expectation=_EXPECTATION)
    for one in written:
        _check(table, key, one)
    return Place(written)


def read_rows(table: Table, key: str) -> Place:
    """The place of rows; none where it is not given. Raises ConfigError."""
    if key not in table:
        return Place()
    written = table.text(key)
    if not written.startswith(("/", "^/")):
        raise table.wrong(key, "a JSON pointer such as /messages or ^/messages")
    return Place((written,))


def read_conditions(table: Table, key: str) -> Conditions:
    """A table of places and what must stand there: a text, a number, true or false, or a list of them."""
    wanted = []
    for place, value in table.mapping(key).items():
        _check(table, key, place)
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str | int | float) for item in values):
            raise table.wrong(f"{key}.{place}", "a text, a number, true or false, or a list of them")
        wanted.append((Place((place,)), frozenset(map(_scalar, values))))
    return Conditions(tuple(wanted))


def pointed(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) points at; None where there is nothing.

    >>> pointed({"to": [{"status": "sent"}]}, "/to/0/status")
    'sent'
    """
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping):
            document = document.get(name)
        elif isinstance(document, list) and name.isascii() and name.isdigit() and len(name) < 7:
            document = document[int(name)] if int(name) < len(document) else None
        else:
            return None
    return document


def _check(table: Table, key: str, written: str) -> None:
    if not written.startswith(_KINDS):
        raise table.wrong(key, _EXPECTATION)
    if written.startswith("~"):
        try:
            re.compile(written[1:])
        except re.error as error:
            raise table.wrong(key, f"a regular expression ({error})") from error


def _node(written: str, said: Said) -> Any:
    if written.startswith("^"):
        return pointed(said.whole, written[1:])
    return pointed(said.row, written) if written.startswith("/") else _value(written, said)


def _value(written: str, said: Said) -> str:
    if written.startswith(("/", "^")):
        return _scalar(_node(written, said))
    if written.startswith("~"):
        found = re.search(written[1:], said.text)
        return (found[1] if found.re.groups else found[0]) or "" if found else ""
    kind, _, name = written.partition(":")
    match kind:
        case "query":
            return said.call.argument(name)
        case "header":
            return said.headers.get(name.lower(), "")
    return written.removeprefix("=")


def _scalar(value: Any) -> str:
    """A value as a text; objects, lists and null are none. Halves of emoji that belong together are joined."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        return ""
    return str(value).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _is_among(value: str, texts: frozenset[str]) -> bool:
    return bool(value) if ANY in texts else value in texts
