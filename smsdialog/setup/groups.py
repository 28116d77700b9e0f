"""Who is in which group."""

from __future__ import annotations

import grp
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from smsdialog.errors import SetupRefused
from smsdialog.setup.entry import must


@dataclass(frozen=True)
class Member:
    """A user's place in a group."""

    group: str
    user: str
    kind: ClassVar[str] = "member"

    @property
    def where(self) -> str:
        """The group."""
        return f"group {self.group}"

    @property
    def touches(self) -> Path | None:
        """The system's own tools look after their file."""
        return None

    def read(self) -> str | None:
        """The user, if he is in it."""
        try:
            return self.user if self.user in grp.getgrnam(self.group).gr_mem else None
        except KeyError as error:
            raise SetupRefused(f"there is no group {self.group}") from error

    def write(self, text: str | None) -> None:
        """Put him in, or take him out."""
        must("gpasswd", "-d" if text is None else "-a", self.user, self.group)

    def shown(self, text: str) -> str:
        """The command for it."""
        return f"adduser {text} {self.group}"
