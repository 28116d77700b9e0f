"""What the two mail servers have in common here: a folder for our notes, a look at the result, and a new start."""

from __future__ import annotations

from typing import Protocol

from smsdialog.setup.carry_out import Wish
from smsdialog.setup.journal import Journal
from smsdialog.setup.site import Site


class Server(Protocol):
    """One mail server of this machine."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def journal(self) -> Journal:
        """What we wrote there before."""

    def wishes(self, site: Site, *, lmtp: bool) -> list[Wish]:
        """What has to stand where, in the order of writing. Raises SetupRefused where something speaks against it."""

    def check(self) -> None:
        """Have it look at its configuration as it is now. Raises SetupRefused."""

    def restart(self) -> str:
        """Have it read its configuration anew; what was done about that, in words."""
