"""Files of ours, and lines of ours in others' files."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from smsdialog.errors import SetupRefused


@dataclass(frozen=True)
class TextFile:
    """A file of ours alone, which everybody may read."""

    path: str
    kind: ClassVar[str] = "file"

    @property
    def where(self) -> str:
        """Its path."""
        return self.path

    @property
    def touches(self) -> Path:
        """The file; one that was there before us is somebody's."""
        return Path(self.path)

    def read(self) -> str | None:
        """What is in it."""
        try:
            return Path(self.path).read_text("utf-8", "surrogateescape")
        except FileNotFoundError:
            return None

    def write(self, text: str | None) -> None:
        """Make it, and its folder; or remove it."""
        path = Path(self.path)
        if text is not None:
            make_folder(path.parent)
            replace(path, text)
        else:
            path.unlink(missing_ok=True)

    def shown(self, text: str) -> str:
        """All of it."""
        return text.rstrip("\n")


@dataclass(frozen=True)
class Line:
    """A line in somebody's file, right below another; at the top where `below` is empty."""

    path: str
    below: str
    text: str
    kind: ClassVar[str] = "line"

    @property
    def where(self) -> str:
        """The file, and where in it."""
        return f"{self.path}: {f'below {self.below!r}' if self.below else 'at its top'}"

    @property
    def touches(self) -> Path:
        """The file."""
        return Path(self.path)

    def read(self) -> str | None:
        """The line, if it is there."""
        return self.text if self.text in lines_of(self.touches) else None

    def write(self, text: str | None) -> None:
        """Put it there, or take it out; a file of nothing but our line goes with it. Raises SetupRefused."""
        lines = [line for line in lines_of(self.touches) if line != self.text]
        if text is not None:
            lines.insert(self._place(lines), text)
        if lines:
            replace(self.touches, "".join(f"{line}\n" for line in lines))
        else:
            self.touches.unlink(missing_ok=True)

    def shown(self, text: str) -> str:
        """The line."""
        return text

    def _place(self, lines: list[str]) -> int:
        if not self.below:
            return 0
        if lines.count(self.below) != 1:
            raise SetupRefused(f"{self.path} has not one line '{self.below}', but {lines.count(self.below)}")
        return lines.index(self.below) + 1


def make_folder(path: Path) -> None:
    """Make a folder that everybody may look into, whatever the umask; one that is there stays as it is."""
    if not path.is_dir():
        path.mkdir(parents=True)
        path.chmod(0o755)


def replace(path: Path, text: str) -> None:
    """Write a file at one stroke, with the mode and owner that it had; a new one is root's, and everybody reads it."""
    before = path.stat() if path.exists() else None
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            os.fchmod(file.fileno(), before.st_mode & 0o7777 if before else 0o644)
            if before:
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def lines_of(path: Path) -> list[str]:
    """The lines of a file; none where it is not there."""
    return path.read_text("utf-8", "surrogateescape").splitlines() if path.exists() else []
