"""HTML becomes lines, as a reader sees them, with what the markup says of each line.

One pass over the source, without recursion and without a tree: a stack of the open elements says whether
text is visible and whether it is quoted. Hidden elements, comments, styles and scripts are left out; a
paragraph of Word has no margin; links are their text. Everything is capped and linear, so that no source
costs more than its length: after `TAGS` tags or `CHARACTERS` of text the rest is not looked at.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass, field

from smsdialog.core.text.htmltags import attributes_of, behind, name_of, raw_end, tag_end
from smsdialog.core.text.lines import CHARACTERS, LINES, Line, Mark, tidy
from smsdialog.core.text.markup import SIGNATURE_BREAK, has_margin, is_hidden, mark_of

TAGS = 6_000
DEPTH = 300

_SPACE = re.compile(r"[ \t\r\n\f]+")
_PARAGRAPH_RULE = re.compile(r"(?:^|[\s,;}>])p\s{0,5}\{[^}]{0,300}?margin(?:-top|-bottom)?:\s{0,5}0", re.IGNORECASE)
_SYMBOLS_ONLY = re.compile(r"[^\w\s<>]{1,8}")

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_UNSEEN = frozenset(
    ["head", "script", "style", "title", "template", "object", "select", "textarea", "iframe", "svg", "noframes", "map"]
)
_RAW = frozenset(["script", "style", "title", "textarea"])
_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_CELLS = frozenset(("td", "th"))
_SPACED = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl"])


@dataclass(frozen=True)
class _Open:
    """An element that is open, and how its surroundings looked before it."""

    tag: str
    mark: Mark
    hidden: bool
    spaced: bool
    number: int


@dataclass
class _Page:
    """What was rendered so far."""

    lines: list[Line] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    mark: Mark = Mark.OWN
    hidden: bool = False
    margin_wanted: bool = False
    paragraphs_have_margin: bool = True
    preformatted: int = 0
    number: int = -1
    room: int = CHARACTERS

    def text(self, source: str) -> None:
        """Add the text between two tags."""
        if self.hidden or not source:
            return
        source = source[: self.room]
        text = entities.unescape(source) if "&" in source else source
        if not self.preformatted:
            text = _SPACE.sub(" ", text)
        self.room -= len(text)
        if self.preformatted:
            first, *others = text.split("\n")
            self.line.append(first)
            for other in others:
                self.line_break()
                self.line.append(other)
            return
        if not self.line or self.line[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self.line.append(text)

    def line_break(self) -> None:
        """End the line, whether there is anything in it or not."""
        text = tidy("".join(self.line)).replace("\n", " ")
        text = text.rstrip() if self.preformatted else text.strip()
        if text == "--":
            text = "-- "
        if self.margin_wanted and self.lines and self.lines[-1].text and len(self.lines) < LINES:
            self.lines.append(Line("", self.mark))
        self.margin_wanted = False
        if len(self.lines) < LINES:
            self.lines.append(Line(text, self.mark))
        self.line = []

    def block_edge(self, margin: bool) -> None:
        """Begin a new line, unless the line is still empty; with a margin, an empty one comes between."""
        if self.line:
            self.line_break()
        self.margin_wanted = self.margin_wanted or margin

    def open(self, tag: str, attributes: dict[str, str], ahead: str) -> None:
        """A start tag."""
        if tag in ("p", "li") and self.stack and self.stack[-1].tag == tag:
            self.close(tag)
        if tag in _VOID:
            self._void(tag, attributes, ahead)
            return
        margin = tag in _SPACED and self.paragraphs_have_margin and has_margin(attributes)
        if tag in _CELLS:
            if self.line:
                self.line.append(" ")
        elif tag in _BLOCK:
            self.block_edge(margin)
        if len(self.stack) >= DEPTH:
            return
        self.stack.append(_Open(tag, self.mark, self.hidden, margin, self.number))
        self.hidden = self.hidden or tag in _UNSEEN or is_hidden(attributes)
        self._mark(mark_of(tag, attributes, ahead))
        self.preformatted += tag == "pre"
        if tag in ("ol", "ul"):
            start = attributes.get("start", "1")
            self.number = (
                (int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1) if tag == "ol" else -1
            )
        elif tag == "li" and not self.hidden:
            self.line.append("- " if self.number < 0 else f"{self.number}. ")

    def close(self, tag: str) -> None:
        """An end tag: the element and whatever is open in it end."""
        if tag in _BLOCK and tag not in _CELLS:
            self.block_edge(False)
        at = next((n for n in range(len(self.stack) - 1, -1, -1) if self.stack[n].tag == tag), -1)
        if at < 0:
            return
        for element in self.stack[at:]:
            self.preformatted -= element.tag == "pre"
        element = self.stack[at]
        del self.stack[at:]
        self.mark = self.mark if self.mark is Mark.HISTORY else element.mark
        self.hidden = element.hidden
        self.number = element.number + (tag == "li" and element.number >= 0)
        self.margin_wanted = self.margin_wanted or element.spaced

    def _void(self, tag: str, attributes: dict[str, str], ahead: str) -> None:
        """An element without content."""
        if tag == "br" and not self.hidden:
            self.line_break()
            if attributes.get("id", "").lower() == SIGNATURE_BREAK:
                self._mark(Mark.FOOTER)
        elif tag == "hr":
            self.block_edge(False)
            self._mark(mark_of(tag, attributes, ahead))
        elif tag == "img" and _SYMBOLS_ONLY.fullmatch(attributes.get("alt", "")):
            self.text(attributes["alt"])

    def _mark(self, mark: Mark | None) -> None:
        """Take on a mark; inside a quote or behind history none says anything."""
        if mark is None or self.mark in (Mark.HISTORY, Mark.QUOTE):
            return
        if self.line:
            self.line_break()
        self.mark = mark


def rendered(source: str) -> list[Line]:
    """The lines of an HTML document.

    >>> [line.text for line in rendered("<p>Hej&nbsp;<b>Anna</b><br>Vi ses<style>p{}</style></p><ul><li>kl. 8</ul>")]
    ['Hej Anna', 'Vi ses', '', '- kl. 8']
    """
    page = _Page()
    at = tags = 0
    while tags < TAGS and page.room > 0 and len(page.lines) < LINES:
        tag_at = source.find("<", at)
        page.text(source[at:] if tag_at < 0 else source[at:tag_at])
        if tag_at < 0:
            break
        at = _tag(page, source, tag_at)
        tags += 1
    page.block_edge(False)
    return page.lines


def _tag(page: _Page, source: str, start: int) -> int:
    """Take in the tag, comment or declaration at `start`; returns the offset behind it."""
    if source.startswith("<!--", start):
        return behind(source, "-->", start + 4)
    if source.startswith(("<!", "<?"), start):
        return behind(source, ">", start)
    name = name_of(source, start + 1)
    if not name:
        page.text("<")
        return start + 1
    tag = name[1].lower()
    end = tag_end(source, name.end())
    if source[start + 1] == "/":
        page.close(tag)
        return end
    page.open(tag, attributes_of(source[name.end() : end - 1]), source[end : end + 1500])
    if tag not in _RAW:
        return end
    stop = raw_end(source, tag, end)
    if tag == "style" and _PARAGRAPH_RULE.search(source[end : min(stop, end + 20_000)]):
        page.paragraphs_have_margin = False
    return stop
