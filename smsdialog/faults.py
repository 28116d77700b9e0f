"""Trouble on request, for the tests: this process dies at a named step, and its time-outs are short.

Nothing of it works unless `SMSDIALOG_TEST_FAULTS=1` stands in the environment, which MTAs and web servers
clear or set themselves. Then `SMSDIALOG_FAULT=settled` kills the process when it comes to that step,
`settled:3` when it comes there for the third time, and `SMSDIALOG_HASTE=20` makes every time-out and
lease a twentieth. The steps are those of `docs/ledger.md`.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

STEPS = (
    # one mail: its SMS are claimed and the first is leased, one is leased, the gateway has answered, that is written
    "claimed",
    "leased",
    "answered",
    "settled",
    # one SMS on its way in: it is written, leased, sendmail has taken the mail, that is written
    "received",
    "mail-leased",
    "mail-taken",
    "mailed",
    # one notice: the report is written, leased, sendmail has taken it, that is written
    "reported",
    "notice-leased",
    "notice-taken",
    "notice-sent",
    # one receipt: it is written, and with it what became of the SMS
    "receipt-applied",
)
_ON = os.environ.get("SMSDIALOG_TEST_FAULTS") == "1"
_WANTED, _, _COUNT = os.environ.get("SMSDIALOG_FAULT", "").partition(":") if _ON else ("", "", "")
_HASTE = float(os.environ.get("SMSDIALOG_HASTE", "1")) if _ON else 1.0
_passed: Counter[str] = Counter()


def step(name: str) -> None:
    """Come to a step; the process ends here, as by `kill -9`, when a test wants it."""
    if name != _WANTED:
        return
    _passed[name] += 1
    if _passed[name] == int(_COUNT or 1):
        os.kill(os.getpid(), signal.SIGKILL)


def patience(seconds: float) -> float:
    """A time-out or a lease: so many seconds, or less when a test is in haste."""
    return seconds / _HASTE
