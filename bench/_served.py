"""A resident to be measured: a configuration with one key and one account, and a gateway stand-in; no MTA."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench._desk import CHECKOUT, ENVIRONMENT, SENDER
from bench._gateway import Gateway
from smsdialog import config as configuration
from smsdialog.dialog import account
from smsdialog.dialog.service import open_service
from tests.e2e.daemons import LOOPBACK, Daemon, free_port, wait_for

CONFIGURATION = """\
domain = "sendmailsms.dk"
state_dir = "{base}/state"
[limits]
sms_per_account_per_hour = 100000000
sms_per_key_per_day = 100000000
[mail]
sendmail = ["/bin/true"]
[gateways.main]
type = "kannel"
url = "http://127.0.0.1:{gateway}/sendsms"
username = "bench"
password = "benchbench"
token = "inbound"
[serve]
lmtp = "127.0.0.1:{lmtp}"
policy = "127.0.0.1:{policy}"
http = "127.0.0.1:{http}"
"""
NUMBER = "459192000001"
ACCOUNTS = 40


class Served:
    """The resident, its ports, and the address of a key."""

    def __init__(self, base: Path) -> None:
        self.gateway = Gateway()
        self.gateway.begin()
        self.lmtp, self.policy, self.http = free_port(), free_port(), free_port()
        self.config = base / "smsdialog.toml"
        self.database = base / "state" / "smsdialog.db"
        ports = {"gateway": self.gateway.port, "lmtp": self.lmtp, "policy": self.policy, "http": self.http}
        self.config.write_text(CONFIGURATION.format(base=base, **ports))
        self.run("db", "upgrade")
        self.key_address = f"{json.loads(self.run('key', 'create', 'bench', '--json'))['secret']}@sendmailsms.dk"
        self.run("account", "create", SENDER, "--key", "bench", "--number", NUMBER)
        self._colleagues()
        self.daemon = Daemon([*self.command, "serve"], base / "serve.log")

    def _colleagues(self) -> None:
        """More accounts, with the numbers that follow: what comes in for one account is mailed one by one."""
        service = open_service(configuration.load(self.config))
        numbers = [str(int(NUMBER) + n) for n in range(1, ACCOUNTS)]
        for number in numbers:
            account.open_account(service, f"person{number}@firma.example", "bench", number)
        service.store.close()

    @property
    def command(self) -> list[str]:
        return [sys.executable, str(CHECKOUT / "bin" / "smsdialog"), "--config", str(self.config)]

    @property
    def pid(self) -> int:
        assert self.daemon.process
        return self.daemon.process.pid

    def run(self, *arguments: str) -> str:
        """Run `smsdialog ARGUMENTS`; what it printed."""
        return subprocess.run([*self.command, *arguments], check=True, capture_output=True, text=True,
                              env=ENVIRONMENT).stdout  # fmt: skip

    def load(self, mails: int, sessions: int = 4) -> subprocess.Popen[bytes]:
        """Hand over so many mails by LMTP, in the background."""
        return subprocess.Popen(
            ["smtp-source", "-L", "-f", SENDER, "-t", self.key_address, "-S", "20123456", "-s", str(sessions),
             "-m", str(mails), f"{LOOPBACK}:{self.lmtp}"]
        )  # fmt: skip


@contextmanager
def served() -> Iterator[Served]:
    """Start it, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="smsdialog-bench-") as folder:
        here = Served(Path(folder))
        try:
            here.daemon.start(here.lmtp, here.policy, here.http, timeout=30)
            wait_for((here.database.parent / "pipe.sock").exists, "the resident", 30)
            yield here
        finally:
            here.daemon.stop()


def memory_megabytes(*roots: int) -> float:
    """Proportional set size of these processes and their children: what they really take, shared pages once."""
    total, waiting = 0, list(roots)
    while waiting:
        pid = waiting.pop()
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += next(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
        waiting += [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return total / 1024


def cpu_seconds(*roots: int) -> float:
    """What these processes and all that they started have used, those that have ended included."""
    total, waiting = 0.0, list(roots)
    while waiting:
        pid = waiting.pop()
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            waiting += [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return total
