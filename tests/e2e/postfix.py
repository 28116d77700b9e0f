"""A Postfix of our own: SMTP in on a loopback port, the shipped pipe, and a mailbox for everybody else.

It runs with its own configuration, queue and log below one folder. The machine's own Postfix is not
touched, except for one line: postdrop(1) is set-gid and takes a foreign configuration from ordinary users
only when the machine's `main.cf` names its folder; the line is taken back at the end.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import smtplib
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.e2e.daemons import LOOPBACK, Daemon, NotReady, free_port, own, product_user, wait_for
from tests.e2e.shipped import shipped

SENDMAIL = "/usr/sbin/sendmail"
SYSTEM_CONFIG = Path("/etc/postfix")
LOCK = Path("/tmp/smsdialog-tests.lock")
OPERATOR = "operator@firma.example"
SHIPPED_COMMAND = "/usr/bin/smsdialog-deliver"
SHIPPED_FOLDER = "/etc/postfix/smsdialog"
# Of RFC 5737; XCLIENT has Postfix believe it.
INTERNET_CLIENT = "192.0.2.25"

# Beside the shipped lines: everything below one folder, no DNS, nothing leaves the machine. Mail for people (the
# employees' company, and strangers) ends in one Maildir; virtual(8) notes in Delivered-To whose it was.
MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
maillog_file = {base}/log/mail.log
maillog_file_prefixes = {base}
myhostname = mx.firma.example
mydestination = localhost
mynetworks = 127.0.0.0/8
inet_interfaces = {address}
inet_protocols = ipv4
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_client_connection_count_limit = 0
default_transport = error:5.1.2 no mail leaves the tests
message_size_limit = 60000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_domains = firma.example, elsewhere.example
virtual_mailbox_base = {base}/mail
virtual_mailbox_maps = static:everybody/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
minimal_backoff_time = 300s
"""

MASTER_CF = """\
{port}    inet  n - n - -  smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0  cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - -  trivial-rewrite
bounce    unix  - - n - 0  bounce
defer     unix  - - n - 0  bounce
trace     unix  - - n - 0  bounce
verify    unix  - - n - 1  verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - -  proxymap
proxywrite unix - - n - 1  proxymap
smtp      unix  - - n - -  smtp
relay     unix  - - n - -  smtp
showq     unix  n - n - -  showq
error     unix  - - n - -  error
retry     unix  - - n - -  error
discard   unix  - - n - -  discard
local     unix  - n n - -  local
virtual   unix  - n n - -  virtual
anvil     unix  - - n - 1  anvil
scache    unix  - - n - 1  scache
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """One instance below `base`; the pipe runs `command` (with the arguments that the shipped master.cf has)."""

    internet_client = INTERNET_CLIENT
    address = LOOPBACK

    def __init__(self, base: Path, command: Sequence[str]) -> None:
        self.base = base
        self.command = " ".join(command)
        self.config = base / "etc"
        self.log = base / "log" / "mail.log"
        self.mail = base / "mail" / "everybody"
        self.port = free_port()
        self.daemon = Daemon(["/usr/sbin/postfix", "-c", str(self.config), "start-fg"], base / "postfix.out")

    @property
    def sendmail(self) -> list[str]:
        """The argv prefix by which a program on this machine hands a mail to this instance."""
        return [SENDMAIL, "-C", str(self.config)]

    def start(self) -> None:
        """Write the configuration and start."""
        self._make_folders()
        self._write_config()
        allow_for_postdrop(self.config)
        self.daemon.start(self.port)

    def stop(self) -> None:
        """Stop all of it; safe to call at any time, and twice."""
        self._end_master()
        self.daemon.stop()
        forbid_for_postdrop(self.config)

    def submit(
        self, sender: str, recipients: Iterable[str], mail: bytes, sasl_username: str = "", client: str = ""
    ) -> None:
        """Send over SMTP; as another client or with a login when those are given (by XCLIENT)."""
        with smtplib.SMTP(self.address, self.port, local_hostname="pc.firma.example", timeout=60) as smtp:
            smtp.ehlo()
            if sasl_username or client:
                smtp.docmd("XCLIENT", f"ADDR={client or LOOPBACK} LOGIN={sasl_username or '[UNAVAILABLE]'}")
                smtp.ehlo()
            smtp.sendmail(sender, list(recipients), mail, mail_options=["BODY=8BITMIME"])

    def queue(self) -> list[dict[str, object]]:
        """What waits in the queue, as postqueue(1) tells it."""
        listing = self._run("/usr/sbin/postqueue", "-c", str(self.config), "-j")
        return [json.loads(line) for line in listing.splitlines()]

    def deferred(self) -> list[dict[str, object]]:
        """The mails that were tried and will be tried again."""
        return [entry for entry in self.queue() if entry["queue_name"] == "deferred"]

    def waits_for(self, address: str) -> bool:
        """Is there a mail in the queue from or to this address?"""
        return f'"{address}"' in json.dumps(self.queue())

    def defers(self, address: str) -> bool:
        """Was a mail from or to this address tried, and will be again?"""
        return f'"{address}"' in json.dumps(self.deferred())

    def flush(self) -> None:
        """Try everything again now."""
        self._run("/usr/sbin/postfix", "-c", str(self.config), "flush")

    def wait_until_idle(self, timeout: float = 30.0) -> None:
        """Wait until nothing is on its way any more (deferred mail may remain)."""
        wait_for(
            lambda: all(entry["queue_name"] == "deferred" for entry in self.queue()),
            "an idle Postfix", timeout, self.tail,
        )  # fmt: skip

    def tail(self) -> str:
        """The end of the mail log."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else self.daemon.tail()

    def _run(self, *command: str) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def _make_folders(self) -> None:
        self.config.mkdir()
        for name in ("queue", "log"):
            (self.base / name).mkdir()
        own(self.base / "data", "postfix")
        own(self.mail.parent, product_user())

    def _write_config(self) -> None:
        owner = self.mail.parent.stat()
        port = f"{self.address}:{self.port}"
        values = {"base": self.base, "address": self.address, "port": port, "uid": owner.st_uid, "gid": owner.st_gid}
        (self.config / "main.cf").write_text(MAIN_CF.format(**values) + self._main_cf())
        (self.config / "master.cf").write_text(MASTER_CF.format(**values) + self._master_cf())
        self._write_tables()

    def _main_cf(self) -> str:
        return "alias_maps =\n" + shipped("postfix/main.cf", {SHIPPED_FOLDER: str(self.config)})

    def _master_cf(self) -> str:
        return shipped("postfix/master.cf", {
            SHIPPED_FOLDER: str(self.config),
            SHIPPED_COMMAND: self.command,
            "user=smsdialog": f"user={product_user()}",
        })  # fmt: skip

    def _write_tables(self) -> None:
        (self.config / "transport").write_text(shipped("postfix/transport", {}))
        (self.config / "virtual").write_text(shipped("postfix/virtual", {"postmaster@example.dk": OPERATOR}))
        (self.config / "smsdialog-status").write_text(shipped("postfix/smsdialog-status", {}))

    def _end_master(self) -> None:
        """master(8) keeps its own word on its process id; its children end when it does."""
        pid_file = self.base / "queue" / "pid" / "master.pid"
        if not pid_file.exists() or self.daemon.died():
            return
        os.kill(int(pid_file.read_text()), signal.SIGTERM)
        try:
            wait_for(self.daemon.died, "the end of Postfix", 5.0)
        except NotReady:
            return  # `Daemon.stop` does it by force


