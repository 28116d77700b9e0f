"""The files of `mta-config/` as the tests use them: those very files, with only paths, ports and names replaced."""

from __future__ import annotations

from collections.abc import Mapping

from tests.e2e.daemons import CHECKOUT


def shipped(name: str, replacements: Mapping[str, str]) -> str:
    """The text of `mta-config/NAME` with every replacement made; one that finds nothing is an error."""
    text = (CHECKOUT / "mta-config" / name).read_text()
    for old, new in replacements.items():
        if old not in text:
            raise AssertionError(f"mta-config/{name} no longer has {old!r}: the tests have to follow it")
        text = text.replace(old, new)
    return text
