"""The program by which our mails leave."""

from __future__ import annotations

import os
from pathlib import Path

from smsdialog.doctor.finding import Findings, error, quoted
from smsdialog.doctor.person import RUN
from smsdialog.doctor.place import Place

MISSING = error("sendmail-missing", "No mail of ours goes out: no SMS from a customer, no answer, no report.")
NOT_RUNNABLE = error("sendmail-not-runnable", "No mail of ours goes out: no SMS from a customer, no answer, no report.")


def check(place: Place) -> Findings:
    """Whether it is there, and the product's user may run it."""
    program = Path(place.config.mail.sendmail[0])
    if not program.is_file():
        yield MISSING.found(f"{program} is not there", f"apt-get install postfix || {place.edit('sendmail')}")
        return
    runnable = place.user.may(program, RUN) if place.user else os.access(program, RUN)
    if not runnable:
        who = place.user.name if place.user else "this user"
        yield NOT_RUNNABLE.found(f"{who} may not run {program}", f"chmod a+rx {quoted(program)}")
