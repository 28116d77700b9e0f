"""How many answers a second the policy service gives, and how soon, alone and while mails flow.

    python bench/door.py [ANSWERS]

Ten connections, as ten SMTP sessions would keep them, ask in turn about a key, an unknown key, a number, and an
account's sender who is vouched for. The mails come by LMTP, as fast as they are taken.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from bench._desk import SENDER, machine, print_table
from bench._served import Served, cpu_seconds, served
from tests.e2e.daemons import LOOPBACK

ANSWERS, CONNECTIONS = 20_000, 10
MAILS = 100_000  # more than will be taken


def requests(here: Served) -> list[bytes]:
    """What is asked, over and over."""
    asked = [(here.key_address, ""), (f"k{'a' * 32}@sendmailsms.dk", ""), ("20123456@sendmailsms.dk", "")]
    asked.append(("20123456@sendmailsms.dk", "anna"))
    return [
        f"request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nsender={SENDER}\nrecipient={to}\n"
        f"client_address=192.0.2.25\nsasl_username={login}\nsize=1500\n\n".encode()
        for to, login in asked
    ]


def ask(here: Served, count: int) -> tuple[float, list[float]]:
    """Answers a second, and how long each took."""
    times: list[list[float]] = [[] for _ in range(CONNECTIONS)]
    said = requests(here)

    def one(mine: list[float]) -> None:
        with socket.create_connection((LOOPBACK, here.policy)) as connection:
            for turn in range(count // CONNECTIONS):
                began = time.perf_counter()
                connection.sendall(said[turn % len(said)])
                while not connection.recv(4096).endswith(b"\n\n"):
                    continue
                mine.append(time.perf_counter() - began)

    threads = [threading.Thread(target=one, args=(mine,)) for mine in times]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.perf_counter() - began), [taken for mine in times for taken in mine]


def processor_milliseconds(here: Served, count: int) -> float:
    """What an answer costs the resident, in processor time."""
    before = cpu_seconds(here.pid)
    ask(here, count)
    return (cpu_seconds(here.pid) - before) / count * 1000


def row(name: str, rate: float, times: list[float]) -> list[str]:
    points = quantiles(times, n=100)
    return [name, f"{rate:.0f}", *(f"{points[at] * 1000:.1f}" for at in (49, 94, 98))]


def main(answers: int) -> None:
    """Alone, then beside mails."""
    with served() as here:
        ask(here, 500)
        rows = [row("alone", *ask(here, answers))]
        cost = processor_milliseconds(here, answers)
        mails = here.load(MAILS)
        time.sleep(1)
        before = here.gateway.calls
        began = time.perf_counter()
        rows.append(row("while mails flow", *ask(here, answers)))
        rate = (here.gateway.calls - before) / (time.perf_counter() - began)
        mails.kill()
        mails.wait()
    print(f"{machine()}; {answers:,} answers over {CONNECTIONS} connections, {cost:.2f} ms of CPU each; "
          f"{rate:.0f} mails/s flowed beside them\n")  # fmt: skip
    print_table(["policy service", "answers/s", "p50 ms", "p95 ms", "p99 ms"], rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ANSWERS)
