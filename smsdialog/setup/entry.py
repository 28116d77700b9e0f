"""What is written for us somewhere: it can be read, written, and emptied, by the server's own tools if it has any.

What is read is what `write` would write; None: nothing stands there. All raise OSError or SetupRefused. The kinds of it
are in `main_cf.py` (Postfix's), `files.py`, `variables.py` (in files), and `groups.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Protocol

from smsdialog.doctor.programs import run
from smsdialog.errors import SetupRefused

# Whoever gives up too early puts everything back.
SECONDS = 120.0


class Entry(Protocol):
    """One place. `kind` and its fields, all texts, name it in the journal."""

    kind: ClassVar[str]

    @property
    def where(self) -> str:
        """The place in words: a file, and what of it."""

    @property
    def touches(self) -> Path | None:
        """The file that it is in; None where there is none to be copied."""

    def read(self) -> str | None:
        """What stands there."""

    def write(self, text: str | None) -> None:
        """Have this stand there; None: nothing."""

    def shown(self, text: str) -> str:
        """The lines that stand there then."""


def must(*command: str) -> None:
    """Run a program that has to end well. Raises SetupRefused."""
    ran = run(*command, seconds=SECONDS)
    if ran.status != 0:
        raise SetupRefused(f"{command[0]} says: {(ran.complaint or ran.out or 'nothing')[:300]}")
