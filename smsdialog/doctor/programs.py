"""The programs that are asked: what they print, and how they end."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

SECONDS = 15.0
# Debian's users have no /usr/sbin in theirs, and the mail servers' programs are there.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"}


@dataclass(frozen=True)
class Ran:
    """How a program ended: its status, what it printed, and what it complained of."""

    status: int
    out: str
    complaint: str


def run(*command: str, seconds: float = SECONDS) -> Ran:
    """Run a program that reads nothing; one that cannot be run ends with 127, one that takes longer with 124."""
    try:
        done = _run(command, seconds)
    except OSError as error:
        return Ran(127, "", f"{command[0]}: {error.strerror}")
    except subprocess.TimeoutExpired:
        return Ran(124, "", f"{command[0]} did not end within {seconds:g} s")
    return Ran(done.returncode, done.stdout, done.stderr.strip())


def _run(command: Sequence[str], seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        timeout=seconds, check=False, env=ENVIRONMENT, cwd="/",
    )  # fmt: skip
