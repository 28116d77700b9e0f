"""A TOML table of the `http` type, read key by key: what is asked for is known, everything else is an error.

Every error names key, file and expectation, and never a value: it may be a secret.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from smsdialog.errors import ConfigError


class Table:
    """One table; `where` is its dotted name, `source` the file it stands in.

    Used as a context, so that unknown keys are found when everything was asked for:

        with Table(options, "gateways.main", "smsdialog.toml") as table:
            url = table.text("url")
    """

    def __init__(self, values: Mapping[str, Any], where: str, source: str) -> None:
        self.where = where
        self.source = source
        self._values = values
        self._known: set[str] = set()

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        unknown = next((key for key in self._values if key not in self._known), None)
        if unknown is not None and kind is None:
            raise ConfigError(
                f"{self.source}: unknown key '{self.name(unknown)}'; known here: {', '.join(sorted(self._known))}"
            )

    def __contains__(self, key: str) -> bool:
        self._known.add(key)
        return key in self._values

    def leave(self) -> None:
        """Read no further: whatever else stands there is not used."""
        self._known.update(self._values)

    def name(self, key: str) -> str:
        """A key with the names of the tables around it."""
        return f"{self.where}.{key}"

    def wrong(self, key: str, expectation: str) -> ConfigError:
        """The error that says so of a key."""
        return ConfigError(f"{self.source}: '{self.name(key)}' is wrong; expected {expectation}")

    def missing(self, key: str, expectation: str) -> ConfigError:
        """The error that says so of a key."""
        return ConfigError(f"{self.source}: '{self.name(key)}' is missing; expected {expectation}")

    def any(self, key: str, expectation: str) -> Any:
        """Whatever stands there. Raises ConfigError where nothing does."""
        if key not in self:
            raise self.missing(key, expectation)
        return self._values[key]

    def text(self, key: str, default: str | None = None, expectation: str = "a text") -> str:
        """A text; it must be given where there is no default."""
        if key not in self and default is not None:
            return default
        value = self.any(key, expectation)
        if not isinstance(value, str):
            raise self.wrong(key, expectation)
        return value

    def one_of(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        """A text of several."""
        value = self.text(key, default, f"one of {', '.join(choices)}")
        if value not in choices:
            raise self.wrong(key, f"one of {', '.join(choices)}")
        return value

    def texts(
        self, key: str, default: tuple[str, ...] = (), expectation: str = "a text or a list of texts"
    ) -> tuple[str, ...]:
        """A text or a list of them."""
        if key not in self:
            return default
        value = self._values[key]
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in found):
            raise self.wrong(key, expectation)
        return tuple(found)

    def whole(self, key: str, default: int) -> int:
        """A whole number, 0 or more."""
        value = self._values[key] if key in self else default
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(key, "a whole number, 0 or more")
        return value

    def statuses(self, key: str, default: tuple[int, ...]) -> frozenset[int]:
        """A list of HTTP statuses."""
        value = self._values[key] if key in self else list(default)
        if not isinstance(value, list) or not all(type(item) is int and 100 <= item <= 599 for item in value):
            raise self.wrong(key, "a list of HTTP statuses")
        return frozenset(value)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A table as it is, with any keys; an empty one where there is none."""
        value = self._values[key] if key in self else {}
        if not isinstance(value, dict):
            raise self.wrong(key, "a table")
        return value

    def words(self, key: str, choices: Collection[str] = ()) -> dict[str, str]:
        """A table of texts with any keys, whose values are of the choices if there are any."""
        found = self.mapping(key)
        expectation = f"one of {', '.join(choices)}" if choices else "a text"
        for name, value in found.items():
            if not isinstance(value, str) or (choices and value not in choices):
                raise self.wrong(f"{key}.{name}", expectation)
        return dict(found)

    def table(self, key: str) -> Table:
        """A table with keys that are known; an empty one where there is none."""
        return Table(self.mapping(key), self.name(key), self.source)

    def tables(self, key: str) -> Iterator[Table]:
        """A list of tables."""
        value = self._values[key] if key in self else []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(key, "a list of tables")
        for at, item in enumerate(value, 1):
            yield Table(item, f"{self.name(key)}[{at}]", self.source)
