"""The man page smsdialog.toml(5), made of the sample configuration: `make manuals` writes it, a test holds it.

The sample has a line `key = value`, or `#key = value` for what is left out, with its explanation above it in lines that
begin with `# `; what stands above a table is of the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "smsdialog.toml"
PAGE = Path(__file__).with_name("smsdialog.toml.5")

_HEAD = r""".\" Made of docs/smsdialog.toml by docs/man/toml5.py: change that, and run `make manuals`.
.TH SMSDIALOG.TOML 5 2026-11-22 "SMS-Dialog" "File Formats"
.SH NAME
smsdialog.toml \- the configuration of an e\-mail to SMS gateway
.SH DESCRIPTION
The configuration is one TOML file: the one that
.B \-\-config
names, else (not for the pipe) the one that
.B SMSDIALOG_CONFIG
names, else
.IR /etc/smsdialog/smsdialog.toml .
Only
.B domain
must be given.
A key that is not known, or a value of another type, is an error that names key, file and expectation:
.B smsdialog db check
shows it, and
.B smsdialog doctor
examines everything around it.
.PP
Below, a key stands with its default, or with an example where it has none.
"""
_TAIL = r""".SH FILES
.TP
.I /etc/smsdialog/smsdialog.toml
The configuration. It holds the gateways' passwords: mode 0640.
.TP
.I /var/lib/smsdialog
The usual
.BR state_dir .
.SH SEE ALSO
.BR smsdialog (1),
.BR smsdialog\-deliver (8)
"""
_KEY = re.compile(r"(#?)([a-z_0-9]+) = (.*)")
_TABLE = re.compile(r"#?(\[+[a-z_.0-9-]+\]+)")


def page(sample: str) -> str:
    """The man page of this sample."""
    return _HEAD + "".join(f"{line}\n" for line in _body(sample)) + _TAIL


def _body(sample: str) -> Iterator[str]:
    yield ".SH BEFORE ANY TABLE"
    above: list[str] = []
    for line in sample.splitlines()[1:]:
        if key := _KEY.fullmatch(line):
            yield from _key(key, above)
            above = []
        elif table := _TABLE.fullmatch(line):
            yield f".SH {_plain(table[1])}"
            yield from map(_plain, above)
            above = []
        elif line.startswith("#"):
            above.append(line[1:].strip())
        elif above and not line:  # prose that is of no key
            yield from map(_plain, above)
            yield ".PP"
            above = []


def _key(key: re.Match[str], above: list[str]) -> Iterator[str]:
    left_out, name, value = key.groups()
    yield ".TP"
    yield rf"\fB{_plain(name)}\fR = {_plain(value)}" + (" (an example; left out by default)" if left_out else "")
    yield from map(_plain, above)


def _plain(text: str) -> str:
    """A text that roff sets as it stands."""
    escaped = text.replace("\\", r"\e").replace("'", r"\(aq")
    escaped = re.sub(
        r"(?<!\S)-+|-(?=-)", lambda dashes: dashes[0].replace("-", r"\-"), escaped
    )  # options, to be copied
    escaped = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", escaped)
    escaped = re.sub(r"[^ -~]", lambda letter: f"\\[u{ord(letter[0]):04X}]", escaped)
    return rf"\&{escaped}" if escaped.startswith((".", r"\(aq")) else escaped


if __name__ == "__main__":
    PAGE.write_text(page(SAMPLE.read_text()))
