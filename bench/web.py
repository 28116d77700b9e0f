"""What the web pages cost with a full store: 10,000 accounts and 1,000,000 messages on SQLite.

    python bench/web.py [ACCOUNTS [MESSAGES [ROUNDS]]]

Every page that reads is asked for so often, as an administrator and as a manager of one key in twenty, each time by a
request through the whole WSGI application; printed are median and maximum in milliseconds. A page over LIMIT_MS is a
failure. Beside it stands the same page of a store with one message in a thousand, and the ratio of the medians. Signing
in is not among them: it is dear on purpose.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import text
from werkzeug.test import Client

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from bench._desk import CONFIGURATION, machine, print_table
from smsdialog import config as configuration
from smsdialog import wsgi
from smsdialog.core.roles import Role
from smsdialog.dialog import key, user
from smsdialog.dialog.service import Service, open_service
from smsdialog.store import migrate

ACCOUNTS, MESSAGES, ROUNDS, KEYS = 10_000, 1_000_000, 15, 20
LIMIT_MS = 300
PASSWORD = "korrekt hest batteri"
SITE = "https://sms.firma.example"
FIRST_NUMBER = 459192000000
TWO_YEARS = 2 * 365 * 86_400
SERIES = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})"
# Accounts of which a few are closed or suspended; SMS of which one in fifty went wrong and one in a hundred is held.
CONTENT = (
    "INSERT INTO accounts (key_id, email, number, created_at, closed_at, suspended_at) {accounts}"
    " SELECT 1 + n % {keys}, 'person' || n || '@firma.example', CAST({first} + n AS TEXT), {now} - n,"
    " CASE WHEN n % 20 = 0 THEN {now} END, CASE WHEN n % 333 = 0 THEN {now} END FROM s",
    "INSERT INTO dialogs (account_id, peer, last_mail_id, used_at) {accounts}"
    " SELECT n, '+45' || (20000000 + n), '', {now} FROM s",
    "INSERT INTO mails (digest, account_id, message_id, subject, received_at) {half}"
    " SELECT 'digest ' || n, {account}, '', '', {time} FROM s",
    "INSERT INTO deliveries (mail_id, recipient, queue_id, outcome, reason, created_at) {half}"
    " SELECT n, 'k…', '4Q' || n, CASE WHEN {mix} % 50 = 0 THEN 'refused' ELSE 'sms' END, 'wrong-number', {time} FROM s",
    "INSERT INTO outbound (mail_id, account_id, dialog_id, peer, text, encoding, parts, state, gateway, gateway_id,"
    " reference, reason, attempts, leased_until, owner, reported, created_at, updated_at) {half}"
    " SELECT n, {account}, {account}, '+45' || (20000000 + {account}), 'Vi ses', 'gsm7', 1,"
    " CASE WHEN {mix} % 100 = 1 THEN 'held' WHEN {mix} % 50 = 2 THEN 'failed' ELSE 'delivered' END, 'main', 'gw-' || n,"
    " 'ref-' || n, '', 1, 0, '', 1, {time}, {time} FROM s",
    "INSERT INTO inbound (gateway, gateway_id, digest, sender, number, text, account_id, dialog_id, state, reason,"
    " received_at, mailed_at, leased_until, owner, attempts) {half}"
    " SELECT 'main', 'in-' || n, 'd' || n, '+45' || (20000000 + {account}), CAST({first} + {account} AS TEXT), 'Hej',"
    " {account}, {account}, CASE WHEN {mix} % 100 = 3 THEN 'held' ELSE 'mailed' END, '', {time}, {time}, 0, '', 1"
    " FROM s",
    "INSERT INTO acts (happened_at, who, origin, act, subject, details) {accounts}"
    " SELECT {now}, 'admin', 'web 192.0.2.1', 'account.edit', n, '{{}}' FROM s",
)
# {account}, {number}, {message}: one of them, another each time.
PAGES = (
    "/admin/accounts/",
    "/admin/accounts/?page=100",
    "/admin/accounts/?q=person99",
    "/admin/accounts/?q={number}",
    "/admin/accounts/?q=key+7&sort=number&order=desc",
    "/admin/accounts/?state=closed",
    "/admin/accounts/?edit={number}",
    "/admin/accounts/new",
    "/admin/accounts/{number}/",
    "/admin/accounts/{number}/qr",
    "/admin/accounts/{number}/close",
    "/admin/keys/",
    "/admin/messages/",
    "/admin/messages/?attention=1",
    "/admin/messages/?direction=in",
    "/admin/messages/?q={number}",
    "/admin/messages/?q=person99",
    "/admin/messages/?q=+45{peer}",
    "/admin/messages/?before={cursor}",
    "/admin/messages/o{message}/",
    "/admin/status/",
    "/admin/log/",
    "/health",
    "/metrics",
)


@dataclass
class Browser:
    """One signed-in user of one installation, and how long each page took him (milliseconds)."""

    client: Client
    accounts: int
    messages: int
    taken: dict[str, list[float]]

    def opens(self, page: str) -> None:
        """Ask for a page, and note what that took."""
        account = 1 + KEYS * random.randrange(self.accounts // KEYS // 2) * 2 + 6  # of the manager's key, and open
        message = account - 1 + self.accounts * random.randrange(max(1, self.messages // 2 // self.accounts))
        cursor = "-".join([str(max(1, self.messages // 4))] * 3)
        path = page.format(number=FIRST_NUMBER + account, peer=20000000 + account, message=message, cursor=cursor)
        began = time.perf_counter()
        answer = self.client.get(path.replace("+45", "%2B45"), base_url=SITE, environ_base={"REMOTE_ADDR": "127.0.0.1"})
        taken = (time.perf_counter() - began) * 1000
        if answer.status_code != 200 and not (answer.status_code == 403 and page == "/admin/log/"):
            raise SystemExit(f"{path}: {answer.status_code}")
        self.taken.setdefault(page, []).append(taken)


def installation(folder: Path, accounts: int, messages: int) -> Service:
    """One product with so much in its store."""
    folder.mkdir()
    (folder / "state").mkdir()
    file = folder / "smsdialog.toml"
    file.write_text(CONFIGURATION.format(base=folder))
    service = open_service(configuration.load(file))
    migrate.upgrade(service.store)
    for number in range(KEYS):
        key.create(service, f"key {number}")
    fill(service, accounts, messages)
    user.create(service, "admin", Role.ADMINISTRATOR, PASSWORD)
    user.create(service, "manager", Role.MANAGER, PASSWORD, ["key 7"])
    return service


def fill(service: Service, accounts: int, messages: int) -> None:
    """So many accounts, and so many SMS: half of them out, half in."""
    now = time.time()
    values = {
        "accounts": SERIES.format(count=accounts),
        "half": SERIES.format(count=messages // 2),
        "account": f"(1 + n % {accounts})",
        "time": f"{now - TWO_YEARS} + n * {TWO_YEARS / (messages // 2)}",
        "mix": "((n * 7919) % 1000003)",  # so that every account has its share of each state
        "keys": KEYS,
        "first": FIRST_NUMBER,
        "now": now,
    }
    with service.store.transaction() as tx:
        for statement in CONTENT:
            tx.execute(text(statement.format(**values).replace(":", "\\:")))


def browser(service: Service, name: str, accounts: int, messages: int) -> Browser:
    """Somebody who has signed in there."""
    client = Client(lambda environ, start: wsgi.respond(environ, opened)(environ, start))

    def opened() -> Service:
        return service

    form = client.get("/admin/sign-in", base_url=SITE).get_data(as_text=True)
    token = form.partition('name="form" value="')[2].partition('"')[0]
    fields = {"form": token, "name": name, "password": PASSWORD}
    answer = client.post("/admin/sign-in", data=fields, base_url=SITE)
    if answer.status_code != 303:
        raise SystemExit(f"{name} could not sign in: {answer.status_code}")
    return Browser(client, accounts, messages, {})


def main(accounts: int, messages: int, rounds: int) -> None:
    """Fill, ask for every page in turn, compare."""
    few = max(2 * accounts, messages // 1000)
    with tempfile.TemporaryDirectory(prefix="smsdialog-web-") as folder:
        sizes = {"small": few, "full": messages}
        services = {size: installation(Path(folder, size), accounts, count) for size, count in sizes.items()}
        slow = []
        print(f"{machine()}; {accounts:,} accounts, {messages:,} messages beside {few:,}; {rounds} rounds\n")
        for name in ("admin", "manager"):
            people = {size: browser(service, name, accounts, sizes[size]) for size, service in services.items()}
            for _ in range(rounds):
                for page in random.sample(PAGES, len(PAGES)):
                    for one in people.values():
                        one.opens(page)
            slow += report(name, people)
        for service in services.values():
            service.store.close()
    if slow:
        raise SystemExit(f"over {LIMIT_MS} ms: {', '.join(slow)}")


def report(name: str, people: dict[str, Browser]) -> list[str]:
    """Print how the pages fared, and return those that took too long."""
    rows, slow = [], []
    for page in PAGES:
        small, full = people["small"].taken[page], people["full"].taken[page]
        rows.append([page, f"{median(full):.1f}", f"{max(full):.1f}", f"{median(full) / median(small):.2f}"])
        if median(full) > LIMIT_MS:
            slow.append(f"{name} {page}")
    print_table([f"as {name}", "ms, median", "ms, most", "ratio to small"], rows)
    print()
    return slow


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*[*given, *(ACCOUNTS, MESSAGES, ROUNDS)[len(given) :]])
