"""This installation as a mail server sees it, and what has to be right about it before any mail server is touched."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from smsdialog.config import DEFAULT_PATH, Config
from smsdialog.core.address import same_domain, split_address
from smsdialog.doctor.finding import quoted
from smsdialog.doctor.interpreter import can_run
from smsdialog.doctor.person import READ, RUN, WRITE, Person, owner, person
from smsdialog.errors import SetupRefused

PIPE = "smsdialog-deliver"
# What the files of mail servers, and a shell in one of them, take as it is.
_PLAIN = re.compile(r"/[\w./+-]+", re.ASCII)
_ADDRESS = re.compile(r"[\w.+=-]+@[\w.-]+", re.ASCII)
_MAKE_USER = "adduser --system --group --no-create-home --home {home} smsdialog"


@dataclass(frozen=True)
class Site:
    """What stands in the lines for a mail server; `program` is `smsdialog-deliver`."""

    domain: str
    operator: str
    user: str
    program: str
    config: str
    policy: str
    lmtp: str

    @property
    def options(self) -> str:
        """What the program is called with before all else: the configuration, where it is not in its place."""
        return "" if self.config == str(DEFAULT_PATH) else f"--config {self.config}"


def site_of(config: Config) -> Site:
    """The installation of a configuration, looked at. Raises SetupRefused with the command that mends it."""
    user = _user(Path(config.state_dir))
    program = _program(user)
    _look_at(config, user)
    for word in (program, config.source):
        if not _PLAIN.fullmatch(word):
            raise SetupRefused(f"'{word}' has characters that a mail server's configuration does not take")
    serve = config.serve
    return Site(config.domain, config.mail.operator, user.name, program, config.source, serve.policy, serve.lmtp)


def _user(state_dir: Path) -> Person:
    """Whose the state is, else the user "smsdialog"."""
    found = owner(state_dir)
    user = found if found and found.uid else person("smsdialog")
    if user is None:
        raise SetupRefused(f"there is no user smsdialog; make it: {_MAKE_USER.format(home=state_dir)}")
    if user.name == "postfix":
        raise SetupRefused(f"{state_dir} belongs to postfix, as whom no pipe runs; give it to a user of its own")
    if not state_dir.is_dir():
        mend = f"install -d -o {user.name} -g {user.name} -m 0700 {quoted(state_dir)}"
        raise SetupRefused(f"{state_dir} is not there; make it: {mend}")
    if not user.may(state_dir, READ | WRITE | RUN):
        raise SetupRefused(f"{user.name} may not write to {state_dir}; chown {user.name} {quoted(state_dir)}")
    return user


def _program(user: Person) -> str:
    """The pipe's command: beside this one by the name it was called by, else where commands are."""
    called = shutil.which(sys.argv[0]) or sys.argv[0]
    beside = Path(os.path.abspath(called)).parent
    found = next((one for one in (beside, Path("/usr/bin"), Path("/usr/local/bin")) if (one / PIPE).is_file()), None)
    if found is None:
        raise SetupRefused(f"{PIPE} is neither in {beside} nor in /usr/bin or /usr/local/bin")
    if not can_run(user, found / PIPE):
        raise SetupRefused(f"{user.name} may not run {found / PIPE}, or not the Python that runs it")
    return str(found / PIPE)


def _look_at(config: Config, user: Person) -> None:
    path = Path(config.source)
    if not user.may(path, READ):
        raise SetupRefused(f"{user.name} may not read {path}; chgrp {user.name} {quoted(path)} && chmod g+r {path}")
    operator = config.mail.operator
    if not _ADDRESS.fullmatch(operator):
        raise SetupRefused(f"'mail.operator' is {operator}, which a mail server's table does not take")
    if same_domain(split_address(operator)[1], config.domain):
        what = f"mails to {operator} would come back to the product"
        raise SetupRefused(f"{what}; set 'operator' in [mail] to a mailbox outside of {config.domain}")
