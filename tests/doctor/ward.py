"""A healthy installation in a folder: a configuration, state, a Postfix that is configured and does not run, a network.

A test plants one fault, and says what the doctor `finds`. Its mending command is run, where it is one for a shell and
not for an editor, and then the fault must be gone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

from smsdialog import config as configuration
from smsdialog import doctor
from smsdialog.core.model import Envelope
from smsdialog.dialog import account, key
from smsdialog.dialog.handle import handle
from smsdialog.dialog.service import Service, open_service
from tests.doctor.network import PASSWORD, KannelDesk, NameServer, WebServer
from tests.e2e.daemons import CHECKOUT, product_user
from tests.e2e.postfix import MAIN_CF, MASTER_CF, SENDMAIL, SHIPPED_COMMAND, SHIPPED_FOLDER
from tests.e2e.shipped import shipped

DOMAIN = "sendmailsms.dk"
OPERATOR = "drift@firma.example"
CONFIG = """\
domain = "{domain}"
language = "da"
state_dir = "{base}/state"
public_url = "{web}"

[numbers]
ranges = ["459192000000-459192000999"]

[mail]
sendmail = ["{sendmail}", "-C", "{base}/etc"]
operator = "{operator}"

[auth]
trusted_networks = ["127.0.0.0/8"]
trusted_authserv_ids = []

[serve]
policy = ""

[gateways.main]
type = "kannel"
url = "http://127.0.0.1:{kannel}/sendsms"
username = "smsdialog"
password = "{password}"
token = "a-token-of-ours"
"""
MAIL = """\
From: anna@firma.example
To: 4520123456@sendmailsms.dk
Message-ID: <{name}@firma.example>
Content-Type: text/plain; charset=utf-8

