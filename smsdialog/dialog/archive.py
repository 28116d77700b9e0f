"""The file that a backup is: a plain tar of the database's copy, the secret, and a manifest with their digests.

`tar -tvf FILE` lists it, and it can be unpacked by hand. What the digests do not agree with is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, BinaryIO

from smsdialog.errors import BackupRefused
from smsdialog.ownership import adopt

MANIFEST = "manifest.json"
DATABASE = "database"
FORMAT = 1
MODE = 0o600
CHUNK_OCTETS = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What is in an archive: which database (`sqlite` or `postgresql`), its schema, and the SHA-256 of each file.

    `version` is the program's that made it, `made_at` in seconds since the epoch.
    """

    version: str
    made_at: float
    kind: str
    schema: str
    files: dict[str, str]
    format: int = FORMAT


def write(archive: Path, owner: Path, manifest: Manifest, files: Iterable[Path]) -> None:
    """Write a new archive of these files, for whom the folder `owner` belongs to; on the disk when this returns."""
    with archive.open("xb") as file:
        adopt(file.fileno(), owner, shared_mode=MODE)
        with tarfile.open(fileobj=file, mode="w") as tar:
            content = json.dumps(asdict(manifest), indent=2).encode()
            tar.addfile(_member(MANIFEST, len(content), manifest.made_at), io.BytesIO(content))
            for path in files:
                with path.open("rb") as source:
                    tar.addfile(_member(path.name, path.stat().st_size, manifest.made_at), source)
        file.flush()
        os.fsync(file.fileno())


def verify(archive: Path) -> Manifest:
    """Read an archive from end to end, and hold it against its manifest. Raises BackupRefused. Reads."""
    return _read(archive, lambda name: open(os.devnull, "wb"))


def unpack(archive: Path, folder: Path) -> Manifest:
    """Unpack an archive into a folder, readable for nobody else; else as `verify`. Writes."""
    return _read(
        archive, lambda name: os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb")
    )


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex. Reads."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _member(name: str, size: int, made_at: float) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, MODE, int(made_at)
    return member


def _read(archive: Path, sink: Callable[[str], BinaryIO]) -> Manifest:
    """Copy every file of an archive into what `sink` opens for its name."""
    try:
        with tarfile.open(archive, "r:") as tar:
            manifest = _manifest(tar)
            for name, wanted in manifest.files.items():
                with _opened(tar, name) as source, sink(name) as target:
                    found = _copied(source, target)
                if found != wanted:
                    raise BackupRefused(f"{archive} is damaged: '{name}' is not what was put into it")
    except OSError as error:
        raise BackupRefused(f"{archive} cannot be read: {error.strerror or error}") from error
    except (tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise BackupRefused(f"{archive} is no backup of SMS-Dialog, or a damaged one: {error}") from error
    return manifest


def _manifest(tar: tarfile.TarFile) -> Manifest:
    with _opened(tar, MANIFEST) as file:
        manifest = Manifest(**json.load(file))
    if manifest.format != FORMAT or any("/" in name or name.startswith(".") for name in manifest.files):
        raise ValueError("its manifest is of another format")
    return manifest


def _opened(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """A plain file of an archive: no link leads out of it."""
    member = tar.getmember(name)
    file = tar.extractfile(member) if member.isreg() else None
    if file is None:
        raise ValueError(f"'{name}' is no plain file")
    return file


def _copied(source: IO[bytes], target: BinaryIO) -> str:
    """Copy, and return the SHA-256 of what went by, in hex."""
    summed = hashlib.sha256()
    while chunk := source.read(CHUNK_OCTETS):
        summed.update(chunk)
        target.write(chunk)
    return summed.hexdigest()
