"""A copy of this machine that is thrown away: programs in it write wherever they like, and nothing of it stays.

An overlay over `/`, in namespaces of its own for mounts, processes, the host's name and the network (a loopback and no
more). What needs the network, to fetch packages, borrows the machine's. Nothing boots in it: what a unit of systemd
would start, a stand-in starts (`machine.py`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.daemons import wait_for

# Runs as the first process in there; bash takes care of orphans. The overlay's own files are on a disk if they may be.
BOOT = r"""
set -e
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root" 2>/dev/null || {
  mount -t tmpfs tmpfs "$1/tmpfs" && mkdir "$1/tmpfs/upper" "$1/tmpfs/work"
  mount -t overlay overlay -o "lowerdir=/,upperdir=$1/tmpfs/upper,workdir=$1/tmpfs/work" "$1/root"
}
cd "$1/root"
mount -t proc proc proc
mount --rbind /dev dev
mount --rbind /sys sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -m 1777 run/lock
hostname "$2"
touch run/booted
exec chroot . /bin/bash -c 'while :; do sleep 1000 & wait $!; done'
"""
LOOPBACK_UP = """
import fcntl, socket, struct
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    fcntl.ioctl(one, 0x8914, struct.pack("16sh", b"lo", 0x41))
"""
NAMESPACES = ("--mount", "--pid", "--uts", "--net")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Throwaway:
    """The copy, from `start` to `stop`. Needs root."""

    def __init__(self, hostname: str) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="smsdialog-throwaway-"))
        self.hostname = hostname
        self._holder: subprocess.Popen[bytes] | None = None
        self._first = 0

    def start(self) -> None:
        """Make it, and wait until it is there."""
        for name in ("upper", "work", "root", "tmpfs"):
            (self.base / name).mkdir()
        (self.base / "upper").chmod(0o755)
        command = ["unshare", *NAMESPACES, "--fork", "--kill-child", "bash", "-c", BOOT, "boot", str(self.base)]
        self._holder = subprocess.Popen([*command, self.hostname], stdin=subprocess.DEVNULL)
        wait_for(self._find_first, "a throwaway machine", 30)
        wait_for(lambda: self.ran("test -e /run/booted").returncode == 0, "a throwaway machine that has booted", 30)
        self.run(f"/usr/bin/python3 -c '{LOOPBACK_UP}'")

    def stop(self) -> None:
        """End all that runs in it, and remove it."""
        if self._holder:
            self._holder.send_signal(signal.SIGKILL)  # and with it the first process, and with that all others
            self._holder.wait()
        shutil.rmtree(self.base, ignore_errors=True)

    def run(self, script: str, **options: object) -> str:
        """What a script of bash prints, which must end well."""
        done = self.ran(script, **options)  # type: ignore[arg-type]
        assert done.returncode == 0, f"{script}\nended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def ran(
        self, script: str, *, online: bool = False, stdin: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """How a script of bash ended, as root, what it complained of among what it printed."""
        spaces = ["--mount", "--pid", "--uts", *([] if online else ["--net"])]
        inside = ["chroot", str(self.base / "root"), "/bin/bash", "-e", "-o", "pipefail", "-c", f"cd /; {script}"]
        told = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "http", "HTTP", "no_"))}
        done = subprocess.run(
            ["nsenter", "--target", str(self._first), *spaces, *inside],
            input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900, check=False,
            env={"PATH": PATH, "HOME": "/root", **told, **(environment or {})},
        )  # fmt: skip
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(errors="replace"))

    def copy(self, source: Path, target: str) -> None:
        """Copy a folder of this machine, what git and the tests keep beside it apart."""
        left_out = [f"--exclude=./{name}" for name in (".git", ".venv", "build", ".mypy_cache", ".pytest_cache")]
        packed = subprocess.run(["tar", "-C", str(source), *left_out, "-c", "."], capture_output=True, check=True)
        self.run(f"mkdir -p {target} && tar -C {target} --no-same-owner -x", stdin=packed.stdout)

    def _find_first(self) -> bool:
        """The process number, out here, of the first process in there."""
        assert self._holder
        assert self._holder.poll() is None, "a throwaway machine cannot be made here"
        found = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children").read_text().split()
        self._first = int(found[0]) if found else 0
        return bool(found)
