"""The product as an administrator installs it: `pip install` into a venv that other users can read.

The pipe runs as an unprivileged user, so neither the tests' own interpreter (often below a closed home) nor
the checkout will do. Everything is called as that user, with an environment as bare as pipe(8)'s.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.e2e.daemons import CHECKOUT, LOOPBACK, Daemon, as_user, own, product_user

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C"}
WEB_SERVER = """\
import sys
from werkzeug.serving import run_simple
from smsdialog.wsgi import application
run_simple(sys.argv[1], int(sys.argv[2]), application, threaded=True)
"""
NOT_SOURCE = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")


def interpreter() -> str:
    """A Python that every user can run: the system's, or else the one of the tests."""
    system = Path("/usr/bin/python3")
    probe = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    if system.exists() and subprocess.run([system, "-c", probe], check=False, capture_output=True).returncode == 0:
        return str(system)
    return sys.executable


def install(base: Path) -> Path:
    """Install the checkout below `base`, as users do; returns the folder of its commands."""
    source = base / "source"
    shutil.copytree(CHECKOUT, source, ignore=NOT_SOURCE)
    venv = base / "venv"
    subprocess.run([interpreter(), "-m", "venv", venv], check=True)
    pip = [str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, f"{source}[postgres]"], check=False, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, f"pip install: {done.stdout}{done.stderr}"
    return venv / "bin"


class Refused(AssertionError):
    """A command of the administrator's ended with another status than 0."""


class Installation:
    """One configuration with its state, used through the commands in `programs`."""

    def __init__(self, base: Path, programs: Path, configuration: str) -> None:
        self.base = base
        self.programs = programs
        self.user = product_user() if os.geteuid() == 0 else None
        self.state = base / "state"
        self.config = base / "smsdialog.toml"
        self._prepare(configuration)

    @property
    def deliver_command(self) -> list[str]:
        """What the MTA runs, up to the arguments that the shipped configuration has."""
        return [str(self.programs / "smsdialog-deliver"), "--config", str(self.config)]

    def web_server(self, port: int) -> Daemon:
        """The WSGI application on a loopback port, not started."""
        python = str(self.programs / "python")
        return Daemon(
            [python, "-c", WEB_SERVER, LOOPBACK, str(port)],
            self.base / "web.log", self.user, {"SMSDIALOG_CONFIG": str(self.config)},
        )  # fmt: skip

    def resident(self) -> Daemon:
        """`smsdialog serve`, not started."""
        command = [str(self.programs / "smsdialog"), "--config", str(self.config), "serve"]
        return Daemon(command, self.base / "resident.log", self.user)

    def run(self, *arguments: str) -> str:
        """Run `smsdialog ARGUMENTS`; what it printed."""
        done = self._call([str(self.programs / "smsdialog"), "--config", str(self.config), *arguments])
        if done.returncode != 0:
            raise Refused(f"smsdialog {' '.join(arguments)}: {done.returncode}\n{done.stderr.decode()}")
        return done.stdout.decode()

    def json(self, *arguments: str) -> Any:
        """Run `smsdialog ARGUMENTS --json`; what it printed, read."""
        return json.loads(self.run(*arguments, "--json"))

    def deliver(self, mail: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run the pipe as an MTA does, the mail on its standard input."""
        return self._call([*self.deliver_command, *arguments], mail)

    def messages(self, **wanted: object) -> list[dict[str, Any]]:
        """The ledger's messages with these values."""
        return [
            message
            for message in self.json("message", "list")
            if all(message[name] == value for name, value in wanted.items())
        ]

    def _call(self, command: Sequence[str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        user = as_user(self.user)
        return subprocess.run(
            command, input=stdin, capture_output=True, check=False, cwd="/", env=ENVIRONMENT, timeout=120,
            user=user.name, group=user.group, extra_groups=user.groups,
        )  # fmt: skip

    def _prepare(self, configuration: str) -> None:
        self.config.write_text(configuration)
        self.config.chmod(0o600)
        if self.user:
            own(self.state, self.user).chmod(0o700)
            own(self.config.parent, self.user)
            shutil.chown(self.config, self.user)
        self.state.mkdir(exist_ok=True)
        self.run("db", "upgrade")
