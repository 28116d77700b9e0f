"""A lease's owner is one process; when that is gone, its leases need not be waited for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from smsdialog.store import owner

SAY_AND_SLEEP = "from smsdialog.store import owner; print(owner.me(), flush=True); import time; time.sleep(60)"


@pytest.fixture
def process():
    running = subprocess.Popen([sys.executable, "-c", SAY_AND_SLEEP], stdout=subprocess.PIPE, text=True)
    yield running
    running.kill()
    running.wait()
    running.stdout.close()


def test_a_running_process_is_not_dead(process):
    assert not owner.is_dead(process.stdout.readline().strip())


def test_a_killed_process_is_dead_before_and_after_its_parent_looks(process):
    its = process.stdout.readline().strip()
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert owner.is_dead(its)
    process.wait()
    assert owner.is_dead(its)


def test_a_number_that_is_used_again_is_another_process():
    machine, pid, start = owner.me().rsplit("/", 2)
    assert owner.is_dead(f"{machine}/{pid}/{int(start) - 1}")


def test_of_another_machines_processes_nothing_is_known():
    assert not owner.is_dead("another:pid:[1]/1/1")
    assert not owner.is_dead(f"{owner.me().split('/')[0]}/x/1")


def test_without_proc_there_is_no_owner(monkeypatch, tmp_path):
    for remembered in (owner._machine, owner._process):
        remembered.cache_clear()
    monkeypatch.setattr(owner, "_PROC", tmp_path)
    assert owner.me() == ""
    monkeypatch.undo()
    for remembered in (owner._machine, owner._process):
        remembered.cache_clear()


def test_a_process_that_may_not_be_looked_at_is_not_dead(monkeypatch):
    its = owner.me()
    monkeypatch.setattr(owner, "_stat", lambda pid: [])
    assert not owner.is_dead(its)
