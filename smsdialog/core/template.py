"""A template filled in: `{tekst}` (or `{text}`) is what the mail says, `{1}`, `{2}` … its lines; all else is as it is.

>>> fill("Hej {1}, din tid er {2}.", "Jens\\n\\nkl. 9")
'Hej Jens, din tid er kl. 9.'
"""

from __future__ import annotations

import re

_FIELD = re.compile(r"\{(tekst|text|[1-9][0-9]?)\}", re.IGNORECASE)


def takes_text(template: str) -> bool:
    """Whether a mail has to say anything."""
    return bool(_FIELD.search(template))


def lines_wanted(template: str) -> int:
    """How many lines a mail has to have: the highest number of a field."""
    return max((int(name) for name in _FIELD.findall(template) if name.isdigit()), default=0)


def fill(template: str, text: str) -> str:
    """The SMS: what stands in a field is not looked at for fields. Empty lines are not counted.

    Raises IndexError when the text has fewer lines than the template has fields.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return _FIELD.sub(lambda field: lines[int(field[1]) - 1] if field[1].isdigit() else text, template)
