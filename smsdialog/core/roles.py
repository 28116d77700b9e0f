"""What the users of the web pages may do.

administrator   everything
manager         everything with his own keys: those that he made, and those that he was given
reader          look at everything, change nothing
"""

from __future__ import annotations

import enum


class Role(enum.Enum):
    """The role of a user."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    READER = "reader"

    @property
    def may_change(self) -> bool:
        """Whether there is anything that he may change."""
        return self is not Role.READER
