"""A mail that takes too long: its sender's server hears so while the thread still hangs, and the process is replaced.

A gateway that is a file which somebody has locked keeps a thread for as long as he likes.
"""

from __future__ import annotations

import fcntl
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest

from smsdialog.errors import StoreUnavailable
from smsdialog.server import inhand
from smsdialog.server.desk import Desk, Full
from smsdialog.server.lmtp import LmtpServer
from tests.ledger.office import ANNA, Office
from tests.server.resident import SECONDS, Resident, is_gone, wait_until
from tests.server.test_pipe import run

IN_HASTE = {"SMSDIALOG_HASTE": "10"}  # ten seconds are too long
OUT_OF_TIME = "4.3.0 out of time, please try again later"


@pytest.fixture
def slow(build: Callable[..., Office]) -> Office:
    return build(gateway='type = "file"')


@contextmanager
def hanging(office: Office) -> Iterator[None]:
    """The gateway takes an SMS and does not come back."""
    with (office.base / "state" / "outbox.jsonl").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def hasty(slow: Office) -> Iterator[Resident]:
    resident = Resident(slow)
    resident.start(IN_HASTE)
    try:
        wait_until(lambda: len(resident.children()) == 2)
        yield resident
    finally:
        resident.stop()


def test_by_lmtp_it_is_tried_again_and_by_then_another_process_is_there(hasty: Resident) -> None:
    office, children = hasty.office, hasty.children()
    with hanging(office):
        assert hasty.delivers(office.mail(1, subject="20123456"), office.key_address) == [f"451 {OUT_OF_TIME}"]
        wait_until(lambda: any(map(is_gone, children)))
    wait_until(hasty.greets)
    wait_until(lambda: hasty.delivers(office.mail(2, subject="30123456"), office.key_address) == ["250 2.0.0 Ok"])


def test_by_the_pipe_it_is_75(hasty: Resident) -> None:
    office = hasty.office
    with hanging(office):
        done = run(office, office.mail(1, subject="20123456"), "--sender", ANNA, "--", office.key_address)
    assert (done.returncode, done.stdout.decode()) == (75, f"{OUT_OF_TIME}\n")


class Stuck:
    """A desk whose store does not come back before it is let go, and the LMTP of a process that has it."""

    def __init__(self, office: Office) -> None:
        self.freed = threading.Event()
        store = office.service.store
        stuck = SimpleNamespace(check_schema=self._hang, transaction=store.transaction, reading=store.reading,
                                is_file=True)  # fmt: skip
        self.desk = Desk(replace(office.service, store=stuck), threads=1, queue=3)  # type: ignore[arg-type]
        door = SimpleNamespace(is_quick=True, judge=lambda recipient, caller: None)
        self.lmtp = LmtpServer(self.desk, door, 100_000)  # type: ignore[arg-type]

    def _hang(self) -> None:
        self.freed.wait(SECONDS)
        raise StoreUnavailable

    def deliver(self, mail: bytes) -> tuple[socket.socket, threading.Thread]:
        """A connection that has handed over a mail, and its thread."""
        mta, ours = socket.socketpair()
        mta.settimeout(SECONDS)
        thread = threading.Thread(target=self.lmtp.serve, args=(ours,), daemon=True)
        ours.setblocking(False)
        thread.start()
        mta.sendall(f"LHLO mx\r\nMAIL FROM:<{ANNA}>\r\nRCPT TO:<help@sendmailsms.dk>\r\nDATA\r\n".encode())
        while not mta.recv(4096).endswith(b"354 End data with <CR><LF>.<CR><LF>\r\n"):
            continue
        mta.sendall(mail.replace(b"\n", b"\r\n") + b".\r\n")
        return mta, thread


@pytest.fixture
def stuck(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stuck]:
    monkeypatch.setattr(inhand, "PATIENCE_SECONDS", 0.2)
    one = Stuck(office)
    yield one
    one.freed.set()


def given_up(stuck: Stuck) -> bool:
    stuck.desk.look()
    return stuck.desk.worn and not stuck.desk.in_hand


def test_it_has_one_answer_though_its_thread_comes_back(office: Office, stuck: Stuck) -> None:
    mta, thread = stuck.deliver(office.mail(1))
    wait_until(lambda: given_up(stuck))
    stuck.freed.set()
    thread.join(SECONDS)
    assert not thread.is_alive()
    assert mta.makefile("rb").read().decode() == f"451 {OUT_OF_TIME}\r\n"


def test_no_other_mail_is_taken_after_it(office: Office, stuck: Stuck) -> None:
    stuck.deliver(office.mail(1))
    wait_until(lambda: given_up(stuck))
    with pytest.raises(Full), stuck.desk.room(1):
        pass


def test_one_that_waits_for_it_is_given_up_as_well_and_never_begun(office: Office, stuck: Stuck) -> None:
    first, _ = stuck.deliver(office.mail(1))
    second, thread = stuck.deliver(office.mail(2))
    wait_until(lambda: given_up(stuck))
    assert [one.makefile("rb").read().decode() for one in (first, second)] == [f"451 {OUT_OF_TIME}\r\n"] * 2
    stuck.freed.set()
    thread.join(SECONDS)
    assert not thread.is_alive()


def test_the_third_time_that_it_used_up_its_processor_time_it_is_put_aside(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inhand, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(inhand, "PROCESSOR_SECONDS", -1)
    heard = []
    for _ in range(3):
        stuck = Stuck(office)
        mta, _ = stuck.deliver(office.mail(1))
        wait_until(lambda stuck=stuck: given_up(stuck))
        stuck.freed.set()
        heard.append(mta.makefile("rb").read().decode())
    assert heard == [f"451 {OUT_OF_TIME}\r\n"] * 2 + ["250 2.0.0 Ok\r\n"]
    assert len(list((office.base / "state" / "quarantine").glob("*.eml"))) == 1
