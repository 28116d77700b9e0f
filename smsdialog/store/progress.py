"""How far something is that takes long: what is done, and how much there is, in units of its own."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
