"""Who talks in the dialog tests: employees with a mail client, customers with a phone.

`receives` waits for the next mail or SMS that was not yet read; `receives_nothing` waits until all daemons
are idle and then looks. An employee writes from the internet unless `inside`: there only a key or a reply
address proves who they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, getaddresses, make_msgid
from pathlib import Path
from typing import cast

from tests.e2e.daemons import wait_for
from tests.e2e.mail_server import MailServer
from tests.e2e.phone import Phones, Sms

DOMAIN = "sendmailsms.dk"
# A mail client's words above what it quotes, as Danes see them.
QUOTE_HEADER = "Den søn. 22. nov. 2026 kl. 10.15 skrev {sender}:"


def at_domain(local_part: str) -> str:
    """The address of the product's domain with this local part; addresses stay as they are."""
    return local_part if "@" in local_part else f"{local_part}@{DOMAIN}"


def text_of(mail: EmailMessage) -> str:
    """What a reader sees first: the plain text of the mail, line ends as written."""
    body = mail.get_body(("plain",))
    assert body is not None, mail.as_bytes()
    return cast(str, body.get_content()).replace("\r\n", "\n").removesuffix("\n")


class Mailboxes:
    """The Maildir that holds everybody's mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[Path, EmailMessage] = {}

    def of(self, address: str) -> list[EmailMessage]:
        """All mails delivered to this address, oldest first."""
        folder = self.folder / "new"
        paths = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns) if folder.exists() else []
        mails = [self._mail(path) for path in paths]
        return [mail for mail in mails if mail["Delivered-To"] == address]

    def _mail(self, path: Path) -> EmailMessage:
        if path not in self._read:
            self._read[path] = message_from_bytes(path.read_bytes(), policy=policy.default)
        return self._read[path]


class Employee:
    """Somebody with an ordinary mailbox; `number` is their account's once they have one."""

    def __init__(self, address: str, mta: MailServer, mailboxes: Mailboxes, settle: Callable[[], None]) -> None:
        self.address = address
        self.number = ""
        self.mta = mta
        self.mailboxes = mailboxes
        self.settle = settle
        self._seen = 0

    def writes(
        self,
        to: Sequence[str],
        subject: str | None = None,
        text: str = "",
        html: str | None = None,
        headers: dict[str, str] | None = None,
        deliveries: Iterable[Sequence[str]] | None = None,
        inside: bool = False,
    ) -> None:
        """Write a mail, and submit it once for each of `deliveries` (lists of recipients; one with all by default)."""
        mail = self._compose(to, subject, text, html, headers or {})
        for recipients in [to] if deliveries is None else deliveries:
            self.submits(mail.as_bytes(policy=policy.SMTP), recipients, inside)

    def submits(self, mail: bytes, recipients: Sequence[str], inside: bool = False) -> None:
        """Hand over these very bytes."""
        client = "" if inside else self.mta.internet_client
        self.mta.submit(self.address, map(at_domain, recipients), mail, client=client)

    def replies(self, mail: EmailMessage, text: str) -> None:
        """Press Reply: to Reply-To, the subject with a prefix, the old text quoted below."""
        quoted = "".join(f"> {line}\n" for line in text_of(mail).splitlines())
        headers = {"In-Reply-To": mail["Message-ID"]}
        headers["References"] = f"{mail['References'] or ''} {mail['Message-ID']}".strip()
        (to,) = (address for _, address in getaddresses([mail["Reply-To"] or mail["From"]]))
        body = f"{text}\n\n{QUOTE_HEADER.format(sender=mail['From'])}\n{quoted}"
        self.writes([to], f"SV: {mail['Subject']}", body, headers=headers)

    def receives(self, timeout: float = 10.0) -> EmailMessage:
        """The next mail in the mailbox."""
        mails = wait_for(self._unread, f"a mail for {self.address}", timeout, self.mta.tail)
        self._seen += 1
        return mails[0]

    def skips_what_is_there(self) -> None:
        """Take all mails so far as read."""
        self._seen = len(self.mailboxes.of(self.address))

    def receives_nothing(self) -> None:
        """No further mail came, nor will any."""
        self.settle()
        assert [text_of(mail) for mail in self._unread()] == []

    def _unread(self) -> list[EmailMessage]:
        return self.mailboxes.of(self.address)[self._seen :]

    def _compose(
        self, to: Sequence[str], subject: str | None, text: str, html: str | None, headers: dict[str, str]
    ) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self.address
        mail["To"] = ", ".join(map(at_domain, to))
        if subject is not None:
            mail["Subject"] = subject
        mail["Date"] = formatdate()
        mail["Message-ID"] = make_msgid(domain="firma.example")
        for name, value in headers.items():
            mail[name] = value
        mail.set_content(text)
        if html is not None:
            mail.add_alternative(html, subtype="html")
        return mail


class Customer:
    """Somebody with a mobile phone."""

    def __init__(self, number: str, phones: Phones, settle: Callable[[], None]) -> None:
        self.number = number
        self.phones = phones
        self.settle = settle
        self._seen = 0

    @property
    def national(self) -> str:
        """The number as Danes write it: eight digits."""
        return self.number.removeprefix("45")

    def texts(self, number: str, text: str) -> None:
        """Text a number."""
        self.phones.texts(self.number, number, text)

    def receives(self, timeout: float = 10.0) -> Sms:
        """The next SMS on the phone."""
        unread = wait_for(self._unread, f"an SMS for {self.number}", timeout)
        self._seen += 1
        return unread[0]

    def receives_nothing(self) -> None:
        """No further SMS came, nor will any."""
        self.settle()
        time.sleep(0.3)  # Kannel's own way to the phone, and the silence that ends a text
        assert self._unread() == []

    def _unread(self) -> list[Sms]:
        inbox = [sms for sms in self.phones.inbox if sms.to.removeprefix("+") == self.number]
        return inbox[self._seen :]
