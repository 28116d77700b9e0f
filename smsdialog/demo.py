"""`smsdialog demo`: the whole dialog on the embedded default, both ways, in a folder of its own.

It goes through the real entry points: mails through `smsdialog-deliver` in a subprocess, SMS through the
WSGI application. Gateway and mailbox are files; sendmail is a program of three lines.
"""

from __future__ import annotations

import email
import email.message
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import quote

from smsdialog import config as configuration
from smsdialog import qr
from smsdialog.dialog import key
from smsdialog.dialog.service import Service, open_service
from smsdialog.store import migrate
from smsdialog.wsgi import respond

DOMAIN = "sendmailsms.dk"
ANNA = "anna@firma.example"
CUSTOMER = "+4520123456"
_SENDMAIL = """#!{python}
import pathlib, sys, uuid
pathlib.Path({mailbox!r}, uuid.uuid4().hex).write_bytes(sys.stdin.buffer.read())
"""
_CONFIG = """\
domain = "{domain}"
state_dir = "{folder}"
[mail]
sendmail = ["{folder}/sendmail"]
[gateways.main]
type = "file"
"""

Say = Callable[[str], None]


class DemoFailed(Exception):
    """The dialog did not go as it should."""


class Stage:
    """An installation in a temporary folder, with one employee and one customer."""

    def __init__(self, folder: Path, say: Say) -> None:
        self._folder = folder
        self._say = say
        self._seen: set[Path] = set()
        (folder / "mailbox").mkdir()
        sendmail = folder / "sendmail"
        sendmail.write_text(_SENDMAIL.format(python=sys.executable, mailbox=str(folder / "mailbox")))
        sendmail.chmod(0o755)
        self._config_file = folder / "smsdialog.toml"
        self._config_file.write_text(_CONFIG.format(domain=DOMAIN, folder=folder))
        self.service: Service = open_service(configuration.load(self._config_file))
        migrate.upgrade(self.service.store)

    def anna_writes(self, to: str, subject: str, body: str, in_reply_to: str = "") -> None:
        """A mail of Anna's through the pipe script."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"Anna Andersen <{ANNA}>", to, subject
        mail["Date"], mail["Message-ID"] = formatdate(localtime=True), make_msgid(domain="firma.example")
        if in_reply_to:
            mail["In-Reply-To"] = in_reply_to
        mail.set_content(body)
        self._show("Anna writes a mail", [f"To: {to}", f"Subject: {subject}", "", *body.splitlines()])
        script = Path(__file__).resolve().parent.parent / "bin" / "smsdialog-deliver"
        command = [str(script)] if script.exists() else [str(Path(sys.executable).with_name("smsdialog-deliver"))]
        options = ["--config", str(self._config_file), "--sender", ANNA, "--queue-id", os.urandom(5).hex()]
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C"}
        arguments = [sys.executable, *command, *options, "--", to]
        done = subprocess.run(arguments, input=mail.as_bytes(), env=environment, capture_output=True, check=False)  # noqa: S603
        if done.returncode != 0:
            raise DemoFailed(f"smsdialog-deliver ended with {done.returncode}: {done.stdout.decode()}")

    def customer_texts(self, number: str, text: str) -> None:
        """An SMS from the customer, through the WSGI application."""
        self._show(f"The customer ({CUSTOMER}) texts {number}", text.splitlines())
        body = json.dumps({"from": CUSTOMER, "to": number, "text": text, "id": os.urandom(8).hex()}).encode()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": quote("/inbound/main"),
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
        }
        answer = respond(environ, lambda: self.service)
        if answer.status_code != 200:
            raise DemoFailed(f"the inbound SMS was answered with {answer.status_code}")

    def anna_reads(self) -> email.message.EmailMessage:
        """The mail that has come to Anna since she last looked."""
        new = [path for path in sorted((self._folder / "mailbox").iterdir()) if path not in self._seen]
        if len(new) != 1:
            raise DemoFailed(f"expected one new mail, found {len(new)}")
        self._seen.add(new[0])
        mail = email.message_from_bytes(new[0].read_bytes(), policy=default)
        body = mail.get_body(("plain",))
        assert body is not None
        headers = [f"{name}: {mail[name]}" for name in ("From", "To", "Subject")]
        pictures = [f"[{part.get_filename()}]" for part in mail.iter_attachments()]
        self._show("Anna receives a mail", [*headers, "", *body.get_content().splitlines(), *pictures])
        return mail

    def customer_reads(self, count: int) -> None:
        """The SMS that have gone out, of which there must be so many."""
        lines = (self._folder / "outbox.jsonl").read_text().splitlines()
        if len(lines) != count:
            raise DemoFailed(f"expected {count} SMS in all, found {len(lines)}")
        sms = json.loads(lines[-1])
        self._show(f"The customer ({sms['to']}) receives an SMS from {sms['from']}", sms["text"].splitlines())

    def _show(self, title: str, lines: list[str]) -> None:
        self._say(f"\n== {title}")
        for line in lines:
            self._say(f"   {line}".rstrip())


def run(say: Say) -> None:
    """Play the whole dialog. Raises DemoFailed."""
    with tempfile.TemporaryDirectory(prefix="smsdialog-demo-") as folder:
        _play(Stage(Path(folder), say), say)


def _play(stage: Stage, say: Say) -> None:
    created, secret = key.create(stage.service, "Firma")
    say(f"== The administrator makes a key\n   key '{created.label}', id {created.public_id}; Anna gets its secret")
    stage.anna_writes(f"subscribe@{DOMAIN}", secret.reveal(), "-- \nAnna Andersen\nFirma A/S, tlf. 33 12 34 56")
    confirmation = stage.anna_reads()
    number = next(word for word in str(confirmation["Subject"]).split() if word.isdigit())
    say(f"\n== The QR code of {number}\n{qr.terminal(number)}")

    text = "Hej Kunde\n\nDin bil er færdig.\nDu kan hente den til kl. 16.\n\nMed venlig hilsen\nAnna"
    signature = "\n\n-- \nAnna Andersen\nFirma A/S, tlf. 33 12 34 56"
    stage.anna_writes(f"{secret.reveal()}@{DOMAIN}", "20 12 34 56", text + signature)
    stage.customer_reads(1)

    stage.customer_texts(number, "Tak! Jeg kommer kl. 15.\nHvad bliver prisen?")
    received = stage.anna_reads()
    quoted = "\n\nDen 22. november 2026 skrev SMS:\n> Tak! Jeg kommer kl. 15.\n> Hvad bliver prisen?"
    reply_to = str(received["Reply-To"].addresses[0].addr_spec)
    stage.anna_writes(reply_to, f"SV: {received['Subject']}", "Det bliver 450 kr." + quoted, received["Message-ID"])
    stage.customer_reads(2)

    stage.anna_writes(f"unsubscribe@{DOMAIN}", secret.reveal(), "")
    stage.anna_reads()
    stage.customer_texts(number, "Er du der?")
    say("   (held: the number is closed)")
    say("\nThe dialog went both ways. Nothing of it left this machine.")
