"""Templates: texts with `{name}` or `{name|filter|…}` in them, and trees of them that keep the types of their leaves.

Values never become a part of the template: a tree is filled in leaf by leaf and written as JSON or a form only then,
and in a flat text each value is escaped for its place. So nothing that an SMS holds can end a field or begin one.
A leaf that is one placeholder and nothing else takes the type of the value (`{to|int}` is a number of JSON's), and
is left out where the value is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smsdialog.gateways._http.filters import FILTERS, as_text

Values = Mapping[str, Any]

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)((?:\|[a-z0-9]+)*)\}")


@dataclass(frozen=True)
class Placeholder:
    """`{name|filter|filter}`."""

    name: str
    filters: tuple[str, ...] = ()

    def value(self, values: Values) -> Any:
        """The value after all filters; an empty one stays empty. Raises ValueError."""
        value = values[self.name]
        for name in self.filters if value != "" else ():
            value = FILTERS[name](value)
        return value


@dataclass(frozen=True)
class Template:
    """A text in pieces: what always stands there, and what is filled in."""

    pieces: tuple[str | Placeholder, ...]

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """Those in it, in their order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Placeholder))

    @property
    def is_one_placeholder(self) -> bool:
        """Whether there is nothing else in it."""
        return len(self.pieces) == 1 == len(self.placeholders)

    def leaf(self, values: Values) -> Any:
        """The value as a leaf of a tree: with its own type if it is one placeholder. Raises ValueError."""
        return self.placeholders[0].value(values) if self.is_one_placeholder else self.filled(values)

    def filled(self, values: Values, escape: Callable[[Any], str] = as_text) -> str:
        """The text, each value escaped. Raises ValueError."""
        return "".join(piece if isinstance(piece, str) else escape(piece.value(values)) for piece in self.pieces)


def parse(text: str, known: Collection[str]) -> Template:
    """A template. Raises ValueError for a name or a filter that is not known.

    >>> parse("SMS to {to|digits}", {"to"}).filled({"to": "+4520123456"})
    'SMS to 4520123456'
    """
    return Template(tuple(_pieces(text, known)))


def tree(node: Any, known: Collection[str]) -> Any:
    """A tree of TOML's values in which every text is a template. Raises ValueError."""
    if isinstance(node, str):
        return parse(node, known)
    if isinstance(node, dict):
        return {key: tree(value, known) for key, value in node.items()}
    if isinstance(node, list):
        return [tree(value, known) for value in node]
    if not isinstance(node, int | float):
        raise ValueError("dates have to be texts")
    return node


def names(node: Any) -> Iterator[str]:
    """Every name that a tree asks for."""
    if isinstance(node, Template):
        yield from (placeholder.name for placeholder in node.placeholders)
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from names(child)


class _Absent:
    """What a leaf is that is to be left out."""


_ABSENT = _Absent()


def filled_tree(node: Any, values: Values) -> Any:
    """A tree with everything filled in; empty leaves are left out, and so is what only they stood in."""
    found = _filled(node, values)
    return {} if found is _ABSENT else found


def _filled(node: Any, values: Values) -> Any:
    if isinstance(node, Template):
        value = node.leaf(values)
        return _ABSENT if value == "" and node.is_one_placeholder else value
    if isinstance(node, dict):
        filled = {key: _filled(value, values) for key, value in node.items()}
        return _without_absent(node, {key: value for key, value in filled.items() if value is not _ABSENT})
    if isinstance(node, list):
        items = [_filled(value, values) for value in node]
        return _without_absent(node, [value for value in items if value is not _ABSENT])
    return node


def _without_absent(node: Any, filled: Any) -> Any:
    return _ABSENT if node and not filled else filled


def _pieces(text: str, known: Collection[str]) -> Iterator[str | Placeholder]:
    end = 0
    for found in _PLACEHOLDER.finditer(text):
        if found.start() > end:
            yield text[end : found.start()]
        yield _placeholder(found[1], tuple(filter(None, found[2].split("|"))), known)
        end = found.end()
    if end < len(text):
        yield text[end:]


def _placeholder(name: str, filters: tuple[str, ...], known: Collection[str]) -> Placeholder:
    if name not in known:
        raise ValueError(f"there is no {{{name}}}; there are {', '.join(sorted(known))}")
    for one in filters:
        if one not in FILTERS:
            raise ValueError(f"there is no |{one}; there are {', '.join(sorted(FILTERS))}")
    return Placeholder(name, filters)
