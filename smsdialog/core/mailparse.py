"""Bytes from the MTA become an `IncomingMail`: tolerant, capped, never an exception.

A splitter of our own instead of the standard library's `email`: that one recurses per nesting level, keeps
every attachment decoded in memory, ends a header block at its first odd line (so that the headers behind it
become text), and costs twice its own work to import. This one looks only at what a gateway needs: the
headers, the tree of parts, and the text of its text parts.

Time and memory are bounded for any input: parts, nesting, boundary lines looked at and text kept are
capped, and each cap that was hit is named in `defects`.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from smsdialog.core.headertext import decode_header
from smsdialog.core.mimeheader import parameters, read_block
from smsdialog.core.model import Headers, IncomingMail, Part

NESTING = 20
PARTS = 200
TEXT_BYTES = 1024 * 1024
ALL_TEXT_BYTES = 4 * TEXT_BYTES
BOUNDARY_LINES = 2000
CARRIAGE_RETURNS = 16

# Blanks, empty lines and the bytes of a UTF-8 mark.
_LEADING = b" \t\n\xef\xbb\xbf"
_MBOX_LINE = re.compile(rb"(?:>?From [^\n]*(?:\n|\Z))++")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_SINGLETONS = ("from", "subject", "date", "message-id", "content-type", "content-transfer-encoding", "in-reply-to")


def parse(raw: bytes) -> IncomingMail:
    """The mail in `raw`; at worst an empty one with its defects.

    >>> mail = parse(b"From anna@firma.example Mon Mar  3\\nSubject: =?utf-8?q?20_12_34_56?=\\n\\nHej")
    >>> mail.subject, mail.body.content, mail.defects
    ('20 12 34 56', b'Hej', ())
    """
    text = _without_leading_lines(_with_plain_line_ends(raw))
    splitter = _Splitter(text)
    block = read_block(text, 0, len(text))
    splitter.defects += block.defects
    headers = Headers(block.pairs)
    splitter.defects += [f"repeated-{name}" for name in _SINGLETONS if len(headers.all(name)) > 1]
    body = splitter.part(headers, block.body, len(text), 0)
    return IncomingMail(
        headers=headers,
        subject=decode_header(headers.first("Subject") or ""),
        body=body,
        size=len(raw),
        defects=tuple(dict.fromkeys(splitter.defects)),
    )


def _with_plain_line_ends(raw: bytes) -> bytes:
    """LF line ends, for up to 16 CR before the LF; a mail with no LF at all has CR for it."""
    if b"\n" not in raw:
        return raw.replace(b"\r", b"\n")
    # Not by a regular expression: that takes a hundred bytes of memory for each line of the mail.
    for _ in range(CARRIAGE_RETURNS):
        if b"\r\n" not in raw:
            break
        raw = raw.replace(b"\r\n", b"\n")
    return raw


def _without_leading_lines(text: bytes) -> bytes:
    """Without what MTAs and editors put before the first header: a mark, empty lines, an mbox line."""
    text = text.lstrip(_LEADING)
    while found := _MBOX_LINE.match(text):
        text = text[found.end() :].lstrip(_LEADING)
    return text


@dataclass
class _Splitter:
    """One pass over one mail: what is left of its allowances, and what was found wrong."""

    text: bytes
    defects: list[str] = field(default_factory=list)
    parts: int = 0
    boundary_lines: int = 0
    text_bytes: int = 0

    def part(self, headers: Headers, start: int, end: int, depth: int, default: str = "text/plain") -> Part:
        """The part whose headers are known and whose body is `text[start:end]`."""
        self.parts += 1
        content_type, params = parameters(headers.first("Content-Type") or default)
        content_type = content_type if content_type.count("/") == 1 else default
        children: tuple[Part, ...] = ()
        if content_type.startswith("multipart/") or content_type == "message/rfc822":
            if depth >= NESTING:
                self.defects.append("too-deep")
            elif content_type == "message/rfc822":
                children = (self._child(start, end, depth),)
            else:
                children = self._children(content_type, params.get("boundary", ""), start, end, depth)
            if content_type.startswith("multipart/") and not children and depth < NESTING:
                content_type = "text/plain"
        disposition, extra = parameters(headers.first("Content-Disposition") or "")
        encoding = parameters(headers.first("Content-Transfer-Encoding") or "")[0]
        return Part(
            content_type=content_type,
            params=params,
            disposition=disposition,
            filename=extra.get("filename") or params.get("name", ""),
            content=b"" if children else self._content(content_type, encoding, start, end),
            children=children,
        )

    def _child(self, start: int, end: int, depth: int, default: str = "text/plain") -> Part:
        """The part that begins with its own header block at `start`."""
        block = read_block(self.text, start, end)
        self.defects += [name for name in block.defects if name != "no-header-block"]
        return self.part(Headers(block.pairs), min(block.body, end), end, depth + 1, default)

    def _children(self, content_type: str, boundary: str, start: int, end: int, depth: int) -> tuple[Part, ...]:
        """The parts of a multipart body, in their order."""
        default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
        children: list[Part] = []
        for first, last in self._sections(boundary, start, end):
            if self.parts >= PARTS:
                self.defects.append("too-many-parts")
                break
            children.append(self._child(first, last, depth, default))
        return tuple(children)

    def _sections(self, boundary: str, start: int, end: int) -> list[tuple[int, int]]:
        """Where the parts between the boundary lines begin and end (RFC 2046 section 5.1.1)."""
        delimiter = b"--" + boundary.encode("utf-8", "ignore")
        sections: list[tuple[int, int]] = []
        opened, at = -1, self._delimiter(delimiter, start, end)
        while at >= 0 and boundary:
            line_end = self.text.find(b"\n", at, end)
            line_end = end if line_end < 0 else line_end
            rest = self.text[at + len(delimiter) : min(line_end, at + len(delimiter) + 100)].strip()
            if rest in (b"", b"--"):
                if opened >= 0:
                    sections.append((opened, max(at - 1, opened)))
                opened = line_end + 1 if rest == b"" else -1
            if rest == b"--" or len(sections) > PARTS:
                break
            at = self._delimiter(delimiter, line_end, end)
        if opened >= 0 and len(sections) <= PARTS:
            self.defects.append("no-closing-boundary")
            sections.append((min(opened, end), end))
        if not sections:
            self.defects.append("no-boundary")
        return sections

    def _delimiter(self, delimiter: bytes, start: int, end: int) -> int:
        """The next line that begins with `delimiter`, or -1; gives up after `BOUNDARY_LINES` of them in a mail."""
        self.boundary_lines += 1
        if self.boundary_lines > BOUNDARY_LINES:
            self.defects.append("too-many-parts")
            return -1
        if self.text.startswith(delimiter, start, end):
            return start
        found = self.text.find(b"\n" + delimiter, start, end)
        return found + 1 if found >= 0 else -1

    def _content(self, content_type: str, encoding: str, start: int, end: int) -> bytes:
        """The decoded octets of a text part, as far as the allowances reach; of other parts nothing is kept."""
        if not content_type.startswith(("text/", "message/")):
            return b""
        room = min(TEXT_BYTES, ALL_TEXT_BYTES - self.text_bytes)
        content = _decoded(encoding, self.text[start : min(end, start + 4 * room)])
        if len(content) > room or end - start > 4 * room:
            self.defects.append("truncated")
        self.text_bytes += len(content[:room])
        return content[:room]


def _decoded(encoding: str, content: bytes) -> bytes:
    """The octets behind a content transfer encoding (RFC 2045 section 6); what is broken is passed over.

    >>> _decoded("base64;", b"SGVqI!GRlcg"), _decoded("quoted-printable", b"=C3=B8 =ZZ"), _decoded("8-bit", b"x")
    (b'Hej der', b'\\xc3\\xb8 =ZZ', b'x')
    """
    name = encoding.replace("_", "-").strip("\"'; ")
    if name == "quoted-printable":
        return binascii.a2b_qp(content)
    if name != "base64":
        return content
    kept = content.translate(None, _NOT_BASE64).partition(b"=")[0]
    kept = kept[:-1] if len(kept) % 4 == 1 else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
