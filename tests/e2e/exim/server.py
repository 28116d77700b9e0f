"""An Exim of our own: Debian's stock configuration with the shipped files in it, and a mailbox for everybody else.

Its programs lie in a folder of their own (see `unpack`), its configuration, queue and log below `base`; `machine.py`
says what else is touched. Exim has no XCLIENT: a client from the internet is one with another loopback address than
the office's.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import smtplib
import struct
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.e2e.daemons import LOOPBACK, Daemon, free_port, own, product_user, wait_for
from tests.e2e.exim.machine import distrust, machines_turn, trust
from tests.e2e.postfix import OPERATOR, SHIPPED_COMMAND
from tests.e2e.shipped import shipped

FOLDER = Path("/opt/exim4")
PROGRAM = str(FOLDER / "usr/sbin/exim4")
INTERNET_CLIENT = "127.0.0.25"
PASSWORD = "exim-password"
SHIPPED = (
    "main/000_smsdialog",
    "acl/50_smsdialog",
    "router/050_smsdialog",
    "transport/50_smsdialog",
    "retry/10_smsdialog",
)
# Where each section begins in Debian's one large file.
SECTIONS = {
    "acl": "begin acl",
    "router": "begin routers",
    "transport": "begin transports",
    "retry": "begin retry",
    "auth": "begin authenticators",
}

# What Debian's installer asks for: an internet site that takes mail for our domain.
ANSWERS = """\
dc_eximconfig_configtype='internet'
dc_other_hostnames=''
dc_local_interfaces='127.0.0.1.{port}'
dc_relay_domains='sendmailsms.dk'
dc_relay_nets=''
dc_minimaldns='false'
dc_use_split_config='{split}'
dc_localdelivery='mail_spool'
CFILEMODE='644'
"""
# Everything below one folder, no DNS.
MAIN = """\
SPOOLDIR = {base}/spool
MAIN_HARDCODE_PRIMARY_HOSTNAME = mx.firma.example
MAIN_QUALIFY_DOMAIN = mx.firma.example
DC_minimaldns = 1
MESSAGE_SIZE_LIMIT = 60M
NO_EAA_REWRITE_REWRITE = 1
log_file_path = {base}/log/%s
pid_file_path = {base}/exim.pid
"""
# Mail for people (the employees' company, and strangers) ends in one Maildir that notes whose it was; all other domains
# have no mail server, and nothing leaves the machine.
ROUTERS = """\
everybody:
  driver = accept
  domains = firma.example : elsewhere.example : mx.firma.example
  transport = everybody
nobody:
  driver = redirect
  domains = ! +local_domains : ! SMSDIALOG_DOMAIN
  allow_fail
  data = :fail: no mail leaves the tests
"""
TRANSPORT = """\
everybody:
  driver = appendfile
  directory = {base}/mail/everybody
  maildir_format
  return_path_add
  headers_add = Delivered-To: $local_part@$domain
  user = {user}
"""
# Anybody may log in, with the one password.
AUTHENTICATOR = """\
anybody:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if eq{{$auth3}}{{{password}}}}}
  server_set_id = $auth2