Hej
"""


class Ward:
    """One installation in `base`; `path` is its configuration."""

    def __init__(self, base: Path, database: Path) -> None:
        self.base = base
        self.path = base / "smsdialog.toml"
        self.state = base / "state"
        self.etc = base / "etc"
        self.kannel, self.names, self.web = KannelDesk(), NameServer(), WebServer(self._open)
        self._make_programs()
        self._make_postfix()
        self._make_state(database)

    def close(self) -> None:
        for server in (self.kannel, self.names, self.web):
            with contextlib.suppress(OSError):
                server.close()

    @property
    def service(self) -> Service:
        return self._open()

    def configure(self, old: str, new: str) -> None:
        """Replace some words of the configuration."""
        text = self.path.read_text()
        assert old in text
        self.path.write_text(text.replace(old, new))

    def postconf(self, *arguments: str) -> None:
        """Change Postfix's configuration."""
        subprocess.run(["/usr/sbin/postconf", "-c", str(self.etc), *arguments], check=True, capture_output=True)

    def pipe(self, old: str, new: str) -> None:
        """Replace some words of the pipe in master.cf."""
        text = (self.etc / "master.cf").read_text()
        assert old in text
        (self.etc / "master.cf").write_text(text.replace(old, new))

    def sql(self, statement: str, *values: object) -> None:
        """Change the database behind the product's back."""
        with contextlib.closing(sqlite3.connect(self.state / "smsdialog.db")) as database, database:
            database.execute(statement, values)

    def opens_accounts(self, count: int = 1) -> None:
        """The administrator opens accounts on one key."""
        service = self.service
        made, _ = key.create(service, "Firma")
        with service.store.transaction() as tx:
            for name in ["anna", *(f"anna{number}" for number in range(1, count))]:
                account.create(service, tx, email=f"{name}@firma.example", key=made)
        self._give_away()

    def anna_writes(self, name: str = "one") -> None:
        """A mail of Anna's comes in from the office."""
        service = self.service
        envelope = Envelope("anna@firma.example", (f"4520123456@{DOMAIN}",), "4XyZ", client_address="127.0.0.1")
        handle(service, MAIL.format(name=name).encode(), envelope, deadline=service.now() + 60)
        self._give_away()

    def examined(self) -> doctor.Report:
        """What the doctor says now."""
        return doctor.examine(self.path, resolver=self.names.address)

    def is_well(self) -> None:
        """The doctor finds nothing at all."""
        assert [(found.kind.code, found.what) for found in self.examined().findings] == []

    def finds(self, code: str, words: str = "") -> doctor.Finding:
        """The doctor finds that, and says how it is mended."""
        report = self.examined()
        found = [one for one in report.findings if one.kind.code == code]
        assert found, report
        assert words in found[0].what
        assert found[0].mend
        assert found[0].kind.why
        assert subprocess.run(["/bin/sh", "-n", "-c", found[0].mend], check=False).returncode == 0
        return found[0]

    def mends(self, code: str, words: str = "") -> None:
        """The doctor finds that, and the command that he names mends it."""
        found = self.finds(code, words)
        self.runs(found.mend)
        after = self.examined()
        assert code not in {one.kind.code for one in after.findings}, (found.mend, after)

    def runs(self, command: str) -> None:
        """Run a command as root pastes it; daemons that it wants to restart are not there."""
        path = f"{self.base}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        done = subprocess.run(
            ["/bin/sh", "-c", command], env={"PATH": path}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr)

    def _open(self) -> Service:
        return open_service(configuration.load(self.path))

    def _make_programs(self) -> None:
        """Commands of ours, and stand-ins for those that reach beyond the folder."""
        (self.base / "bin").mkdir()
        interpreter = f'exec {sys.executable} {CHECKOUT}/bin/smsdialog "$@"'
        self._program("smsdialog", interpreter)
        self._program("smsdialog-deliver", "exit 75")
        self._program("runuser", '[ "$1" = -u ] && shift 3 && exec "$@"')  # the checkout may be closed to other users
        for name in ("postfix", "systemctl"):
            self._program(name, "exit 0")

    def _program(self, name: str, line: str) -> None:
        program = self.base / "bin" / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)

    def _make_postfix(self) -> None:
        self.etc.mkdir()
        values = {"base": self.base, "address": "127.0.0.1", "port": "127.0.0.1:2525", "uid": 1, "gid": 1}
        folder = {SHIPPED_FOLDER: str(self.etc)}
        main = MAIN_CF.format(**values) + "alias_maps =\n" + shipped("postfix/main.cf", folder)
        command = f"{self.base}/bin/smsdialog-deliver --config {self.path}"
        master = {**folder, SHIPPED_COMMAND: command, "user=smsdialog": f"user={product_user()}"}
        (self.etc / "main.cf").write_text(main)
        (self.etc / "master.cf").write_text(MASTER_CF.format(**values) + shipped("postfix/master.cf", master))
        (self.etc / "transport").write_text(shipped("postfix/transport", {}))
        (self.etc / "virtual").write_text(shipped("postfix/virtual", {"postmaster@example.dk": OPERATOR}))
        (self.etc / "smsdialog-status").write_text(shipped("postfix/smsdialog-status", {}))

    def _make_state(self, database: Path) -> None:
        self.state.mkdir(mode=0o700)
        shutil.copy(database, self.state / "smsdialog.db")
        (self.state / "smsdialog.db").chmod(0o600)
        kannel = self.kannel.server_address[1]
        values = {"domain": DOMAIN, "base": self.base, "web": self.web.url, "sendmail": SENDMAIL, "operator": OPERATOR}
        self.path.write_text(CONFIG.format(**values, kannel=kannel, password=PASSWORD))
        self._give_away()
        shutil.chown(self.path, "root", product_user())
        self.path.chmod(0o640)
        _ = self.service  # makes the secret

    def _give_away(self) -> None:
        """The state is the product's user's, whoever worked on it last."""
        for path in (self.state, *self.state.rglob("*")):
            shutil.chown(path, product_user(), product_user())


def mode(path: Path) -> int:
    """A file's permissions."""
    return stat.S_IMODE(os.stat(path).st_mode)
