"""A stage for one dialog: employees with a mailbox, customers with a phone, an administrator, and a clock.

All of the product is real, the database too. Fakes stand at the seams only: `sendmail` is a script that
writes to a folder, the telephone network is a gateway that says what it was told to say, and time passes
when a test says so.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from pathlib import Path
from typing import Any, cast

from werkzeug.test import EnvironBuilder

from smsdialog import config as configuration
from smsdialog.core.model import Account, Delivery, Envelope, OutboundSms, Receipt
from smsdialog.dialog import account, flush, key, receipt
from smsdialog.dialog.check import check
from smsdialog.dialog.handle import Answer, handle
from smsdialog.dialog.service import Service, open_service
from smsdialog.gateways import Accepted, Gateways, Outcome
from smsdialog.store import accounts, inbound, mails, outbound
from smsdialog.store.inbound import InboundRow
from smsdialog.store.mails import DeliveryRow
from smsdialog.store.outbound import OutboundRow
from smsdialog.wsgi import respond

DOMAIN = "sendmailsms.dk"
OPERATOR = "drift@firma.example"
OUTSIDE = "192.0.2.25"
NOON = 1_795_000_000.0  # 18 November 2026
DEADLINE_SECONDS = 95

SENDMAIL = """#!/bin/sh
name="{folder}/$(date +%s%N)"
printf '%s\\n' "$@" > "$name.arguments"
cat > "$name.taken"
if [ -e "{folder}/is-down" ]; then mv "$name.taken" "$name.refused"; exit 75; fi
mv "$name.taken" "$name.eml"
"""
CONFIG = """\
domain = "{domain}"
state_dir = "{folder}/state"
{top}
[mail]
sendmail = ["{folder}/sendmail"]
operator = "{operator}"
{tables}
"""


def at_domain(local_part: str) -> str:
    """An address of the product's; whole addresses stay as they are."""
    return local_part if "@" in local_part else f"{local_part}@{DOMAIN}"


def body_of(mail: EmailMessage) -> str:
    """The text of a mail, as a reader sees it."""
    part = mail.get_body(("plain",))
    assert part is not None
    return cast(str, part.get_content()).removesuffix("\n")


