"""One thread works at a time, as long as the others can wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from smsdialog import pace

SECONDS = 30


class Worker(threading.Thread):
    """Works, waits when it is told, and works on."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.works, self.waits, self.works_on = threading.Event(), threading.Event(), threading.Event()
        self.may_wait, self.may_work_on, self.may_end = threading.Event(), threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with pace.working():
            self.works.set()
            self.may_wait.wait(SECONDS)
            with pace.waiting():
                self.waits.set()
                self.may_work_on.wait(SECONDS)
            self.works_on.set()
            self.may_end.wait(SECONDS)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "LONGEST_WAIT_SECONDS", SECONDS)


@pytest.fixture
def worker() -> Iterator[Worker]:
    one = Worker()
    assert one.works.wait(SECONDS)
    yield one
    for event in (one.may_wait, one.may_work_on, one.may_end):
        event.set()
    one.join(SECONDS)


def test_who_waits_lets_another_work_and_comes_after_him(patient: None, worker: Worker) -> None:
    other = Worker()
    assert not other.works.wait(0.2)
    worker.may_wait.set()
    assert other.works.wait(SECONDS)
    worker.may_work_on.set()
    assert not worker.works_on.wait(0.2)
    for event in (other.may_wait, other.may_work_on, other.may_end):
        event.set()
    assert worker.works_on.wait(SECONDS)


def test_who_has_waited_long_enough_goes_on_without_the_turn(worker: Worker) -> None:
    with pace.working():
        assert not pace._mine.held


def test_who_went_on_without_it_has_it_again_when_it_is_free(worker: Worker) -> None:
    with pace.working():
        with pace.waiting():
            worker.may_wait.set()
            assert worker.waits.wait(SECONDS)
        assert pace._mine.held


def test_where_nobody_works_nobody_takes_it() -> None:
    with pace.waiting():
        pass
    assert not pace._turn.locked()
