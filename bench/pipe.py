"""Mails through a real Postfix, by every way there is, side by side: rates, CPU, and how soon the gateway is asked.

    python bench/pipe.py [MAILS [ROUNDS]]

One Postfix has a service for each row; they take turns, round after round, so that a machine that changes its speed
changes it for all: compare ratios. The load is smtp-source's (20 sessions), the clock runs until the log has the last
`status=sent`. CPU is that of Postfix and of all that it and the resident start. The gateway is a stand-in on loopback.
Needs root and Postfix, and rt-mailgate (Debian's rt5-clients) for its row.
"""

from __future__ import annotations

import os
import shutil
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from bench._desk import SENDER, machine, mail, print_table
from bench._gateway import Gateway
from bench._served import cpu_seconds, memory_megabytes
from tests.e2e.daemons import LOOPBACK, Daemon, base_directory, free_port, listens, product_user, wait_for
from tests.e2e.installation import Installation, install
from tests.e2e.postfix import Postfix
from tests.e2e.shipped import shipped

MAILS, ROUNDS, SESSIONS = 200, 3, 20
SLOW_MAILS = 60  # for the ways that take half a second each
PACE = 20  # mails a second, for the latency
BARE = "bare python3 pipe"
NOTHING_LMTP = "aiosmtpd, doing nothing"
CONFIGURATION = """\
domain = "sendmailsms.dk"
state_dir = "{base}/state"
language = "en"
[limits]
sms_per_account_per_hour = 100000000
sms_per_key_per_day = 100000000
[mail]
sendmail = ["/bin/true"]
[gateways.main]
type = "kannel"
url = "http://127.0.0.1:{gateway}/sendsms"
username = "bench"
password = "benchbench"
token = "inbound"
"""
SERVE = """\
[serve]
lmtp = "{base}/lmtp.sock"
policy = "{policy}"
"""
DOING_NOTHING = """\
import asyncio, sys
from aiosmtpd.lmtp import LMTP
class Handler:
    async def handle_DATA(self, server, session, envelope):
        return "250 2.0.0 Ok"
async def main():
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: LMTP(Handler(), loop=loop), "127.0.0.1", int(sys.argv[1]))
    await asyncio.Event().wait()
asyncio.run(main())
"""


@dataclass(frozen=True)
class Way:
    """One row: what Postfix calls it (a service and what follows the colon), and to whom it is sent."""

    name: str
    nexthop: str
    recipient: str
    mails: int
    pipe: str = ""


class ManyWays(Postfix):
    """A Postfix with a service for every way."""

    def __init__(self, base: Path, command: list[str], ways: list[Way]) -> None:
        super().__init__(base, command)
        self.ways = ways
        self._read, self._sent = 0, 0

    def _main_cf(self) -> str:
        limits = "".join(f"{way.nexthop.partition(':')[0]}_destination_recipient_limit = 1\n" for way in self.ways)
        return super()._main_cf() + "relay_domains = static:all\n" + limits.replace("smsdialog_", "unused_")

    def _master_cf(self) -> str:
        ours = super()._master_cf()
        pipes = [way for way in self.ways if way.pipe]
        others = "".join(f"{way.nexthop[:-1]} unix - n n - 8 pipe flags=q user={product_user()} argv={way.pipe}\n"
                         for way in pipes)  # fmt: skip
        return ours + others + shipped("postfix/lmtp/master.cf", {}) + "nothing-lmtp unix - - n - 20 lmtp\n"

    def _write_tables(self) -> None:
        super()._write_tables()
        (self.config / "transport").write_text("".join(f"{way.recipient} {way.nexthop}\n" for way in self.ways))

    def sent(self) -> int:
        """How many deliveries the log calls sent; read as it grows, so that to look costs little."""
        if self.log.exists():
            with self.log.open("rb") as log:
                log.seek(self._read)
                whole, end, _ = log.read().rpartition(b"\n")
            self._read += len(whole + end)
            self._sent += whole.count(b"status=sent")
        return self._sent


@dataclass
class Bench:
    """Everything that runs, and where."""

    postfix: ManyWays
    resident: Daemon
    gateway: Gateway
    policy_port: int

    @property
    def roots(self) -> tuple[int, ...]:
        master = int((self.postfix.base / "queue" / "pid" / "master.pid").read_text())
        assert self.resident.process
        return master, self.resident.process.pid

    def rate(self, way: Way, count: int) -> tuple[float, float]:
        """Mails a second, and milliseconds of CPU for each."""
        wanted, before = self.postfix.sent() + count, cpu_seconds(*self.roots)
        command = ["smtp-source", "-f", SENDER, "-t", way.recipient, "-S", "20123456", "-s", str(SESSIONS)]
        began = time.perf_counter()
        subprocess.run([*command, "-m", str(count), f"{LOOPBACK}:{self.postfix.port}"], check=True)
        wait_for(lambda: self.postfix.sent() >= wanted, f"{count} mails", 600, self.postfix.tail, 0.02)
        seconds = time.perf_counter() - began
        return count / seconds, (cpu_seconds(*self.roots) - before) / count * 1000

    def latency(self, way: Way, count: int) -> list[float]:
        """Seconds from the SMTP server's 250 to the gateway's request, for mails that come at a steady pace."""
        taken: dict[str, float] = {}
        began = time.time()
        with smtplib.SMTP(LOOPBACK, self.postfix.port) as smtp:
            for number in range(count):
                time.sleep(max(0.0, began + number / PACE - time.time()))
                text = f"{way.name} {number}"
                octets = mail(way.recipient, hash((text, began)))
                smtp.sendmail(SENDER, [way.recipient], octets.replace(b"Hej S=C3=B8ren", text.encode()))
                taken[text] = time.time()

        def asked(text: str) -> float:
            return next((at for said, at in list(self.gateway.asked_at.items()) if said.startswith(text + "\n")), 0.0)

        wait_for(lambda: all(asked(text) for text in taken), "the last SMS", 60, self.postfix.tail, 0.1)
        return [max(0.0, asked(text) - at) for text, at in taken.items()]


