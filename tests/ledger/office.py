"""An office whose machines die: the real programs in processes of their own, retried as an MTA and a gateway would.

A retry runs in this process with a clock that is set on, so that nobody waits for a lease to run out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlencode

from smsdialog import config as configuration
from smsdialog.core.model import Envelope
from smsdialog.dialog import account, flush, key
from smsdialog.dialog.check import check
from smsdialog.dialog.handle import handle
from smsdialog.dialog.service import Service, open_service
from smsdialog.store import inbound, outbound
from smsdialog.store.outbound import OutboundRow
from tests.ledger.provider import Provider

CHECKOUT = Path(__file__).parents[2]
ANNA, OPERATOR, NUMBER = "anna@firma.example", "drift@firma.example", "459192000001"
NUMBERS = (459192000000, 459192000999)
CUSTOMERS = ("+4520123456", "+4530123456")
SUBJECT = "20123456, 30123456"
# Later than any lease, and than what `db check` calls too long.
LATER_SECONDS = 3 * 3600.0
TESTING = {"SMSDIALOG_TEST_FAULTS": "1"}
SENDMAIL = """#!/bin/sh
name="{post}/$$.$(date +%s%N)"
cat > "$name.part" || exit 75
if [ -e "{post}/hangs" ]; then exec sleep 60; fi
if [ -e "{post}/fails" ]; then rm "$name.part"; exit 75; fi
mv "$name.part" "$name.eml"
"""
CONFIG = """\
domain = "sendmailsms.dk"
state_dir = "{base}/state"
language = "en"
[database]
url = "{url}"
[numbers]
ranges = ["{first}-{last}"]
[limits]
sms_per_account_per_hour = 1000000
sms_per_key_per_day = 1000000
[mail]
sendmail = ["{base}/sendmail"]
operator = "drift@firma.example"
[gateways.main]
{gateway}
"""

Running = subprocess.Popen[bytes]


class Office:
    """One installation in a folder, with a gateway that may behave badly."""

    def __init__(
        self, base: Path, provider: Provider, *, url: str = "", gateway: str = "",
        numbers: tuple[int, int] = NUMBERS,
    ) -> None:  # fmt: skip
        self.base, self.provider = base, provider
        self.post = base / "post"
        self.post.mkdir()
        (base / "state").mkdir(exist_ok=True)
        sendmail = base / "sendmail"
        sendmail.write_text(SENDMAIL.format(post=self.post))
        sendmail.chmod(0o755)
        kannel = f'type = "kannel"\nurl = "{provider.url}"\nusername = "u"\npassword = "wordpass"\ntoken = "inbound"'
        self.config = base / "smsdialog.toml"
        first, last = numbers
        url = url or f"sqlite:///{base}/state/smsdialog.db"
        text = CONFIG.format(base=base, url=url, gateway=gateway or kannel, first=first, last=last)
        self.config.write_text(text)
        self.service = open_service(configuration.load(self.config))

    def open(self, *, with_account: bool = True) -> None:
        """A key, and Anna's account; the database has its schema."""
        self.secret = key.create(self.service, "Firma")[1].reveal()
        self.key_address = f"{self.secret}@sendmailsms.dk"
        if with_account:
            account.open_account(self.service, ANNA, "Firma", NUMBER)

    @property
    def later(self) -> Service:
        """The same installation, some hours on."""
        return replace(self.service, now=lambda: time.time() + LATER_SECONDS)

    def mail(self, number: int, *, sender: str = ANNA, to: str = "", subject: str = SUBJECT) -> bytes:
        return (
            f"From: {sender}\nTo: {to or self.key_address}\nSubject: {subject}\nDate: Sun, 22 Nov 2026 09:00:00 +0100\n"
            f"Message-ID: <{number}@mail.firma.example>\n\nHej {number}\n"
        ).encode()

    def pipe(self, number: int, *, sender: str = ANNA, to: str = "", subject: str = SUBJECT, **env: str) -> Running:
        """The MTA starts the pipe for a mail."""
        octets = self.mail(number, sender=sender, to=to, subject=subject)
        options = ["--config", str(self.config), "--sender", sender, "--queue-id", f"4Q{number}"]
        command = [sys.executable, str(CHECKOUT / "bin" / "smsdialog-deliver"), *options, "--", to or self.key_address]
        # From a file, as the process may die before it has read everything.
        mail = self.base / f"{number}.mail"
        mail.write_bytes(octets)
        with mail.open("rb") as stdin:
            return subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, env={**TESTING, **env}, cwd="/")

    def call(self, number: int, **env: str) -> Running:
        """The gateway calls with an SMS, through CGI."""
        fields = {"from": "+4520123456", "to": NUMBER, "text": f"Ja {number}", "id": f"in-{number}"}
        return self._cgi("/inbound/main", fields, **env)

    def receipt(self, reference: str, dlr: int, **env: str) -> Running:
        """The gateway says what became of an SMS (Kannel: 1 delivered, 2 failed)."""
        fields = {"reference": reference, "status": str(dlr), "reply": "absent", "id": "f1"}
        return self._cgi("/receipt/main", fields, **env)

    def _cgi(self, path: str, fields: dict[str, str], **env: str) -> Running:
        request = {
            "SMSDIALOG_CONFIG": str(self.config), "REQUEST_METHOD": "GET", "PATH_INFO": path,
            "SCRIPT_NAME": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.0",
            "QUERY_STRING": urlencode({"token": "inbound", **fields}),
        }  # fmt: skip
        command = [sys.executable, str(CHECKOUT / "bin" / "smsdialog.cgi")]
        environment = {**TESTING, **request, **env}
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment, cwd="/")

    def retries(self, number: int) -> int:
        """The MTA hands a mail over again, some hours later; the exit status."""
        envelope = Envelope(ANNA, (self.key_address,), f"4Q{number}", "", "")
        service = self.later
        return handle(service, self.mail(number), envelope, deadline=service.now() + 65).exit_status

    def flushes(self) -> None:
        """Cron comes by, some hours later."""
        flush.flush(self.later)

    def checks(self) -> list[str]:
        """What `db check` would say some hours later, when nothing may wait any more."""
        return check(self.later)

    def sms_out(self) -> list[OutboundRow]:
        with self.service.store.reading() as tx:
            return outbound.listing(tx)

    def states_in(self) -> Counter[str]:
        with self.service.store.reading() as tx:
            return Counter(row.state for row in inbound.listing(tx))

    def mails(self, to: str = ANNA) -> list[EmailMessage]:
        """What a mailbox got."""
        found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in self.post.glob("*.eml")]
        return [mail for mail in found if mail["To"] == to]

    def texts_in(self) -> list[str]:
        """The texts in Anna's mailbox, one for each Message-ID; the same one twice must be the same text."""
        texts: dict[str, str] = {}
        for mail in self.mails():
            if "(SMS)" in str(mail["From"]):
                body = str(mail.get_content()).strip()
                assert texts.setdefault(str(mail["Message-ID"]), body) == body
        return sorted(texts.values())

    def check(self, mails: int) -> None:
        """Nothing twice, nothing lost: each (mail, customer) at most once; sent, or unknown and reported."""
        assert max(self.provider.seen.values(), default=0) <= 1
        rows = self.sms_out()
        assert len(rows) == mails * len(CUSTOMERS)
        assert {row.state for row in rows} <= {"sent", "unknown"}
        sent = {(row.peer, row.text) for row in rows if row.state == "sent"}
        assert sent <= set(self.provider.seen)
        told = " ".join(str(mail.get_content()) for mail in self.mails())
        for row in rows:
            assert row.state == "sent" or row.text in told
        assert self.checks() == []


def status(process: Running) -> int:
    """How a process ended."""
    process.communicate(timeout=100)
    return process.returncode


def is_root() -> bool:
    return os.geteuid() == 0
