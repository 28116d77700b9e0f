"""Ready-made descriptions of providers for the `http` type: one TOML file each, in the folder `profiles`.

A profile is a gateway's table in which values with names, its settings, are left open:

    [settings.api_token]
    about = "…"             # what it is, and where the provider shows it
    default = ""            # without a default it must be given
    secret = false          # may be shown; everything else is blotted out of answers

A gateway's own table gives the settings, and whatever else stands in it takes the place of what the profile says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smsdialog.gateways._http.settings import Settings
from smsdialog.gateways._http.table import Table

# Not importlib.resources, which loads half of the standard library's archives with it.
_FOLDER = Path(__file__).parent.parent / "profiles"


def profiles() -> tuple[str, ...]:
    """The names of the profiles."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def profile(name: str) -> dict[str, Any]:
    """One of them."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One table over another: tables are merged, everything else is replaced; so is a table that gives its `type`.

    >>> merged({"a": {"x": 1, "y": 2}, "b": [1]}, {"a": {"x": 3}, "b": [2]})
    {'a': {'x': 3, 'y': 2}, 'b': [2]}
    """
    found = dict(below)
    for key, value in above.items():
        old = found.get(key)
        both = isinstance(old, dict) and isinstance(value, dict) and "type" not in value
        found[key] = merged(old, value) if both and isinstance(old, dict) else value
    return found


def given(declarations: Mapping[str, Any], options: Table) -> Settings:
    """The values of the settings that a profile declares, out of a gateway's table. Raises ConfigError."""
    values = {
        name: options.text(name, declaration.get("default"), f"a text: {declaration['about']}")
        for name, declaration in declarations.items()
    }
    shown = (name for name, declaration in declarations.items() if declaration.get("secret") is False)
    return Settings(values, frozenset(shown))
