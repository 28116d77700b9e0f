"""Which processes a configuration wants."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import partial

from smsdialog.config import Config
from smsdialog.dialog.service import open_service
from smsdialog.server import door, mail
from smsdialog.server.clerk import Clerk
from smsdialog.server.sockets import POLICY, Sockets
from smsdialog.server.supervisor import Run

# What the pipe loads only when it needs it, every process here will need; what is loaded before the fork is shared.
_SHARED = (
    "smsdialog.core.text.html", "smsdialog.dialog.draft", "smsdialog.gateways._client", "waitress.server",
    "encodings.idna", "email.mime.text", "sqlalchemy.dialects.sqlite",
)  # fmt: skip


def plan(config: Config, sockets: Sockets) -> Mapping[str, Run]:
    """The processes by their names. Opens the sockets. Raises ConfigError."""
    open_service(config).store.close()  # what is wrong is said here, once, and by no process over and over
    for name in _SHARED:
        importlib.import_module(name)
    opened = sockets.open(config)
    runs: dict[str, Run] = {f"mail-{n}": partial(mail.run, config, opened) for n in range(config.serve.workers)}
    runs["mail-0"] = partial(mail.run, config, opened, clerk=Clerk)
    if POLICY in opened:
        runs["door"] = partial(door.run, config, opened)
    return runs
