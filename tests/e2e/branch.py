"""The product between its pipe and one gateway, and nothing else: no mail server; sendmail keeps the mails."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.e2e.daemons import free_port, wait_for
from tests.e2e.installation import Installation

ANNA = "anna@firma.example"
NUMBER = "459192000001"
DANISH = ("Blåbærgrød på Ærø, sagde Øjvind. " * 13)[:400].strip()

CONFIGURATION = """\
domain = "sendmailsms.dk"
state_dir = "{base}/state"
public_url = "http://127.0.0.1:{web_port}"

[database]
url = "sqlite:///{base}/state/smsdialog.db"

[mail]
sendmail = ["{base}/sendmail"]
operator = "drift@firma.example"

{gateway}
"""
SENDMAIL = '#!/bin/sh\nexec cat > "{base}/mails/$$-$(date +%s%N).eml"\n'
MAIL = """\
From: {sender}
To: {number}@sendmailsms.dk
Message-ID: <{name}@firma.example>
Date: Sun, 22 Nov 2026 09:00:00 +0100
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
"""


class Branch:
    """One installation in `base`/product with an account of Anna's; `gateway` is its tables in the configuration."""

    def __init__(self, base: Path, programs: Path, gateway: str, web_port: int = 0) -> None:
        self.base = base / "product"
        self.base.mkdir()
        self.web_port = web_port or free_port()
        self._make_sendmail()
        configuration = CONFIGURATION.format(base=self.base, web_port=self.web_port, gateway=gateway)
        self.installation = Installation(self.base, programs, configuration)
        self.installation.run("key", "create", "firma")
        arguments = ("account", "create", ANNA, "--key", "firma", "--number", NUMBER)
        self.number: str = self.installation.json(*arguments)["number"]

    def writes(self, number: str, text: str) -> None:
        """Anna writes to a customer."""
        name = f"{number}.{time.monotonic_ns()}"
        mail = MAIL.format(sender=ANNA, number=number, name=name, text=text).encode()
        envelope = ("--sender", ANNA, "--client-address", "127.0.0.1")
        done = self.installation.deliver(mail, *envelope, "--", f"{number}@sendmailsms.dk")
        assert done.returncode == 0, done

    def message(self, number: str) -> dict[str, Any]:
        """The SMS to a customer, as the ledger has it."""
        (message,) = self.installation.messages(direction="out", peer=f"+{number}")
        return message

    def becomes(self, number: str, state: str) -> dict[str, Any]:
        """The SMS to a customer, when it is in that state."""
        return wait_for(
            lambda: self.message(number) if self.message(number)["state"] == state else None,
            f"an SMS that is {state}", 30, lambda: str(self.message(number)), 0.2,
        )  # fmt: skip

    def receives(self, number: str) -> dict[str, Any]:
        """The first SMS from a customer, as the ledger has it."""
        found = wait_for(lambda: self.installation.messages(direction="in", peer=f"+{number}"), "an SMS", 30, pause=0.2)
        return found[0]

    def mails(self, about: str) -> list[str]:
        """The mails of ours that have a word in them."""
        texts = [path.read_text(errors="replace") for path in (self.base / "mails").iterdir()]
        return [text for text in texts if about in text]

    def _make_sendmail(self) -> None:
        mails = self.base / "mails"
        mails.mkdir()
        mails.chmod(0o777)
        script = self.base / "sendmail"
        script.write_text(SENDMAIL.format(base=self.base))
        script.chmod(0o755)
