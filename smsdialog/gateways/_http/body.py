"""The body of a request, from its template: JSON, a form, XML, or a text of the provider's own."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from smsdialog.gateways._http import template
from smsdialog.gateways._http.filters import ESCAPES, as_octets, as_text, in_xml
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._http.template import Template, Values

KINDS = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "text/xml; charset=utf-8",
    "raw": "text/plain; charset=utf-8",
}


class Body(Protocol):
    """What a request's body is made of."""

    @property
    def content_type(self) -> str:
        """The header of that name, empty where there is no body."""
        ...

    def octets(self, values: Values) -> bytes:
        """The body with everything filled in. Raises ValueError or TypeError where a value cannot stand there."""
        ...


@dataclass(frozen=True)
class NoBody:
    """No body at all."""

    content_type: str = ""

    def octets(self, values: Values) -> bytes:
        """Nothing."""
        return b""


@dataclass(frozen=True)
class JsonBody:
    """A tree that becomes JSON; æ and emoji travel as themselves."""

    tree: Any
    content_type: str

    def octets(self, values: Values) -> bytes:
        """See `Body`."""
        filled = template.filled_tree(self.tree, values)
        return json.dumps(filled, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


@dataclass(frozen=True)
class FormBody:
    """Fields; a list is one field several times."""

    fields: dict[str, Any]
    content_type: str

    def octets(self, values: Values) -> bytes:
        """See `Body`."""
        return urlencode(list(pairs(self.fields, values)), errors="replace").encode()


@dataclass(frozen=True)
class XmlBody:
    """XML, each value escaped."""

    template: Template
    content_type: str

    def octets(self, values: Values) -> bytes:
        """See `Body`."""
        return self.template.filled(values, in_xml).encode("utf-8", "replace")


@dataclass(frozen=True)
class RawBody:
    """A text, or octets, that are nothing but one value; in a longer one each value says how it is escaped."""

    template: Template
    content_type: str

    def octets(self, values: Values) -> bytes:
        """See `Body`."""
        return as_octets(self.template.leaf(values))


def read_body(table: Table, known: Collection[str]) -> Body:
    """The table `body`, with one of the kinds in it. Raises ConfigError."""
    with table as given:
        kinds = [kind for kind in KINDS if kind in given]
        content_type = given.text("content_type", KINDS[kinds[0]] if kinds else "")
        if len(kinds) > 1 or (content_type and not kinds):
            raise given.wrong(kinds[-1] if kinds else "content_type", f"one of {', '.join(KINDS)}, and only one")
        return _read(given, kinds[0], content_type, known) if kinds else NoBody()


def fields(table: Table, key: str, known: Collection[str]) -> dict[str, Any]:
    """A table of templates, in which a list is one name several times. Raises ConfigError."""
    found = parsed(table, key, table.mapping(key), known)
    for name, value in found.items():
        leaves = value if isinstance(value, list) else [value]
        if any(isinstance(leaf, dict | list) for leaf in leaves):
            raise table.wrong(f"{key}.{name}", "a text, a number, true or false, or a list of them")
    return dict(found)


def pairs(fields: dict[str, Any], values: Values) -> Iterator[tuple[str, str | bytes]]:
    """Names and values of a form or a query; octets stay octets, so that they are percent-encoded as they are."""
    for name, value in template.filled_tree(fields, values).items():
        for leaf in value if isinstance(value, list) else [value]:
            yield name, leaf if isinstance(leaf, bytes) else as_text(leaf)


def parsed(table: Table, key: str, node: Any, known: Collection[str]) -> Any:
    """A tree of templates. Raises ConfigError."""
    try:
        return template.tree(node, known)
    except ValueError as error:
        raise table.wrong(key, f"known placeholders: {error}") from error


def _read(table: Table, kind: str, content_type: str, known: Collection[str]) -> Body:
    if kind == "json":
        return JsonBody(parsed(table, kind, table.any(kind, "a table"), known), content_type)
    if kind == "form":
        return FormBody(fields(table, kind, known), content_type)
    template: Template = parsed(table, kind, table.text(kind), known)
    if kind == "xml":
        return XmlBody(template, content_type)
    if not template.is_one_placeholder and any(not _is_escaped(one.filters) for one in template.placeholders):
        raise table.wrong(kind, f"every placeholder with one of |{', |'.join(sorted(ESCAPES))} at its end")
    return RawBody(template, content_type)


def _is_escaped(filters: tuple[str, ...]) -> bool:
    return bool(filters) and filters[-1] in ESCAPES
