"""Who would write to a SQLite file takes turns with the other processes of the machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from smsdialog.store import turn
from smsdialog.store.turn import Turn

HOLDER = """\
import sys, time
from pathlib import Path
from smsdialog.store.turn import Turn
with Turn(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that has the turn until its standard input ends."""
    other = subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], text=True, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)  # fmt: skip
    assert other.stdout
    assert other.stdout.readline() == "mine\n"
    return other


def entered(folder: Path) -> threading.Event:
    """Set once a thread of ours, which is started here, has the turn."""
    has_it = threading.Event()

    def enter() -> None:
        with Turn(folder):
            has_it.set()

    threading.Thread(target=enter, daemon=True).start()
    return has_it


def test_another_process_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(turn, "LONGEST_WAIT_SECONDS", 60.0)
    other = holder(tmp_path)
    has_it = entered(tmp_path)
    assert not has_it.wait(0.2)
    other.communicate()
    assert has_it.wait(30)


def test_a_process_that_dies_gives_its_turn_up(tmp_path, monkeypatch):
    monkeypatch.setattr(turn, "LONGEST_WAIT_SECONDS", 60.0)
    other = holder(tmp_path)
    has_it = entered(tmp_path)
    os.kill(other.pid, signal.SIGKILL)
    assert has_it.wait(30)
    other.communicate()


def test_who_waits_too_long_goes_on(tmp_path, monkeypatch):
    """SQLite's own lock decides then: a process that hangs with its turn stops nobody."""
    monkeypatch.setattr(turn, "LONGEST_WAIT_SECONDS", 0.05)
    other = holder(tmp_path)
    assert entered(tmp_path).wait(30)
    other.communicate()


def test_a_folder_that_is_not_there_is_no_reason_to_wait(tmp_path):
    with Turn(tmp_path / "missing"):
        pass


def test_an_alarm_while_waiting_leaves_the_turn_to_others(tmp_path, monkeypatch):
    def ring(seconds: float) -> None:
        raise TimeoutError

    mine, other = Turn(tmp_path), holder(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", ring)
        with pytest.raises(TimeoutError):
            mine.__enter__()
    other.communicate()
    with mine:
        pass
