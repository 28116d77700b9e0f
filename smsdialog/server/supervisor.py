"""The process that keeps the others: it opens the sockets, starts who serves them, and does no work itself.

SIGTERM and SIGINT   everybody finishes what he has in hand, and we end
SIGHUP               the configuration is read anew; if it is good, new processes take over and the old ones finish
a process dies       it is started again, at once the first time, then after growing pauses
a process is silent  it is killed, and started again
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping

from smsdialog import log
from smsdialog.config import Config
from smsdialog.errors import ConfigError
from smsdialog.server import child, systemd
from smsdialog.server.child import Child, Heart
from smsdialog.server.sockets import Sockets

TICK_SECONDS = 0.5
# A process beats every second; so long without is dead, whatever it looks like.
SILENCE_SECONDS = 30.0
# Longer than any mail in hand may take.
DRAIN_SECONDS = 110.0
QUICK_DEATH_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 30.0

Run = Callable[[Heart], None]
Plan = Callable[[Config, Sockets], Mapping[str, Run]]


class Supervisor:
    """`load` reads the configuration; `plan` says which processes it wants, by their names."""

    def __init__(self, load: Callable[[], Config], plan: Plan) -> None:
        self._load, self._plan = load, plan
        self._life = os.pipe()
        self._sockets = Sockets(systemd.handed_over())
        self._children: list[Child] = []
        self._leaving: list[Child] = []
        self._due: list[tuple[float, str, Run]] = []
        self._deaths: dict[str, int] = {}
        self._runs: dict[str, Run] = {}
        self._announced = False

    def run(self) -> None:
        """Serve until SIGTERM. Raises ConfigError when the first configuration is no good."""
        signal.pthread_sigmask(signal.SIG_BLOCK, child.SIGNALS)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # the default would throw it away
        child.keep_little_memory()
        plan = self._plan(self._load(), self._sockets)
        try:
            self._begin(plan)
            while True:
                told = signal.sigtimedwait(child.SIGNALS, TICK_SECONDS)
                number = told.si_signo if told else 0
                if number in (signal.SIGTERM, signal.SIGINT):
                    return
                if number == signal.SIGHUP:
                    self._reload()
                self._look_after()
        finally:
            self._finish()

    def _begin(self, plan: Mapping[str, Run]) -> None:
        self._runs = dict(plan)
        self._due = [(0.0, role, run) for role, run in self._runs.items()]
        self._announced = False
        self._start_due()
        log.event("serving", processes=len(self._children))

    def _reload(self) -> None:
        systemd.reloading()
        old = self._children
        try:
            plan = self._plan(self._load(), self._sockets)
        except ConfigError as error:
            log.failure(error)
            systemd.ready()
            return
        self._children = []
        self._begin(plan)
        for one in old:
            one.end()
        self._leaving += old

    def _look_after(self) -> None:
        self._reap()
        self._start_due()
        for one in self._children:
            one.listen()
        now = time.monotonic()
        for one in self._children:
            if now - max(one.beaten_at, one.started_at) > SILENCE_SECONDS:
                log.event("silent", role=one.role, pid=one.pid)
                one.end(signal.SIGKILL)
        if not self._announced and self._children and all(one.beaten_at for one in self._children):
            self._announced = True
            systemd.ready()
        systemd.alive()

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                self._gone(pid, status)

    def _gone(self, pid: int, status: int) -> None:
        for one in [one for one in self._leaving if one.pid == pid]:
            self._leaving.remove(one)
            os.close(one.beats)
        for one in [one for one in self._children if one.pid == pid]:
            self._children.remove(one)
            os.close(one.beats)
            log.event("process-ended", role=one.role, pid=pid, status=os.waitstatus_to_exitcode(status))
            self._due.append((time.monotonic() + self._pause(one), one.role, self._runs[one.role]))

    def _pause(self, one: Child) -> float:
        """At once, unless it died soon after its start, again and again."""
        quick = time.monotonic() - one.started_at < QUICK_DEATH_SECONDS
        self._deaths[one.role] = self._deaths.get(one.role, 0) + 1 if quick else 0
        deaths = self._deaths[one.role]
        return min(2.0 ** (deaths - 2), LONGEST_PAUSE_SECONDS) if deaths > 1 else 0.0

    def _start_due(self) -> None:
        now = time.monotonic()
        for due in [due for due in self._due if due[0] <= now]:
            self._due.remove(due)
            self._children.append(child.start(due[1], due[2], self._life, self._forget))

    def _forget(self) -> None:
        """In a child: let go of what belongs to the others."""
        for one in (*self._children, *self._leaving):
            os.close(one.beats)

    def _finish(self) -> None:
        systemd.stopping()
        log.event("stopping")
        self._sockets.close()
        self._due.clear()
        self._leaving += self._children
        self._children = []
        for one in self._leaving:
            one.end()
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._leaving and time.monotonic() < deadline:
            signal.sigtimedwait(child.SIGNALS, 0.1)
            self._reap()
        for one in self._leaving:
            one.end(signal.SIGKILL)
