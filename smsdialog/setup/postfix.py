"""What Postfix needs: three files of ours, one service, a few settings; and the door, where the resident offers one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from smsdialog.config import Config
from smsdialog.doctor import mail_server
from smsdialog.doctor.postfix import DEFAULT_FOLDER, Postfix
from smsdialog.doctor.postfix_route import OTHER_CLASSES
from smsdialog.doctor.programs import run
from smsdialog.errors import SetupRefused
from smsdialog.setup import shipped
from smsdialog.setup.carry_out import Wish
from smsdialog.setup.entry import SECONDS
from smsdialog.setup.files import TextFile
from smsdialog.setup.groups import Member
from smsdialog.setup.journal import Journal, journal_in
from smsdialog.setup.main_cf import Service, Setting, Word
from smsdialog.setup.site import PIPE, Site

SHIPPED_FOLDER = "/etc/postfix/smsdialog"
SHIPPED_DOMAIN = "sendmailsms.dk"
SHIPPED_OPERATOR = "postmaster@example.dk"
SHIPPED_POLICY = "inet:127.0.0.1:10044"
SHIPPED_LMTP = "/run/smsdialog/lmtp.sock"
TO_PIPE = ("smsdialog_destination_recipient_limit", "smsdialog_time_limit")
RESTRICTIONS = "smtpd_recipient_restrictions"
RECIPIENTS = "relay_recipient_maps"


@dataclass(frozen=True)
class PostfixServer:
    """The instance whose configuration is in a folder."""

    folder: str = DEFAULT_FOLDER
    name = "Postfix"

    @cached_property
    def journal(self) -> Journal:
        """Beside our tables."""
        return journal_in(self.own)

    @property
    def own(self) -> Path:
        """The folder of our tables."""
        return Path(self.folder, "smsdialog")

    def wishes(self, site: Site, *, lmtp: bool) -> list[Wish]:
        """The tables first, then who reads them."""
        postfix = Postfix(self.folder)
        _look_at(postfix, site, lmtp=lmtp)
        way = self._lmtp(site) if lmtp else self._pipe(site)
        return [*way, *self._people(site), *self._route(postfix, site), *self._door(site)]

    def check(self) -> None:
        """Ask postfix(1)."""
        ran = run("postfix", "-c", self.folder, "check", seconds=SECONDS)
        if ran.status != 0:  # without a terminal, postfix(1) says why in the mail log only
            raise SetupRefused(f"'postfix check' fails: {ran.complaint[:300] or 'the mail log says why'}")

    def restart(self) -> str:
        """Have a Postfix that runs read it anew."""
        if run("postfix", "-c", self.folder, "status").status != 0:
            return "Postfix does not run; it reads its configuration when it starts"
        done = run("postfix", "-c", self.folder, "reload")
        return "Postfix reads its configuration anew" if done.status == 0 else f"postfix reload: {done.complaint}"

    def _pipe(self, site: Site) -> list[Wish]:
        command = f"{site.program} {site.options}".rstrip()
        words = {f"/usr/bin/{PIPE}": command, "user=smsdialog": f"user={site.user}"}
        service = shipped.service(self._piece("master.cf", words))
        return [
            self._table("smsdialog-status", shipped.piece("postfix/smsdialog-status", {})),
            self._table("transport", self._piece("transport", {SHIPPED_DOMAIN: site.domain})),
            Wish(Service(self.folder, "smsdialog"), service),
            *[Wish(Setting(self.folder, name), self._shipped(site)[name]) for name in TO_PIPE],
        ]

    def _lmtp(self, site: Site) -> list[Wish]:
        words = {SHIPPED_DOMAIN: site.domain, SHIPPED_LMTP: site.lmtp}
        return [
            self._table("transport", self._piece("lmtp/transport", words)),
            Wish(Service(self.folder, "smsdialog-lmtp"), shipped.service(self._piece("lmtp/master.cf", {}))),
            Wish(Member(site.user, "postfix"), "postfix"),
        ]

    def _people(self, site: Site) -> list[Wish]:
        words = {SHIPPED_DOMAIN: site.domain, SHIPPED_OPERATOR: site.operator}
        return [self._table("virtual", self._piece("virtual", words))]

    def _route(self, postfix: Postfix, site: Site) -> list[Wish]:
        found = [
            self._word("relay_domains", site.domain),
            self._word("transport_maps", f"texthash:{self.own}/transport"),
            self._word("virtual_alias_maps", f"texthash:{self.own}/virtual"),
        ]
        if postfix.words(RECIPIENTS):
            found.append(self._table("recipients", f"@{site.domain} any\n"))
            found.append(self._word(RECIPIENTS, f"texthash:{self.own}/recipients"))
        ids = "enable_long_queue_ids"
        return [*found, Wish(Setting(self.folder, ids), self._shipped(site)[ids])]

    def _door(self, site: Site) -> list[Wish]:
        if not site.policy:
            return []
        text = self._piece("resident/main.cf", {SHIPPED_POLICY: f"inet:{site.policy}"})
        return [self._word(RESTRICTIONS, shipped.settings(text)[RESTRICTIONS])]

    def _word(self, name: str, word: str) -> Wish:
        return Wish(Word(self.folder, name, word), word)

    def _shipped(self, site: Site) -> dict[str, str]:
        return shipped.settings(self._piece("main.cf", {SHIPPED_DOMAIN: site.domain}))

    def _table(self, name: str, text: str) -> Wish:
        return Wish(TextFile(str(self.own / name)), text)

    def _piece(self, name: str, words: dict[str, str]) -> str:
        return shipped.piece(f"postfix/{name}", words).replace(SHIPPED_FOLDER, str(self.own))


def postfix_of(config: Config) -> PostfixServer:
    """The Postfix by which mails of ours leave. Raises SetupRefused where that is no Postfix, or does not answer."""
    found = mail_server.of_sendmail(config.mail.sendmail)
    if not isinstance(found, Postfix):
        raise SetupRefused(
            f"'mail.sendmail' is {config.mail.sendmail[0]}, which is not Postfix's, or Postfix is not here"
        )
    if found.trouble:
        raise SetupRefused(f"Postfix cannot be asked: {found.trouble}")
    return PostfixServer(found.folder)


def _look_at(postfix: Postfix, site: Site, *, lmtp: bool) -> None:
    for name in OTHER_CLASSES:
        if postfix.lists(name, site.domain):
            what = f"{name} has {site.domain}: its local parts would be looked up among people"
            raise SetupRefused(f"{what}; take it out there, or give the product a domain of its own")
    if postfix.lookup("virtual_alias_maps", f"@{site.domain}"):
        raise SetupRefused(f"virtual_alias_maps lead @{site.domain} elsewhere; take that line out of its table")
    if lmtp and not site.lmtp:
        raise SetupRefused(f'the resident offers no LMTP; set lmtp = "{SHIPPED_LMTP}" in [serve]')
    if site.policy.startswith("/"):
        what = f"smtpd(8) may run in a chroot, where {site.policy} is not"
        raise SetupRefused(f'{what}; set policy = "127.0.0.1:10044" in [serve]')
