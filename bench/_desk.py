"""What the benchmarks share: a product to run (SQLite, the `file` gateway), a mail to give it, and tables."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from email.utils import formatdate
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
SENDER = "anna@firma.example"
# As bare as an MTA's.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C"}

CONFIGURATION = """\
domain = "sendmailsms.dk"
state_dir = "{base}/state"

[limits]
sms_per_account_per_hour = 1000000
sms_per_key_per_day = 1000000

[mail]
sendmail = ["/bin/true"]

[gateways.main]
type = "file"
path = "{base}/state/outbox.jsonl"
"""

MAIL = """\
Received: from pc.firma.example (pc.firma.example [192.0.2.25])
\tby mx.firma.example (Postfix) with ESMTPS id 4jXRLK6ZmvzJQMP
\tfor <{recipient}>; {taken_at}
From: Anna Andersen <anna@firma.example>
To: {recipient}
Subject: 20123456
Date: Sun, 22 Nov 2026 12:14:48 +0100
Message-ID: <{message_id}@firma.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="skel"

--skel
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Hej S=C3=B8ren

Vi ses p=C3=A5 torsdag kl. 10.

Med venlig hilsen
Anna

Den s=C3=B8n. 22. nov. 2026 kl. 10.15 skrev Kunde <kunde@elsewhere.example>:
> Hvorn=C3=A5r ses vi?
--skel
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<html><body><p>Hej S=C3=B8ren</p><p>Vi ses p=C3=A5 torsdag kl. 10.</p><p>Med venlig hilsen<br>Anna</p></body></html>
--skel--
"""


class Desk:
    """A configuration with one key and one account; `programs` is where the commands are."""

    def __init__(self, base: Path, python: str, programs: Path) -> None:
        self.python = python
        self.programs = programs
        self.config = base / "smsdialog.toml"
        self.config.write_text(CONFIGURATION.format(base=base))
        (base / "state").mkdir(exist_ok=True)
        self.outbox = base / "state" / "outbox.jsonl"

    def prepare(self) -> str:
        """Make the database, a key and an account; returns the key's address."""
        self.run("db", "upgrade")
        secret = json.loads(self.run("key", "create", "bench", "--json"))["secret"]
        self.run("account", "create", SENDER, "--key", "bench")
        return f"{secret}@sendmailsms.dk"

    def command(self, program: str) -> list[str]:
        """One of our commands with its configuration."""
        return [self.python, str(self.programs / program), "--config", str(self.config)]

    def run(self, *arguments: str) -> str:
        """Run `smsdialog ARGUMENTS`; what it printed."""
        command = [*self.command("smsdialog"), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout


def mail(recipient: str, number: int) -> bytes:
    """An ordinary mail, each with a Message-ID of its own, taken by a mail server just now: an old one is held."""
    return MAIL.format(recipient=recipient, message_id=f"bench-{number}", taken_at=formatdate(usegmt=True)).encode()


def machine() -> str:
    """On what this was measured, in one line."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()} ({sys.executable})"


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell, all but the first to the right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, ["-" * width for width in widths], *rows):
        first, *others = (
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *others]))
