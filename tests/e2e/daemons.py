"""How the tests keep daemons: on free loopback ports, below one folder, and gone at the end whatever happened.

Every daemon runs in a session of its own, so that its children are reached by its process group. Nothing
here looks at a process that it has not started.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

CHECKOUT = Path(__file__).parents[2]
LOOPBACK = "127.0.0.1"
PRODUCT_USER = "smsdialog"
STOP_SECONDS = 5.0

Found = TypeVar("Found")


class NotReady(AssertionError):
    """Something that was waited for did not come."""


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Does anybody accept connections on this loopback port?"""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def accepts(path: Path) -> bool:
    """Does anybody accept connections on this Unix socket?"""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def wait_for(
    find: Callable[[], Found | None],
    what: str,
    timeout: float = 10.0,
    explain: Callable[[], str] = str,
    pause: float = 0.01,
) -> Found:
    """What `find` finds, as soon as that is something; `explain` is asked for more words when it never is."""
    deadline = time.monotonic() + timeout
    while True:
        found = find()
        if found:
            return found
        if time.monotonic() > deadline:
            raise NotReady(f"{what}: not within {timeout:g} s\n{explain()}")
        time.sleep(pause)


def processes_naming(word: str) -> list[int]:
    """The processes that have `word` in their arguments; zombies have none."""
    found = []
    for arguments in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if word.encode() in arguments.read_bytes():
                found.append(int(arguments.parent.name))
    return found


@contextlib.contextmanager
def base_directory(name: str) -> Iterator[Path]:
    """A new folder that every user may read, removed at the end (kept under SMSDIALOG_KEEP=1)."""
    base = Path(tempfile.mkdtemp(prefix=f"smsdialog-{name}-"))
    base.chmod(0o755)
    try:
        yield base
    finally:
        if os.environ.get("SMSDIALOG_KEEP") != "1":
            shutil.rmtree(base, ignore_errors=True)


def product_user() -> str:
    """The unprivileged user that the product runs as; made when root runs the tests and there is none."""
    try:
        return pwd.getpwnam(PRODUCT_USER).pw_name
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", PRODUCT_USER], check=True)
        return PRODUCT_USER


def own(path: Path, user: str) -> Path:
    """Make the folder `path`, and everything that is in it already, the user's."""
    path.mkdir(parents=True, exist_ok=True)
    shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
    return path


@dataclass(frozen=True)
class Identity:
    """Who a program runs as, in the words of `subprocess`; all None: as the tests themselves."""

    name: str | None = None
    group: int | None = None
    groups: tuple[int, ...] | None = None


def as_user(name: str | None) -> Identity:
    """The user with their main group only, as pipe(8) runs a command; only root can be somebody else."""
    if name is None or os.geteuid() != 0:
        return Identity()
    return Identity(name, pwd.getpwnam(name).pw_gid, ())


class Daemon:
    """One foreground program, its output in a file, from `start` to `stop`."""

    def __init__(
        self, command: Sequence[str], log: Path, user: str | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self.command = list(command)
        self.log = log
        self.user = as_user(user)
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", **(environment or {})}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *ports: int, timeout: float = 15.0) -> None:
        """Start it, and wait until it listens on all `ports`."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=self.environment,
                start_new_session=True,
                user=self.user.name,
                group=self.user.group,
                extra_groups=self.user.groups,
            )
        wait_for(lambda: self.died() or all(map(listens, ports)), self.command[0], timeout, self.tail)
        if self.died():
            raise NotReady(f"{self.command[0]} ended at once\n{self.tail()}")

    def died(self) -> bool:
        """Has it ended? (`poll` reaps: a zombie is dead.)"""
        return self.process is None or self.process.poll() is not None

    def tail(self) -> str:
        """The end of what it said."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def stop(self) -> None:
        """End it and its children: politely, then by force."""
        if self.process is None:
            return
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal_number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
        self.process = None
