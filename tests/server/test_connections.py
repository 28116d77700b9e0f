"""Who comes is served at once, by a strand of his own; at the end nobody is taken, and nobody cut off in the middle."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from smsdialog import strands
from smsdialog.server.connections import Connections
from smsdialog.server.hub import Hub
from tests.e2e.daemons import LOOPBACK
from tests.server.resident import SECONDS, wait_until


def echo(one: socket.socket) -> None:
    """Says each thing once more."""
    while said := strands.received(one, 100, SECONDS):
        strands.send_all(one, said, SECONDS)


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server((LOOPBACK, 0), backlog=100) as one:
        one.setblocking(False)
        yield one


@pytest.fixture
def serving(listening: socket.socket) -> Iterator[Callable[..., Connections]]:
    hub = Hub()
    hub.start()
    started: list[Connections] = []

    def start(serve: Callable[[socket.socket], None] = echo, most: int = 50) -> Connections:
        started.append(Connections(hub, listening.dup(), serve, most=most))
        return started[-1]

    yield start
    for one in started:
        one.close()
        one.hang_up()


def connect(listening: socket.socket) -> socket.socket:
    return socket.create_connection(listening.getsockname(), SECONDS)


def hears(one: socket.socket, said: bytes) -> bytes:
    one.sendall(said)
    return one.recv(100)


def test_who_says_nothing_keeps_nobody_waiting(listening: socket.socket, serving: Callable[..., Connections]) -> None:
    here = serving()
    callers = [connect(listening) for _ in range(20)]
    assert hears(callers[-1], b"20") == b"20"
    assert hears(callers[0], b"1") == b"1"
    assert len(here) == 20
    for one in callers:
        one.close()
    wait_until(lambda: len(here) == 0)


def test_one_too_many_is_closed_and_has_room_later(
    listening: socket.socket, serving: Callable[..., Connections]
) -> None:
    here = serving(most=2)
    first, second, third = (connect(listening) for _ in range(3))
    assert (hears(first, b"1"), hears(second, b"2"), third.recv(100)) == (b"1", b"2", b"")
    first.close()
    wait_until(lambda: len(here) == 1)
    assert hears(connect(listening), b"4") == b"4"


def test_none_has_a_thread_of_its_own(listening: socket.socket, serving: Callable[..., Connections]) -> None:
    here = serving()
    before = threading.active_count()
    callers = [connect(listening) for _ in range(30)]
    wait_until(lambda: len(here) == 30)
    assert [hears(one, b"here") for one in callers] == [b"here"] * 30
    assert threading.active_count() == before


def test_trouble_on_one_connection_is_none_on_the_next(
    listening: socket.socket, serving: Callable[..., Connections]
) -> None:
    def breaks(one: socket.socket) -> None:
        if strands.received(one, 100, SECONDS) != b"good":
            raise ValueError("not good")
        one.sendall(b"good")

    serving(breaks)
    for _ in range(20):
        assert hears(connect(listening), b"bad") == b""
    assert hears(connect(listening), b"good") == b"good"


def test_after_the_end_who_comes_is_left_to_others(
    listening: socket.socket, serving: Callable[..., Connections]
) -> None:
    """The socket is shared with another process, which takes him."""
    old = serving(lambda one: one.sendall(b"old"))
    assert connect(listening).recv(100) == b"old"
    old.close()
    waiting = connect(listening)
    serving(lambda one: one.sendall(b"new"))
    assert waiting.recv(100) == b"new"


def test_to_hang_up_ends_who_is_silent_and_cuts_off_no_answer(
    listening: socket.socket, serving: Callable[..., Connections]
) -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def slow(one: socket.socket) -> None:
        while said := strands.received(one, 100, SECONDS):
            asked.set()
            strands.elsewhere(partial(may_answer.wait, SECONDS))
            strands.send_all(one, said, SECONDS)

    here = serving(slow)
    silent, asking = connect(listening), connect(listening)
    wait_until(lambda: len(here) == 2)
    asking.sendall(b"the answer")
    assert asked.wait(SECONDS)
    here.close()
    here.hang_up()
    assert silent.recv(100) == b""
    may_answer.set()
    assert (asking.recv(100), asking.recv(100)) == (b"the answer", b"")
    wait_until(lambda: len(here) == 0)
