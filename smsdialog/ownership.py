"""New files in the state folder belong to whom the folder belongs, and strangers cannot read them.

An administrator may run commands as root while the pipe runs as a user of its own: what root makes
must not lock the pipe out. In a folder that a group shares (setgid), the group may use the files too.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path


def adopt(descriptor: int, folder: Path, *, shared_mode: int) -> None:
    """Give a file that was just made its folder's owner (if we are root) and mode 0600, or `shared_mode`."""
    place = folder.stat()
    os.fchmod(descriptor, shared_mode if place.st_mode & stat.S_ISGID else 0o600)
    if os.geteuid() == 0:
        os.fchown(descriptor, place.st_uid, place.st_gid)
