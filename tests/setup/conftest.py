"""A machine's Postfix in a folder, configured as Debian does it, and an installation beside it; nothing runs."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from smsdialog import cli
from smsdialog import config as configuration
from smsdialog.doctor import Finding, postfix_route
from smsdialog.doctor.place import Place
from smsdialog.doctor.postfix import Postfix
from tests.cli.conftest import Result
from tests.e2e.daemons import base_directory, own, product_user

DOMAIN = "sms.firma.example"
MAIN_CF = """\
# What the installer wrote.
compatibility_level = 3.6
myhostname = mail.firma.example
mydestination = $myhostname, localhost
queue_directory = {base}/spool
data_directory = {base}/data
{more}
"""
CONFIG = """\
domain = "{domain}"
state_dir = "{base}/state"
[mail]
operator = "{operator}"
sendmail = ["/usr/sbin/sendmail", "-C", "{base}/etc"]
{tables}
"""


class Host:
    """One machine in `base`; `etc` has Postfix's configuration."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.base, self.etc = base, base / "etc"
        self.config = base / "smsdialog.toml"
        self._monkeypatch, self._capsys = monkeypatch, capsys
        own(base / "state", product_user())
        own(base / "data", "postfix")
        for folder in ("etc", "bin", "spool"):
            (base / folder).mkdir()
        pipe = base / "bin" / "smsdialog-deliver"
        pipe.write_text("#!/bin/sh\nexit 75\n")
        pipe.chmod(0o755)
        shutil.copy("/usr/share/postfix/master.cf.dist", self.etc / "master.cf")
        self.postfix_has()
        self.configure()

    def postfix_has(self, more: str = "") -> None:
        """Write main.cf anew, with these lines at its end."""
        (self.etc / "main.cf").write_text(MAIN_CF.format(base=self.base, more=more))

    def configure(self, *, domain: str = DOMAIN, operator: str = "drift@firma.example", tables: str = "") -> None:
        """Write our configuration anew."""
        text = CONFIG.format(base=self.base, domain=domain, operator=operator, tables=tables)
        self.config.write_text(text)

    def setup(self, *arguments: str, server: str = "postfix", answer: str = "") -> Result:
        """`smsdialog setup …`, called by its name in `bin`."""
        command = [str(self.base / "bin" / "smsdialog"), "--config", str(self.config), "setup", server, *arguments]
        self._monkeypatch.setattr(sys, "argv", command)
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(answer.encode())))
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = self._capsys.readouterr()
        return Result(int(ended.value.code or 0), printed.out, printed.err)

    def ok(self, *arguments: str) -> str:
        """What it printed, and it went well."""
        result = self.setup(*arguments)
        assert result.status == 0, result
        return result.out

    def refused(self, *arguments: str, server: str = "postfix") -> str:
        """Why it was not done; and nothing was changed."""
        before = self.files()
        result = self.setup(*arguments, server=server)
        assert (result.status, result.out) == (1, ""), result
        assert self.files() == before
        return result.err

    def wanting(self) -> list[dict[str, Any]]:
        """What is not there yet."""
        found: list[dict[str, Any]] = json.loads(self.ok("--json"))
        return found

    def files(self) -> dict[str, bytes]:
        """All of Postfix's configuration."""
        return {str(path.relative_to(self.etc)): path.read_bytes() for path in self.etc.rglob("*") if path.is_file()}

    def setting(self, name: str) -> str:
        """A setting as Postfix reads it."""
        return Postfix(str(self.etc)).setting(name)

    def findings(self) -> list[str]:
        """What the doctor finds about Postfix."""
        with Place(self.config, configuration.load(self.config)) as place:
            found = list(postfix_route.check(place, Postfix(str(self.etc))))
        return [one.what for one in found if isinstance(one, Finding)]


@pytest.fixture
def host(monkeypatch, capsys):
    with base_directory("setup") as base:
        yield Host(base, monkeypatch, capsys)
