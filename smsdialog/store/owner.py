"""Who holds a lease: one process of one machine, so that a dead one's leases need not be waited for.

An owner is `MACHINE/PID/START`: the boot and the PID namespace that the number counts in, and when the
process began (proc(5)), so that a number that is used again is not mistaken for the one that died. Of another
machine's processes nothing is known: their leases end by time.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

_PROC = Path("/proc")
# Fields of /proc/PID/stat behind the command's name: the state is the first, the start time the twentieth.
_STATE, _START = 0, 19
_DEAD_STATES = ("Z", "X")


def me() -> str:
    """This process as an owner; empty where there is no /proc, and leases end by time alone."""
    return _process(os.getpid())


def is_dead(owner: str) -> bool:
    """Whether an owner is known to be gone: a process of this machine that ended, by whatever death.

    >>> is_dead(me()), is_dead("elsewhere/1/1"), is_dead("")
    (False, False, False)
    """
    machine, _, process = owner.partition("/")
    pid, _, start = process.partition("/")
    if not machine or machine != _machine() or not pid.isdigit():
        return False
    if not _exists(int(pid)):
        return True
    stat = _stat(pid)
    return bool(stat) and (stat[_START] != start or stat[_STATE] in _DEAD_STATES)


@lru_cache
def _machine() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{os.readlink(_PROC / 'self/ns/pid')}"
    except OSError:
        return ""


@lru_cache  # by number, as a process may be forked from one that has asked
def _process(pid: int) -> str:
    stat = _stat(str(pid))
    return f"{_machine()}/{pid}/{stat[_START]}" if stat and _machine() else ""


def _exists(pid: int) -> bool:
    """Whether there is such a process; asked of the kernel, because /proc may hide those of other users."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _stat(pid: str) -> list[str]:
    """The fields of /proc/PID/stat behind the command's name, which may hold blanks; none where it cannot be read."""
    try:
        return (_PROC / pid / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
