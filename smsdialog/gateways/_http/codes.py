"""Tables from a provider's codes to what they mean: an exact code, the longest beginning with a star, or the star."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Codes:
    """`{"1017": "refused", "10*": "config", "*": "unknown"}`.

    >>> Codes({"1017": "refused", "10*": "config"}).of("1002")
    'config'
    """

    table: Mapping[str, str] = field(default_factory=dict)

    def of(self, code: str) -> str:
        """What a code means, empty where nothing is said of it, and for no code."""
        if not code:
            return ""
        if code in self.table:
            return self.table[code]
        beginnings = [key for key in self.table if key.endswith("*") and code.startswith(key[:-1])]
        return self.table[max(beginnings, key=len)] if beginnings else ""

    def first_of(self, codes: tuple[str, ...]) -> str:
        """What the first of several codes means that means anything."""
        return next(filter(None, map(self.of, codes)), "")
