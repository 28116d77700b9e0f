"""One mail to sendmail: as an argument list, never through a shell, never with recipients from a header.

`-i` keeps a line with a lone dot from ending the mail; `--` keeps an address from being an option.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import partial

from smsdialog import strands
from smsdialog.core.mailbox import can_be_written_to
from smsdialog.errors import SendmailFailed
from smsdialog.faults import patience

TIMEOUT_SECONDS = patience(60)
NULL_SENDER = "<>"


class Mailer:
    """Hands mails to the configured sendmail program."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = list(argv)

    def post(self, message: bytes, *, sender: str, recipient: str) -> None:
        """Hand over one mail; an empty `sender` is the null sender. Raises SendmailFailed. Writes."""
        for address in (recipient, *([sender] if sender else [])):
            if not can_be_written_to(address):
                raise SendmailFailed("an envelope address has characters that are not let through")
        command = [*self._argv, "-i", "-f", sender or NULL_SENDER, "--", recipient]
        try:
            done = strands.elsewhere(partial(_ended, command, message))
        except subprocess.TimeoutExpired as error:
            raise SendmailFailed(f"sendmail did not end within {TIMEOUT_SECONDS:g} s") from error
        except OSError as error:
            raise SendmailFailed(f"sendmail cannot be run: {error.strerror}") from error
        if done.returncode != 0:
            raise SendmailFailed(f"sendmail ended with status {done.returncode}")


def _ended(command: Sequence[str], message: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, input=message, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)  # noqa: S603
