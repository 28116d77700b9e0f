"""The settings of a `http` gateway: values with names, such as keys, that stand in its templates as `{name}`.

What is a secret is blotted out of whatever the provider says, and stands in no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from smsdialog.gateways._http import template
from smsdialog.gateways._http.table import Table


@dataclass(frozen=True)
class Settings:
    """The values by name, and which of them are no secrets."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    open: frozenset[str] = frozenset()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return tuple(value for name, value in self.values.items() if name not in self.open)

    def text(self, table: Table, key: str, default: str | None = None) -> str:
        """A text of a table with the settings that it names filled in. Raises ConfigError."""
        return self.filled(table, key, table.text(key, default))

    def texts(self, table: Table, key: str) -> tuple[str, ...]:
        """The same of a list; what is empty then is left out."""
        return tuple(filter(None, (self.filled(table, key, text) for text in table.texts(key))))

    def filled(self, table: Table, key: str, text: str) -> str:
        """A text with the settings that it names. Raises ConfigError."""
        try:
            return template.parse(text, self.values).filled(self.values)
        except ValueError:
            # What stands there may be a secret with braces in it.
            known = ", ".join(f"{{{name}}}" for name in sorted(self.values)) or "none"
            raise table.wrong(key, f"a text whose placeholders are settings: {known}") from None
