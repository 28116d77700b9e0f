"""The state folder, the secret in it, and the disk that it is on."""

from __future__ import annotations

import os
from pathlib import Path

from smsdialog import secret
from smsdialog.dialog import hook, quarantine
from smsdialog.doctor.finding import Findings, Unchecked, error, quoted, warning
from smsdialog.doctor.person import READ, RUN, WRITE, Person, is_open_to_others
from smsdialog.doctor.place import Place

FOLDER_MISSING = error("state-missing", "Without it there is no database and no secret: every mail waits in the queue.")
FOLDER_CLOSED = error(
    "state-not-writable", "The pipe can note nothing, so every mail waits in the mail server's queue."
)
FOLDER_OPEN = warning("state-exposed", "What we write there may be read by whoever has an account on this machine.")
PART_CLOSED = error(
    "state-part-not-writable", "What belongs there cannot be written, so it waits, and is tried again and again."
)
SECRET_CLOSED = error("secret-unreadable", "Reply addresses cannot be made or read, so every mail waits in the queue.")
SECRET_OPEN = error("secret-exposed", "Whoever has it makes reply addresses of every account.")
SECRET_BROKEN = error("secret-broken", "Reply addresses cannot be made or read, so every mail waits in the queue.")
SECRET_GONE = error(
    "secret-missing", "A new one is made, and then every reply address that customers' SMS gave out is dead."
)
DISK_FULL = warning("disk-nearly-full", "On a full disk nothing can be noted, and every mail waits in the queue.")
INODES_FULL = warning("disk-no-inodes", "No file can be made any more: no SMS, mail or log.")

FOLDERS = (quarantine.FOLDER, hook.FOLDER)
LEAST_BYTES = 200 * 1024 * 1024
LEAST_SHARE = 0.05
ENOUGH_BYTES = 5 * 1024 * 1024 * 1024
LEAST_INODES = 1000


def check(place: Place) -> Findings:
    """The folder, its owner's and everybody's rights in it, the secret."""
    folder = place.state_dir
    if not folder.is_dir():
        mend = f"install -d -o smsdialog -g smsdialog -m 0700 {quoted(folder)}"
        yield FOLDER_MISSING.found(f"{folder} is not a folder that can be looked into", mend)
        return
    if place.user is None:
        yield Unchecked("state folder", f"{folder} belongs to a user without a name")
    elif not place.user.may(folder, READ | WRITE | RUN):
        what = f"{place.user.name}, whose it is, may not write to {folder}"
        yield FOLDER_CLOSED.found(what, _reopen(place.user, folder))
    if is_open_to_others(folder):
        yield FOLDER_OPEN.found(f"everybody may look into {folder}", f"chmod o-rwx {quoted(folder)}")
    if not os.access(folder, RUN):
        yield Unchecked("secret", f"{folder} may not be looked into by this user")
        return
    yield from _secret(place, folder / secret.NAME)
    if place.user:
        yield from _parts(place, place.user)


def _parts(place: Place, user: Person) -> Findings:
    """The folders that are made when they are needed, and the files of gateways that write to one."""
    for folder in (place.state_dir / name for name in FOLDERS):
        if folder.is_dir() and not user.may(folder, READ | WRITE | RUN):
            yield PART_CLOSED.found(f"{user.name} may not write to {folder}", _reopen(user, folder))
    for path in _outboxes(place):
        if path.exists() and not user.may(path, WRITE):
            mend = f"chown {quoted(user.name)} {quoted(path)} && chmod u+rw {quoted(path)}"
            yield PART_CLOSED.found(f"{user.name} may not write to {path}", mend)
        elif not path.exists() and not (path.parent.is_dir() and user.may(path.parent, WRITE | RUN)):
            mend = f"install -D -o {quoted(user.name)} -m 0660 /dev/null {quoted(path)}"
            yield PART_CLOSED.found(f"{user.name} cannot make {path}", mend)


def _outboxes(place: Place) -> list[Path]:
    """The files that gateways of type `file` append to."""
    tables = [table for table in place.config.gateways.values() if table.type == "file"]
    return [Path(str(table.options.get("path") or place.state_dir / "outbox.jsonl")) for table in tables]


def _secret(place: Place, path: Path) -> Findings:
    if not path.exists():
        yield from _made_later(place, path)
        return
    if is_open_to_others(path):
        yield SECRET_OPEN.found(f"everybody may read {path}", f"chmod o-rwx {quoted(path)}")
    if place.user and not place.user.may(path, READ):
        owned = f"chown {quoted(place.user.name)} {quoted(path)} && chmod u+r {quoted(path)}"
        yield SECRET_CLOSED.found(f"{place.user.name} may not read {path}", owned)
    elif not os.access(path, READ):
        yield Unchecked("secret", f"{path} may not be read by this user")
    elif not place.unopened.secrets:
        again = _from_backup(path) if _has_accounts(place) else place.command("key", "list")
        mend = f"mv {quoted(path)} {quoted(path)}.broken && {again}"
        yield SECRET_BROKEN.found(f"{path} holds no secret: 64 hex digits are wanted", mend)


def _made_later(place: Place, path: Path) -> Findings:
    """It is made at its first use; where there are accounts, it was there before."""
    if _has_accounts(place):
        yield SECRET_GONE.found(f"{path} is not there, though there are accounts", _from_backup(path))


def _has_accounts(place: Place) -> bool:
    """Whether reply addresses of this installation may be about."""
    from smsdialog.store import accounts

    if place.service is None:
        return False
    with place.service.store.reading() as tx:
        return bool(accounts.listing(tx))


def _from_backup(path: Path) -> str:
    """The command that takes the secret out of what `db backup` made, a tar; it becomes the folder's owner's."""
    folder = quoted(path.parent)
    return f"tar -C {folder} -xf /path/of/your/backup {path.name} && chown --reference={folder} {quoted(path)}"


def disk(folder: Path) -> Findings:
    """Whether the disk below a folder has room."""
    if not folder.is_dir():
        return
    found = os.statvfs(folder)
    free, size = found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
    if is_scarce(free, size):
        what = f"{free // 1_000_000} MB of {size // 1_000_000} MB are free on the disk of {folder}"
        yield DISK_FULL.found(what, f"du -xh --max-depth=2 {quoted(folder)} /var | sort -h | tail -20")
    if found.f_files and found.f_favail < LEAST_INODES:
        what = f"{found.f_favail} more files can be made on the disk of {folder}"
        yield INODES_FULL.found(what, "du -x --inodes --max-depth=3 /var | sort -n | tail -20")


def is_scarce(free: int, size: int) -> bool:
    """Whether so much of a disk of a size, in octets, is too little.

    >>> is_scarce(10**8, 10**12), is_scarce(10**10, 10**12), is_scarce(10**9, 10**11)
    (True, False, True)
    """
    return free < LEAST_BYTES or (free < LEAST_SHARE * size and free < ENOUGH_BYTES)


def _reopen(user: Person, folder: Path) -> str:
    return f"chown {quoted(user.name)} {quoted(folder)} && chmod u+rwx {quoted(folder)}"