class Clock:
    """Time, which passes when it is told to."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> float:
        return self.time

    def passes(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        self.time += seconds + 60 * minutes + 3600 * hours + 86_400 * days


class Network(Gateways):
    """The configured gateways, with a telephone network in place of their way out.

    `answers` are the outcomes of the next SMS, one each; after them everything is accepted.
    """

    def __init__(self, config: configuration.Config) -> None:
        super().__init__(config)
        self.answers: list[Outcome | BaseException] = []
        self.tried: list[tuple[str, OutboundSms]] = []
        self.arrived: list[OutboundSms] = []

    def send(self, name: str, sms: OutboundSms) -> Outcome:
        self.tried.append((name, sms))
        answer = self.answers.pop(0) if self.answers else Accepted(f"gw-{len(self.tried)}")
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, Accepted):
            self.arrived.append(sms)
        return answer


class PostOffice:
    """The sendmail script, and the folder that it writes to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "post"
        self.folder.mkdir()
        script = folder / "sendmail"
        script.write_text(SENDMAIL.format(folder=self.folder))
        script.chmod(0o755)

    def goes_down(self) -> None:
        (self.folder / "is-down").touch()

    def comes_back(self) -> None:
        (self.folder / "is-down").unlink()

    def taken(self) -> list[EmailMessage]:
        return self._mails("eml")

    def refused(self) -> list[EmailMessage]:
        return self._mails("refused")

    def arguments(self) -> list[list[str]]:
        """How sendmail was called, each time."""
        return [path.read_text().split("\n")[:-1] for path in sorted(self.folder.glob("*.arguments"))]

    def octets(self) -> list[bytes]:
        """The mails that were taken, as they came over the pipe."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]

    def _mails(self, ending: str) -> list[EmailMessage]:
        paths = sorted(self.folder.glob(f"*.{ending}"))
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


@dataclass
class Posted:
    """A mail that the MTA has handed over, and what it heard each time."""

    stage: Stage
    raw: bytes
    envelopes: list[Envelope]
    answers: list[Answer]

    @property
    def statuses(self) -> list[int]:
        return [answer.exit_status for answer in self.answers]

    def again(self) -> Posted:
        """The MTA hands the same mail over once more."""
        self.answers = [self.stage.hand_over(self.raw, envelope) for envelope in self.envelopes]
        return self


class Reader:
    """Somebody with a mailbox."""

    def __init__(self, stage: Stage, address: str) -> None:
        self.stage = stage
        self.address = address
        self._seen = 0

    def mailbox(self) -> list[EmailMessage]:
        return [mail for mail in self.stage.post.taken() if parseaddr(str(mail["To"]))[1] == self.address]

    def receives(self) -> EmailMessage:
        """The next mail that was not read yet."""
        unread = self.mailbox()[self._seen :]
        assert unread, f"no mail for {self.address}"
        self._seen += 1
        return unread[0]

    def receives_nothing(self) -> None:
        assert [(mail["Subject"], body_of(mail)) for mail in self.mailbox()[self._seen :]] == []


class Employee(Reader):
    """Somebody who writes mails; from the internet, unless `inside`."""

    number = ""

    def writes(
        self,
        to: str | Sequence[str],
        subject: str | None = "",
        text: str = "",
        *,
        html: str | None = None,
        headers: dict[str, str] | None = None,
        deliveries: Sequence[Sequence[str]] | None = None,
        inside: bool = False,
        client: str = OUTSIDE,
        envelope_sender: str | None = None,
    ) -> Posted:
        """Write a mail; the MTA hands it over once for all of `to`, or once for each of `deliveries`."""
        named = [to] if isinstance(to, str) else list(to)
        mail = self._compose(named, subject, text, headers or {})
        if html is not None:
            mail.add_alternative(html, subtype="html")
        return self.posts(
            mail.as_bytes(),
            *(deliveries or [named]),
            sasl_username=self.address if inside else "",
            client=client,
            envelope_sender=envelope_sender,
        )

    def posts(
        self,
        raw: bytes,
        *deliveries: Sequence[str],
        sasl_username: str = "",
        client: str = OUTSIDE,
        envelope_sender: str | None = None,
    ) -> Posted:
        """Hand these very octets over, once for each list of recipients."""
        queue_id = f"4Q{next(self.stage.count):05d}"
        sender = self.address if envelope_sender is None else envelope_sender
        envelopes = [
            Envelope(sender, tuple(map(at_domain, recipients)), queue_id, sasl_username, client)
            for recipients in deliveries
        ]
        return Posted(self.stage, raw, envelopes, []).again()

    def replies(self, mail: EmailMessage, text: str, **more: Any) -> Posted:
        """Press Reply in an ordinary client: Reply-To, `SV:`, the old text quoted below."""
        quoted = "".join(f"> {line}\n" for line in body_of(mail).splitlines())
        body = f"{text}\n\nDen ons. 18. nov. 2026 kl. 12.00 skrev {mail['From']}:\n{quoted}"
        headers = {"In-Reply-To": str(mail["Message-ID"])}
        to = mail["Reply-To"].addresses[0].addr_spec
        return self.writes(to, f"SV: {mail['Subject']}", body, headers=headers, **more)

    def subscribes(self, secret: str, signature: str = "", **more: Any) -> EmailMessage:
        """Subscribe and read the confirmation."""
        self.writes("subscribe", secret, signature, **more)
        confirmation = self.receives()
        self.number = str(confirmation["Subject"]).rpartition(" ")[2]
        return confirmation

    def _compose(self, to: Sequence[str], subject: str | None, text: str, headers: dict[str, str]) -> EmailMessage:
        mail = EmailMessage(policy=policy.SMTP)
        fixed = {
            "From": self.address,
            "To": ", ".join(map(at_domain, to)),
            "Date": formatdate(self.stage.clock()),
            "Message-ID": f"<{next(self.stage.count)}@mail.firma.example>",
        }
        if subject is not None:
            fixed["Subject"] = subject
        for name, value in {**fixed, **headers}.items():
            if value:
                mail[name] = value
        mail.set_content(text, cte="8bit")
        return mail


class Customer:
    """Somebody with a mobile phone; `number` in E.164."""

    def __init__(self, stage: Stage, number: str) -> None:
        self.stage = stage
        self.number = number
        self._seen = 0

    @property
    def national(self) -> str:
        return self.number.removeprefix("+45")

    def texts(self, to: str | Employee, text: str, gateway_id: str | None = None) -> int:
        """Text a number; the HTTP status that the gateway hears."""
        number = to if isinstance(to, str) else to.number
        return self.stage.sms_comes_in(self.number, number, text, gateway_id)

    def receives(self) -> OutboundSms:
        """The next SMS that was not read yet."""
        unread = self._all()[self._seen :]
        assert unread, f"no SMS for {self.number}"
        self._seen += 1
        return unread[0]

    def receives_nothing(self) -> None:
        assert [sms.text for sms in self._all()[self._seen :]] == []

    def _all(self) -> list[OutboundSms]:
        return [sms for sms in self.stage.network.arrived if sms.to == self.number]


class Administrator(Reader):
    """Who runs the installation, and is its operator."""

    @property
    def service(self) -> Service:
        return self.stage.service

    def makes_key(self, label: str) -> str:
        """The secret of a new key."""
        return key.create(self.service, label)[1].reveal()

    def disables(self, label: str) -> None:
        key.disable(self.service, label)

    def enables(self, label: str) -> None:
        key.enable(self.service, label)

    def opens_account(self, employee: Employee, label: str = "Firma", number: str = "") -> Account:
        opened = account.open_account(self.service, employee.address, label, number)
        employee.number = opened.number
        return opened

    def edits_key(self, label: str, **wishes: Any) -> None:
        key.edit(self.service, label, **wishes)

    def resumes(self, employee: Employee) -> None:
        account.edit(self.service, employee.address, resume=True)

    def flushes(self) -> flush.Flushed:
        return flush.flush(self.service)

    def sends_again(self, row: OutboundRow) -> bool:
        return flush.resend(self.service, row.id)

    def checks(self) -> list[str]:
        return check(self.service)

    def accounts(self) -> list[Account]:
        with self.service.store.reading() as tx:
            return accounts.listing(tx)

    def sms_out(self) -> list[OutboundRow]:
        with self.service.store.reading() as tx:
            return outbound.listing(tx)

    def sms_in(self) -> list[InboundRow]:
        with self.service.store.reading() as tx:
            return inbound.listing(tx)

    def decisions(self) -> list[DeliveryRow]:
        """What became of every recipient, oldest first."""
        with self.service.store.reading() as tx:
            return list(reversed(mails.listing(tx)))


class Stage:
    """One installation in a folder, with its people."""

    def __init__(
        self, folder: Path, make_database: Callable[[Service], None], *, top: str = "", tables: str = ""
    ) -> None:
        self.folder = folder
        self.count = itertools.count(1)
        (folder / "state").mkdir()
        self.post = PostOffice(folder)
        self.clock = Clock()
        self.config_file = folder / "smsdialog.toml"
        text = CONFIG.format(domain=DOMAIN, folder=folder, operator=OPERATOR, top=top, tables=tables)
        self.config_file.write_text(text)
        config = configuration.load(self.config_file)
        self.network = Network(config)
        self.service = replace(open_service(config), gateways=self.network, now=self.clock)
        make_database(self.service)
        self.administrator = Administrator(self, OPERATOR)
        self.key = self.administrator.makes_key("Firma")
        self.anna = self.employee("anna@firma.example")
        self.customer = self.customer_with("+4520123456")

    def employee(self, address: str) -> Employee:
        return Employee(self, address)

    def customer_with(self, number: str) -> Customer:
        return Customer(self, number)

    def hand_over(self, raw: bytes, envelope: Envelope) -> Answer:
        """One run of the pipe, without the process."""
        return handle(self.service, raw, envelope, deadline=self.clock() + DEADLINE_SECONDS)

    def sms_comes_in(self, sender: str, to: str, text: str, gateway_id: str | None = None) -> int:
        """A gateway calls us; the HTTP status that it hears."""
        fields = {"from": sender, "to": to, "text": text, "id": gateway_id or f"in-{next(self.count)}"}
        environ = EnvironBuilder("/inbound/main", method="POST", data=json.dumps(fields)).get_environ()
        return respond(environ, lambda: self.service).status_code

    def receipt_comes(self, row: OutboundRow, delivery: Delivery, reason: str = "") -> None:
        """A gateway tells what became of an SMS."""
        receipt.settle(self.service, Receipt(row.gateway, row.reference, "", delivery, reason))

    def close(self) -> None:
        self.service.store.close()
