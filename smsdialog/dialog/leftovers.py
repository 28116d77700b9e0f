"""Files on this machine that may name somebody: mails that were put aside, events that wait, and files of gateways.

A database that `db restore` put aside is nobody's to look into: that it is there is said, whomever it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from smsdialog import log
from smsdialog.core import mailparse, text
from smsdialog.core.personal import Person
from smsdialog.dialog import hook, quarantine
from smsdialog.dialog.service import Service
from smsdialog.store.copies import BEFORE
from smsdialog.store.engine import sqlite_path


@dataclass(frozen=True)
class Cleared:
    """How many files, and lines of files, are gone, and what could not be removed."""

    gone: int
    left: tuple[str, ...]


def naming(service: Service, person: Person) -> list[str]:
    """The files that name somebody, and the lines of a gateway's file; what cannot be read is there, too. Reads."""
    found = [str(path) for path in _files(service, person)]
    for gateway in service.gateways.keeping:
        try:
            found += gateway.naming(person.is_in)
        except OSError as error:
            found.append(_told(f"{error.filename}", error))
    return found


def clear(service: Service, person: Person) -> Cleared:
    """Remove these files and lines. Writes."""
    gone, left = 0, []
    for path in _files(service, person):
        try:
            path.unlink(missing_ok=True)
            gone += 1
        except OSError as error:
            left.append(_told(f"{path}", error))
    for gateway in service.gateways.keeping:
        try:
            gone += gateway.drop(person.is_in)
        except OSError as error:
            left.append(_told(f"{error.filename}", error))
    left += [f"{path}: what was there before a restore, with everybody in it" for path in _aside(service)]
    return Cleared(gone, tuple(left))


def _told(path: str, error: OSError) -> str:
    log.event("file-stays", reason=error.strerror)
    return f"{path}: {error.strerror}"


def _aside(service: Service) -> list[Path]:
    """Databases that were put aside."""
    path = sqlite_path(service.store.engine.url)
    return sorted(path.parent.glob(f"{path.name}.{BEFORE}*")) if path else []


def _files(service: Service, person: Person) -> Iterator[Path]:
    for path in sorted(Path(service.config.state_dir, quarantine.FOLDER).glob("*")):
        if path.is_file() and _mail_names(person, path.read_bytes()):
            yield path
    for path in sorted(Path(service.config.state_dir, hook.FOLDER).glob("*")):
        if path.is_file() and person.is_in(path.read_bytes().decode("ascii", "replace")):
            yield path


def _mail_names(person: Person, raw: bytes) -> bool:
    """Whether a mail names somebody, as it is written or as it is read."""
    mail = mailparse.parse(raw)
    return any(map(person.is_in, (raw.decode("utf-8", "replace"), mail.subject, text.full_text(mail))))
