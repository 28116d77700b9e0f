"""What the resident takes while many mails go through it: measured at every tenth of them.

    python bench/memory.py [MAILS]

Twenty connections hand mails over by LMTP as fast as they are taken; the gateway is a stand-in, the store SQLite.
Memory is the proportional set size of all its processes: shared pages once. At the end: did it still grow in the
second half?
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from bench._desk import SENDER, machine, mail, print_table
from bench._served import Served, memory_megabytes, served
from tests.e2e.daemons import LOOPBACK

MAILS, CONNECTIONS, STEPS = 100_000, 20, 10


def hand_over(here: Served, first: int, count: int) -> None:
    """So many mails, each new, over twenty connections. Raises SystemExit when one is not taken."""
    refused: list[bytes] = []

    def one(numbers: range) -> None:
        with socket.create_connection((LOOPBACK, here.lmtp)) as connection:
            lines = connection.makefile("rb")
            lines.readline()
            connection.sendall(b"LHLO bench\r\n")
            while lines.readline()[3:4] == b"-":
                continue
            for number in numbers:
                octets = mail(here.key_address, number).replace(b"\n", b"\r\n")
                connection.sendall(f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{here.key_address}>\r\nDATA\r\n".encode())
                answers = [lines.readline() for _ in range(3)]
                connection.sendall(octets + b"\r\n.\r\n")
                answers.append(lines.readline())
                refused.extend(line for line in answers if line[:1] not in b"23")
                if refused:
                    return

    threads = [
        threading.Thread(target=one, args=(range(first + n, first + count, CONNECTIONS),)) for n in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise SystemExit(f"a mail was not taken: {refused[0].decode().strip()}")


def main(mails: int) -> None:
    """Hand over, look, print."""
    step = max(CONNECTIONS, mails // STEPS)
    with served() as here:
        rows, taken = [["0", f"{memory_megabytes(here.pid):.1f}", ""]], []
        for number in range(STEPS):
            began = time.perf_counter()
            hand_over(here, number * step, step)
            taken.append(memory_megabytes(here.pid))
            rows.append([f"{(number + 1) * step:,}", f"{taken[-1]:.1f}", f"{step / (time.perf_counter() - began):.0f}"])
    print(f"{machine()}; {CONNECTIONS} connections\n")
    print_table(["mails", "MB", "mails/s"], rows)
    print(f"\nin the second half it grew by {taken[-1] - taken[STEPS // 2 - 1]:.1f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MAILS)