"""


class Exim:
    """One instance below `base`; the pipe runs `command` (with the arguments that the shipped transport has)."""

    internet_client = INTERNET_CLIENT
    transport = "smsdialog_pipe"
    run_timeout = "5m"
    policy_timeout = "5s"
    lmtp_socket = "/nonexistent"

    def __init__(self, base: Path, command: Sequence[str]) -> None:
        self.base = base
        self.command = " ".join(command)
        self.etc = base / "etc"
        self.config = base / "exim4.conf"
        self.log = base / "log" / "main"
        self.mail = base / "mail" / "everybody"
        self.port = free_port()
        self.policy_port = free_port()
        self.daemon = Daemon([PROGRAM, "-C", str(self.config), "-bdf"], base / "exim.out")

    @property
    def sendmail(self) -> list[str]:
        """The argv prefix of sendmail(1), which hands a mail to the machine's own Exim."""
        return [str(FOLDER / "usr/sbin/sendmail")]

    def start(self) -> None:
        """Write the configuration and start."""
        self._make_folders()
        self._write_config()
        trust(self.config)
        self.daemon.start(self.port)

    def stop(self) -> None:
        """Stop all of it; safe to call at any time, and twice."""
        self.daemon.stop()
        distrust(self.config)

    def submit(
        self, sender: str, recipients: Iterable[str], mail: bytes, sasl_username: str = "", client: str = ""
    ) -> None:
        """Send over SMTP; from the address `client`, or with a login, when those are given."""
        with contextlib.closing(self._connect(client)) as smtp:  # without a QUIT, about which Exim thinks for 200 ms
            if sasl_username:
                smtp.login(sasl_username, PASSWORD)
            smtp.sendmail(sender, list(recipients), mail, mail_options=["BODY=8BITMIME"])

    def queue(self) -> list[str]:
        """Exim's ids of the mails in the queue."""
        return [path.name.removesuffix("-H") for path in (self.base / "spool" / "input").glob("*-H")]

    def deferred(self) -> list[str]:
        """The mails that were tried and will be tried again."""
        return [mail for mail in self.queue() if self._is_at_rest(mail)]

    def frozen(self) -> list[str]:
        """The mails that nothing but the operator moves."""
        return [mail for mail in self.queue() if "\n-frozen " in self._envelope(mail)]

    def waits_for(self, address: str) -> bool:
        """Is there a mail in the queue from or to this address?"""
        return any(address in self._envelope(mail) for mail in self.queue())

    def defers(self, address: str) -> bool:
        """Was a mail from or to this address tried, and will be again?"""
        return any(address in self._envelope(mail) for mail in self.deferred())

    def flush(self) -> None:
        """Try everything again now, frozen mail too, and wait for how it went."""
        assert self.begin_to_flush().wait() == 0

    def begin_to_flush(self) -> subprocess.Popen[bytes]:
        """Try everything again now; the process that does so."""
        return subprocess.Popen([PROGRAM, "-C", str(self.config), "-qff"], stdin=subprocess.DEVNULL)

    def wait_until_idle(self, timeout: float = 30.0) -> None:
        """Wait until nothing is on its way any more (deferred mail may remain)."""
        wait_for(lambda: all(map(self._is_at_rest, self.queue())), "an idle Exim", timeout, self.tail)

    def tail(self) -> str:
        """The end of the logs."""
        logs = [self.log, self.log.with_name("panic"), self.log.with_name("reject")]
        return "".join(log.read_text(errors="replace")[-3000:] for log in logs if log.exists()) or self.daemon.tail()

    def _connect(self, client: str) -> smtplib.SMTP:
        source = (client, 0) if client else None
        smtp = smtplib.SMTP(LOOPBACK, self.port, "pc.firma.example", timeout=60, source_address=source)
        smtp.ehlo()
        return smtp

    def _envelope(self, mail: str) -> str:
        """The sender, what Exim knows beside, and the recipients; empty when the mail has just gone."""
        try:
            return (self.base / "spool" / "input" / f"{mail}-H").read_text("latin-1").partition("\n\n")[0]
        except FileNotFoundError:
            return ""

    def _is_at_rest(self, mail: str) -> bool:
        """Whether its log says that it was tried, and no process holds it. (Looked at only: a lock would hinder.)"""
        spool = self.base / "spool"
        try:
            tried = " defer (" in (spool / "msglog" / mail).read_text(errors="replace")
            with (spool / "input" / f"{mail}-D").open("rb") as data:
                question = struct.pack("hhqqi", fcntl.F_WRLCK, 0, 0, 0, 0)
                answer = fcntl.fcntl(data, fcntl.F_GETLK, question)
        except FileNotFoundError:
            return False
        return tried and struct.unpack("hhqqi", answer)[0] == fcntl.F_UNLCK

    def _make_folders(self) -> None:
        for name in ("spool", "log"):
            own(self.base / name, "Debian-exim")
        own(self.mail.parent, product_user())
        shutil.copytree(FOLDER / "etc/exim4", self.etc)

    def _write_config(self) -> None:
        self._write_shipped()
        self._write_ours()
        self._generate("true")

    def _write_shipped(self) -> None:
        replacements = {
            "main/000_smsdialog": {
                "postmaster@example.dk": OPERATOR,
                "127.0.0.1:10044": f"{LOOPBACK}:{self.policy_port}",
                "/run/smsdialog/lmtp.sock": self.lmtp_socket,
                "SMSDIALOG_TRANSPORT = smsdialog_pipe": f"SMSDIALOG_TRANSPORT = {self.transport}",
            },
            "acl/50_smsdialog": {"{5s}": f"{{{self.policy_timeout}}}"},
            "transport/50_smsdialog": {
                SHIPPED_COMMAND: self.command,
                "user = smsdialog": f"user = {product_user()}",
                "timeout = 5m": f"timeout = {self.run_timeout}",
            },
        }
        for name in SHIPPED:
            text = shipped(f"exim/conf.d/{name}", replacements.get(name, {}))
            (self.etc / "conf.d" / name).write_text(text)

    def _write_ours(self) -> None:
        values = {"base": self.base, "user": product_user(), "password": PASSWORD}
        (self.etc / "conf.d/main/000_tests").write_text(MAIN.format(**values))
        (self.etc / "conf.d/router/060_tests").write_text(ROUTERS)
        (self.etc / "conf.d/transport/60_tests").write_text(TRANSPORT.format(**values))
        (self.etc / "conf.d/auth/60_tests").write_text(AUTHENTICATOR.format(**values))

    def _generate(self, split: str) -> None:
        """As `update-exim4.conf` does, from Debian's files and ours; Exim calls itself again by `exim_path`."""
        (self.etc / "update-exim4.conf.conf").write_text(ANSWERS.format(port=self.port, split=split))
        command = [str(FOLDER / "usr/sbin/update-exim4.conf"), "-d", str(self.etc), "-o", str(self.config)]
        subprocess.run(command, check=True, capture_output=True)
        text = self.config.read_text().replace("exim_path = /usr/sbin/exim4", f"exim_path = {PROGRAM}")
        self.config.write_text(text)


class SingleFileExim(Exim):
    """The same from Debian's one large file, with the lines in it that mta-config/README.md has."""

    def _write_config(self) -> None:
        self._write_shipped()
        self._write_ours()
        template = self.etc / "exim4.conf.template"
        text = self._includes("main") + template.read_text()
        for section, begin in SECTIONS.items():
            assert text.count(f"\n{begin}\n") == 1, begin
            text = text.replace(f"\n{begin}\n", f"\n{begin}\n{self._includes(section)}")
        template.write_text(text)
        self._generate("false")

    def _includes(self, section: str) -> str:
        folder = self.etc / "conf.d" / section
        files = sorted(path for path in folder.iterdir() if path.name.endswith(("_smsdialog", "_tests")))
        return "".join(f".include {file}\n" for file in files)


class MachinesExim(Exim):
    """The machine's own: callers of sendmail(1) reach it. There is one at a time; others wait for their turn."""

    def __init__(self, base: Path, command: Sequence[str]) -> None:
        super().__init__(base, command)
        self._turn = contextlib.ExitStack()

    def start(self) -> None:
        """Wait for the turn, write the configuration, and start."""
        self._turn.enter_context(machines_turn(self.config))
        super().start()

    def stop(self) -> None:
        """Stop, and take it back."""
        super().stop()
        self._turn.close()
