"""What we write about SMS for later: when they go and to whom, and that they were taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from smsdialog.core.letters import Letter, Translate


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


def scheduled(translate: Translate, when: str, customers: Sequence[str], text: str) -> Letter:
    """What waits for later: when it goes, to whom, and how it is taken back."""
    lines = [translate("Your message is sent %(when)s to:") % {"when": when}, "", *customers, ""]
    lines += [translate("To take it back before that, answer this mail; what your answer says does not matter.")]
    lines += ["", translate("The message:"), *(f"> {line}" for line in text.splitlines())]
    return Letter(translate("SMS for later"), "\n".join(lines))


def taken_back(translate: Translate, customers: Sequence[str]) -> Letter:
    """The answer to whoever takes back what waits; without customers it was too late, or is done."""
    if not customers:
        text = translate("Nothing of that message waits any more: it was sent, or had been taken back before.")
        return Letter(translate("Nothing taken back"), text)
    lines = [translate("Your message is taken back. It is not sent to:"), "", *customers]
    return Letter(translate("SMS taken back"), "\n".join(lines))


def moment(translate: Translate, when: datetime) -> str:
    """A day and a time of day as people read it, in the zone that `when` bears.

    >>> moment(lambda text: text, datetime(2026, 12, 25, 9, 0))
    'Friday 25/12 2026 at 09:00'
    """
    words = {"day": when.day, "month": when.month, "year": when.year, "time": f"{when:%H:%M}"}
    weekday = translate(WEEKDAYS[when.weekday()])
    return translate("%(weekday)s %(day)s/%(month)s %(year)s at %(time)s") % {"weekday": weekday, **words}
