"""`smsdialog gateway event`: what a daemon on this machine tells is taken, or kept until it can be."""

from __future__ import annotations

import json
import os
import sqlite3
import time

import pytest

RECEIVED = "From: 4520123456\nFrom_TOA: 91 international\nSubject: GSM1\nAlphabet: UTF-8\n\nHej Anna, æøå"
TABLES = """
[gateways.main]
type = "smstools"
spool = "{folder}/sms"

[gateways.main.receivers]
GSM1 = "459192000123"

[gateways.other]
type = "gammu"
spool = "{folder}/gammu"
phone = "GSM1"

[gateways.other.receivers]
GSM1 = "459192000123"

[gateways.file]
type = "file"
"""
ENVIRONMENT = {"SMS_MESSAGES": "1", "SMS_1_NUMBER": "+4520123456", "SMS_1_TEXT": "Hej", "DECODED_PARTS": "0"}


@pytest.fixture
def spooled(office, firma):
    for folder in ("sms/outgoing", "sms/incoming", "sms/report", "sms/sent", "sms/failed", "gammu/inbox"):
        (office.folder / folder).mkdir(parents=True)
    office.configure(tables=TABLES.format(folder=office.folder))
    return office


@pytest.fixture
def incoming(spooled):
    path = spooled.folder / "sms" / "incoming" / "GSM1.lmbKgq"
    path.write_text(RECEIVED, "utf-8")
    return path


def received(office) -> list[str]:
    return [message["text"] for message in office.json("message", "list") if message["direction"] == "in"]


def make_old(path) -> None:
    os.utime(path, (time.time() - 300, time.time() - 300))


def lose_the_database(office):
    """The schema is gone, as when `db upgrade` is still to be run."""
    database = office.folder / "state" / "smsdialog.db"
    with sqlite3.connect(database) as connection:
        (revision,) = connection.execute("select version_num from alembic_version").fetchone()
        connection.execute("update alembic_version set version_num = 'old'")
    return lambda: _restore(database, revision)


def _restore(database, revision: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("update alembic_version set version_num = ?", (revision,))


def test_an_sms_becomes_a_mail_and_its_file_goes(spooled, incoming):
    spooled.ok("gateway", "event", "main", "RECEIVED", str(incoming))
    assert received(spooled) == ["Hej Anna, æøå"]
    assert len(spooled.mails) == 1
    assert not incoming.exists()


def test_the_same_event_twice_is_one_sms(spooled, incoming):
    for _ in range(2):
        incoming.write_text(RECEIVED, "utf-8")
        spooled.ok("gateway", "event", "main", "RECEIVED", str(incoming))
    assert len(received(spooled)) == len(spooled.mails) == 1


def test_the_program_does_it_where_a_daemon_has_closed_everything(spooled, incoming):
    result = spooled.program("gateway", "event", "main", "RECEIVED", str(incoming))
    assert (result.status, result.out, result.err) == (0, "", "")
    assert received(spooled) == ["Hej Anna, æøå"]


def test_while_the_database_is_away_it_fails_and_the_file_stays_for_flush(spooled, incoming):
    restore = lose_the_database(spooled)
    spooled.refused("gateway", "event", "main", "RECEIVED", str(incoming))
    restore()
    assert incoming.exists()
    make_old(incoming)
    spooled.ok("flush")
    assert received(spooled) == ["Hej Anna, æøå"]
    assert not incoming.exists()


def test_flush_leaves_to_the_daemon_what_it_has_just_written(spooled, incoming):
    spooled.ok("flush")
    assert received(spooled) == []
    assert incoming.exists()


def test_an_event_that_no_file_has_is_kept_by_us(spooled, monkeypatch):
    for name, value in {**ENVIRONMENT, "SECRET": "s3cret"}.items():
        monkeypatch.setenv(name, value)
    restore = lose_the_database(spooled)
    spooled.refused("gateway", "event", "other", "RECEIVED", "17")
    restore()
    (kept,) = (spooled.folder / "state" / "hooks").iterdir()
    assert kept.stat().st_mode & 0o007 == 0
    assert json.loads(kept.read_text())["environment"] == ENVIRONMENT
    for name in ENVIRONMENT:
        monkeypatch.delenv(name)
    spooled.ok("flush")
    assert received(spooled) == ["Hej"]
    assert not kept.exists()
    spooled.ok("flush")
    assert received(spooled) == ["Hej"]


def test_a_file_that_makes_no_sense_is_put_aside_and_keeps_nothing_back(spooled, incoming):
    nonsense = incoming.with_name("GSM1.binary")
    nonsense.write_text("From: 1\nAlphabet: binary\n\n?")
    assert spooled.refused("gateway", "event", "main", "RECEIVED", str(nonsense)) == "the SMS is no text"
    assert nonsense.with_name("GSM1.binary.unreadable").exists()
    nonsense.write_text("From: 1\nAlphabet: binary\n\n?")
    for path in (nonsense, incoming):
        make_old(path)
    spooled.ok("flush")
    assert received(spooled) == ["Hej Anna, æøå"]


def test_a_report_that_is_too_early_waits(spooled):
    report = spooled.folder / "sms" / "report" / "GSM1.98cUP3"
    report.write_text("From: 4520123456\n\nSMS STATUS REPORT\nMessage_id: 7\nStatus: 0,Ok,received")
    assert "not known as sent yet" in spooled.refused("gateway", "event", "main", "REPORT", str(report))
    make_old(report)
    spooled.ok("flush")
    assert report.exists()
    os.utime(report, (time.time() - 4000, time.time() - 4000))
    spooled.ok("flush")
    assert not report.exists()


def test_an_event_of_nobody_who_runs_here_is_refused(spooled):
    assert (
        spooled.refused("gateway", "event", "file", "RECEIVED", "x") == "'file' is no gateway that runs on this machine"
    )
    assert spooled.refused("gateway", "event", "none", "RECEIVED", "x") == "there is no gateway 'none'"


def test_an_argument_may_look_like_an_option(spooled):
    spooled.ok("gateway", "event", "main", "CALL", "--help-me")


def test_a_file_that_may_not_be_removed_comes_again_and_changes_nothing(spooled, incoming, monkeypatch):
    def not_permitted(self, missing_ok=False):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.unlink", not_permitted)
    spooled.ok("gateway", "event", "main", "RECEIVED", str(incoming))
    make_old(incoming)
    spooled.ok("flush")
    assert received(spooled) == ["Hej Anna, æøå"]


def test_parts_that_cut_an_emoji_in_two_are_one_sms(spooled):
    """Where smsd does not join them."""
    octets = "Tak 😀!".encode("utf-16-be")
    for number, piece in ((2, octets[10:]), (1, octets[:10])):
        path = spooled.folder / "sms" / "incoming" / f"GSM1.{number}"
        header = f"From: 4520123456\nSubject: GSM1\nAlphabet: UCS2\nUDH-DATA: 05 00 03 CC 02 0{number}\n\n"
        path.write_bytes(header.encode() + piece)
        spooled.ok("gateway", "event", "main", "RECEIVED", str(path))
    assert received(spooled) == ["Tak 😀!"]
