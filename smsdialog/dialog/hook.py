"""What a daemon on this machine tells by running a command of ours, and what it told while nobody listened.

SMS Server Tools and Gammu SMSD run that command once for each event, and never again, however it ends. So an
event is kept until it is in the ledger: by the daemon's own file where there is one, else by a file in `hooks/` below
the state folder. Every pass over what waits takes what was left, also when the command could not even start.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from smsdialog import log
from smsdialog.config import Config
from smsdialog.dialog.hear import hear
from smsdialog.dialog.service import Service
from smsdialog.errors import BadCall, SmsDialogError, StoreUnavailable
from smsdialog.gateways import Gateways
from smsdialog.ownership import adopt

FOLDER = "hooks"
# What a hook is told in its environment: gammu-smsd-run(7).
_TELLING = ("SMS_", "DECODED_", "PHONE_ID")


def run(
    config: Config, opened: Callable[[], Service], name: str, arguments: Sequence[str], environ: Mapping[str, str]
) -> None:
    """Take one event. Writes. Raises what went wrong, after the event was kept for the next pass."""
    told = {key: value for key, value in environ.items() if key.startswith(_TELLING)}
    try:
        _take(opened(), name, arguments, told)
    except BadCall:
        raise
    except Exception:
        if not Gateways(config).local(name).holds(arguments):
            _keep(Path(config.state_dir, FOLDER), name, arguments, told)
        raise


def take_waiting(service: Service) -> int:
    """Take every event that no run of the command took; returns how many. Writes."""
    found = 0
    for name in service.gateways.local_names:
        for arguments in service.gateways.local(name).waiting(service.now()):
            found += _is_taken(service, name, arguments, {})
    for path in sorted(Path(service.config.state_dir, FOLDER).glob("*.json")):
        call = json.loads(path.read_bytes())
        if _is_taken(service, call["gateway"], call["arguments"], call["environment"]):
            path.unlink(missing_ok=True)
            found += 1
    return found


def _is_taken(service: Service, name: str, arguments: Sequence[str], told: Mapping[str, str]) -> bool:
    """Whether an event needs no further try; trouble with one keeps no other back. Raises StoreUnavailable."""
    try:
        _take(service, name, arguments, told)
    except BadCall:
        return True
    except StoreUnavailable:
        raise
    except SmsDialogError as error:
        log.event("hook-waits", gateway=name, reason=error)
        return False
    except Exception as error:  # a fault of ours; the event stays where it is
        log.failure(error)
        return False
    return True


def _take(service: Service, name: str, arguments: Sequence[str], told: Mapping[str, str]) -> None:
    gateway = service.gateways.local(name)
    try:
        hear(service, service.gateways.placed(gateway.event(arguments, told)))
    except BadCall as error:
        log.event("hook-not-understood", gateway=name, reason=error)
        _tidy(gateway.set_aside, name, arguments)
        raise
    _tidy(gateway.taken, name, arguments)


def _tidy(act: Callable[[Sequence[str]], None], name: str, arguments: Sequence[str]) -> None:
    """Do with the daemon's file what is to be done; where we may not, the event merely comes again."""
    try:
        act(arguments)
    except OSError as error:
        log.event("hook-file-stays", gateway=name, reason=error.strerror)


def _keep(folder: Path, name: str, arguments: Sequence[str], told: Mapping[str, str]) -> None:
    _make(folder)
    path = folder / f"{time.time_ns()}-{os.getpid()}.json"
    draft = path.with_name(f".{path.name}")
    with draft.open("w", encoding="ascii") as file:
        adopt(file.fileno(), folder.parent, shared_mode=0o660)
        json.dump({"gateway": name, "arguments": list(arguments), "environment": dict(told)}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def _make(folder: Path) -> None:
    """A folder for our user alone, or for the group that shares the one above it: the daemon has a user of its own."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if folder.parent.stat().st_mode & stat.S_ISGID:
            folder.chmod(0o2770)
