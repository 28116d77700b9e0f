"""The same dialog over PostgreSQL: the real pipe and web server, the `file` gateway, a sendmail that keeps its mail."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.e2e.daemons import LOOPBACK, base_directory, free_port, own, product_user
from tests.e2e.installation import Installation
from tests.e2e.people import text_of
from tests.e2e.postgres import Postgres

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postgresql")]

SECRET = "inbound-secret"
CONFIGURATION = """\
domain = "sendmailsms.dk"
state_dir = "{base}/state"

[database]
url = "{url}"

[mail]
sendmail = ["{sendmail}"]

[gateways.main]
type = "file"
path = "{base}/state/outbox.jsonl"
secret = "{secret}"
"""
SENDMAIL = """\
#!/usr/bin/python3 -IS
import os, sys, time
name = "{mails}/%d" % time.monotonic_ns()
with open(name + ".new", "wb") as file:
    file.write(b"X-Arguments: " + " ".join(sys.argv[1:]).encode() + b"\\n" + sys.stdin.buffer.read())
os.rename(name + ".new", name + ".eml")
"""


class Desk:
    """The installation with what goes out of it: SMS in the outbox, mails in a folder."""

    def __init__(self, base: Path, programs: Path, url: str) -> None:
        self.base = base
        self.mails_folder = own(base / "mails", product_user())
        sendmail = base / "sendmail"
        sendmail.write_text(SENDMAIL.format(mails=self.mails_folder))
        sendmail.chmod(0o755)
        configuration = CONFIGURATION.format(base=base, url=url, sendmail=sendmail, secret=SECRET)
        self.installation = Installation(base, programs, configuration)
        self.port = free_port()
        self.web = self.installation.web_server(self.port)
        self.secret = self.installation.json("key", "create", "firma")["secret"]

    def account(self, email: str) -> str:
        """A new account's number."""
        return str(self.installation.json("account", "create", email, "--key", "firma")["number"])

    def mail(self, sender: str, recipient: str, subject: str = "", text: str = "Hej", queue_id: str = "4abc") -> None:
        """One run of the pipe."""
        mail = f"From: {sender}\nTo: {recipient}@sendmailsms.dk\nSubject: {subject}\nMessage-ID: <{queue_id}@x>\n"
        body = f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        arguments = ["--sender", sender, "--queue-id", queue_id, "--sasl-username", "", "--client-address", "192.0.2.1"]
        done = self.installation.deliver((mail + body).encode(), *arguments, "--", f"{recipient}@sendmailsms.dk")
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

    def sms(self, sender: str, to: str, text: str, gateway_id: str) -> int:
        """One inbound SMS; the status of the answer."""
        body = json.dumps({"from": sender, "to": to, "text": text, "id": gateway_id}).encode()
        headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
        with urlopen(Request(f"http://{LOOPBACK}:{self.port}/inbound/main", body, headers), timeout=30) as answer:
            return int(answer.status)

    def outbox(self) -> list[dict[str, Any]]:
        """All SMS so far."""
        path = self.installation.state / "outbox.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def mails(self, address: str) -> list[EmailMessage]:
        """All mails so far to this address."""
        files = sorted(self.mails_folder.glob("*.eml"), key=lambda path: int(path.stem))
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
        return [mail for mail in mails if mail["X-Arguments"].endswith(f"-- {address}")]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with base_directory("postgres") as base:
        instance = Postgres(base)
        try:
            instance.start()
            yield instance
        finally:
            instance.stop()


@pytest.fixture(scope="module")
def desk(programs: Path, postgres: Postgres) -> Iterator[Desk]:
    with base_directory("desk") as base:
        running = Desk(base, programs, postgres.url)
        try:
            running.web.start(running.port, timeout=30)
            yield running
        finally:
            running.web.stop()


def test_a_dialog_goes_out_in_and_back_again(desk: Desk) -> None:
    """Mail to SMS, SMS to mail, and a reply to that mail."""
    number = desk.account("anna@firma.example")
    desk.mail("anna@firma.example", desk.secret, "20100001", "Hej Søren\n\næøå", "4out")
    sms = desk.outbox()[-1]
    assert (sms["to"].lstrip("+"), sms["from"], sms["text"]) == ("4520100001", number, "Hej Søren\n\næøå")
    assert desk.sms("4520100001", number, "Hej Anna 🙂", "in-1") == 200
    (mail,) = desk.mails("anna@firma.example")
    assert text_of(mail) == "Hej Anna 🙂"
    assert mail["X-Arguments"].startswith("-i -f ")
    reply_address = mail["Reply-To"].addresses[0].username
    desk.mail("anna@firma.example", reply_address, f"SV: {mail['Subject']}", "Tak", "4reply")
    assert desk.outbox()[-1]["text"] == "Tak"


def test_a_retry_sends_nothing_again(desk: Desk) -> None:
    """The same queue id and recipient: one SMS."""
    desk.account("bo@firma.example")
    before = len(desk.outbox())
    for _ in range(3):
        desk.mail("bo@firma.example", desk.secret, "20100002", "Kun én gang", "4again")
    assert len(desk.outbox()) == before + 1


def test_parallel_runs_for_one_mail_send_one_sms(desk: Desk) -> None:
    """Key and phone address of one mail at the same moment, eight times over."""
    desk.account("carl@firma.example")
    before = len(desk.outbox())
    with ThreadPoolExecutor(8) as runs:
        list(runs.map(lambda _: desk.mail("carl@firma.example", desk.secret, "20100003", "Én", "4par"), range(8)))
    assert len(desk.outbox()) == before + 1


def test_an_sms_that_comes_twice_is_one_mail(desk: Desk) -> None:
    """The gateway did not hear our answer."""
    number = desk.account("dina@firma.example")
    for _ in range(2):
        assert desk.sms("4520100004", number, "Hej", "in-twice") == 200
    assert len(desk.mails("dina@firma.example")) == 1


def test_parallel_subscribers_get_numbers_of_their_own(desk: Desk) -> None:
    """Six at once: six accounts, six numbers, six confirmations."""
    people = [f"ny{number}@firma.example" for number in range(6)]
    with ThreadPoolExecutor(6) as runs:
        list(runs.map(lambda one: desk.mail(one, "subscribe", desk.secret, "", f"4sub{people.index(one)}"), people))
    accounts = [one for one in desk.installation.json("account", "list") if one["email"] in people]
    assert len({account["number"] for account in accounts}) == len(accounts) == 6
    for account in accounts:
        (mail,) = desk.mails(account["email"])
        assert account["number"] in re.sub(r"(?<=\d)\s(?=\d)", "", text_of(mail))


def test_the_ledger_accounts_for_all(desk: Desk) -> None:
    """Every line of the outbox is a message that was sent, and the other way round."""
    sent = desk.installation.messages(direction="out", state="sent")
    assert sorted(message["reference"] for message in sent) == sorted(sms["reference"] for sms in desk.outbox())
    assert {message["state"] for message in desk.installation.messages(direction="in")} <= {"mailed"}


def test_the_schema_is_checked(desk: Desk) -> None:
    """`db check` has nothing to say against a database that `db upgrade` made."""
    desk.installation.run("db", "check")
