"""Variables in files that a shell reads, as Debian configures Exim."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from smsdialog.setup.files import lines_of, replace


@dataclass(frozen=True)
class Variable:
    """A variable in a file that a shell reads, `NAME='VALUE'`; read and written as it stands behind the `=`."""

    path: str
    name: str
    kind: ClassVar[str] = "variable"

    @property
    def where(self) -> str:
        """The file, and the variable."""
        return f"{self.path}: {self.name}"

    @property
    def touches(self) -> Path:
        """The file."""
        return Path(self.path)

    def read(self) -> str | None:
        """The last that is set."""
        found = [line for line in lines_of(self.touches) if line.startswith(f"{self.name}=")]
        return found[-1].partition("=")[2] if found else None

    def write(self, text: str | None) -> None:
        """Set it in the place of its last line, or at the end; None: take that line out."""
        lines = lines_of(self.touches)
        places = [at for at, line in enumerate(lines) if line.startswith(f"{self.name}=")]
        at = places[-1] if places else len(lines)
        lines[at : at + 1] = [] if text is None else [self.shown(text)]
        replace(self.touches, "".join(f"{line}\n" for line in lines))

    def shown(self, text: str) -> str:
        """Its line."""
        return f"{self.name}={text}"


@dataclass(frozen=True)
class Listed:
    """A word in a variable of a file that a shell reads, which is a list with colons, or semicolons."""

    path: str
    name: str
    word: str
    kind: ClassVar[str] = "listed"

    @property
    def where(self) -> str:
        """The file, and the variable."""
        return self._variable.where

    @property
    def touches(self) -> Path:
        """The file."""
        return self._variable.touches

    def read(self) -> str | None:
        """The word, if it is in the list."""
        return self.word if self.word in self._words() else None

    def write(self, text: str | None) -> None:
        """Put it in, or take it out."""
        words = [word for word in self._words() if word != self.word]
        self._variable.write(_listed([*words, text] if text else words))

    def shown(self, text: str) -> str:
        """The whole list's line."""
        words = self._words()
        return self._variable.shown(_listed(words if text in words else [*words, text]))

    @property
    def _variable(self) -> Variable:
        return Variable(self.path, self.name)

    def _words(self) -> list[str]:
        value = " ".join(shlex.split(self._variable.read() or ""))
        return [word for word in re.split(r"[\s:;]+", value) if word]


def _listed(words: Sequence[str]) -> str:
    return f"'{':'.join(words)}'"
