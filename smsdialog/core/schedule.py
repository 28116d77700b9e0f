"""When an SMS is to go, as people write it in brackets at the start of a subject: `[kl. 14:30]`, `[25/12 kl. 9]`.

Danish and English are understood, whatever the language of the installation. A time without a day is the next such
time after the mail was written, and a weekday the next such day; a day without a year is the next such day of a
calendar. Days come before months. A time that the clock skips in spring is an hour later; of one that it shows twice in
autumn the first is meant. What looks like a time and cannot be read is refused, as nobody can take back an SMS; other
brackets (`[EXT]`, `[Ticket 12]`) are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from smsdialog.errors import TimePast, TimeUnreadable

_BRACKETS = re.compile(r"\s*\[([^\[\]]{1,60})\]")
_SPACES = re.compile(r"[\s,]+")

_TODAY, _TOMORROW, _IN_TWO_DAYS = 0, 1, 2
_RELATIVE = {
    **dict.fromkeys(("i dag", "idag", "today"), _TODAY),
    **dict.fromkeys(("i morgen", "imorgen", "tomorrow"), _TOMORROW),
    **dict.fromkeys(("i overmorgen", "overmorgen", "day after tomorrow", "the day after tomorrow"), _IN_TWO_DAYS),
}
_WEEKDAYS = {
    name: number
    for names in (
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "monday tuesday wednesday thursday friday saturday sunday",
        "man tirs ons tors fre lør søn",
        "mon tue wed thu fri sat sun",
    )
    for number, name in enumerate(names.split())
}
_MONTHS = {
    name: number
    for names in (
        "januar februar marts april maj juni juli august september oktober november december",
        "january february march april may june july august september october november december",
        "jan feb mar apr maj jun jul aug sep okt nov dec",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split(), start=1)
}


def _any_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_CLOCK = r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?(?: ?(?P<half>[ap])\.?m\.?)?"
# An hour alone is a time only behind a word that says so.
_SAID = rf"(?:(?:kl\.?|klokken|at|@) ?{_CLOCK})"
_BARE = _CLOCK.replace("(?:[:.](?P<minute>[0-9]{2}))?", "[:.](?P<minute>[0-9]{2})")
_HALF_DAY = _CLOCK.replace("(?: ?(?P<half>[ap])\\.?m\\.?)?", " ?(?P<half>[ap])\\.?m\\.?")
_DAY = (
    rf"(?:(?P<relative>{_any_of(_RELATIVE)})"
    rf"|(?:(?:på|on|next|næste|førstkommende) )?(?P<weekday>{_any_of(_WEEKDAYS)})\.?"
    r"|(?P<iso>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?: ?t)?"
    r"|(?:(?:den|d\.|on|the) ?)?(?P<day>[0-9]{1,2})"
    rf"(?:[/.-] ?(?P<month>[0-9]{{1,2}})|(?:\.|st|nd|rd|th)? ?(?P<named>{_any_of(_MONTHS)})\.?)"
    r"(?:[/. -]+(?P<year>[0-9]{4}))?\.?"
    rf"|(?P<named_first>{_any_of(_MONTHS)})\.? (?P<day_after>[0-9]{{1,2}})(?:st|nd|rd|th)?"
    r"(?: (?P<year_after>[0-9]{4}))?)"
)
_FORMS = tuple(
    re.compile(form) for clock in (_SAID, _BARE, _HALF_DAY) for form in (clock, rf"{_DAY} ?{clock}", rf"{clock} {_DAY}")
)
_LOOKS_LIKE_A_TIME = re.compile(
    rf"\b(?:kl|klokken|at)\b\.? ?[0-9]|^[0-9]{{1,2}}[:.][0-9]{{2}}\b|\b[0-9]{{1,2}} ?[ap]\.?m\b|^{_DAY}(?![\w-])"
    r"|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}t[0-9]|^(?:om|in) [0-9]|^(?:i aften|i eftermiddag|tonight)\b"
)


@dataclass(frozen=True)
class Wish:
    """What stands in the brackets, and the subject without them; `words` is empty where no time is wished."""

    words: str
    subject: str


def split(subject: str) -> Wish:
    """Take a time off the start of a subject; brackets that are none may stand before it. Never raises.

    >>> split("[kl. 14:30] 20123456")
    Wish(words='kl. 14:30', subject='20123456')
    >>> split("[EXT] [i morgen kl. 8] SV: SMS fra +45 20 12 34 56")
    Wish(words='i morgen kl. 8', subject='[EXT] SV: SMS fra +45 20 12 34 56')
    >>> split("[Ticket 12] 20123456")
    Wish(words='', subject='[Ticket 12] 20123456')
    """
    start = 0
    while found := _BRACKETS.match(subject, start):
        if _LOOKS_LIKE_A_TIME.search(_plain(found[1])):
            rest = f"{subject[:start]} {subject[found.end() :].lstrip()}"
            return Wish(found[1].strip(), rest.strip())
        start = found.end()
    return Wish("", subject)


def read(words: str, written: datetime) -> datetime:
    """The moment that words mean, for somebody who wrote them at a time in his zone, which `written` bears.

    Raises TimeUnreadable, TimePast.

    >>> from zoneinfo import ZoneInfo
    >>> written = datetime(2026, 11, 22, 15, tzinfo=ZoneInfo("Europe/Copenhagen"))
    >>> read("kl. 14.30", written).isoformat(), read("monday at 8 am", written).isoformat()
    ('2026-11-23T14:30:00+01:00', '2026-11-23T08:00:00+01:00')
    """
    plain = _plain(words)
    for form in _FORMS:
        if found := form.fullmatch(plain):
            try:
                return _moment({name: text for name, text in found.groupdict().items() if text}, written)
            except ValueError:  # no such hour, or no such day in that month
                break
    raise TimeUnreadable(words=words)


def _plain(words: str) -> str:
    return _SPACES.sub(" ", words).strip().lower()


def _moment(said: dict[str, str], written: datetime) -> datetime:
    clock = _clock(said)

    def on(day: date) -> datetime:
        return datetime.combine(day, clock, written.tzinfo)

    moment = on(_day(said, written.date(), lambda day: _is_past(on(day), written)))
    if _is_past(moment, written):
        raise TimePast
    return moment


def _is_past(moment: datetime, written: datetime) -> bool:
    """In one zone datetimes compare by what clocks show, which goes back in autumn."""
    return moment.timestamp() < written.timestamp()


def _clock(said: dict[str, str]) -> time:
    """The time of day. Raises ValueError."""
    hour, minute = int(said["hour"]), int(said.get("minute", "0"))
    if half := said.get("half"):
        if not 1 <= hour <= 12:
            raise ValueError("a clock with halves has 12 hours")
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute)


def _day(said: dict[str, str], today: date, is_past: Callable[[date], bool]) -> date:
    """The day that is meant; `is_past` says whether the time of day is over on a day. Raises ValueError."""
    if relative := said.get("relative"):
        return today + timedelta(days=_RELATIVE[relative])
    if weekday := said.get("weekday"):
        ahead = today + timedelta(days=(_WEEKDAYS[weekday] - today.weekday()) % 7)
        return ahead + timedelta(days=7) if is_past(ahead) else ahead
    if iso := said.get("iso"):
        year, month, day = map(int, iso.split("-"))
        return date(year, month, day)
    if "day" in said or "day_after" in said:
        return _of_calendar(said, today)
    return today + timedelta(days=1) if is_past(today) else today


def _of_calendar(said: dict[str, str], today: date) -> date:
    """The day with this number in this month: of the year that is said, else the next one that comes."""
    name = said.get("named") or said.get("named_first")
    month = _MONTHS[name] if name else int(said["month"])
    day = int(said.get("day") or said["day_after"])
    year = said.get("year") or said.get("year_after")
    if year:
        return date(int(year), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)
