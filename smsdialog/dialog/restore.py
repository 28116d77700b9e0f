"""A backup is put back: the database and the secret that belongs to it, and nothing that is there is lost by it.

What waited to be sent when the backup was made may have been sent since. To send it again could be an SMS too many, so
it becomes `unknown`: its author and the operator are told, and `message resend` sends it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from smsdialog import secret
from smsdialog.config import Config
from smsdialog.core.letters import RESTORED
from smsdialog.dialog import archive, audit
from smsdialog.dialog.archive import DATABASE, Manifest
from smsdialog.dialog.backup import keep_names
from smsdialog.dialog.service import Service
from smsdialog.errors import BackupRefused
from smsdialog.store import Store, outbound
from smsdialog.store.copies import BEFORE, Copies, copies_of
from smsdialog.store.schema import REVISION


@dataclass(frozen=True)
class Restored:
    """What was put back: what the archive says of itself, the schema now, and the new names of what was there.

    `doubtful` is how many SMS waited in it, as far as that was looked at before it was in its place.
    """

    manifest: Manifest
    schema: str
    aside: list[Path]
    doubtful: int


@dataclass(frozen=True)
class Place:
    """Where a backup goes: the database's place, and the folder of the secret."""

    copies: Copies
    state_dir: Path

    def strangers(self, folder: Path) -> list[Path]:
        """The secrets that are there and are not those of the backup in `folder`. Reads."""
        paths = [self.state_dir / name for name in secret.NAMES]
        return [path for path in paths if path.exists() and not _same(path, folder / path.name)]


MakeRoom = Callable[[Place, Path], list[Path]]


def refuse(place: Place, folder: Path) -> list[Path]:
    """Make no room: raise BackupRefused when anything is where the backup in `folder` would go. Reads."""
    strangers = [f"{path} is another installation's" for path in place.strangers(folder)]
    if occupied := next(filter(None, [place.copies.occupied(), *strangers]), ""):
        raise BackupRefused(f"{occupied} (--force puts aside what is there)")
    return []


def put_aside(place: Place, folder: Path) -> list[Path]:
    """Give what is there other names; returns them. Raises BackupRefused for what cannot be moved. Writes."""
    mark = f"{BEFORE}{time.strftime('%Y%m%dT%H%M%S')}"
    moved = place.copies.put_aside(mark)
    for path in place.strangers(folder):
        moved.append(path.rename(path.with_name(f"{path.name}.{mark}")))
    return moved


def restore(config: Config, store: Store, file: Path, make_room: MakeRoom, now: float) -> Restored:
    """Put a backup back, with `refuse` or `put_aside` for what is there; nothing is touched before it was read whole.

    `doubt` comes next; SQLite's copy has been through it by then. Raises BackupRefused, StoreUnavailable. Writes.
    """
    place = Place(copies_of(store), Path(config.state_dir))
    beside = place.copies.place or place.state_dir
    store.close()
    try:
        with tempfile.TemporaryDirectory(prefix=".smsdialog-restore.", dir=beside) as folder:
            manifest = archive.unpack(file, Path(folder))
            _suits(manifest, place.copies, Path(folder, DATABASE))
            doubtful = _doubt_copy(place.copies, Path(folder, DATABASE), now)
            aside = make_room(place, Path(folder))
            _put_in_place(place, Path(folder))
    except OSError as error:
        where = error.filename if error.filename and beside.is_dir() else beside
        raise BackupRefused(f"{where} cannot be written: {error.strerror}") from error
    from smsdialog.store import migrate  # Alembic costs a third of a second

    _, schema = migrate.upgrade(store)
    return Restored(manifest, schema, aside, doubtful)


def doubt(service: Service, made_at: str, already: int) -> int:
    """Make `unknown` of what waited when the backup was made, and record that it was put back; returns how many.

    `already` are those that were doubted in the copy.
    """
    with service.store.transaction() as tx:
        doubtful = already + outbound.doubt(tx, RESTORED, service.now())
        audit.changed(service, tx, "db.restore", made_at, unknown=doubtful)
    return doubtful


def _doubt_copy(copies: Copies, copy: Path, now: float) -> int:
    """Doubt what waits before anybody can send it, in a copy that can be opened; returns how many."""
    from smsdialog.store import migrate

    store = copies.opened(copy)
    if store is None:
        return 0
    migrate.upgrade(store)
    with store.transaction() as tx:
        doubtful = outbound.doubt(tx, RESTORED, now)
    store.scrub()  # its log stays behind when the file goes to its place
    store.close()
    return doubtful


def _suits(manifest: Manifest, copies: Copies, copy: Path) -> None:
    """Raise BackupRefused unless this program, with this configuration, can use the backup."""
    if manifest.kind != copies.kind:
        raise BackupRefused(f"the backup is of {manifest.kind}, and 'database.url' is for {copies.kind}")
    if manifest.schema > REVISION:
        raise BackupRefused(f"the backup is of version {manifest.version}, and this program is older: upgrade it first")
    copies.check(copy)


def _put_in_place(place: Place, folder: Path) -> None:
    """The secret first: without it the database would be given another at its first use."""
    for name in secret.NAMES:
        if (folder / name).exists():
            secret.put(place.state_dir / name, (folder / name).read_text("ascii"))
    place.copies.load(folder / DATABASE)
    for written in {place.state_dir, place.copies.place or place.state_dir}:
        keep_names(written)


def _same(path: Path, other: Path) -> bool:
    return other.exists() and path.read_bytes() == other.read_bytes()
