"""What Exim needs, on Debian: our pieces in conf.d, the domain in Debian's answers, and a quicker queue runner.

With Debian's single file, lines of `.include` put the pieces where they belong.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from smsdialog.config import Config
from smsdialog.doctor import mail_server
from smsdialog.doctor.exim import Exim
from smsdialog.doctor.programs import run
from smsdialog.errors import SetupRefused
from smsdialog.setup import shipped
from smsdialog.setup.carry_out import Wish
from smsdialog.setup.entry import must
from smsdialog.setup.files import Line, TextFile
from smsdialog.setup.journal import Journal, journal_in
from smsdialog.setup.site import PIPE, Site
from smsdialog.setup.variables import Listed, Variable

DEFAULT_FOLDER = "/etc/exim4"
MACROS, ACL = "main/000_smsdialog", "acl/50_smsdialog"
ROUTER, TRANSPORT, RETRY = "router/050_smsdialog", "transport/50_smsdialog", "retry/10_smsdialog"
# Below which line of Debian's single file a piece belongs.
SECTIONS = {ACL: "begin acl", ROUTER: "begin routers", TRANSPORT: "begin transports", RETRY: "begin retry"}
CHECK_RCPT = "MAIN_ACL_CHECK_RCPT"


@dataclass(frozen=True)
class EximServer:
    """Debian's Exim 4: what its configuration is made from, and what its daemon is started with."""

    program: str
    folder: str = DEFAULT_FOLDER
    queue_runner: str = "/etc/default/exim4"
    name = "Exim"

    @cached_property
    def journal(self) -> Journal:
        """In a folder that Debian's scripts do not read."""
        return journal_in(Path(self.folder, "smsdialog"))

    @property
    def answers(self) -> str:
        """What Debian's installer asked, as a shell reads it."""
        return f"{self.folder}/update-exim4.conf.conf"

    def wishes(self, site: Site, *, lmtp: bool) -> list[Wish]:
        """The pieces, then who includes them, then the domain."""
        self._look_at(site, lmtp=lmtp)
        pieces = {MACROS: _macros(site, lmtp=lmtp), ROUTER: "", TRANSPORT: _transport(site), RETRY: ""}
        if site.policy:
            pieces[ACL] = ""
        files = [Wish(self._file(name), text or _shipped(name)) for name, text in pieces.items()]
        includes = [] if self._answer("dc_use_split_config") == "true" else [self._include(name) for name in pieces]
        return [*files, *includes, *self._domain(site), Wish(Variable(self.queue_runner, "QUEUEINTERVAL"), "'1m'")]

    def check(self) -> None:
        """Make Exim's configuration of all the pieces, and have Exim read it."""
        must("update-exim4.conf")
        must(self.program, "-bV")

    def restart(self) -> str:
        """Have systemd start it anew, where that runs it."""
        if not Path("/run/systemd/system").is_dir():
            return "Start Exim anew, so that it reads its configuration: service exim4 restart"
        done = run("systemctl", "try-restart", "exim4")
        return "Exim was started anew" if done.status == 0 else f"systemctl try-restart exim4: {done.complaint}"

    def _look_at(self, site: Site, *, lmtp: bool) -> None:
        if not Path(self.answers).is_file() or not Path(self.folder, "conf.d").is_dir():
            raise SetupRefused(f"{self.folder} is not as Debian has it; see mta-config/README.md, 'Elsewhere'")
        own = Path(self.folder, "exim4.conf")
        if own.exists():
            raise SetupRefused(f"Exim reads {own}, and not what Debian makes of {self.answers}")
        if lmtp and not site.lmtp:
            raise SetupRefused('the resident offers no LMTP; set lmtp = "/run/smsdialog/lmtp.sock" in [serve]')
        if self._answer("dc_eximconfig_configtype") == "none":
            raise SetupRefused("Exim is not configured yet: dpkg-reconfigure exim4-config")
        other = self._other_check() if site.policy else ""
        if other:
            raise SetupRefused(f"{other} sets {CHECK_RCPT}; put its check into {ACL} by hand, or unset [serve] policy")

    def _other_check(self) -> str:
        """A file of others' that names a check of recipients."""
        files = [Path(self.folder, "exim4.conf.localmacros"), *sorted(Path(self.folder, "conf.d/main").iterdir())]
        others = (file for file in files if file.is_file() and not file.name.endswith("_smsdialog"))
        sets = (file for file in others if any(line.startswith(f"{CHECK_RCPT} ") for line in _lines(file)))
        return next((str(file) for file in sets if "exim4-config" not in file.name), "")

    def _domain(self, site: Site) -> list[Wish]:
        """In Debian's list of domains to relay for, unless it takes the domain for a local one."""
        local = Listed(self.answers, "dc_other_hostnames", site.domain)
        relayed = Listed(self.answers, "dc_relay_domains", site.domain)
        return [] if local.read() else [Wish(relayed, site.domain)]

    def _include(self, name: str) -> Wish:
        line = f".include {self._file(name).path}"
        file = "exim4.conf.localmacros" if name == MACROS else "exim4.conf.template"
        return Wish(Line(f"{self.folder}/{file}", SECTIONS.get(name, ""), line), line)

    def _file(self, name: str) -> TextFile:
        return TextFile(f"{self.folder}/conf.d/{name}")

    def _answer(self, name: str) -> str:
        return " ".join(shlex.split(Variable(self.answers, name).read() or ""))


def exim_of(config: Config) -> EximServer:
    """The Exim by which mails of ours leave. Raises SetupRefused where that is no Exim, or does not answer."""
    found = mail_server.of_sendmail(config.mail.sendmail)
    if not isinstance(found, Exim):
        raise SetupRefused(f"'mail.sendmail' is {config.mail.sendmail[0]}, which is not Exim's, or Exim is not here")
    if found.named:
        raise SetupRefused(f"'mail.sendmail' names another configuration ({' '.join(found.named)}) than Debian's")
    if found.trouble:
        raise SetupRefused(f"Exim cannot be asked: {found.trouble}")
    return EximServer(found.program)


def _macros(site: Site, *, lmtp: bool) -> str:
    words = {"= sendmailsms.dk": f"= {site.domain}", "postmaster@example.dk": site.operator}
    if lmtp:
        words["SMSDIALOG_TRANSPORT = smsdialog_pipe"] = "SMSDIALOG_TRANSPORT = smsdialog_lmtp"
    if site.lmtp:
        words["/run/smsdialog/lmtp.sock"] = site.lmtp
    if site.policy:
        words["inet:127.0.0.1:10044"] = site.policy if site.policy.startswith("/") else f"inet:{site.policy}"
    else:
        words[f"{CHECK_RCPT} ="] = f"#{CHECK_RCPT} ="
    return _shipped(MACROS, words)


def _transport(site: Site) -> str:
    command = f"{site.program} {site.options}".rstrip()
    return _shipped(TRANSPORT, {f"/usr/bin/{PIPE}": command, "user = smsdialog\n": f"user = {site.user}\n"})


def _shipped(name: str, words: dict[str, str] | None = None) -> str:
    return shipped.piece(f"exim/conf.d/{name}", words or {})


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8", "surrogateescape").splitlines()
