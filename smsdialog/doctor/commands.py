"""Commands of ours as an operator pastes them."""

from __future__ import annotations

import os
from pathlib import Path

from smsdialog.config import DEFAULT_PATH, Config
from smsdialog.doctor.finding import quoted
from smsdialog.doctor.person import owner


def command(config: Config, *words: str) -> str:
    """`smsdialog WORDS` for this configuration, run as the user whose the state folder is."""
    configured = [] if config.source == str(DEFAULT_PATH) else ["--config", config.source]
    whole = quoted("smsdialog", *configured, *words)
    user = owner(Path(config.state_dir))
    return f"runuser -u {quoted(user.name)} -- {whole}" if user and user.uid != os.geteuid() else whole
