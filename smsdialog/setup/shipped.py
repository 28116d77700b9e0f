"""The pieces of mta-config/ by their names, with this installation's own words in the place of the shipped ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from smsdialog.errors import SetupRefused

_PACKAGE = Path(__file__).resolve().parent.parent


def folder() -> Path:
    """Where they are: installed as `smsdialog/mta_config`, in a checkout beside `smsdialog/`."""
    for found in (_PACKAGE / "mta_config", _PACKAGE.parent / "mta-config"):
        if (found / "postfix" / "main.cf").is_file():
            return found
    raise SetupRefused("the pieces for mail servers are missing from this installation")


def piece(name: str, words: Mapping[str, str]) -> str:
    """One piece with words replaced; a word that is not in it would be a fault of ours. Raises SetupRefused."""
    text = (folder() / name).read_text("utf-8")
    for shipped, own in words.items():
        if shipped not in text:
            raise SetupRefused(f"the shipped {name} has no '{shipped}'")
        text = text.replace(shipped, own)
    return text


def settings(text: str) -> dict[str, str]:
    """What lines of a main.cf set, the last of two of one name; a line that begins with a blank goes on.

    >>> settings("a = 1,\\n  # why\\n  2\\nb =\\n")
    {'a': '1, 2', 'b': ''}
    """
    found: dict[str, str] = {}
    name = ""
    for line in _meant(text):
        if not line[0].isspace():
            name, _, value = (word.strip() for word in line.partition("="))
            found[name] = value
        else:
            found[name] = f"{found.get(name, '')} {line.strip()}".strip()
    return found


def service(text: str) -> str:
    """The one service of a piece of master.cf, on one line."""
    return " ".join(word for line in _meant(text) for word in line.split())


def _meant(text: str) -> list[str]:
    """Lines without comments and empty ones."""
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
