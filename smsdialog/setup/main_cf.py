"""What is written into Postfix's main.cf and master.cf, by postconf(1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from smsdialog.doctor.programs import run
from smsdialog.setup import shipped
from smsdialog.setup.entry import must


@dataclass(frozen=True)
class Setting:
    """A setting of Postfix's main.cf."""

    folder: str
    name: str
    kind: ClassVar[str] = "setting"

    @property
    def where(self) -> str:
        """The file, and the setting."""
        return f"{self.touches}: {self.name}"

    @property
    def touches(self) -> Path:
        """main.cf."""
        return Path(self.folder, "main.cf")

    def read(self) -> str | None:
        """Its value as it stands; postconf(1) would not know those of a service that is not there yet."""
        return shipped.settings(self.touches.read_text("utf-8", "surrogateescape")).get(self.name)

    def write(self, text: str | None) -> None:
        """Set it, or take its line out."""
        if text is None:
            must("postconf", "-c", self.folder, "-X", self.name)
        else:
            _end_last_line(self.touches)
            must("postconf", "-c", self.folder, "-e", self.shown(text))

    def shown(self, text: str) -> str:
        """Its line."""
        return f"{self.name} = {text}"


@dataclass(frozen=True)
class Word:
    """A word of ours in a list that is a setting of main.cf; the first, as the first table that knows counts."""

    folder: str
    name: str
    word: str
    kind: ClassVar[str] = "word"

    @property
    def where(self) -> str:
        """The file, and the setting."""
        return self._setting.where

    @property
    def touches(self) -> Path:
        """main.cf."""
        return self._setting.touches

    def read(self) -> str | None:
        """The word, if it is in the list."""
        return self.word if _standing(self.word).search(self._setting.read() or "") else None

    def write(self, text: str | None) -> None:
        """Put it in, or take it out; an empty list is no setting any more."""
        others = without(self._setting.read() or "", self.word)
        self._setting.write(others or None if text is None else self._with(others))

    def shown(self, text: str) -> str:
        """The whole list's line."""
        now = self._setting.read() or ""
        return self._setting.shown(now if self.read() else self._with(now))

    @property
    def _setting(self) -> Setting:
        return Setting(self.folder, self.name)

    def _with(self, others: str) -> str:
        return f"{self.word}, {others}" if others else self.word


@dataclass(frozen=True)
class Service:
    """A service of Postfix's master.cf."""

    folder: str
    name: str
    kind: ClassVar[str] = "service"

    @property
    def where(self) -> str:
        """The file, and the service."""
        return f"{self.touches}: {self.name}/unix"

    @property
    def touches(self) -> Path:
        """master.cf."""
        return Path(self.folder, "master.cf")

    def read(self) -> str | None:
        """Its line, with single blanks."""
        return " ".join(run("postconf", "-c", self.folder, "-M", f"{self.name}/unix").out.split()) or None

    def write(self, text: str | None) -> None:
        """Make it, or remove it."""
        if text is None:
            must("postconf", "-c", self.folder, "-MX", f"{self.name}/unix")
        else:
            _end_last_line(self.touches)
            must("postconf", "-c", self.folder, "-M", f"{self.name}/unix={text}")

    def shown(self, text: str) -> str:
        """Its line."""
        return text


def without(text: str, word: str) -> str:
    """A list of Postfix's without a word; the others stay as they are written.

    >>> without("a.example, sms.a.example, b.example", "a.example")
    'sms.a.example, b.example'
    """
    return _standing(word).sub(lambda found: ", " if found.start() and found.end() < len(text) else "", text)


def _end_last_line(file: Path) -> None:
    """postconf(1) goes on right behind the last octet: ours would become part of a comment that no newline ends."""
    if file.read_bytes()[-1:] not in (b"", b"\n"):
        with file.open("ab") as end:
            end.write(b"\n")


def _standing(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s,]+){re.escape(word)}(?:[\s,]+|$)")