class AliasPostfix(Postfix):
    """The same with the alternative of `mta-config/postfix/alias/`: a pipe in an alias file, and no line of master.cf.

    An alias file has no place for arguments that hold a blank or an `@`; `command` is a script of one word.
    """

    def _main_cf(self) -> str:
        return shipped("postfix/alias/main.cf", {SHIPPED_FOLDER: str(self.config), "hash:/etc/aliases, ": ""})

    def _master_cf(self) -> str:
        return ""

    def _write_tables(self) -> None:
        (self.config / "virtual").write_text(shipped("postfix/alias/virtual", {"postmaster@example.dk": OPERATOR}))
        (self.config / "smsdialog-status").write_text(shipped("postfix/smsdialog-status", {}))
        aliases = self.config / "aliases"
        aliases.write_text(shipped("postfix/alias/aliases", {SHIPPED_COMMAND: self.command}))
        shutil.chown(aliases, product_user())


def allowed_configs() -> list[str]:
    """The folders that the machine's Postfix lets ordinary users name; those that are gone are left out."""
    command = ["/usr/sbin/postconf", "-c", str(SYSTEM_CONFIG), "-h", "alternate_config_directories"]
    value = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [folder for folder in value.replace(",", " ").split() if Path(folder).is_dir()]


def set_allowed_configs(folders: Sequence[str]) -> None:
    """Write the one line of the machine's `main.cf`."""
    setting = f"alternate_config_directories = {' '.join(folders)}"
    subprocess.run(["/usr/sbin/postconf", "-c", str(SYSTEM_CONFIG), "-e", setting], check=True)


def allow_for_postdrop(config: Path) -> None:
    """Let ordinary users hand mail to the instance with this configuration."""
    with one_at_a_time():
        set_allowed_configs([*allowed_configs(), str(config)])


def forbid_for_postdrop(config: Path) -> None:
    """Take it back."""
    with one_at_a_time():
        before = allowed_configs()
        if str(config) in before:
            set_allowed_configs([folder for folder in before if folder != str(config)])


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold a lock, as several test runs on one machine change the same line."""
    with LOCK.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
