"""What is examined: one configuration, what it leads to, and the mail server in front of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from smsdialog import secret
from smsdialog.config import Config
from smsdialog.dialog.gateway import probe
from smsdialog.dialog.service import Service
from smsdialog.doctor import mail_server
from smsdialog.doctor.commands import command
from smsdialog.doctor.fetch import Answer, fetch
from smsdialog.doctor.finding import quoted
from smsdialog.doctor.mail_server import MailServer
from smsdialog.doctor.person import Person, owner
from smsdialog.errors import ConfigError, SmsDialogError
from smsdialog.gateways import Gateways, Probe
from smsdialog.locale import SOURCE_LANGUAGE, translator
from smsdialog.mailer import Mailer
from smsdialog.store import open_store

# How a key begins on its line, or a table.
_BEGINS = re.compile(r"\s*([\w.-]+)\s*=|\s*\[\[?\s*([\w.-]+)\s*\]")


@dataclass(frozen=True)
class Place:
    """One installation; nothing here makes a file, a secret or a table. `resolver`: a DNS server, or empty."""

    path: Path
    config: Config
    resolver: str = ""

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *_: object) -> None:
        if "unopened" in self.__dict__:
            self.unopened.store.close()

    @cached_property
    def server(self) -> MailServer | None:
        """The mail server; None where it is none that we understand."""
        return mail_server.of_sendmail(self.config.mail.sendmail)

    @cached_property
    def user(self) -> Person | None:
        """Who runs the product: whose the state folder is."""
        return owner(Path(self.config.state_dir))

    @cached_property
    def unopened(self) -> Service:
        """The installation with whatever database there is. Raises ConfigError."""
        return Service(
            config=self.config,
            store=open_store(self.config.database.url),
            gateways=Gateways(self.config),
            mailer=Mailer(self.config.mail.sendmail),
            secrets=self._secrets(),
            translate=translator(SOURCE_LANGUAGE),
        )

    @cached_property
    def service(self) -> Service | None:
        """The installation; None where its database cannot be worked with."""
        try:
            self.unopened.store.check_schema()
        except SmsDialogError:
            return None
        return self.unopened

    @cached_property
    def probes(self) -> dict[str, Probe]:
        """What every gateway's provider says when it is asked for nothing."""
        names = [name for name in self.config.gateways if self._is_usable(name)]
        return {name: probe(self.unopened, name) for name in names}

    @property
    def state_dir(self) -> Path:
        """The state folder."""
        return Path(self.config.state_dir)

    @cached_property
    def health(self) -> Answer:
        """What the web server says of itself, at the address that gateways have."""
        return fetch(f"{self.config.public_url.rstrip('/')}/health")

    def command(self, *words: str) -> str:
        """A command of ours, as the user who owns the state runs it."""
        return command(self.config, *words)

    def edit(self, key: str = "", line: int = 0) -> str:
        """The command that opens the configuration where a key stands."""
        at = line or line_of(self.path, key)
        return quoted("editor", *([f"+{at}"] if at else []), self.path)

    def _is_usable(self, name: str) -> bool:
        try:
            self.unopened.gateways.named(name)
        except ConfigError:
            return False
        return True

    def _secrets(self) -> tuple[bytes, ...]:
        if not (self.state_dir / secret.NAME).is_file():
            return ()  # reading it would make it
        try:
            return secret.load(self.config.state_dir)
        except ConfigError:
            return ()


def line_of(path: Path, key: str) -> int:
    """The line on which a key or a table begins; 0 where none does, or nobody may look.

    The first of that name in whatever table, unless it is named with its own: `hour`, `digest.hour`.
    """
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return 0
    table = ""
    for at, line in enumerate(lines, 1):
        if begins := _BEGINS.match(line):
            named = begins[2] or ".".join(filter(None, (table, begins[1])))
            if f".{named}".endswith(f".{key}"):
                return at
            table = begins[2] or table
    return 0
