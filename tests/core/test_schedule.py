"""Times as people write them in brackets at the start of a subject."""

from __future__ import annotations

import contextlib
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core import schedule
from smsdialog.errors import TimePast, TimeUnreadable

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
# A Wednesday.
WRITTEN = datetime(2026, 11, 18, 15, 0, tzinfo=COPENHAGEN)


def read(words: str, written: datetime = WRITTEN) -> str:
    return schedule.read(words, written).isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("kl. 16:30", "2026-11-18 16:30+01:00"),
        ("KL 16.30", "2026-11-18 16:30+01:00"),
        ("klokken 16", "2026-11-18 16:00+01:00"),
        ("16:30", "2026-11-18 16:30+01:00"),
        ("14:30", "2026-11-19 14:30+01:00"),
        ("at 4:30 pm", "2026-11-18 16:30+01:00"),
        ("4 p.m.", "2026-11-18 16:00+01:00"),
        ("12 am", "2026-11-19 00:00+01:00"),
        ("12 pm", "2026-11-19 12:00+01:00"),
        ("i dag kl. 16", "2026-11-18 16:00+01:00"),
        ("today at 16", "2026-11-18 16:00+01:00"),
        ("i morgen kl. 8", "2026-11-19 08:00+01:00"),
        ("kl. 8 i morgen", "2026-11-19 08:00+01:00"),
        ("tomorrow, at 8 am", "2026-11-19 08:00+01:00"),
        ("tomorrow 8:00", "2026-11-19 08:00+01:00"),
        ("i overmorgen kl. 8", "2026-11-20 08:00+01:00"),
        ("mandag kl. 8", "2026-11-23 08:00+01:00"),
        ("på mandag kl. 8", "2026-11-23 08:00+01:00"),
        ("Monday 8:00", "2026-11-23 08:00+01:00"),
        ("onsdag kl. 16", "2026-11-18 16:00+01:00"),
        ("onsdag kl. 14", "2026-11-25 14:00+01:00"),
        ("lør. kl. 10", "2026-11-21 10:00+01:00"),
        ("25/12 kl. 9", "2026-12-25 09:00+01:00"),
        ("25.12. kl. 9.15", "2026-12-25 09:15+01:00"),
        ("d. 25/12-2026 kl. 9", "2026-12-25 09:00+01:00"),
        ("25. december kl. 9", "2026-12-25 09:00+01:00"),
        ("25 Dec 2026 09:00", "2026-12-25 09:00+01:00"),
        ("December 25th at 9 am", "2026-12-25 09:00+01:00"),
        ("2026-12-25 09:00", "2026-12-25 09:00+01:00"),
        ("2026-12-25T09:00", "2026-12-25 09:00+01:00"),
        ("1/6 kl. 9", "2027-06-01 09:00+02:00"),
        ("18/11 kl. 16", "2026-11-18 16:00+01:00"),
    ],
)
def test_a_time_is_read(words: str, meant: str) -> None:
    assert schedule.split(f"[{words}] 20123456") == schedule.Wish(words, "20123456")
    assert read(words) == meant


@pytest.mark.parametrize(
    "words",
    [
        "kl. 25", "12:60", "13 pm", "0 am", "i morgen", "mandag", "25/12", "31/11 kl. 8", "25/13 kl. 8", "29/2 kl. 8",
        "kl. 8 imorgn", "i morgen tidlig kl. 8", "i aften", "om 2 timer", "2026-13-01 08:00", "kl. 8 eller 9",
        "tonight",
    ],
)  # fmt: skip
def test_what_looks_like_a_time_and_is_none_is_refused(words: str) -> None:
    wish = schedule.split(f"[{words}] 20123456")
    assert wish.words == words
    with pytest.raises(TimeUnreadable):
        schedule.read(wish.words, WRITTEN)


@pytest.mark.parametrize(
    "words", ["i dag kl. 14", "today at 2 pm", "18/11 kl. 9", "2026-11-18 14:59", "1/1-2026 kl. 9"]
)
def test_a_day_that_is_over_is_refused(words: str) -> None:
    with pytest.raises(TimePast):
        schedule.read(words, WRITTEN)


@pytest.mark.parametrize(
    "subject",
    [
        "[EXT] 20123456", "[Ticket 12] Hej", "[12] Hej", "[Sag 2026-12-01] Hej", "[Møde mandag] Hej", "[fredagsbar]",
        "[20123456]", "[at home]", "[Juletilbud]", "[] Hej", "Hej [kl. 8]", "SV: [kl. 8] Hej", "kl. 8 Hej", "[kl. 8",
        "", "[marts-kampagne]", "[version 1.2]",
    ],
)  # fmt: skip
def test_other_subjects_are_left_as_they_are(subject: str) -> None:
    assert schedule.split(subject) == schedule.Wish("", subject)


def test_other_brackets_may_stand_before_the_time() -> None:
    wish = schedule.split("[EXT] [kl. 16] SV: SMS fra +45 20 12 34 56")
    assert wish == schedule.Wish("kl. 16", "[EXT] SV: SMS fra +45 20 12 34 56")


def test_a_time_that_is_skipped_in_spring_is_an_hour_later() -> None:
    written = datetime(2027, 3, 27, 12, 0, tzinfo=COPENHAGEN)
    moment = schedule.read("28/3 kl. 2:30", written)
    assert datetime.fromtimestamp(moment.timestamp(), COPENHAGEN).isoformat(" ", "minutes") == "2027-03-28 03:30+02:00"


def test_of_a_time_that_comes_twice_in_autumn_the_first_is_meant() -> None:
    written = datetime(2026, 10, 24, 12, 0, tzinfo=COPENHAGEN)
    assert read("i morgen kl. 2:30", written) == "2026-10-25 02:30+02:00"


def test_in_the_hour_that_comes_twice_what_is_over_is_over() -> None:
    """At 2:10 for the second time, the first 2:30 is over."""
    written = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=COPENHAGEN)
    with pytest.raises(TimePast):
        schedule.read("i dag kl. 2:30", written)
    assert read("kl. 2:30", written) == "2026-10-26 02:30+01:00"


def test_new_year_comes() -> None:
    written = datetime(2026, 12, 31, 23, 30, tzinfo=COPENHAGEN)
    assert read("kl. 8", written) == "2027-01-01 08:00+01:00"
    assert read("1/1 kl. 8", written) == "2027-01-01 08:00+01:00"


@given(st.text(max_size=70), st.integers(0, 2_000_000_000))
def test_any_words_are_a_time_to_come_or_refused(words: str, written: int) -> None:
    now = datetime.fromtimestamp(written, COPENHAGEN)
    wish = schedule.split(f"[{words}] x")
    if wish.words:
        with contextlib.suppress(TimePast, TimeUnreadable):
            assert schedule.read(wish.words, now).timestamp() >= now.timestamp()


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2035, 1, 1)),
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["kl. {h}:{m:02}", "{h:02}.{m:02}", "at {h}:{m:02}"]),
)
def test_a_time_of_day_is_within_a_day_and_an_hour(naive: datetime, hour: int, minute: int, form: str) -> None:
    written = naive.replace(tzinfo=COPENHAGEN)
    moment = schedule.read(form.format(h=hour, m=minute), written)
    assert (moment.hour, moment.minute) == (hour, minute)
    assert 0 <= moment.timestamp() - written.timestamp() <= 25 * 3600
