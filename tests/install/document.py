"""A page as a person follows it: chosen sections, and of each the commands as they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.e2e.daemons import CHECKOUT

HEADING = re.compile(r"^#{2,3} (.+)$", re.M)
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Page:
    """One page of docs/."""

    path: Path

    @cached_property
    def sections(self) -> dict[str, str]:
        """The text below each heading, as far as the next."""
        words = HEADING.split(self.path.read_text())
        titles, texts = words[1::2], words[2::2]
        assert len(set(titles)) == len(titles), "two sections have one title"
        return dict(zip(titles, texts, strict=True))

    @property
    def with_commands(self) -> set[str]:
        """The sections in which something is typed in."""
        return {title for title, text in self.sections.items() if BLOCK.search(text)}

    def commands(self, title: str) -> str:
        """What is typed in, in a section."""
        found = BLOCK.findall(self.sections[title])
        assert found, f"'{title}' has no commands"
        return "\n".join(found)


INSTALL = Page(CHECKOUT / "docs" / "install.md")
UPGRADE = Page(CHECKOUT / "docs" / "upgrade.md")
