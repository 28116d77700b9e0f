"""Strands share a thread, and each goes on when what it waits for is there, whoever brings it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from select import POLLIN

import pytest

from smsdialog import strands
from smsdialog.server import hub as hub_module
from smsdialog.server.hub import Hub
from tests.server.resident import SECONDS, wait_until


@pytest.fixture
def hub() -> Hub:
    one = Hub()
    one.start()
    return one


class Found(list[object]):
    """What strands have found, in order."""

    def wait(self, count: int) -> list[object]:
        wait_until(lambda: len(self) >= count)
        return list(self)


@pytest.fixture
def found() -> Found:
    return Found()


def test_all_run_in_one_thread_and_what_waits_runs_elsewhere(hub: Hub, found: Found) -> None:
    def strand() -> None:
        here = threading.get_ident()
        there = strands.elsewhere(threading.get_ident)
        found.append((here == threading.get_ident(), here, there))

    for _ in range(3):
        hub.begin(strand)
    seen = found.wait(3)
    assert {same for same, _, _ in seen} == {True}
    assert len({here for _, here, _ in seen}) == 1
    assert all(here != there for _, here, there in seen)


def test_one_that_waits_lets_the_others_go_on(hub: Hub, found: Found) -> None:
    freed = threading.Event()

    def waits() -> None:
        strands.elsewhere(partial(freed.wait, SECONDS))
        found.append("waited")

    hub.begin(waits)
    hub.begin(partial(found.append, "went on"))
    assert found.wait(1) == ["went on"]
    freed.set()
    assert found.wait(2) == ["went on", "waited"]


def test_what_is_raised_elsewhere_is_raised_here(hub: Hub, found: Found) -> None:
    def fails() -> None:
        raise ValueError("no")

    def strand() -> None:
        try:
            strands.elsewhere(fails)
        except ValueError as error:
            found.append(str(error))

    hub.begin(strand)
    assert found.wait(1) == ["no"]


def test_one_that_fails_does_not_end_the_others(hub: Hub, found: Found) -> None:
    hub.begin(lambda: 1 // 0)  # type: ignore[arg-type, return-value]
    hub.begin(partial(found.append, "still here"))
    assert found.wait(1) == ["still here"]


@pytest.mark.parametrize("sets", [lambda hub, signal: signal.set(), lambda hub, signal: hub.begin(signal.set)])
def test_a_signal_comes_from_any_thread(hub: Hub, found: Found, sets: Callable[[Hub, strands.Signal], None]) -> None:
    made: list[strands.Signal] = []

    def strand() -> None:
        made.append(strands.signal())
        found.append(made[0].wait(SECONDS))

    hub.begin(strand)
    wait_until(lambda: bool(made))
    sets(hub, made[0])
    assert found.wait(1) == [True]


def test_one_that_was_given_before_is_not_waited_for(hub: Hub, found: Found) -> None:
    def strand() -> None:
        one = strands.signal()
        strands.elsewhere(one.set)
        found.append(one.wait(SECONDS))

    hub.begin(strand)
    assert found.wait(1) == [True]


def test_nobody_waits_for_longer_than_he_will(hub: Hub, found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "LOOK_SECONDS", 0.05)
    silent, _peer = socket.socketpair()

    hub.begin(lambda: found.append(strands.ready(silent, POLLIN, 0.1)))
    hub.begin(lambda: found.append(strands.signal().wait(0.1)))
    assert found.wait(2) == [False, False]


def test_a_lot_goes_through_a_socket_that_is_read_slowly(hub: Hub, found: Found) -> None:
    here, there = socket.socketpair()
    here.setblocking(False)
    octets = bytes(range(256)) * 20_000

    def strand() -> None:
        strands.send_all(here, octets, SECONDS)
        here.close()
        found.append("sent")

    hub.begin(strand)
    hub.begin(partial(found.append, "went on"))
    assert found.wait(1) == ["went on"]
    assert there.makefile("rb").read() == octets
    assert found.wait(2) == ["went on", "sent"]


def test_the_clock_runs_for_who_holds_the_thread_and_for_nobody_else(hub: Hub, found: Found) -> None:
    clocks: list[strands.Clock] = []
    freed = threading.Event()

    def waits() -> None:
        clocks.append(strands.clock())
        strands.elsewhere(partial(freed.wait, SECONDS))

    def holds() -> None:
        clocks.append(strands.clock())
        until = time.thread_time() + 0.3
        while time.thread_time() < until and not freed.is_set():
            pass
        found.append(clocks[1]())
        found.append(clocks[0]())

    hub.begin(waits)
    hub.begin(holds)
    held, waited = found.wait(2)
    freed.set()
    assert isinstance(held, float)
    assert held > 0.2
    assert waited == 0.0


def go_through(gate: strands.Gate, found: Found, name: str) -> None:
    with gate.place():
        found.append(name)


def test_a_gate_lets_in_those_who_wait_in_their_order(hub: Hub, found: Found) -> None:
    gate = strands.Gate(1)
    gate.enter()
    for name in "abc":
        hub.begin(partial(go_through, gate, found, name))
    wait_until(lambda: len(gate._waiting) == 3)
    assert found == []
    gate.leave()
    assert found.wait(3) == ["a", "b", "c"]


def test_a_gate_is_shared_with_other_threads(hub: Hub, found: Found) -> None:
    gate = strands.Gate(1)
    gate.enter()
    hub.begin(partial(go_through, gate, found, "strand"))
    wait_until(lambda: len(gate._waiting) == 1)
    thread = threading.Thread(target=go_through, args=(gate, found, "thread"), daemon=True)
    thread.start()
    wait_until(lambda: len(gate._waiting) == 2)
    gate.leave()
    assert found.wait(2) == ["strand", "thread"]
    thread.join(SECONDS)
    assert gate.enter(0.1)


def test_one_that_lets_others_goes_on_after_them(hub: Hub, found: Found) -> None:
    def polite() -> None:
        found.append("polite")
        strands.let_others()
        found.append("polite again")

    def both() -> None:
        hub.begin(polite)
        hub.begin(partial(found.append, "other"))

    hub.begin(both)
    assert found.wait(3) == ["polite", "other", "polite again"]


def test_where_the_system_has_no_more_threads_one_does_for_all(
    hub: Hub, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    for number in range(4):
        hub.begin(lambda number=number: found.append(strands.elsewhere(lambda: time.sleep(0.05) or number)))
    assert found.wait(4) == [0, 1, 2, 3]
