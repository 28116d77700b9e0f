"""An installation of an administrator's own, and its commands: in this process, or as the real program."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smsdialog import cli
from smsdialog import config as configuration
from smsdialog.core.model import Envelope
from smsdialog.dialog.handle import handle
from smsdialog.dialog.service import Service, open_service
from smsdialog.store import migrate, open_store

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PROGRAM = CHECKOUT / "bin" / "smsdialog"
SENDMAIL = """#!/bin/sh
if [ -e "{folder}/is-down" ]; then exit 75; fi
cat > "$(mktemp "{folder}/mailbox/XXXXXXXX")"
"""
CONFIG = """\
domain = "sms.firma.example"
state_dir = "{folder}/state"
{top}
[mail]
sendmail = ["{folder}/sendmail"]
{tables}
"""


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, read."""
        return json.loads(self.out)


class Office:
    """One installation. `run` is quick; `program` starts `bin/smsdialog` as a shell would."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.config = folder / "smsdialog.toml"
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        (folder / "mailbox").mkdir()
        sendmail = folder / "sendmail"
        sendmail.write_text(SENDMAIL.format(folder=folder))
        sendmail.chmod(0o755)
        self.configure()

    def configure(self, *, top: str = "", tables: str = "") -> None:
        """Write the configuration anew."""
        self.config.write_text(CONFIG.format(folder=self.folder, top=top, tables=tables))

    @property
    def service(self) -> Service:
        """The installation, opened."""
        return open_service(configuration.load(self.config))

    @property
    def mails(self) -> list[bytes]:
        """What sendmail was handed."""
        return [path.read_bytes() for path in (self.folder / "mailbox").iterdir()]

    def run(self, *arguments: str, stdin: bytes = b"") -> Result:
        """`smsdialog --config … ARGUMENTS`, in this process."""
        self._monkeypatch.setattr(sys, "argv", ["smsdialog", "--config", str(self.config), *arguments])
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = self._capsys.readouterr()
        return Result(int(ended.value.code or 0), printed.out, printed.err)

    def program(self, *arguments: str, stdin: bytes = b"") -> Result:
        """`bin/smsdialog --config … ARGUMENTS` under a cleared environment."""
        command = [sys.executable, str(PROGRAM), "--config", str(self.config), *arguments]
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C"}
        done = subprocess.run(command, input=stdin, capture_output=True, env=environment, cwd="/", check=False)
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    def ok(self, *arguments: str) -> str:
        """What a command printed, which went well and said nothing else."""
        result = self.run(*arguments)
        assert (result.status, result.err) == (0, ""), result
        return result.out

    def json(self, *arguments: str) -> Any:
        """What a command printed with `--json`."""
        return json.loads(self.ok(*arguments, "--json"))

    def refused(self, *arguments: str) -> str:
        """The one line of a command that could not do it."""
        result = self.run(*arguments)
        assert (result.status, result.out) == (1, ""), result
        assert result.err.startswith("smsdialog: ")
        assert result.err.count("\n") == 1
        return result.err.removeprefix("smsdialog: ").rstrip("\n")

    def misused(self, *arguments: str) -> str:
        """What a command says that was called wrongly."""
        result = self.run(*arguments)
        assert (result.status, result.out) == (2, ""), result
        return result.err

    def anna_writes(self, to: str, subject: str = "", text: str = "Hej", queue_id: str = "4XyZ") -> None:
        """A mail of Anna's, as the MTA hands it over."""
        header = f"From: anna@firma.example\nTo: {to}\nSubject: {subject}\nMessage-ID: <{queue_id}@firma.example>\n"
        raw = f"{header}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()
        envelope = Envelope("anna@firma.example", (to,), queue_id)
        service = self.service
        handle(service, raw, envelope, deadline=service.now() + 95)


@pytest.fixture
def bare(tmp_path, monkeypatch, capsys) -> Office:
    """An installation with a configuration and nothing else."""
    return Office(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="session")
def empty_state(tmp_path_factory) -> Path:
    """The state folder of an installation with an empty database, made once: migrating takes a while."""
    folder = tmp_path_factory.mktemp("empty") / "state"
    store = open_store(f"sqlite:///{folder}/smsdialog.db")
    migrate.upgrade(store)
    store.close()
    return folder


@pytest.fixture
def office(bare, empty_state) -> Office:
    """An installation with an empty database."""
    shutil.copytree(empty_state, bare.folder / "state")
    return bare


@pytest.fixture
def firma(office) -> str:
    """The secret of the key 'Firma', on which Anna has an account with the number 459192000123."""
    secret: str = office.json("key", "create", "Firma")["secret"]
    office.ok("account", "create", "anna@firma.example", "--key", "Firma", "--number", "459192000123")
    return secret
