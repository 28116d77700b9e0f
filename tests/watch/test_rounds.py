"""What happens once in a while: in every way to flush, once over all processes, and no trouble spreads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from smsdialog.store import rounds as store_rounds
from smsdialog.watch import digest, rounds
from smsdialog.watch.vitals import FLUSH
from tests.dialog.stage import Clock, Stage

TOGETHER = """
import sys
from dataclasses import replace
from smsdialog import config
from smsdialog.dialog.service import open_service
from smsdialog.watch import digest
service = replace(open_service(config.load(config.config_path(sys.argv[1]))), now=lambda: float(sys.argv[2]))
print(int(digest.send_due(service)))
"""


def marked(stage: Stage) -> float | None:
    with stage.service.store.reading() as tx:
        return store_rounds.done_at(tx, FLUSH)


def test_a_pass_is_noted_no_more_than_once_a_minute(stage: Stage, clock: Clock) -> None:
    assert marked(stage) is None
    began = clock()
    rounds.make(stage.service)
    clock.passes(seconds=30)
    rounds.make(stage.service)
    assert marked(stage) == began
    clock.passes(seconds=30)
    rounds.make(stage.service)
    assert marked(stage) == began + 60


def test_a_note_from_the_future_is_corrected(stage: Stage, clock: Clock) -> None:
    clock.passes(days=1)
    rounds.make(stage.service)
    clock.passes(days=-1)
    rounds.make(stage.service)
    assert marked(stage) == clock()


def test_trouble_with_one_keeps_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(service: object) -> None:
        raise RuntimeError("trouble")

    monkeypatch.setattr(digest, "send_due", fails)
    rounds.make(stage.service)
    assert marked(stage) is not None


def test_processes_that_come_together_write_one_digest(build: Callable[..., Stage]) -> None:
    stage = build(tables='[numbers]\nranges = ["459192000000-459192000009"]\n')
    digest.send_due(stage.service)
    stage.clock.passes(days=1)
    command = [sys.executable, "-c", TOGETHER, str(stage.config_file), str(stage.clock())]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert sorted(one.communicate(timeout=120)[0].strip() for one in running) == ["0", "0", "0", "1"]
    assert len(stage.administrator.mailbox()) == 1
