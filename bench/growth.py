"""What a full store costs: a delivery and an inbound SMS with 1,000, 100,000 and 1,000,000 messages in the ledger.

    python bench/growth.py [MESSAGES [ROUNDS]]

All stores have the same accounts and dialogs; half of the messages went out and half came in, spread over two
years. SQLite, and PostgreSQL where it is installed. A delivery is one `handle` of a mail, from its octets to the
settled SMS (the `file` gateway); an inbound SMS is one `receive`, with `/bin/true` as sendmail. Rounds take the
stores in turn, so that whatever else the machine does falls on both; the ratio is that of the medians.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from bench._desk import CONFIGURATION, SENDER, machine, mail, print_table
from smsdialog import config as configuration
from smsdialog.core.model import Envelope, InboundSms
from smsdialog.dialog import account, key
from smsdialog.dialog.handle import handle
from smsdialog.dialog.receive import receive
from smsdialog.dialog.service import Service, open_service
from smsdialog.store import migrate
from tests.e2e.daemons import base_directory
from tests.e2e.postgres import Postgres
from tests.needs import missing

FEW, MORE, MANY, ROUNDS = 1_000, 100_000, 1_000_000, 400
WARM_UP = 40
ACCOUNTS, KEYS, CUSTOMERS = 100, 5, 20
FIRST_NUMBER = 459192000000
TWO_YEARS = 2 * 365 * 86_400
# `n` counts the messages of a kind from 1; `i` is the row of numbers that both databases can make.
SERIES = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})",
    "postgresql": "WITH s(n) AS (SELECT CAST(generate_series(1, {count}) AS bigint))",
}
HISTORY = (
    "INSERT INTO dialogs (account_id, peer, last_mail_id, used_at)"
    " {dialogs} SELECT 1 + (n - 1) / {customers}, '+45' || (20123456 + (n - 1) % {customers}), '', {then} FROM s",
    "INSERT INTO mails (digest, account_id, message_id, subject, received_at) {messages}"
    " SELECT 'digest ' || ((n * 7919) % 1000003) || ' ' || n, 1 + n % {accounts}, '<' || n || '@old.example>',"
    " '20123456', {time} FROM s",
    "INSERT INTO deliveries (mail_id, recipient, queue_id, outcome, reason, created_at) {messages}"
    " SELECT n, 'kaaaaaa…', '4Q' || n, 'sms', '', {time} FROM s",
    "INSERT INTO outbound (mail_id, account_id, dialog_id, peer, text, encoding, parts, state, gateway, gateway_id,"
    " reference, reason, attempts, leased_until, owner, reported, created_at, updated_at) {messages}"
    " SELECT n, 1 + n % {accounts}, {dialog}, '+45' || (20123456 + (n / {accounts}) % {customers}),"
    " 'Vi ses på torsdag, mvh. Anna', 'gsm7', 1, 'sent', 'main', 'gw-' || n,"
    " 'ref ' || ((n * 7919) % 1000003) || ' ' || n, '', 1, 0, '', {no}, {time}, {time} FROM s",
    "INSERT INTO inbound (gateway, gateway_id, digest, sender, number, text, account_id, dialog_id, state, reason,"
    " received_at, mailed_at, leased_until, owner, attempts) {messages}"
    " SELECT 'main', 'in-' || n, 'd' || n, '+45' || (20123456 + (n / {accounts}) % {customers}), '', 'Hvornår ses vi?',"
    " 1 + n % {accounts}, {dialog}, 'mailed', '', {time}, {time}, 0, '', 1 FROM s",
    # One mail in fifty was refused, as it goes.
    "INSERT INTO notices (mail_id, recipient, kind, subject, body, in_reply_to, created_at, due_at, owner, attempts,"
    " sent_at) {messages} SELECT n, 'person' || (n % {accounts}) || '@firma.example', 'wrong-number', '', '', '',"
    " {time}, {time}, '', 1, {time} FROM s WHERE n % 50 = 0",
)


@dataclass
class Installation:
    """One product with its history, and how long each thing took, in seconds."""

    name: str
    service: Service
    key_address: str
    number: str
    deliveries: list[float]
    inbound: list[float]

    def run(self, turn: int) -> None:
        """One delivery and one inbound SMS, each new to the store."""
        octets = mail(self.key_address, turn)
        envelope = Envelope(SENDER, (self.key_address,), f"4R{turn}", "", "192.0.2.25")
        began = time.perf_counter()
        answer = handle(self.service, octets, envelope, deadline=time.time() + 60)
        delivered = time.perf_counter()
        sms = InboundSms("main", f"new-{turn}", "+4520123456", self.number, f"Ja tak, gerne {turn}")
        between = time.perf_counter()
        receive(self.service, sms)
        done = time.perf_counter()
        if answer.exit_status:
            raise SystemExit(f"{self.name}: status {answer.exit_status}")
        if turn >= WARM_UP:
            self.deliveries.append(delivered - began)
            self.inbound.append(done - between)


def installation(name: str, folder: Path, messages: int, url: str = "") -> Installation:
    """Set a product up, and fill its ledger."""
    folder.mkdir()
    (folder / "state").mkdir()
    file = folder / "smsdialog.toml"
    file.write_text(CONFIGURATION.format(base=folder) + (f'[database]\nurl = "{url}"\n' if url else ""))
    service = open_service(configuration.load(file))
    migrate.upgrade(service.store)
    secrets = [key.create(service, f"key {number}")[1].reveal() for number in range(KEYS)]
    for number in range(ACCOUNTS):
        email = f"person{number}@firma.example" if number else SENDER
        account.open_account(service, email, f"key {number % KEYS}", str(FIRST_NUMBER + number))
    fill(service, messages // 2)
    return Installation(name, service, f"{secrets[0]}@sendmailsms.dk", str(FIRST_NUMBER), [], [])


def fill(service: Service, count: int) -> None:
    """So many SMS out and so many in, all settled, and the statistics that autovacuum would gather."""
    now = time.time()
    with service.store.transaction() as tx:
        dialect = tx.dialect.name
        values = {
            "messages": SERIES[dialect].format(count=count),
            "dialogs": SERIES[dialect].format(count=ACCOUNTS * CUSTOMERS),
            "time": f"{now - TWO_YEARS} + n * {TWO_YEARS / count}",
            "then": now - TWO_YEARS,
            "dialog": f"1 + (n % {ACCOUNTS}) * {CUSTOMERS} + (n / {ACCOUNTS}) % {CUSTOMERS}",
            "accounts": ACCOUNTS,
            "customers": CUSTOMERS,
            "no": "false" if dialect == "postgresql" else "0",
        }
        for statement in HISTORY:
            tx.execute(text(statement.format(**values).replace(":", "\\:")))
        if dialect == "postgresql":
            tx.execute(text("ANALYZE"))
    with service.store.engine.connect() as connection:
        if dialect == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def folder_on_disk() -> Iterator[Path]:
    """A folder for the stores."""
    folder = Path(tempfile.mkdtemp(prefix="smsdialog-growth-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def report(pairs: dict[str, list[Installation]]) -> None:
    """Print medians in milliseconds, and the ratio of each pair."""
    rows = []
    for database, sizes in pairs.items():
        for what in ("deliveries", "inbound"):
            times = [median(getattr(one, what)) * 1000 for one in sizes]
            name = f"{database}, {'a delivery' if what == 'deliveries' else 'an inbound SMS'}"
            rows.append([name, *(f"{taken:.2f}" for taken in times), f"{times[-1] / times[0]:.3f}"])
    print_table(["", f"ms at {FEW:,}", f"ms at {MORE:,}", "ms when full", "full / few"], rows)


def main(messages: int, rounds: int) -> None:
    """Fill, take turns, compare."""
    with ExitStack() as stack:
        base = stack.enter_context(folder_on_disk())
        pairs = {"SQLite": [installation(f"s{n}", base / f"s{n}", n) for n in (FEW, MORE, messages)]}
        if missing("postgresql") or (os.geteuid() == 0 and missing("root")):
            print("PostgreSQL is not installed here: SQLite only")
        else:
            postgres = Postgres(stack.enter_context(base_directory("growth")))
            stack.callback(postgres.stop)
            postgres.start()
            postgres.create("more")
            postgres.create("full")
            urls = (postgres.url, postgres.url_of("more"), postgres.url_of("full"))
            sizes = zip((FEW, MORE, messages), urls, strict=True)
            pairs["PostgreSQL"] = [installation(f"p{n}", base / f"p{n}", n, url) for n, url in sizes]
        everyone = [one for pair in pairs.values() for one in pair]
        for turn in range(WARM_UP + rounds):
            for one in random.sample(everyone, len(everyone)):
                one.run(turn)
        print(f"{machine()}; {rounds} rounds, medians; {messages:,} messages when full\n")
        report(pairs)
        for one in everyone:
            one.service.store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY, int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
