"""A backup of what cannot be had again: the database and the secret, in one file, while everything goes on.

The secret belongs to it: without it no reply address that stands in employees' mails is good any more. What is in the
file is checked before the file has its name; a run that is cut off leaves what was there before.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from smsdialog import __version__, secret
from smsdialog.dialog import archive, audit
from smsdialog.dialog.archive import DATABASE, Manifest
from smsdialog.dialog.check import check
from smsdialog.dialog.service import Service
from smsdialog.errors import BackupRefused, StoreUnavailable
from smsdialog.store.copies import Copies, copies_of
from smsdialog.store.progress import Progress


@dataclass(frozen=True)
class Backup:
    """A backup that was made. `findings` is what `db check` says of the copy; None where it cannot be opened."""

    file: Path
    octets: int
    manifest: Manifest
    findings: list[str] | None


def make(service: Service, file: Path, progress: Progress) -> Backup:
    """Make a backup in a new file. Raises BackupRefused, StoreUnavailable. Writes."""
    if os.path.lexists(file):
        raise BackupRefused(f"{file} is there already (--force replaces it)")
    return _made(service, file, progress, os.link)


def make_anew(service: Service, file: Path, progress: Progress) -> Backup:
    """The same in the place of a file that may be there, which stays until the new one is whole."""
    return _made(service, file, progress, os.replace)


def _made(service: Service, file: Path, progress: Progress, give_name: Callable[[Path, Path], None]) -> Backup:
    """Make it in a folder of its own, beside the place, and give it its name at the end."""
    place = file.absolute().parent
    try:
        with tempfile.TemporaryDirectory(prefix=".smsdialog-backup.", dir=place) as folder:
            draft = Path(folder, "archive")
            copies = copies_of(service.store)
            manifest = _gathered(service, copies, Path(folder), progress)
            archive.write(draft, place, manifest, [Path(folder, name) for name in manifest.files])
            archive.verify(draft)
            findings, octets = _findings(service, copies, Path(folder, DATABASE)), draft.stat().st_size
            give_name(draft, file)
    except OSError as error:
        raise BackupRefused(f"{file} cannot be made: {error.strerror}") from error
    keep_names(place)
    _record(service, file)
    return Backup(file, octets, manifest, findings)


def _record(service: Service, file: Path) -> None:
    """Say in the log of acts who has a copy of everything; one that takes no writing is backed up all the same."""
    with contextlib.suppress(StoreUnavailable), service.store.transaction() as tx:
        audit.noted(service, tx, "db.backup", str(file.absolute()))


def _gathered(service: Service, copies: Copies, folder: Path, progress: Progress) -> Manifest:
    """Put what belongs into a backup into a folder, and say what it is."""
    made_at = service.now()
    schema = copies.save(folder / DATABASE, progress)
    state_dir = Path(service.config.state_dir)
    for path in filter(Path.exists, (state_dir / name for name in secret.NAMES)):
        shutil.copyfile(path, folder / path.name)
    files = {path.name: archive.digest(path) for path in sorted(folder.iterdir())}
    return Manifest(__version__, made_at, copies.kind, schema, files)


def _findings(service: Service, copies: Copies, copy: Path) -> list[str] | None:
    store = copies.opened(copy)
    if store is None:
        return None
    try:
        return check(replace(service, store=store))
    finally:
        store.close()


def keep_names(folder: Path) -> None:
    """Have the names of a folder on the disk, as fsync has the octets of a file. Writes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
