"""The whole stack: the product between a real mail server and a real Kannel, with people at both ends."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.daemons import accepts, free_port, listens, wait_for
from tests.e2e.installation import Installation
from tests.e2e.kannel import Kannel
from tests.e2e.mail_server import MailServer
from tests.e2e.people import DOMAIN, Customer, Employee, Mailboxes
from tests.e2e.postfix import OPERATOR, AliasPostfix, Postfix

# Reserved by nobody, invented, and valid Danish mobile numbers: one for each customer of the session.
FIRST_CUSTOMER = 4520100001

CONFIGURATION = """\
domain = "{domain}"
language = "da"
country = "DK"
state_dir = "{base}/state"
public_url = "http://127.0.0.1:{web_port}"

[database]
url = "sqlite:///{base}/state/smsdialog.db"

[mail]
sendmail = [{sendmail}]
operator = "{operator}"

[auth]
trusted_networks = ["127.0.0.1/32"]

[serve]
lmtp = "{base}/lmtp.sock"
policy = "127.0.0.1:{policy_port}"

{gateway}
"""


@dataclass(frozen=True)
class Key:
    """An API key: the administrator's name for it, and the secret that employees write to."""

    label: str
    secret: str


class Office:
    """Starts everything, makes people, and keeps what belongs to all of them: keys, the ledger, the queue.

    `mail_server` makes the one that runs the pipe; it gets a folder, and the words of the command.
    """

    def __init__(
        self, base: Path, programs: Path, mail_server: Callable[[Path, Sequence[str]], MailServer] = Postfix
    ) -> None:
        self.base = base
        for name in ("mta", "alias", "kannel", "product"):
            (base / name).mkdir()
        web_port = free_port()
        self.policy_port = free_port()
        self.kannel = Kannel(base / "kannel", web_port)
        self.web_port = web_port
        product = base / "product"
        self.mta = mail_server(
            base / "mta", [str(programs / "smsdialog-deliver"), f"--config {product}/smsdialog.toml"]
        )
        self.installation = Installation(product, programs, self._configuration(product))
        self.web = self.installation.web_server(web_port)
        self.lmtp_socket = product / "lmtp.sock"
        # Whoever wants it starts it, and stops it again.
        self.resident = self.installation.resident()
        self.mailboxes = Mailboxes(self.mta.mail)
        self._names = itertools.count(1)
        self._account_numbers: dict[str, str] = {}
        self._numbers = itertools.count(FIRST_CUSTOMER)

    def start(self) -> None:
        """Start all daemons."""
        self.web.start(self.web_port, timeout=30)
        self.phones = self.kannel.start()
        self.mta.start()

    def stop(self) -> None:
        """Stop all of them, each even if another's end went wrong."""
        try:
            self.mta.stop()
        finally:
            self.kannel.stop()
            self.web.stop()

    def start_resident(self) -> None:
        """`smsdialog serve`, and wait until it takes mails and is at the door."""
        self.resident.start(timeout=30)
        wait_for(
            lambda: listens(self.policy_port) and accepts(self.lmtp_socket), "the resident", 30, self.resident.tail
        )

    def settle(self) -> None:
        """Wait until no mail is on its way any more; a second look, as a mail may move while postqueue reads."""
        for _ in range(2):
            self.mta.wait_until_idle()

    def key(self, label: str) -> Key:
        """A new API key."""
        created: dict[str, Any] = self.installation.json("key", "create", label)
        return Key(label, created["secret"])

    def somebody(self, name: str = "anna", domain: str = "firma.example") -> Employee:
        """A person with a mailbox and no account."""
        address = f"{name}{next(self._names)}@{domain}"
        return Employee(address, self.mta, self.mailboxes, self.settle)

    def employee(self, key: Key, name: str = "anna", domain: str = "firma.example") -> Employee:
        """A person with an account on this key, made by the administrator."""
        person = self.somebody(name, domain)
        account = self.installation.json("account", "create", person.address, "--key", key.label)
        person.number = account["number"]
        return person

    def customer(self) -> Customer:
        """Somebody with a phone whose number nobody else has."""
        return Customer(str(next(self._numbers)), self.phones, self.settle)

    def operator_reads(self, mta: MailServer) -> Employee:
        """The operator, reading what this mail server delivers from now on."""
        operator = Employee(OPERATOR, mta, Mailboxes(mta.mail), self.settle)
        operator.skips_what_is_there()
        return operator

    def number_of(self, account: str) -> str:
        """The service number of an account that is named by its number or its address."""
        if account not in self._account_numbers:
            accounts = self.installation.json("account", "list")
            self._account_numbers |= {one[name]: one["number"] for one in accounts for name in ("email", "number")}
        return self._account_numbers[account]

    def _configuration(self, product: Path) -> str:
        return CONFIGURATION.format(
            domain=DOMAIN,
            base=product,
            web_port=self.web_port,
            policy_port=self.policy_port,
            sendmail=", ".join(f'"{word}"' for word in self.mta.sendmail),
            operator=OPERATOR,
            gateway=self.kannel.toml,
        )


def alias_postfix(office: Office) -> AliasPostfix:
    """A second Postfix in front of the same product, by a pipe in an alias file."""
    script = office.base / "alias" / "deliver"
    script.write_text(f'#!/bin/sh\nexec {" ".join(office.installation.deliver_command)} "$@"\n')
    script.chmod(0o755)
    return AliasPostfix(office.base / "alias", [str(script)])