@contextmanager
def running(base: Path) -> Iterator[tuple[Bench, list[Way]]]:
    """Install and start everything; stop it at the end."""
    programs = install(base)
    python = str(programs / "python3")
    gateway = Gateway()
    gateway.begin()
    policy, idle = free_port(), free_port()
    serve = SERVE.format(base=base / "served", policy=f"{LOOPBACK}:{policy}")
    (base / "alone").mkdir()
    (base / "served").mkdir()
    alone = Installation(base / "alone", programs, CONFIGURATION.format(base=base / "alone", gateway=gateway.port))
    served = Installation(
        base / "served", programs, CONFIGURATION.format(base=base / "served", gateway=gateway.port) + serve
    )
    keys = [key_of(one, label) for one, label in ((alone, "a"), (served, "pipe"), (served, "lmtp"))]
    alone_command = f"{' '.join(alone.deliver_command)} --sender ${{sender}} --queue-id ${{queue_id}} -- ${{recipient}}"
    ways = [
        Way("pipe to /bin/true", "true:", "x@true.example", MAILS, "/bin/true"),
        Way(BARE, "bare:", "x@bare.example", MAILS, f"{python} -I -S -E -c pass"),
        Way("our pipe, alone", "alone:", keys[0], SLOW_MAILS, alone_command),
        Way("our pipe, with the resident", "smsdialog:", keys[1], MAILS),
        Way(NOTHING_LMTP, f"nothing-lmtp:inet:{LOOPBACK}:{idle}", "x@nothing.example", MAILS),
        Way("LMTP to the resident", f"smsdialog-lmtp:unix:{base}/served/lmtp.sock", keys[2], MAILS),
    ]
    if mailgate := shutil.which("rt-mailgate") or shutil.which("rt-mailgate-5"):
        command = f"{mailgate} --queue general --action correspond --url http://{LOOPBACK}:{gateway.port}/"
        ways.insert(2, Way("rt-mailgate", "mailgate:", "x@mailgate.example", SLOW_MAILS, command))
    (base / "postfix").mkdir()
    postfix = ManyWays(base / "postfix", served.deliver_command, ways)
    resident = Daemon([str(programs / "smsdialog"), "--config", str(served.config), "serve"], base / "serve.log",
                      product_user())  # fmt: skip
    nothing = Daemon([sys.executable, "-c", DOING_NOTHING, str(idle)], base / "nothing.log")
    try:
        resident.start(policy, timeout=30)
        wait_for((base / "served" / "lmtp.sock").exists, "LMTP", 30)
        os.chmod(base / "served" / "lmtp.sock", 0o666)  # Postfix is in no group of ours here
        nothing.start(idle)
        postfix.start()
        yield Bench(postfix, resident, gateway, policy), ways
    finally:
        postfix.stop()
        nothing.stop()
        resident.stop()


def key_of(installation: Installation, label: str) -> str:
    """The address of a new key with the sender's account on it."""
    secret = installation.json("key", "create", label)["secret"]
    installation.run("account", "create", SENDER, "--key", label)
    return f"{secret}@sendmailsms.dk"


def measure(bench: Bench, ways: list[Way], mails: int, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """All ways in turn; the first round warms up and does not count."""
    found: dict[str, list[tuple[float, float]]] = {way.name: [] for way in ways}
    for turn in range(rounds + 1):
        for way in ways:
            count = min(way.mails, mails)
            figures = bench.rate(way, count if turn else SESSIONS)
            if turn:
                found[way.name].append(figures)
    return found


def report(found: dict[str, list[tuple[float, float]]]) -> None:
    """Medians, and the medians of the rounds' ratios to the two yardsticks."""

    def ratio(name: str, yardstick: str) -> str:
        return f"{median(a[0] / b[0] for a, b in zip(found[name], found[yardstick], strict=True)):.2f}"

    rows = [
        [name, f"{median(f[0] for f in figures):.1f}", f"{median(f[1] for f in figures):.1f}",
         ratio(name, BARE), ratio(name, NOTHING_LMTP)]
        for name, figures in found.items()
    ]  # fmt: skip
    print_table(["", "mails/s", "CPU ms/mail", "x bare pipe", "x idle LMTP"], rows)


def report_latency(bench: Bench, ways: list[Way], count: int) -> None:
    """How soon the gateway is asked, at a steady pace."""
    rows = []
    for way in ways:
        if way.nexthop.startswith("smsdialog"):
            times = bench.latency(way, count)
            points = quantiles(times, n=100)
            rows.append([way.name, *(f"{points[at] * 1000:.0f}" for at in (49, 94, 98))])
    print_table([f"ms from 250 to the gateway, {PACE} mails/s", "p50", "p95", "p99"], rows)


def main(mails: int, rounds: int) -> None:
    """Install, start, measure, stop."""
    with base_directory("bench") as base, running(base) as (bench, ways):
        assert listens(bench.policy_port)
        found = measure(bench, ways, mails, rounds)
        print(f"{machine()}; {rounds} rounds of up to {mails} mails, {SESSIONS} SMTP sessions, maxproc 8, medians\n")
        report(found)
        print()
        report_latency(bench, ways, max(40, mails))
        resident = bench.roots[1]
        print(f"\nthe resident takes {memory_megabytes(resident):.0f} MB (shared pages counted once)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MAILS, int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
