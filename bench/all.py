"""Every benchmark, one after the other, as `make bench` runs them.

    python bench/all.py [quick]

`quick` takes fewer of everything: enough to see that a thing became twice as slow, and not more.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# What each is called with, and what it is called with where it has to be quick.
BENCHMARKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "startup": ((), ("3",)),
    "text": ((), ()),
    "hostile_text": ((), ()),
    "pipe": ((), ("60", "1")),
    "door": ((), ("2000",)),
    "inbound": ((), ("200",)),
    "memory": ((), ("1000",)),
    "growth": ((), ("20000", "60")),
    "web": ((), ()),
}


def main(*, quick: bool) -> int:
    """Run all, whatever becomes of one; 1 if any failed."""
    failed = []
    for name, (whole, short) in BENCHMARKS.items():
        print(f"\n== {name}", flush=True)
        done = subprocess.run([sys.executable, HERE / f"{name}.py", *(short if quick else whole)], check=False)
        if done.returncode:
            failed.append(name)
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall ran")
    return bool(failed)


if __name__ == "__main__":
    raise SystemExit(main(quick="quick" in sys.argv[1:]))
