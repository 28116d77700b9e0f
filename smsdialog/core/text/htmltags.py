"""Where a tag of HTML source ends, what it is called, and what it says: one look each, and none looks far.

Sources are broken in every way: quotes that never close, values without quotes, elements without an end.
"""

from __future__ import annotations

import html as entities
import re

TAG_CHARACTERS = 20_000

_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:_-]{0,30})")
_ATTRIBUTE = re.compile(
    r"([a-zA-Z][a-zA-Z0-9:_-]{0,30})(?:\s{0,20}=\s{0,20}(?:\"([^\"]*)\"?|'([^']*)'?|([^\s>\"']*)))?"
)
_INTERESTING = ("id", "class", "style", "name", "type", "hidden", "data-marker", "cite", "alt", "start")


def name_of(source: str, start: int) -> re.Match[str] | None:
    """The name of the tag whose `<` stands before `start`, with the slash of an end tag; None if it is no tag."""
    return _NAME.match(source, start)


def tag_end(source: str, start: int) -> int:
    """The offset behind the `>` that ends a tag; one inside a quoted value does not."""
    end = source.find(">", start)
    if end < 0:
        return len(source)
    for quote in ('="', "='"):
        opened = source.rfind(quote, start, end)
        if opened >= 0 and source.find(quote[1], opened + 2, end) < 0:
            closed = source.find(quote[1], end, end + TAG_CHARACTERS)
            later = source.find(">", closed, closed + TAG_CHARACTERS) if closed >= 0 else -1
            end = later if later >= 0 else end
    return end + 1


def behind(source: str, mark: str, start: int) -> int:
    """The offset behind the next `mark`; without one, the end."""
    found = source.find(mark, start)
    return len(source) if found < 0 else found + len(mark)


def raw_end(source: str, tag: str, start: int) -> int:
    """Where an element whose content is no markup ends."""
    for name in (tag, tag.upper()):
        found = source.find(f"</{name}", start)
        if found >= 0:
            return found
    return len(source)


def attributes_of(source: str) -> dict[str, str]:
    """The attributes that matter, first one wins; names in lower case."""
    found: dict[str, str] = {}
    if not source or source.isspace():
        return found
    for match in _ATTRIBUTE.finditer(source, 0, TAG_CHARACTERS):
        name = match[1].lower()
        if name in _INTERESTING and name not in found:
            value = match[2] or match[3] or match[4] or ""
            found[name] = entities.unescape(value) if "&" in value else value
    return found
