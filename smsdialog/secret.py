"""The instance secret: made at first use, mode 0600, and the source of every token of ours.

It lies in `state_dir/secret`. In a folder that is shared by a group (setgid, for a pipe and a web
server of two users) it is readable by that group. `secret.previous`, if there, is accepted beside it
while a rotation lasts.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from smsdialog.errors import ConfigError
from smsdialog.ownership import adopt

SECRET_BYTES = 32
NAME = "secret"
PREVIOUS = "secret.previous"
NAMES = (NAME, PREVIOUS)


def load(state_dir: str) -> tuple[bytes, ...]:
    """The current secret and, while a rotation lasts, the previous one. Raises ConfigError. May write."""
    path = Path(state_dir, NAME)
    try:
        current = _read(path) or _make(path)
        previous = _read(path.with_name(PREVIOUS))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: the secret cannot be read or made: {error}") from error
    return (current, previous) if previous else (current,)


def _read(path: Path) -> bytes | None:
    try:
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        return None
    if len(secret) < SECRET_BYTES:
        raise ValueError("it is too short")
    return secret


def put(path: Path, text: str) -> None:
    """Write a secret where none is: of several processes at once one wins, and none reads half of it. Writes."""
    draft = path.with_name(f".{NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            adopt(file.fileno(), path.parent, shared_mode=0o640)
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _make(path: Path) -> bytes:
    put(path, secrets.token_hex(SECRET_BYTES) + "\n")
    made = _read(path)
    assert made is not None
    return made
