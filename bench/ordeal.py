"""Nothing lost, nothing twice, on a large scale: prints what it saw, and fails when a promise was broken.

    python bench/ordeal.py [PART...] [--scale FACTOR]

    kill       `kill -9` of the pipe at a random moment in 1,000 deliveries, and of the web side in 1,000 calls
    same       the same mail piped 50 times at once
    locked     400 mails by 40 pipes while another process holds SQLite locked for 20 s
    postgres   2,000 mails over PostgreSQL by 20 pipes, the server restarted in the middle
    resident   SIGKILL of a resident's processes 20 times in 2,000 mails, by the thin pipe and by LMTP
    subscribe  100 subscribes of one address at once; 500 of different ones on a range of 400 numbers

Whatever ends with 75 is handed over again, as an MTA would. Time-outs and leases are a twentieth in `kill`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import smtplib
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from bench._desk import machine
from smsdialog.store import accounts, migrate, open_store
from tests.e2e.daemons import base_directory
from tests.e2e.postgres import Postgres
from tests.ledger.office import ANNA, CUSTOMERS, NUMBER, NUMBERS, Office, Running, status
from tests.ledger.provider import Provider
from tests.server.resident import Resident

HASTE = {"SMSDIALOG_HASTE": "20"}
SUBSCRIBE = "subscribe@sendmailsms.dk"
Start = Callable[..., Running]


@contextmanager
def office(*, url: str = "", with_account: bool = True, numbers: tuple[int, int] = NUMBERS) -> Iterator[Office]:
    """An installation, made and removed."""
    base = Path(tempfile.mkdtemp(prefix="smsdialog-ordeal-"))
    provider = Provider()
    (base / "state").mkdir()
    store = open_store(url or f"sqlite:///{base}/state/smsdialog.db")
    migrate.upgrade(store)
    store.close()
    made = Office(base, provider, url=url, numbers=numbers)
    try:
        made.open(with_account=with_account)
        yield made
    finally:
        made.service.store.close()
        provider.close()
        shutil.rmtree(base)


def until_taken(start: Start, seen: Counter[int]) -> None:
    """Start it again until it ends with 0, as an MTA does; counts how it ended each time."""
    for _ in range(200):
        ended = status(start())
        seen[ended] += 1
        if ended == 0:
            return
        time.sleep(1)
    raise SystemExit("it never was taken")


def at_once(starts: Sequence[Start], width: int) -> Counter[int]:
    """Run all of these to their end, so many at a time; how they ended."""
    seen: Counter[int] = Counter()
    with ThreadPoolExecutor(width) as pool:
        list(pool.map(lambda start: until_taken(start, seen), starts))
    return seen


def killed(start: Start, moments: random.Random, seen: Counter[int]) -> None:
    """Start it, kill it at a random moment, and start it again until it is taken."""
    running = start()
    time.sleep(moments.uniform(0.0, 1.1))
    running.kill()
    seen[status(running)] += 1
    until_taken(start, seen)


def kill(scale: float) -> None:
    """At any moment."""
    mails, texts = int(1000 * scale), int(1000 * scale)
    moments = random.Random(1122)
    with office() as here:
        out, in_ = Counter[int](), Counter[int]()
        with ThreadPoolExecutor(3) as pool:
            jobs = [pool.submit(killed, mail_of(here, n), moments, out) for n in range(mails)]
            jobs += [pool.submit(killed, call_of(here, n), moments, in_) for n in range(texts)]
            for job in jobs:
                job.result()
        here.flushes()
        here.check(mails)
        assert here.texts_in() == sorted(f"Ja {n}" for n in range(texts))
        states = Counter(row.state for row in here.sms_out())
        posted = sum("(SMS)" in str(mail["From"]) for mail in here.mails())
        print(f"kill: {mails} deliveries ended {dict(out)}; SMS {dict(states)}; most calls of the gateway for one SMS: "
              f"{max(here.provider.seen.values())}; {texts} calls ended {dict(in_)}; {texts} SMS in {posted} mails; "
              f"db check: {here.checks() or 'all is well'}")  # fmt: skip


def mail_of(here: Office, number: int) -> Start:
    return lambda: here.pipe(number, **HASTE)


def call_of(here: Office, number: int) -> Start:
    return lambda: here.call(number, **HASTE)


def same(scale: float) -> None:
    """One mail."""
    count = int(50 * scale)
    with office() as here:
        seen = at_once([lambda: here.pipe(1, subject="20123456")] * count, count)
        assert list(here.provider.seen.values()) == [1]
        print(f"same: {count} runs ended {dict(seen)}; {len(here.sms_out())} SMS")


def locked(scale: float) -> None:
    """A database that is held for 20 s."""
    count = int(400 * scale)
    with office() as here:
        other = sqlite3.connect(here.base / "state" / "smsdialog.db", isolation_level=None, check_same_thread=False)
        threading.Timer(5, other.execute, ["BEGIN EXCLUSIVE"]).start()
        threading.Timer(25, other.execute, ["ROLLBACK"]).start()
        seen = at_once([one_of(here, n) for n in range(count)], 40)
        assert set(seen) <= {0, 75}
        assert len(here.provider.seen) == count == sum(here.provider.seen.values())
        print(f"locked: {count} mails, runs ended {dict(seen)}; {sum(here.provider.seen.values())} SMS; "
              f"db check: {here.checks() or 'all is well'}")  # fmt: skip


def one_of(here: Office, number: int) -> Start:
    return lambda: here.pipe(number, subject="20123456")


def postgres(scale: float) -> None:
    """A server that is restarted."""
    count = int(2000 * scale)
    with base_directory("ordeal") as base:
        server = Postgres(base)
        server.start()
        try:
            with office(url=server.url) as here:
                half = threading.Thread(target=restart_at_half, args=(here, server, count))
                half.start()
                seen = at_once([one_of(here, n) for n in range(count)], 20)
                half.join()
                assert set(seen) <= {0, 75}
                here.service.store.close()
                here.flushes()
                assert max(here.provider.seen.values()) == 1
                states = Counter(row.state for row in here.sms_out())
                told = states["sent"] + states["unknown"]
                assert told == count
                print(f"postgres: {count} mails, runs ended {dict(seen)}; SMS {dict(states)}; the gateway saw "
                      f"{len(here.provider.seen)}; db check: {here.checks() or 'all is well'}")  # fmt: skip
        finally:
            server.stop()


def restart_at_half(here: Office, server: Postgres, count: int) -> None:
    while len(here.provider.seen) < count // 2:
        time.sleep(0.2)
    server.restart()


def resident(scale: float) -> None:
    """The resident dies, again and again, while mails come by both ways."""
    count, kills = int(2000 * scale), max(1, int(20 * scale))
    with office() as here:
        served = Resident(here, workers=2)
        served.start()
        seen = Counter[str]()
        try:
            with ThreadPoolExecutor(9) as pool:
                jobs = [pool.submit(_handed_over, served, n, seen) for n in range(count)]
                deaths = pool.submit(_killed_often, served, jobs, kills)
                for job in jobs:
                    job.result()
                seen["killed"] = deaths.result()
        finally:
            served.stop()
        here.flushes()
        here.check(count)
        states = Counter(row.state for row in here.sms_out())
        print(f"resident: {count} mails, hand-overs ended {dict(seen)}; SMS {dict(states)}; most calls of the gateway "
              f"for one SMS: {max(here.provider.seen.values())}; db check: all is well")  # fmt: skip


def _handed_over(served: Resident, number: int, seen: Counter[str]) -> None:
    """One mail, by LMTP or by the pipe in turn, again and again until it is taken, as an MTA does."""
    here = served.office
    for _ in range(200):
        try:
            if number % 2:
                taken = served.delivers(here.mail(number), here.key_address)[0][:3] == "250"
            else:
                taken = status(here.pipe(number)) == 0
        except (OSError, smtplib.SMTPException):
            taken = False
        seen["taken" if taken else "again"] += 1
        if taken:
            return
        time.sleep(0.2)
    raise SystemExit("it never was taken")


def _killed_often(served: Resident, jobs: Sequence[Future[None]], kills: int) -> int:
    """Kill a process of the resident, each time in turn another, once in every so many mails."""
    for turn in range(kills):
        while sum(job.done() for job in jobs) < (turn + 0.5) * len(jobs) / kills:
            time.sleep(0.05)
        children = served.children()
        if children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(children[turn % len(children)], signal.SIGKILL)
    return kills


def subscribe(scale: float) -> None:
    """More people than numbers."""
    again, people, numbers = int(100 * scale), int(500 * scale), int(400 * scale)
    with office(with_account=False) as here:
        starts = [subscriber(here, n, ANNA) for n in range(again)]
        seen = at_once(starts, again)
        print(f"subscribe: {again} times one address, ended {dict(seen)}; {len(open_numbers(here))} account")
        assert len(open_numbers(here)) == 1
    with office(with_account=False, numbers=(int(NUMBER), int(NUMBER) + numbers - 1)) as here:
        addresses = [f"person{n}@firma.example" for n in range(people)]
        seen = at_once([subscriber(here, n, address) for n, address in enumerate(addresses)], 100)
        here.flushes()
        drawn = open_numbers(here)
        subjects = Counter(str(mail["Subject"]).rstrip("0123456789 ") for a in addresses for mail in here.mails(a))
        assert len(drawn) == len(set(drawn)) == numbers
        print(f"subscribe: {people} addresses on {numbers} numbers, ended {dict(seen)}; {len(drawn)} accounts,"
              f" no number twice; mails {dict(subjects)}; db check: {here.checks() or 'all is well'}")  # fmt: skip


def subscriber(here: Office, number: int, address: str) -> Start:
    return lambda: here.pipe(number, sender=address, to=SUBSCRIBE, subject=here.secret)


def open_numbers(here: Office) -> list[str]:
    with here.service.store.reading() as tx:
        return [account.number for account in accounts.listing(tx) if account.closed_at is None]


PARTS = {
    "kill": kill,
    "same": same,
    "locked": locked,
    "postgres": postgres,
    "resident": resident,
    "subscribe": subscribe,
}


def main() -> None:
    """Run the parts, and say on what."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", default=list(PARTS))
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    print(f"{machine()}; {len(CUSTOMERS)} customers a mail in `kill`, one elsewhere", flush=True)
    for part in arguments.part:
        began = time.monotonic()
        PARTS[part](arguments.scale)
        print(f"    ({part}: {time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
