"""What stood before us, kept beside the mail server's configuration, where only root writes.

It is written before anything else is, so that a run that was cut off can be taken back as well.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from pathlib import Path

from smsdialog.errors import SetupRefused
from smsdialog.setup.entry import Entry
from smsdialog.setup.files import Line, TextFile, make_folder, replace
from smsdialog.setup.groups import Member
from smsdialog.setup.main_cf import Service, Setting, Word
from smsdialog.setup.variables import Listed, Variable

KINDS: dict[str, type[Setting | Word | Service | TextFile | Variable | Listed | Line | Member]] = {
    one.kind: one for one in (Setting, Word, Service, TextFile, Variable, Listed, Line, Member)
}


@dataclass(frozen=True)
class Record:
    """One place: what stood there before us, and what we wrote."""

    entry: Entry
    before: str | None
    written: str


@dataclass
class Journal:
    """The records of one mail server, in the order in which they were written; `folder` is ours."""

    folder: Path
    records: dict[Entry, Record] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / "setup.json"

    @property
    def copies(self) -> Path:
        """Where files of others' lie as they were before us."""
        return self.folder / "before"

    def keep(self, records: Iterable[Record]) -> None:
        """Have these records and no others; without any, the file and the copies go, and the folder if it is empty."""
        self.records = {record.entry: record for record in records}
        if self.records:
            make_folder(self.folder)
            rows = [_row(record) for record in self.records.values()]
            replace(self.path, json.dumps(rows, ensure_ascii=True, indent=1) + "\n")
            return
        self.path.unlink(missing_ok=True)
        shutil.rmtree(self.copies, ignore_errors=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def copy(self, files: Iterable[Path]) -> None:
        """Copy files as they are now, unless there is a copy of them already."""
        for file in files:
            copy = self.copies / str(file).strip("/").replace("/", "-")
            if file.is_file() and not copy.exists():
                self.copies.mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.copy2(file, copy)


def journal_in(folder: Path) -> Journal:
    """What a folder has; an empty journal where there is none. Raises SetupRefused."""
    journal = Journal(folder)
    if journal.path.exists():
        try:
            rows = json.loads(journal.path.read_text("utf-8"))
            journal.records = {record.entry: record for record in map(_record, rows)}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SetupRefused(f"{journal.path} cannot be read: {error}") from error
    return journal


def _row(record: Record) -> dict[str, object]:
    row = {"kind": record.entry.kind, "words": list(astuple(record.entry))}  # type: ignore[call-overload]
    return {**row, "before": record.before, "written": record.written}


def _record(row: dict[str, object]) -> Record:
    words = row["words"]
    if not isinstance(words, list):
        raise ValueError("'words' is no list")
    before, written = row["before"], row["written"]
    entry = KINDS[str(row["kind"])](*map(str, words))
    return Record(entry, None if before is None else str(before), str(written))
