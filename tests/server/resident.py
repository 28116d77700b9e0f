"""`smsdialog serve` over the office of the ledger's tests, and the ways to speak to it."""

from __future__ import annotations

import contextlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.e2e.daemons import LOOPBACK, free_port, wait_for
from tests.ledger.office import ANNA, CHECKOUT, Office

SECONDS = 20.0
DUNNO = "dunno"


class Resident:
    """One resident with everything that it offers; `settings` are keys of `[serve]`."""

    launcher: tuple[str, ...] = ()

    def __init__(self, office: Office, **settings: object) -> None:
        self.office = office
        self.lmtp_address: object = f"{LOOPBACK}:{free_port()}"
        self.policy_port, self.http_port = free_port(), free_port()
        self.settings = {
            "lmtp": self.lmtp_address, "policy": f"{LOOPBACK}:{self.policy_port}",
            "http": f"{LOOPBACK}:{self.http_port}", "workers": 1, **settings,
        }  # fmt: skip
        self.plain = office.config.read_text()
        self.configure()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket_file(self) -> Path:
        return self.office.base / "state" / "pipe.sock"

    def configure(self, **changes: object) -> None:
        """Write the configuration, with some settings of `[serve]` changed."""
        self.settings |= changes
        rows = "".join(f"{name} = {f'{value!s}' if isinstance(value, int) else f'{chr(34)}{value}{chr(34)}'}\n"
                       for name, value in self.settings.items())  # fmt: skip
        self.office.config.write_text(f"{self.plain}\n[serve]\n{rows}")

    def start(self, environment: Mapping[str, str] | None = None, **popen: object) -> None:
        program = [sys.executable, str(CHECKOUT / "bin" / "smsdialog")]
        command = [*self.launcher, *program, "--config", str(self.office.config), "serve"]
        self.log = (self.office.base / "serve.log").open("ab")
        bare = {"PATH": "/usr/bin:/bin", "SMSDIALOG_TEST_FAULTS": "1", **(environment or {})}
        self.process = subprocess.Popen(command, env=bare, cwd="/", stdout=self.log, stderr=self.log, **popen)  # type: ignore[call-overload]
        wait_for(self.greets, "a greeting", SECONDS, self._said)

    def greets(self) -> bool:
        """Whether a mail process answers."""
        assert self.process
        assert self.process.poll() is None, self._said()
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
            one.settimeout(1)
            folder = os.open(self.socket_file.parent, os.O_PATH)
            try:
                one.connect(f"/proc/self/fd/{folder}/{self.socket_file.name}")
                return one.recv(100).startswith(b"220 ")
            finally:
                os.close(folder)
        return False

    def children(self) -> list[int]:
        """The processes of the resident but the first."""
        assert self.process
        pid = self.process.pid
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def tell(self, number: int) -> None:
        assert self.process
        os.kill(self.process.pid, number)

    def ends(self) -> int:
        """Its exit status, once it has ended."""
        assert self.process
        return self.process.wait(SECONDS)

    def stop(self) -> None:
        """SIGTERM, and the end; by force if need be."""
        if self.process and self.process.poll() is None:
            children = self.children()
            self.tell(signal.SIGTERM)
            try:
                self.process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                for pid in (*children, self.process.pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

    @contextlib.contextmanager
    def lmtp(self) -> Iterator[smtplib.LMTP]:
        host, _, port = str(self.lmtp_address).rpartition(":")
        with contextlib.closing(smtplib.LMTP(host, int(port))) as session:
            assert session.sock
            session.sock.settimeout(SECONDS)
            session.ehlo_or_helo_if_needed()
            yield session

    def delivers(self, mail: bytes, *recipients: str, sender: str = ANNA, options: str = "") -> list[str]:
        """Hand a mail over by LMTP: the answers after the data."""
        with self.lmtp() as session:
            if options:
                session.docmd("XFORWARD", options)
            session.mail(sender)
            for recipient in recipients:
                session.rcpt(recipient)
            return self.data(session, mail, len(recipients))

    @staticmethod
    def data(session: smtplib.LMTP, mail: bytes, answers: int) -> list[str]:
        code, words = session.docmd("DATA")
        assert code == 354, words
        body = b"\r\n".join(b"." + line if line[:1] == b"." else line for line in mail.splitlines())
        session.send(body + b"\r\n.\r\n")
        return [f"{code} {words.decode()}" for code, words in (session.getreply() for _ in range(answers))]

    def asked(self, **attributes: object) -> str:
        """What the policy service says to one request."""
        lines = "".join(f"{name}={value}\n" for name, value in attributes.items())
        with socket.create_connection((LOOPBACK, self.policy_port), SECONDS) as one:
            one.sendall(f"request=smtpd_access_policy\nprotocol_state=RCPT\n{lines}\n".encode())
            said = one.makefile("rb").readline()
        assert said.startswith(b"action="), said
        return said.decode().removeprefix("action=").rstrip()

    def sms(self) -> int:
        """How many SMS the provider was asked for."""
        return sum(self.office.provider.seen.values())

    def _said(self) -> str:
        return (self.office.base / "serve.log").read_text(errors="replace")[-3000:]


def is_gone(pid: int) -> bool:
    """Whether a process has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_until(what: object, seconds: float = SECONDS) -> None:
    """Wait until a condition holds."""
    wait_for(what, "what was waited for", seconds)  # type: ignore[arg-type]


def pause(seconds: float) -> None:
    time.sleep(seconds)
