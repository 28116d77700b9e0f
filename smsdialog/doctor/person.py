"""Whether a user could read, write or run a file, told by modes and owners: so it can be told of other users, too.

Access lists (acl(5)) and mounts that are read-only are not seen.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

READ, WRITE, RUN = 4, 2, 1


@dataclass(frozen=True)
class Person:
    """A user of this machine."""

    name: str
    uid: int
    gids: frozenset[int]

    def may(self, path: Path, wanted: int) -> bool:
        """Whether he may do so with a file or folder, and come there. Raises OSError where we may not look."""
        real = path.resolve()
        return all(self._has(folder.stat(), RUN) for folder in real.parents) and self._has(real.stat(), wanted)

    def _has(self, found: os.stat_result, wanted: int) -> bool:
        if self.uid == 0:
            return wanted != RUN or stat.S_ISDIR(found.st_mode) or bool(found.st_mode & 0o111)
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid in self.gids else 0
        return (found.st_mode >> shift) & wanted == wanted


def person(name: str) -> Person | None:
    """The user of that name; None where there is none."""
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    groups = {group.gr_gid for group in grp.getgrall() if name in group.gr_mem}
    return Person(name, found.pw_uid, frozenset({found.pw_gid, *groups}))


def owner(path: Path) -> Person | None:
    """Whose a file is; None where that cannot be told."""
    try:
        return person(pwd.getpwuid(path.stat().st_uid).pw_name)
    except (OSError, KeyError):
        return None


def is_open_to_others(path: Path, wanted: int = READ | WRITE) -> bool:
    """Whether a file's own mode lets everybody do any of it, whatever its folder's says. Raises OSError."""
    return bool(path.stat().st_mode & wanted)
