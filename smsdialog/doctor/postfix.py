"""A Postfix as it is configured: settings, tables and services, read by its own postconf(1) and postmap(1).

Which one it is, `mail.sendmail` says: Postfix's own sendmail, with `-C FOLDER` for another than the machine's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from smsdialog.doctor.finding import quoted
from smsdialog.doctor.programs import run

DEFAULT_FOLDER = "/etc/postfix"
# Words with blanks or commas between them; braces keep theirs: `inline:{a=b, c=d}`.
_WORD = re.compile(r"(?:[^\s,{}]|\{[^{}]*\})+")
_TABLE = re.compile(r"[a-z]+:")


@dataclass(frozen=True)
class Pipe:
    """What a service of master.cf that is pipe(8) does: `KEY=VALUE` words, then the command.

    `words` are all of them as they stand; `options` are those of `-o`.
    """

    name: str
    process_limit: str
    chroot: str
    program: str
    words: tuple[str, ...]

    @property
    def attributes(self) -> dict[str, str]:
        """`flags`, `user`, `null_sender` and the like."""
        before = self.words[: self._begins]
        return dict(word.partition("=")[::2] for word in before if "=" in word)

    @property
    def argv(self) -> tuple[str, ...]:
        """The command that is run."""
        return (self.words[self._begins].removeprefix("argv="), *self.words[self._begins + 1 :]) if self._has else ()

    def with_word(self, word: str) -> str:
        """The service's command with one `KEY=VALUE` in it, in the place of what that key has now."""
        key = word.partition("=")[0]
        before = [old for old in self.words[: self._begins] if old.partition("=")[0] != key]
        return " ".join([self.program, *before, word, *self.words[self._begins :]])

    def with_argv(self, argv: Sequence[str]) -> str:
        """The service's command with another argv."""
        return " ".join([self.program, *self.words[: self._begins], f"argv={' '.join(argv)}"])

    @property
    def _has(self) -> bool:
        return self._begins < len(self.words)

    @property
    def _begins(self) -> int:
        return next((at for at, word in enumerate(self.words) if word.startswith("argv=")), len(self.words))


@dataclass(frozen=True)
class Postfix:
    """One instance; settings are read once."""

    folder: str = DEFAULT_FOLDER

    def setting(self, name: str) -> str:
        """A setting of main.cf with what it refers to filled in; empty where there is none."""
        return self._settings.get(name, "")

    def words(self, name: str) -> tuple[str, ...]:
        """A setting that is a list."""
        return tuple(_WORD.findall(self.setting(name)))

    def lookup(self, name: str, key: str) -> str:
        """What the tables of a setting say for a key; the first that says anything."""
        found = (self.ask(table, key) for table in self.words(name) if _TABLE.match(table))
        return next(filter(None, found), "")

    def ask(self, table: str, key: str) -> str:
        """What one table says for a key; empty where it says nothing, or is not there."""
        return run("postmap", "-c", self.folder, "-q", key, table).out.strip()

    def lists(self, name: str, domain: str) -> bool:
        """Whether a list of domains, which may hold tables, has a domain."""
        plain = [word for word in self.words(name) if not _TABLE.match(word)]
        return domain in (word.lower() for word in plain) or bool(self.lookup(name, domain))

    def service(self, name: str) -> Pipe | None:
        """A service of master.cf; None where there is none of that name."""
        entry = self._printed("-M", f"{name}/unix").split()
        if len(entry) < 8:
            return None
        return Pipe(name, entry[6], entry[4], entry[7], tuple(entry[8:]))

    def option(self, service: str, name: str) -> str:
        """What a setting is for one service: by its `-o`, else as main.cf has it."""
        own = self._printed("-P", f"{service}/unix/{name}").partition("=")[2].strip()
        return own or self.setting(name)

    @cached_property
    def _settings(self) -> dict[str, str]:
        """Every setting by its name, in one go: postconf(1) takes its time."""
        lines = (line.partition(" = ") for line in f"{self._printed('-x')}\n".splitlines())
        return {name.removesuffix(" ="): value.strip() for name, _, value in lines}

    @cached_property
    def trouble(self) -> str:
        """Why it cannot be asked; empty when it can."""
        ran = run("postconf", "-c", self.folder, "-h", "mail_version")
        return "" if ran.status == 0 else (ran.complaint.splitlines() or ["postconf does not answer"])[-1]

    @property
    def reload(self) -> str:
        """The command that makes it read its configuration anew."""
        return " ".join(["postfix", *self._named, "reload"])

    def change(self, *settings: str) -> str:
        """The command that changes settings of main.cf."""
        return f"{quoted('postconf', *self._named, '-e', *settings)} && {self.reload}"

    def forget(self, *settings: str) -> str:
        """The command that takes settings out of main.cf."""
        return f"{quoted('postconf', *self._named, '-X', *settings)} && {self.reload}"

    def change_service(self, name: str, command: str) -> str:
        """The command that gives a service another command."""
        return f"{quoted('postconf', *self._named, '-F', f'{name}/unix/command={command}')} && {self.reload}"

    def add_service(self, name: str, entry: str) -> str:
        """The command that makes a service."""
        return f"{quoted('postconf', *self._named, '-M', f'{name}/unix={name} unix {entry}')} && {self.reload}"

    def set_option(self, name: str, option: str) -> str:
        """The command that sets a setting for one service."""
        return f"{quoted('postconf', *self._named, '-P', f'{name}/unix/{option}')} && {self.reload}"

    def file(self, name: str) -> Path:
        """A file of ours beside its configuration."""
        return Path(self.folder, "smsdialog", name)

    @property
    def _named(self) -> list[str]:
        return [] if self.folder == DEFAULT_FOLDER else ["-c", self.folder]

    def _printed(self, *arguments: str) -> str:
        return run("postconf", "-c", self.folder, *arguments).out.strip()
