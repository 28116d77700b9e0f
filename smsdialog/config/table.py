"""A TOML table as a dataclass: every key known, every value of its type. A default makes a key optional."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any

from smsdialog.errors import ConfigError

_TYPE_NAMES = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    tuple: "a list",
    list: "a list",
    dict: "a table",
}


def read_table(cls: type, table: Mapping[str, Any], where: str, source: str) -> Any:
    """One TOML table as an instance of the dataclass `cls`; `where` is its dotted name. Raises ConfigError."""
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls) if "internal" not in f.metadata}
    prefix = f"{where}." if where else ""
    for key in table:
        if key not in fields:
            raise ConfigError(f"{source}: unknown key '{prefix}{key}'; known here: {', '.join(sorted(fields))}")
    for name, f in fields.items():
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if required and name not in table:
            raise ConfigError(f"{source}: '{prefix}{name}' is missing; expected {_expectation(hints[name])}")
    return cls(**{key: _value(hints[key], value, prefix + key, source) for key, value in table.items()})


def _value(hint: Any, value: Any, name: str, source: str) -> Any:
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise _wrong_type(hint, value, name, source)
        return read_table(typing.cast(type, hint), value, name, source)
    origin = typing.get_origin(hint) or hint
    if origin is types.UnionType:
        origin = next(a for a in typing.get_args(hint) if a is not types.NoneType)
    if origin is tuple:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{source}: '{name}' is {found_is(value)}; expected a list of texts")
        return tuple(value)
    if not isinstance(value, origin) or (origin is int and isinstance(value, bool)):
        raise _wrong_type(origin, value, name, source)
    return value


def _wrong_type(hint: Any, value: Any, name: str, source: str) -> ConfigError:
    return ConfigError(f"{source}: '{name}' is {found_is(value)}; expected {_expectation(hint)}")


def found_is(value: Any) -> str:
    """What a value of TOML is, in words."""
    return "a list" if isinstance(value, list) else _TYPE_NAMES.get(type(value), f"a {type(value).__name__}")


def _expectation(hint: Any) -> str:
    return _TYPE_NAMES.get(typing.get_origin(hint) or hint, "a table")
