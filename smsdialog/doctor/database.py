"""The database: is it there, is it ours to write, has it this version's tables, and does the ledger add up?"""

from __future__ import annotations

import os
from pathlib import Path

from smsdialog.dialog import check as ledger
from smsdialog.dialog.service import Service
from smsdialog.doctor.commands import command
from smsdialog.doctor.finding import Findings, Unchecked, error, quoted
from smsdialog.doctor.person import READ, WRITE, is_open_to_others
from smsdialog.doctor.place import Place
from smsdialog.errors import SmsDialogError
from smsdialog.store.engine import sqlite_path
from smsdialog.store.schema import REVISION

UNAVAILABLE = error("database-unavailable", "Nothing can be noted, so every mail waits in the mail server's queue.")
OUTDATED = error("schema-outdated", "The pipe works with this version's tables only; until then every mail waits.")
NEWER = error("schema-newer", "This program is older than its database and would note things wrongly, so it stops.")
NOT_WRITABLE = error("database-not-writable", "The pipe can note nothing, so every mail waits in the queue.")
EXPOSED = error("database-exposed", "It holds what customers and employees wrote, and their numbers.")
LEDGER = error("ledger", "What does not add up is a mail or an SMS of which nobody was told.")

# SQLite's own two beside its file.
COMPANIONS = ("", "-wal", "-shm")
NONE_YET = "none"


def check(place: Place) -> Findings:
    """The file, the schema, the ledger."""
    path = sqlite_path(place.unopened.store.engine.url)
    if path is not None:
        yield from _files(place, path)
        if path.exists() and not os.access(path, READ | WRITE):
            yield Unchecked("database", f"{path} may not be used by this user: call 'doctor' as root")
            return
    yield from _schema(place)
    if place.service is not None:
        yield from amiss(place.service)


def amiss(service: Service) -> Findings:
    """What `smsdialog db check` says. Reads."""
    for line in ledger.check(service):
        yield LEDGER.found(line, command(service.config, "message", "list", "--all"))


def _files(place: Place, path: Path) -> Findings:
    files = [path.with_name(path.name + end) for end in COMPANIONS]
    for file in filter(Path.exists, files):
        if is_open_to_others(file):
            yield EXPOSED.found(f"everybody may read {file}", f"chmod o-rwx {quoted(path)}*")
            break
    if place.user is None:
        return
    for file in filter(Path.exists, files):
        if not place.user.may(file, READ | WRITE):
            mend = f"chown {quoted(place.user.name)} {quoted(path)}* && chmod u+rw {quoted(path)}*"
            yield NOT_WRITABLE.found(f"{place.user.name} may not write to {file}", mend)
            return
    folder = path.parent
    if folder.is_dir() and folder != place.state_dir and not place.user.may(folder, WRITE):
        mend = f"chown {quoted(place.user.name)} {quoted(folder)} && chmod u+rwx {quoted(folder)}"
        what = f"{place.user.name} may not make files in {folder}, as SQLite does beside its own"
        yield NOT_WRITABLE.found(what, mend)


def _schema(place: Place) -> Findings:
    upgrade = place.command("db", "upgrade")
    try:
        found = place.unopened.store.revision() or NONE_YET
    except SmsDialogError as failure:
        yield UNAVAILABLE.found(str(failure), _revive(place))
        return
    if found not in (NONE_YET, REVISION) and found > REVISION:
        mend = "apt-get install --only-upgrade smsdialog || pipx upgrade smsdialog"
        yield NEWER.found(f"the database has schema {found}, this program knows {REVISION}", mend)
    elif found != REVISION:
        yield OUTDATED.found(f"the database has schema {found}, wanted is {REVISION}", upgrade)


def _revive(place: Place) -> str:
    """What is to be done about a database that does not answer."""
    path = sqlite_path(place.unopened.store.engine.url)
    if path is None:
        return "systemctl restart postgresql"
    if not path.parent.is_dir():
        return place.command("db", "upgrade")
    return place.command("db", "restore", "--force", "/path/of/your/backup")
