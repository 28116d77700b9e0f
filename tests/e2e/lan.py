"""Machines of our own on a network of our own: namespaces (network, processes, mounts, the host's name) on a bridge.

Nothing is named but the bridge and the near ends of the wires, and those by chance. Whatever runs in a machine ends
with its first process, and its wire goes with it. The network (of RFC 2544's, which no router knows) ends at this
machine.
"""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.e2e.daemons import Daemon, wait_for

NAMESPACES = ("--net", "--pid", "--mount", "--uts")
# The first process; bash takes care of orphans. It ends when nobody holds its standard input any more.
BOOT = 'hostname "$1"; ip link set lo up; read'


class Lan:
    """The bridge, with this machine on it, from `start` to `stop`. Needs root."""

    def __init__(self) -> None:
        self.name = f"sd{secrets.token_hex(4)}"
        self._first_octets = f"198.{18 + secrets.randbelow(2)}.{secrets.randbelow(256)}"
        self._last_octet = 8 * secrets.randbelow(32)
        self.network = f"{self._first_octets}.{self._last_octet}/29"
        self.address = self.address_of(1)
        """Of this machine."""

    def address_of(self, number: int) -> str:
        """Of one of its six places."""
        return f"{self._first_octets}.{self._last_octet + number}"

    def start(self) -> None:
        ip("link", "add", self.name, "type", "bridge")
        ip("address", "add", f"{self.address}/29", "dev", self.name)
        ip("link", "set", self.name, "up")

    def stop(self) -> None:
        """Remove it; safe at any time."""
        subprocess.run(["ip", "link", "delete", self.name], check=False, capture_output=True)


class Machine:
    """One machine on a LAN, in its place there (from 2 on); it may die and be started again."""

    def __init__(self, lan: Lan, place: int) -> None:
        self.lan, self.place = lan, place
        self.address = lan.address_of(place)
        self.hostname = f"mx{place}"
        self._wire = f"{lan.name}-{place}"
        self._holder: subprocess.Popen[bytes] | None = None
        self._first = 0

    def boots(self) -> None:
        """Start it, with nothing running, and put it on the network."""
        command = ["unshare", *NAMESPACES, "--fork", "--kill-child", "--mount-proc", "bash", "-c", BOOT, "boot"]
        # unshare(1) has words for a violent end of its child, which is none of a test's.
        quiet = {"stdin": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._holder = subprocess.Popen([*command, self.hostname], **quiet)
        wait_for(self._find_first, "a machine", 30)
        # One hardware address for all its lives, as others remember it.
        far = ("eth0", "address", f"02:00:00:00:00:0{self.place}", "netns", str(self._first))
        ip("link", "add", self._wire, "type", "veth", "peer", "name", *far)
        ip("link", "set", self._wire, "master", self.lan.name, "up")
        self.run("ip", "address", "add", f"{self.address}/29", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")

    def dies(self) -> None:
        """SIGKILL to all that runs in it, and its wire is cut. Safe at any time."""
        if self._holder is None:
            return
        if self._first:
            os.kill(self._first, signal.SIGKILL)  # all others go with the first, and unshare(1) ends after them
        self._holder.communicate(timeout=30)
        subprocess.run(["ip", "link", "delete", self._wire], check=False, capture_output=True)
        self._holder = None

    def run(self, *command: str) -> str:
        """What a command prints that runs in it, as root; it must end well."""
        done = subprocess.run([*self.enter(), *command], check=False, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def enter(self, user: str | None = None) -> list[str]:
        """The words before a command that shall run in it, as a user with their main group only."""
        who = pwd.getpwnam(user or "root")
        as_whom = ["--setuid", str(who.pw_uid), "--setgid", str(who.pw_gid)]
        return ["nsenter", "--target", str(self._first), *NAMESPACES, *as_whom, "--"]

    def answers(self, port: int) -> bool:
        """Does anybody accept connections on this port of it?"""
        with socket.socket() as probe:
            probe.settimeout(5)
            return probe.connect_ex((self.address, port)) == 0

    def _find_first(self) -> bool:
        """The process number, out here, of the first process in there, once it is in its own namespaces."""
        assert self._holder
        assert self._holder.poll() is None, "a machine cannot be made here"
        found = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children").read_text().split()
        self._first = int(found[0]) if found else 0
        return bool(found) and Path(f"/proc/{self._first}/comm").read_text() == "bash\n"


class Program(Daemon):
    """A daemon in a machine; it may be started again in the machine's next life."""

    def __init__(
        self, machine: Machine, command: Sequence[str], log: Path, user: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(command, log, environment=environment)
        self.machine, self.inside, self.inside_user = machine, list(command), user

    def start(self, *ports: int, timeout: float = 30.0) -> None:
        """Start it, and wait until it listens on all these ports of the machine's address."""
        self.command = [*self.machine.enter(self.inside_user), *self.inside]
        super().start()
        wait_for(lambda: self.died() or all(map(self.machine.answers, ports)), self.inside[0], timeout, self.tail)
        assert not self.died(), self.tail()


def ip(*words: str) -> None:
    """ip(8)."""
    done = subprocess.run(["ip", *words], check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
