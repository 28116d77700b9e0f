"""How many mails a second go through a real Postfix into the pipe, beside a pipe to `/bin/true`.

    python bench/throughput.py [MAILS [ROUNDS]]

One Postfix with the shipped configuration has both: the product for its domain, and a second service that
differs in its command only. The two take turns; the clock runs from the first SMTP command until the log
has the last `status=sent`. Needs root, Postfix, and a few seconds for a `pip install`.
"""

from __future__ import annotations

import smtplib
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from bench._desk import CONFIGURATION, SENDER, machine, mail, print_table
from tests.e2e.daemons import LOOPBACK, base_directory, wait_for
from tests.e2e.installation import Installation, install
from tests.e2e.postfix import Postfix
from tests.e2e.shipped import shipped

MAILS = 100
ROUNDS = 3
SESSIONS = 10
NOTHING = "smsdialog-nothing"
NOTHING_DOMAIN = "nothing.example"


class TwoPipes(Postfix):
    """The shipped configuration, and beside the product's service the same with `/bin/true`."""

    def _main_cf(self) -> str:
        more = f"{NOTHING}_destination_recipient_limit = 1\nrelay_domains = sendmailsms.dk, {NOTHING_DOMAIN}\n"
        return super()._main_cf() + more

    def _master_cf(self) -> str:
        ours = super()._master_cf()
        second = ours.replace("smsdialog unix", f"{NOTHING} unix").replace(f"argv={self.command}", "argv=/bin/true")
        return ours + second

    def _write_tables(self) -> None:
        super()._write_tables()
        transport = shipped("postfix/transport", {}) + f"{NOTHING_DOMAIN} {NOTHING}:\n"
        (self.config / "transport").write_text(transport)

    def sent_by(self, service: str) -> int:
        """How many deliveries of this service the log calls sent."""
        return self.log.read_text(errors="replace").count(f"relay={service}, ") if self.log.exists() else 0


def send(port: int, recipient: str, numbers: Sequence[int]) -> None:
    """Send these mails, one after the other, in one session."""
    with smtplib.SMTP(LOOPBACK, port, local_hostname="pc.firma.example") as smtp:
        for number in numbers:
            smtp.sendmail(SENDER, [recipient], mail(recipient, number))


def rate(postfix: TwoPipes, service: str, recipient: str, numbers: range) -> float:
    """Mails a second, for this many mails from SESSIONS sessions."""
    wanted = postfix.sent_by(service) + len(numbers)
    began = time.perf_counter()
    with ThreadPoolExecutor(SESSIONS) as sessions:
        list(sessions.map(lambda first: send(postfix.port, recipient, numbers[first::SESSIONS]), range(SESSIONS)))
    wait_for(lambda: postfix.sent_by(service) >= wanted, f"{len(numbers)} mails", 600, postfix.tail, 0.05)
    return len(numbers) / (time.perf_counter() - began)


def measure(postfix: TwoPipes, key_address: str, mails: int, rounds: int) -> dict[str, list[float]]:
    """Both pipes in turn, round after round; a short round to warm up does not count."""
    pipes = {NOTHING: f"anybody@{NOTHING_DOMAIN}", "smsdialog": key_address}
    rates: dict[str, list[float]] = {service: [] for service in pipes}
    for turn in range(rounds + 1):
        numbers = range(turn * mails, (turn + 1) * mails) if turn else range(-SESSIONS, 0)
        for service, recipient in pipes.items():
            measured = rate(postfix, service, recipient, numbers)
            if turn:
                rates[service].append(measured)
    return rates


def report(rates: dict[str, list[float]]) -> None:
    """Print medians, their range, and the median of the rounds' ratios."""
    rows = []
    for service, runs in rates.items():
        ratio = median(one / nothing for one, nothing in zip(runs, rates[NOTHING], strict=True))
        name = "pipe to /bin/true" if service == NOTHING else "pipe to smsdialog-deliver"
        rows.append([name, f"{median(runs):.1f}", f"{min(runs):.1f}-{max(runs):.1f}", f"{ratio:.3f}"])
    print_table(["", "mails/s", "range", "ratio"], rows)


def main(mails: int, rounds: int) -> None:
    """Install, start, measure, stop."""
    with base_directory("bench") as base:
        programs = install(base)
        product, mta = base / "product", base / "postfix"
        product.mkdir()
        mta.mkdir()
        installation = Installation(product, programs, CONFIGURATION.format(base=product))
        key_address = f"{installation.json('key', 'create', 'bench')['secret']}@sendmailsms.dk"
        installation.run("account", "create", SENDER, "--key", "bench")
        postfix = TwoPipes(mta, installation.deliver_command)
        try:
            postfix.start()
            rates = measure(postfix, key_address, mails, rounds)
        finally:
            postfix.stop()
        sent = len((installation.state / "outbox.jsonl").read_text().splitlines())
    print(f"{machine()}; {rounds} rounds of {mails} mails, {SESSIONS} SMTP sessions, maxproc 8; {sent} SMS\n")
    report(rates)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MAILS, int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
