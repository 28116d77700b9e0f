"""Who is behind an act, from where, and which keys are his.

Every service has one. The use cases ask it what it reaches: what it does not, is not there for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from smsdialog.core.roles import Role


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts. `keys` are the ids of the keys that it is limited to; None: all of them.

    `origin` is how it came in: `cli HOST`, `web ADDRESS`.
    """

    name: str
    origin: str
    role: Role = Role.ADMINISTRATOR
    keys: frozenset[int] | None = None
    user_id: int | None = None

    def reaches(self, key_id: int) -> bool:
        """Whether a key, and all that hangs on it, is there for it."""
        return self.keys is None or key_id in self.keys


# Mails and gateways: what they cause stands in the ledger.
PRODUCT = Actor("smsdialog", "itself")
