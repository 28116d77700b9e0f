"""XML as the same kind of document that JSON is, read safely.

A document type is refused, and with it every entity: nothing is fetched, and nothing grows beyond its own size.
An element is its text; with attributes or children it is an object, in which an attribute is `@name`, a child its
name (a list, where there are several), and text beside them `#text`. Names lose their namespace prefix.

>>> document(b"<sms id='7'><to>4520123456</to><part>a</part><part>b</part></sms>")
{'sms': {'@id': '7', 'to': '4520123456', 'part': ['a', 'b']}}
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from smsdialog.errors import BadCall

# Beyond what any provider sends; a limit, so that reading a document never is a recursion too deep.
MAX_DEPTH = 50


def document(octets: bytes) -> dict[str, Any]:
    """An XML document. Raises BadCall."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(octets, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an encoding that is none
        raise BadCall("expected XML") from error
    return reader.whole


def _refuse(*declared: object) -> None:
    raise BadCall("expected XML without a document type")


@dataclass
class _Element:
    name: str
    fields: dict[str, Any]
    text: list[str] = field(default_factory=list)

    @property
    def value(self) -> Any:
        text = "".join(self.text).strip()
        if not self.fields:
            return text
        return {**self.fields, "#text": text} if text else self.fields


class _Reader:
    """What expat calls while it reads."""

    def __init__(self) -> None:
        self.whole: dict[str, Any] = {}
        self._open: list[_Element] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise BadCall("XML too deep")
        self._open.append(_Element(_local(name), {f"@{_local(key)}": value for key, value in attributes.items()}))

    def end(self, name: str) -> None:
        done = self._open.pop()
        _add(self._open[-1].fields if self._open else self.whole, done.name, done.value)

    def characters(self, text: str) -> None:
        self._open[-1].text.append(text)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _add(fields: dict[str, Any], name: str, value: Any) -> None:
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]
