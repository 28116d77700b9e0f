"""What one run of the pipe costs, beside a bare interpreter and beside the imports that it cannot do without.

    python bench/startup.py [ROUNDS]

CPU is user and system time of the child, wall is from fork to exit, memory is the child's peak resident
set. The rows are run in turn, round after round, so that a machine that changes its speed changes it for
all; compare ratios, not milliseconds.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from bench._desk import CHECKOUT, ENVIRONMENT, Desk, machine, mail, print_table

ROUNDS = 15
BARE = "python3 -I -S -E -c pass"
YARDSTICK = 'python3 -c "import sqlalchemy, email.parser, http.client"'


@dataclass(frozen=True)
class Sample:
    """One run: seconds of CPU, seconds on the wall, kilobytes at its peak."""

    cpu: float
    wall: float
    memory: int


def run(command: list[str], stdin: bytes) -> Sample:
    """Run it once; a status other than 0 is an error, as it would measure nothing."""
    with tempfile.TemporaryFile() as file:
        file.write(stdin)
        file.seek(0)
        began = time.perf_counter()
        actions = [(os.POSIX_SPAWN_DUP2, file.fileno(), 0)]
        pid = os.posix_spawn(command[0], command, ENVIRONMENT, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - began
    if status:
        raise SystemExit(f"{' '.join(command)}: status {os.waitstatus_to_exitcode(status)}")
    return Sample(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss)


def variants(desk: Desk, recipient: str) -> dict[str, list[str]]:
    """Every row of the table: its name and its command."""
    python = desk.python
    deliver = [*desk.command("smsdialog-deliver"), "--sender", "anna@firma.example", "--", recipient]
    return {
        BARE: [python, "-I", "-S", "-E", "-c", "pass"],
        "python3 -c pass": [python, "-c", "pass"],
        YARDSTICK: [python, "-c", "import sqlalchemy, email.parser, http.client"],
        "smsdialog-deliver, one mail": deliver,
    }


def measure(desk: Desk, recipient: str, rounds: int) -> dict[str, list[Sample]]:
    """Run all rows in turn; the first round warms the caches and does not count."""
    commands = variants(desk, recipient)
    samples: dict[str, list[Sample]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            sample = run(command, mail(recipient, number))
            if number:
                samples[name].append(sample)
    return samples


def report(samples: dict[str, list[Sample]]) -> None:
    """Print medians, and each row's CPU in bare interpreters and in imports (the medians of the rounds' ratios)."""

    def ratio(runs: list[Sample], yardstick: str) -> str:
        return f"{median(one.cpu / other.cpu for one, other in zip(runs, samples[yardstick], strict=True)):.2f}"

    rows = []
    for name, runs in samples.items():
        cpu, wall = (median(values) * 1000 for values in ([one.cpu for one in runs], [one.wall for one in runs]))
        peak = median(one.memory for one in runs) / 1024
        rows.append([name, f"{cpu:.1f}", f"{wall:.1f}", ratio(runs, BARE), ratio(runs, YARDSTICK), f"{peak:.0f}"])
    print_table(["", "CPU ms", "wall ms", "x bare", "x imports", "peak MiB"], rows)


def main(rounds: int) -> None:
    """Measure the commands of this checkout, with the interpreter that runs this."""
    with tempfile.TemporaryDirectory(prefix="smsdialog-bench-") as base:
        desk = Desk(Path(base), sys.executable, CHECKOUT / "bin")
        recipient = desk.prepare()
        samples = measure(desk, recipient, rounds)
        sent = len(desk.outbox.read_text().splitlines())
    print(f"{machine()}; {rounds} rounds, medians; {sent} SMS for {rounds + 1} mails\n")
    report(samples)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
