"""Two machines that stand in for each other: Postfix and the resident in each, over one PostgreSQL."""

from __future__ import annotations

import json
import shutil
import smtplib
from collections import Counter
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.e2e.daemons import Daemon, accepts, product_user, wait_for
from tests.e2e.lan import Lan, Machine, Program
from tests.e2e.people import Mailboxes
from tests.e2e.postfix import OPERATOR, SENDMAIL
from tests.e2e.postgres import Postgres
from tests.e2e.resident import LmtpPostfix, Served, ServedPostfix
from tests.ledger.provider import Provider

ANNA, NUMBER = "anna@firma.example", "459192000001"
# Time-outs and leases are a sixth: an SMS that a dead machine had in hand is nobody's after 20 seconds.
HASTE = {"SMSDIALOG_TEST_FAULTS": "1", "SMSDIALOG_HASTE": "6"}
HTTP_PORT = 8080
CONFIGURATION = """\
domain = "sendmailsms.dk"
state_dir = "{base}/state"
language = "en"
[database]
url = "{url}"
[limits]
sms_per_account_per_hour = 1000000
sms_per_key_per_day = 1000000
[mail]
sendmail = ["{sendmail}", "-C", "{postfix}/etc"]
operator = "{operator}"
[gateways.main]
type = "kannel"
url = "{gateway}"
username = "u"
password = "wordpass"
token = "inbound"
[serve]
lmtp = "{base}/run/lmtp.sock"
policy = "{policy}"
http = "127.0.0.1:{http_port}"
flush_seconds = 1
"""
CALL = """
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=60).status)
"""


class ServedApart(Served):
    """The resident in a machine, which has a way of its own to the gateway, so that it is seen which of them sent."""

    def __init__(self, base: Path, programs: Path, machine: Machine, url: str) -> None:
        self.machine, self.url = machine, url
        self.gateway = Provider(machine.lan.address)
        super().__init__(base, programs)

    def start(self) -> None:
        self.daemon.start()
        wait_for(lambda: accepts(self.base / "state" / "pipe.sock"), "the pipe's socket", 60, self.daemon.tail)

    def _configuration(self) -> str:
        return CONFIGURATION.format(
            base=self.base, url=self.url, sendmail=SENDMAIL, postfix=self.base.parent / "postfix", operator=OPERATOR,
            gateway=self.gateway.url, policy=self.policy, http_port=HTTP_PORT,
        )  # fmt: skip

    def _daemon(self, command: list[str]) -> Daemon:
        return Program(self.machine, command, self.base / "serve.log", product_user(), HASTE)


class Apart(ServedPostfix):
    """Postfix in the machine of its resident."""

    def __init__(self, base: Path, served: ServedApart) -> None:
        super().__init__(base, served)
        self.machine, self.address = served.machine, served.machine.address
        self.daemon = Program(served.machine, self.daemon.command, base / "postfix.out")

    def _run(self, *command: str) -> str:
        return self.machine.run(*command)

    def _end_master(self) -> None:
        """Its process number counts in the machine only, and it goes with the machine."""


class LmtpApart(Apart, LmtpPostfix):
    """With LMTP to the resident instead of the pipe."""


class Site:
    """One machine and all that is in it."""

    def __init__(self, base: Path, programs: Path, machine: Machine, url: str, postfix: type[Apart]) -> None:
        base.mkdir()
        base.chmod(0o755)
        self.machine = machine
        self.served = ServedApart(base / "product", programs, machine, url)
        self.postfix = postfix(base / "postfix", self.served)
        self.mailboxes = Mailboxes(self.postfix.mail)

    @property
    def sent(self) -> Counter[str]:
        """How often the gateway was asked from here for an SMS, by customer."""
        with self.served.gateway.lock:
            asked = list(self.served.gateway.seen.items())
        return sum((Counter({to.lstrip("+"): times}) for (to, _), times in asked), Counter())

    def starts(self) -> None:
        """For the first time."""
        self.machine.boots()
        self.served.start()
        self.postfix.start()

    def dies(self) -> None:
        self.machine.dies()
        self.served.daemon.stop()
        self.postfix.daemon.stop()

    def comes_back(self) -> None:
        self.machine.boots()
        self.served.start()
        self.postfix.daemon.start(self.postfix.port)

    def takes(self, mail: bytes, to: str) -> bool:
        """Whether its Postfix took a mail; whoever gets no answer does not know, and says no."""
        try:
            with smtplib.SMTP(self.postfix.address, self.postfix.port, "pc.firma.example", timeout=10) as smtp:
                smtp.sendmail(ANNA, [to], mail)
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def is_called(self, path: str, **fields: str) -> str:
        """The gateway calls the web server in there; the status that it gets."""
        url = f"http://127.0.0.1:{HTTP_PORT}{path}?{urlencode({'token': 'inbound', **fields})}"
        return self.machine.run("/usr/bin/python3", "-c", CALL, url).strip()

    def removes(self) -> None:
        """Safe at any time."""
        self.dies()
        self.postfix.stop()
        self.served.gateway.close()


class Pair:
    """Two sites, one with the pipe and one with LMTP, the database and the network between them."""

    def __init__(self, base: Path, programs: Path, lan: Lan) -> None:
        self.base, self.programs, self.lan = base, programs, lan
        (base / "postgres").mkdir()
        self.postgres = Postgres(base / "postgres", lan.address, lan.network)
        self.sites: list[Site] = []

    def start(self) -> None:
        self.lan.start()
        self.postgres.start()
        for place, (name, postfix) in enumerate({"one": Apart, "two": LmtpApart}.items(), 2):
            machine = Machine(self.lan, place)
            self.sites.append(Site(self.base / name, self.programs, machine, self.postgres.url, postfix))
        product = self.sites[0].served.installation
        self.key = f"{product.json('key', 'create', 'Firma')['secret']}@sendmailsms.dk"
        product.run("account", "create", ANNA, "--key", "Firma", "--number", NUMBER)
        self._share_the_secret()
        for site in self.sites:
            site.starts()

    def stop(self) -> None:
        """Remove all of it; safe at any time."""
        try:
            for site in self.sites:
                site.removes()
        finally:
            self.postgres.stop()
            self.lan.stop()

    def sms(self, **wanted: object) -> list[dict[str, Any]]:
        """The SMS to customers in the ledger."""
        return self.sites[0].served.installation.messages(direction="out", **wanted)

    def mails(self, address: str) -> list[EmailMessage]:
        """What somebody got, from either."""
        return [mail for site in self.sites for mail in site.mailboxes.of(address)]

    def settles(self, seconds: float = 180.0) -> None:
        """Wait until nothing is on its way, at either, and no SMS is undecided; what was put off is tried at once."""
        wait_for(self._is_settled, "the end of all that is under way", seconds, self._explain, pause=1)

    def checks(self) -> str:
        """`db check`, which must end well."""
        return self.sites[0].served.installation.run("db", "check")

    def _is_settled(self) -> bool:
        if any(site.postfix.queue() for site in self.sites):
            for site in self.sites:
                site.postfix.flush()
            return False
        return not any(sms["state"] in ("queued", "sending", "held") for sms in self.sms())

    def _explain(self) -> str:
        waiting = [sms for sms in self.sms() if sms["state"] in ("queued", "sending", "held")]
        tails = [site.postfix.tail() + site.served.daemon.tail() for site in self.sites]
        return "\n".join([json.dumps(waiting[:5]), *tails])

    def _share_the_secret(self) -> None:
        one, two = (site.served.base / "state" / "secret" for site in self.sites)
        shutil.copy(one, two)
        shutil.chown(two, product_user())
