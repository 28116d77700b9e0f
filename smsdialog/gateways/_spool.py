"""Daemons on this machine that take SMS as files in a folder, and lay what comes in into others.

A file is put there whole or not at all: written below a hidden name, which both daemons pass over, made durable,
then renamed. What came in leaves its folder when it is in the ledger, so whatever lies there for a while was missed:
the daemons run our command once and do not look at how it ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from smsdialog.errors import BadCall, TemporaryError
from smsdialog.gateways._base import Event, Perform
from smsdialog.gateways._webcall import Reply, WebCall

# The kinds of event, as SMS Server Tools names them.
RECEIVED, REPORT, SENT, FAILED = "RECEIVED", "REPORT", "SENT", "FAILED"
# Stands in the names of our own files: other programs may use the same daemon.
OURS = "smsdialog"
# A file that is younger may be in the hands of the command, or of the daemon, just now.
SETTLED_SECONDS = 120
# An SMS that the daemon has not taken for so long is old news, as it is in `dialog.dispatch`.
GIVE_UP_SECONDS = 12 * 3600
_UNREADABLE = ".unreadable"
# What smsd puts beside a file that it is sending.
_IN_HAND = ".LOCK"


class SpoolGateway:
    """One daemon. A type fills in `send` and `read`; `folders` has where each kind of event lies.

    SMS are put into the first of its `queues`, and wait in all of them.
    """

    type: str
    reply = receipt_reply = Reply()

    def __init__(self, name: str, queues: Sequence[Path], folders: Mapping[str, Path]) -> None:
        self.name = name
        self._outgoing = queues[0]
        self._queues = queues
        self._folders = folders

    def read(self, kind: str, path: Path) -> tuple[Event, ...]:
        """What one of the daemon's files says. Raises BadCall, TemporaryError or OSError."""
        raise NotImplementedError

    def inbound(self, call: WebCall) -> tuple[Event, ...]:
        """The daemon makes no calls."""
        raise BadCall("this gateway has no URL: its daemon runs 'smsdialog gateway event'")

    receipt = inbound

    def balance(self, perform: Perform) -> str:
        """Whoever issued the SIM knows."""
        return ""

    def event(self, arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[Event, ...]:
        """What the files of one event say."""
        return tuple(event for kind, path in self.paths(arguments) for event in self._read(kind, path))

    def holds(self, arguments: Sequence[str]) -> bool:
        """Whether a file has it."""
        return any(path.exists() for _, path in self.paths(arguments))

    def taken(self, arguments: Sequence[str]) -> None:
        """Remove what came in, and what of ours failed; what was sent stays, as reports refer to it."""
        for kind, path in self.paths(arguments):
            if kind != SENT and (kind != FAILED or OURS in path.name):
                path.unlink(missing_ok=True)

    def set_aside(self, arguments: Sequence[str]) -> None:
        """Let the file be, below a name that says why."""
        for _, path in self.paths(arguments):
            if path.exists():
                path.rename(path.with_name(path.name + _UNREADABLE))

    def waiting(self, now: float) -> tuple[tuple[str, ...], ...]:
        """What lies in its folder still; an SMS that the daemon leaves alone is put with those that failed."""
        self._give_up(now)
        missed = [(kind, path) for kind in (RECEIVED, REPORT, FAILED) for path in self._left(kind, now)]
        return tuple((kind, str(path)) for kind, path in missed)

    def naming(self, names: Callable[[str], bool]) -> list[str]:
        """The files of our SMS, and of those that came in, that name somebody."""
        return [str(path) for path in self._files() if names(path.name) or names(_words(path))]

    def drop(self, names: Callable[[str], bool]) -> int:
        """Remove them."""
        found = self.naming(names)
        for path in found:
            Path(path).unlink(missing_ok=True)
        return len(found)

    def _files(self) -> Iterator[Path]:
        """Other programs may use the same daemon; what came in is ours, and so is what has our name in its own."""
        for kind, folder in self._folders.items():
            yield from _all(folder, f"*{OURS}*" if kind in (SENT, FAILED) else "*")
        yield from _all(self._outgoing, f"*{OURS}*")

    def paths(self, arguments: Sequence[str]) -> list[tuple[str, Path]]:
        """The kind and the files of an event; none that lies elsewhere, as files are removed in the end."""
        kind, names = (arguments[0], arguments[1:]) if arguments else ("", ())
        folder = self._folders.get(kind)
        if folder is None:
            return []
        found = [folder / name for name in names]
        return [(kind, path) for path in found if path.parent == folder and path.name not in ("", "..")]

    def _read(self, kind: str, path: Path) -> tuple[Event, ...]:
        try:
            return self.read(kind, path)
        except FileNotFoundError:
            return ()  # another run has taken it
        except OSError as error:
            raise TemporaryError(f"a file of the daemon's cannot be read: {error.strerror}") from error

    def _left(self, kind: str, now: float) -> Iterator[Path]:
        if kind not in self._folders:
            return
        pattern = f"*{OURS}*" if kind == FAILED else "*"
        yield from settled(self._folders[kind], pattern, now - SETTLED_SECONDS)

    def _give_up(self, now: float) -> None:
        waiting = [path for queue in self._queues for path in settled(queue, f"*{OURS}*", now - GIVE_UP_SECONDS)]
        for path in waiting:
            if not path.with_name(f"{path.name}{_IN_HAND}").exists():
                with suppress(OSError):  # the daemon took it just now, or it is not ours to take
                    path.rename(self._folders[FAILED] / path.name)


def settled(folder: Path, pattern: str, before: float) -> list[Path]:
    """The files in a folder that nobody has touched since a time, oldest first; none where it cannot be read."""
    found = []
    try:
        for path in folder.glob(pattern):
            if not path.name.startswith(".") and path.suffix not in (_UNREADABLE, _IN_HAND) and path.is_file():
                found.append((path.stat().st_mtime, path))
    except OSError:
        return []
    return [path for touched, path in sorted(found) if touched < before]


def _all(folder: Path, pattern: str) -> list[Path]:
    return [path for path in folder.glob(pattern) if path.is_file()]


def _words(path: Path) -> str:
    """What a file says as far as it is ASCII, where numbers and addresses are."""
    try:
        return path.read_bytes().decode("ascii", "replace")
    except FileNotFoundError:
        return ""


def place(folder: Path, name: str, content: bytes) -> None:
    """Put a file into a folder, whole and durable, for the folder's group. Raises OSError."""
    draft = folder / f".{name}"
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o660), "wb") as file:
            os.fchmod(file.fileno(), 0o660)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(folder / name)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # it is there, and may be on its way: no reason to put it there again
        _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
