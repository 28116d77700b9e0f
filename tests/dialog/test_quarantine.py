"""A mail that fails whenever it is looked at is put aside at the third try; trouble around it puts nothing aside."""

from __future__ import annotations

import io
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from smsdialog import deliver
from smsdialog.core import mailparse
from smsdialog.errors import StoreUnavailable, TooCostly
from tests.dialog.stage import OPERATOR, Stage, body_of

MAIL = b"From: anna@firma.example\nTo: 20123456@sendmailsms.dk\nSubject: \nMessage-ID: <1@firma.example>\n\nHej\n"
POISON = b"this mail is poison"


@pytest.fixture
def pipe(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Pipe:
    stage.administrator.opens_account(stage.anna)
    return Pipe(stage, monkeypatch)


class Pipe:
    """The pipe without its process; a parser that breaks on poison, in a way that a test says."""

    def __init__(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stage = stage
        self.error: BaseException = ValueError("poison")
        self._monkeypatch = monkeypatch
        parse = mailparse.parse

        def breakable(raw: bytes) -> object:
            if POISON in raw:
                raise self.error
            return parse(raw)

        monkeypatch.setattr("smsdialog.dialog.handle.mailparse", SimpleNamespace(parse=breakable))
        monkeypatch.setattr(deliver, "open_service", lambda config: stage.service)
        monkeypatch.setattr(deliver, "_limit_resources", lambda: None)

    def takes(self, raw: bytes, recipient: str = "20123456@sendmailsms.dk", queue_id: str = "4Q1") -> int:
        self._monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        options = ["--config", str(self.stage.config_file), "--sender", "anna@firma.example", "--queue-id", queue_id]
        try:
            return deliver.deliver([*options, "--sasl-username", "anna", "--", recipient], {}).exit_status
        except Exception:
            return 75

    def kept(self) -> list[Path]:
        return sorted(self.stage.folder.glob("state/quarantine/*"))


def test_the_third_failure_puts_the_mail_aside_and_tells_the_operator(pipe: Pipe) -> None:
    assert [pipe.takes(POISON + MAIL) for _ in range(3)] == [75, 75, 0]
    (kept,) = pipe.kept()
    assert kept.read_bytes() == POISON + MAIL
    notice = pipe.stage.administrator.receives()
    assert kept.name in body_of(notice)
    assert "poison" not in body_of(notice)
    pipe.stage.anna.receives_nothing()


def test_it_is_kept_for_its_owner_alone(pipe: Pipe) -> None:
    for _ in range(3):
        pipe.takes(POISON)
    (kept,) = pipe.kept()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (kept, kept.parent)] == [0o600, 0o700]


def test_each_delivery_is_counted_for_itself(pipe: Pipe) -> None:
    for queue_id in ("4Q1", "4Q2"):
        assert [pipe.takes(POISON, queue_id=queue_id) for _ in range(2)] == [75, 75]
    assert [pipe.takes(POISON, recipient="30123456@sendmailsms.dk") for _ in range(2)] == [75, 75]
    assert pipe.kept() == []


def test_without_a_queue_id_the_mail_itself_is_counted(pipe: Pipe) -> None:
    assert [pipe.takes(POISON + bytes([48 + turn]), queue_id="") for turn in range(3)] == [75] * 3
    assert [pipe.takes(POISON, queue_id="") for _ in range(3)] == [75, 75, 0]


@pytest.mark.parametrize("recipient", ["\udcff\udcfe@sendmailsms.dk", "ø@sendmailsms.dk", "a\nb", ""])
def test_a_recipient_of_any_octets_does_not_keep_it_going_round(pipe: Pipe, recipient: str) -> None:
    assert [pipe.takes(POISON, recipient=recipient) for _ in range(3)] == [75, 75, 0]


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), TooCostly("30 s")])
def test_what_a_mail_costs_counts_against_it(pipe: Pipe, error: Exception) -> None:
    pipe.error = error
    assert [pipe.takes(POISON) for _ in range(3)] == [75, 75, 0]


def test_trouble_that_is_not_the_mails_puts_nothing_aside(pipe: Pipe) -> None:
    pipe.error = StoreUnavailable("locked")
    assert [pipe.takes(POISON) for _ in range(5)] == [75] * 5
    assert pipe.kept() == []


def test_other_mails_go_on(pipe: Pipe) -> None:
    for _ in range(3):
        pipe.takes(POISON)
    assert pipe.takes(MAIL) == 0
    assert pipe.stage.customer.receives().text == "Hej"


def test_a_full_disk_loses_no_mail(pipe: Pipe) -> None:
    (pipe.stage.folder / "state" / "quarantine").write_text("where the folder should be")
    assert [pipe.takes(POISON) for _ in range(4)] == [75] * 4


def test_many_poisoned_mails_are_told_in_one_mail_an_hour(pipe: Pipe) -> None:
    for turn in range(12):
        for _ in range(3):
            pipe.takes(POISON, queue_id=f"4Q{turn}")
    assert len(pipe.kept()) == 12
    assert len(pipe.stage.administrator.mailbox()) == 1
    pipe.stage.clock.passes(hours=1, seconds=1)
    pipe.stage.administrator.flushes()
    assert len(pipe.stage.administrator.mailbox()) == 2
    assert {str(mail["To"]) for mail in pipe.stage.post.taken()} == {OPERATOR}


CAPPED = """
import time
from smsdialog import deliver
from smsdialog.errors import TooCostly

def compute(seconds):
    begun = time.process_time()
    while time.process_time() - begun < seconds:
        pass

deliver.PROCESSOR_SECONDS = 1
deliver._limit_resources()
"""
STOPPED = """
try:
    compute(5)
except TooCostly:
    compute(1.3)  # long enough for the signal to come again
    print("stopped once")
"""
REFUSED = """
try:
    bytearray(deliver.MEMORY_BYTES + 1)
except MemoryError:
    print("refused")
"""


@pytest.mark.parametrize(("greed", "end"), [(STOPPED, "stopped once"), (REFUSED, "refused")])
def test_a_run_that_wants_more_than_any_mail_needs_fails_and_its_machine_does_not(greed: str, end: str) -> None:
    done = subprocess.run([sys.executable, "-c", CAPPED + greed], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.returncode) == (end, 0)
