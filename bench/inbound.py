"""SMS on their way in: how many a second are accepted, committed and handed to sendmail, and how soon that is.

    python bench/inbound.py [CALLS]

Side by side: the CGI program, the resident's waitress, and gunicorn (where it is installed) with two workers of four
threads. Eight callers, 40 accounts; sendmail is `/bin/true`. At the end every SMS must be in the ledger, mailed.
"""

from __future__ import annotations

import http.client
import importlib.util
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from bench._desk import CHECKOUT, ENVIRONMENT, machine, print_table
from bench._served import ACCOUNTS, NUMBER, Served, served
from tests.e2e.daemons import LOOPBACK, Daemon, free_port

CALLS, CALLERS = 1000, 8
Call = Callable[[str], None]


def query(name: str) -> str:
    """The arguments of a call with an SMS of its own, for one account after the other."""
    to = str(int(NUMBER) + int(name.rpartition("-")[2]) % ACCOUNTS)
    return urlencode({"token": "inbound", "from": "+4520123456", "to": to, "text": f"Ja {name}", "id": name})


def over_http(port: int) -> Callable[[], Call]:
    """A caller that keeps its connection."""

    def caller() -> Call:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)

        def call(name: str) -> None:
            connection.request("GET", f"/inbound/main?{query(name)}")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"status {answer.status}")

        return call

    return caller


def over_cgi(here: Served) -> Callable[[], Call]:
    """A caller that starts the program, as a web server would."""
    environment = {
        **ENVIRONMENT, "SMSDIALOG_CONFIG": str(here.config), "REQUEST_METHOD": "GET", "PATH_INFO": "/inbound/main",
        "SCRIPT_NAME": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.0",
    }  # fmt: skip

    def call(name: str) -> None:
        command = [sys.executable, str(CHECKOUT / "bin" / "smsdialog.cgi")]
        done = subprocess.run(
            command, env={**environment, "QUERY_STRING": query(name)}, capture_output=True, check=True
        )
        if b"Status: 200" not in done.stdout:
            raise SystemExit(done.stdout.decode())

    return lambda: call


def measure(name: str, caller: Callable[[], Call], count: int) -> list[str]:
    """One row."""
    times: list[float] = []

    def one(first: int) -> None:
        call = caller()
        for number in range(first, count, CALLERS):
            began = time.perf_counter()
            call(f"{name}-{number}")
            times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=one, args=(first,)) for first in range(CALLERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate, points = count / (time.perf_counter() - began), quantiles(times, n=100)
    return [name, f"{rate:.0f}", *(f"{points[at] * 1000:.0f}" for at in (49, 94, 98))]


def main(calls: int) -> None:
    """Every server in turn, over one ledger."""
    with served() as here:
        rows, total = [measure("CGI", over_cgi(here), calls // 20)], calls // 20
        rows.append(measure("the resident (waitress)", over_http(here.http), calls))
        total += calls
        if importlib.util.find_spec("gunicorn"):
            port = free_port()
            command = ["-m", "gunicorn", "-w", "2", "--threads", "4", "-b", f"{LOOPBACK}:{port}", "smsdialog.wsgi"]
            web = Daemon([sys.executable, *command], here.database.parent / "gunicorn.log",
                         environment={"SMSDIALOG_CONFIG": str(here.config), "PYTHONPATH": str(CHECKOUT)})  # fmt: skip
            web.start(port)
            rows.append(measure("gunicorn 2 x 4", over_http(port), calls))
            web.stop()
            total += calls
        (mailed,) = (
            sqlite3.connect(here.database).execute("SELECT count(*) FROM inbound WHERE state = 'mailed'").fetchone()
        )
    print(f"{machine()}; {CALLERS} callers, {os.cpu_count()} cores; {total} SMS called in, {mailed} mailed\n")
    print_table(["inbound", "SMS/s", "p50 ms", "p95 ms", "p99 ms"], rows)
    if mailed != total:
        raise SystemExit("some were lost")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS)
