"""Options that stand elsewhere than in the configuration: `{ file = "/path" }`, `{ env = "NAME" }`.

What stands there is a secret, and never said. It is one line: a credential with a line break cannot be sent, and an
empty one lets nobody in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smsdialog.errors import ConfigError

_PLACES: Mapping[str, Callable[[str], str]] = {
    "file": lambda path: Path(path).read_text(encoding="utf-8").strip(),
    "env": lambda name: os.environ[name],
}


def revealed(options: Mapping[str, Any], where: str, source: str) -> dict[str, Any]:
    """The options, with `{ file = "…" }` and `{ env = "…" }` replaced by what stands there. Raises ConfigError."""
    return {key: _value(value, f"{where}.{key}", source) for key, value in options.items()}


def _value(value: Any, where: str, source: str) -> Any:
    if isinstance(value, list):
        return [_value(item, f"{where}[{at}]", source) for at, item in enumerate(value, 1)]
    if not isinstance(value, dict):
        return value
    if len(value) != 1 or not isinstance(next(iter(value.values())), str):
        return revealed(value, where, source)
    ((kind, place),) = value.items()
    if kind not in _PLACES:
        return value
    try:
        return _secret(_PLACES[kind](place))
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"{source}: '{where}' is in {place}, which {_fault(error)}") from error


def _secret(text: str) -> str:
    """A text that was kept elsewhere. Raises ValueError for one that a provider cannot have given."""
    if not text:
        raise ValueError("is empty")
    if len(text.splitlines()) > 1:
        raise ValueError("has several lines")
    return text


def _fault(error: Exception) -> str:
    """Why a place holds no value; never what stands there."""
    match error:
        case OSError():
            return f"cannot be read: {error.strerror}"
        case UnicodeDecodeError():
            return "cannot be read: it is not in UTF-8"
        case KeyError():
            return "cannot be read: there is no such variable"
    return str(error)
