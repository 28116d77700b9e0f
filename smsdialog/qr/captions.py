"""A line of words below the code, for those whose phone does not scan.

It is set in Courier-Bold, which every PDF and PostScript interpreter has, and of which every character is
0.6 em wide, so that no file needs a font or its metrics. Three short lines at the most, in Latin-1.
"""

from __future__ import annotations

import textwrap

from smsdialog.core import sms
from smsdialog.errors import Conflict
from smsdialog.qr.oneline import one_line

COLUMNS = 24
MOST_LINES = 3
CHARACTER_EM = 0.6


def lines(caption: str) -> tuple[str, ...]:
    """The caption broken into lines; none for an empty one. Raises Conflict for one that cannot be set."""
    written = "".join(map(_settable, one_line(caption)))
    broken = textwrap.wrap(written, COLUMNS)
    if len(broken) > MOST_LINES:
        raise Conflict(
            "the caption is too long: it takes more than %(lines)s lines of %(columns)s characters",
            lines=MOST_LINES,
            columns=COLUMNS,
        )
    return tuple(broken)


def _settable(char: str) -> str:
    """The character, or its plain form if Latin-1 lacks it."""
    form = char if _is_latin1(char) else sms.plain_forms(char)
    if not all(map(_is_latin1, form)):
        raise Conflict("the caption is set in Latin-1, which has no %(char)s", char=repr(char))
    return form


def _is_latin1(char: str) -> bool:
    """What is visible, or a space; not the soft hyphen, which one format shows and another does not."""
    return char <= "\xff" and char.isprintable()
