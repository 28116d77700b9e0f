"""What the tests ask of a mail server, whichever it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol


class MailServer(Protocol):
    """One instance with the product behind it, its log, and a Maildir, `mail`, that holds everybody else's mail."""

    log: Path
    mail: Path
    internet_client: str
    """An address that is not of the office's own network."""

    @property
    def sendmail(self) -> list[str]:
        """The argv prefix by which a program on this machine hands a mail to this instance."""

    def start(self) -> None:
        """Write the configuration and start."""

    def stop(self) -> None:
        """Stop all of it; safe to call at any time, and twice."""

    def submit(
        self, sender: str, recipients: Iterable[str], mail: bytes, sasl_username: str = "", client: str = ""
    ) -> None:
        """Send over SMTP; as another client or with a login when those are given."""

    def waits_for(self, address: str) -> bool:
        """Is there a mail in the queue from or to this address?"""

    def defers(self, address: str) -> bool:
        """Was a mail from or to this address tried, and will be again?"""

    def flush(self) -> None:
        """Try everything again now."""

    def wait_until_idle(self) -> None:
        """Wait until nothing is on its way any more (deferred mail may remain)."""

    def tail(self) -> str:
        """The end of the mail log."""
