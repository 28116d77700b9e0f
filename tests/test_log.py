"""One key=value line per outcome, in which no number is whole, no secret stands, and no text."""

from __future__ import annotations

import contextlib
import syslog

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog import log
from smsdialog.core import address

KEY = address.new_key(bytes(range(20))).reveal()
TOKEN = address.reply_local_part(b"secret", 1, "4520123456").partition(".")[2]


@pytest.fixture
def lines(monkeypatch) -> list[tuple[int, str]]:
    """What reaches syslog."""
    written: list[tuple[int, str]] = []
    monkeypatch.setattr(syslog, "syslog", lambda priority, text: written.append((priority, text)))
    return written


def test_an_event_is_one_line_in_the_mail_log(lines, monkeypatch):
    opened = []
    monkeypatch.setattr(syslog, "openlog", lambda *arguments: opened.append(arguments))
    log.event("sent", id="o7", to="+4520123456")
    assert lines == [(syslog.LOG_INFO, "event=sent id=o7 to=+45201***")]
    assert opened == [("smsdialog", syslog.LOG_PID, syslog.LOG_MAIL)]


def test_it_can_be_written_on_any_machine():
    log.event("tested")


def test_what_is_empty_is_left_out_and_zero_is_not():
    assert log.line("x", a="", b=None, c=0, d=False) == "event=x c=0 d=False"


@pytest.mark.parametrize("number", ["+4520123456", "20123456", "459192000123", "004520123456", "1234567"])
def test_numbers_are_masked(number):
    assert number not in log.line("x", to=number)
    assert number[:5] in log.line("x", to=number)


def test_queue_ids_stay_whole_so_that_they_can_be_found():
    assert log.line("x", queue="4F1234567890") == "event=x queue=4F1234567890"
    assert log.line("x", queue=f"a {KEY}") == f"event=x queue=a_{KEY[:7]}_"


def test_keys_and_tokens_are_cut():
    line = log.line("x", recipient=f"{KEY}@sms.firma.example", reply=f"4520123456.{TOKEN}@sms.firma.example")
    assert KEY not in line
    assert TOKEN not in line
    assert KEY[:7] in line


@given(st.text(), st.sampled_from(["queue", "reason"]))
def test_whatever_a_value_holds_it_stays_one_word_on_one_line(value, name):
    line = log.line("x", **{name: value})
    assert line.isascii()
    assert line.isprintable()
    assert line.count(" ") <= 1
    assert len(line) < 230


def test_a_failure_says_what_and_where_and_no_more(lines):
    try:
        raise ValueError(f"no good: {KEY} 20123456")
    except ValueError as error:
        log.failure(error)
    ((_, line),) = lines
    assert line.startswith(f"event=error error=ValueError detail=no_good:_{KEY[:7]}_")
    assert "where=" in line
    assert "test_log.py" in line
    assert KEY not in line
    assert "20123456" not in line


def test_a_failure_without_a_place_is_written_too(lines):
    log.failure(KeyError("x"))
    assert lines[0][1] == "event=error error=KeyError detail='x'"


def test_traces_stay_whole_however_many_digits_they_have():
    assert log.line("x", trace="123456789012", of="123456789012") == "event=x trace=123456789012 of=123456789012"


def test_lines_bear_what_they_are_about_and_those_within_more(lines):
    with log.about(queue="4Q1", trace=""), log.about(trace="a1b2c3d4e5f6"):
        log.event("sent", id="o1")
    log.event("tested")
    assert [line for _, line in lines] == ["event=sent queue=4Q1 trace=a1b2c3d4e5f6 id=o1", "event=tested"]


def test_a_failure_bears_what_it_was_about_wherever_it_is_written(lines):
    with pytest.raises(ValueError, match="odd") as caught, log.about(queue="4Q1"), log.about(trace="a1b2c3d4e5f6"):
        raise ValueError("odd")
    log.failure(caught.value, queue="another")
    assert lines[0][1].startswith("event=error queue=4Q1 trace=a1b2c3d4e5f6 error=ValueError detail=odd")


def test_a_failure_says_the_queue_id_that_its_writer_knows(lines):
    log.failure(ValueError("odd"), queue="4Q1")
    assert lines[0][1] == "event=error queue=4Q1 error=ValueError detail=odd"


def test_lines_wait_for_the_end_and_go_with_what_is_undone(lines):
    with log.when_done():
        log.event("kept")
        assert lines == []
    with contextlib.suppress(KeyError), log.when_done():
        log.event("lost")
        raise KeyError
    log.event("after")
    assert [line for _, line in lines] == ["event=kept", "event=after"]
