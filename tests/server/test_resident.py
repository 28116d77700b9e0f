"""The resident's life: it finishes what it has in hand, reads anew, comes back from death, waits for its database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.e2e.daemons import LOOPBACK, free_port
from tests.ledger.office import ANNA, CHECKOUT, Office
from tests.server.resident import Resident, is_gone, pause, wait_until


def in_background(deed: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    answers: list[object] = []
    thread = threading.Thread(target=lambda: answers.append(deed()))
    thread.start()
    return thread, answers


def test_sigterm_finishes_what_is_in_hand_and_takes_nothing_new(resident: Resident) -> None:
    office = resident.office
    office.provider.manner = "late"
    thread, answers = in_background(lambda: resident.delivers(office.mail(1, subject="20123456"), office.key_address))
    wait_until(lambda: resident.sms() == 1)
    children = resident.children()
    resident.tell(signal.SIGTERM)
    assert resident.ends() == 0
    thread.join()
    assert answers == [["250 2.0.0 Ok"]]
    assert all(map(is_gone, children))
    assert [row.state for row in office.sms_out()] == ["sent"]
    assert not resident.socket_file.exists()


def test_sigterm_finishes_what_the_pipe_has_handed_over(resident: Resident) -> None:
    office = resident.office
    office.provider.manner = "late"
    run = office.pipe(1, subject="20123456")
    wait_until(lambda: resident.sms() == 1)
    resident.tell(signal.SIGTERM)
    assert resident.ends() == 0
    assert run.wait(30) == 0
    assert [row.state for row in office.sms_out()] == ["sent"]


def test_sigterm_ends_connections_on_which_nothing_is_said(resident: Resident) -> None:
    with resident.lmtp() as one, resident.lmtp() as other:
        other.mail(ANNA)
        resident.tell(signal.SIGTERM)
        assert resident.ends() == 0
        for session in (one, other):
            assert session.sock
            assert session.sock.recv(100) == b""


def test_sigterm_waits_for_the_rest_of_a_mail(resident: Resident) -> None:
    """Its place was given; only who begins one now has none."""
    office = resident.office
    with resident.lmtp() as first, resident.lmtp() as second:
        for session in (first, second):
            session.mail(ANNA)
            session.rcpt(office.key_address)
        assert first.docmd("DATA")[0] == 354
        resident.tell(signal.SIGTERM)
        wait_until(lambda: not _connects(int(str(resident.lmtp_address).split(":")[1])))
        first.send(office.mail(1).replace(b"\n", b"\r\n") + b".\r\n")
        assert first.getreply() == (250, b"2.0.0 Ok")
        assert resident.ends() == 0


def test_sighup_reads_the_configuration_anew(resident: Resident) -> None:
    """A port that is new is served, one that is gone is not, and the mail in hand is finished by who had it."""
    office = resident.office
    office.provider.manner = "late"
    thread, answers = in_background(lambda: resident.delivers(office.mail(1, subject="20123456"), office.key_address))
    wait_until(lambda: resident.sms() == 1)
    old, before = resident.policy_port, resident.children()
    resident.policy_port = free_port()
    resident.configure(policy=f"{LOOPBACK}:{resident.policy_port}")
    resident.tell(signal.SIGHUP)
    wait_until(lambda: _connects(resident.policy_port))
    wait_until(lambda: not _connects(old))
    assert resident.asked(recipient="nobody@sendmailsms.dk").startswith("550")
    thread.join()
    assert answers == [["250 2.0.0 Ok"]]
    wait_until(lambda: all(map(is_gone, before)))
    assert resident.delivers(office.mail(2, subject="20123456"), office.key_address) == ["250 2.0.0 Ok"]


def test_a_configuration_that_is_no_good_changes_nothing(resident: Resident) -> None:
    wait_until(lambda: len(resident.children()) == 2)
    before = resident.children()
    resident.office.config.write_text("domain = 7")
    resident.tell(signal.SIGHUP)
    pause(1.5)
    assert resident.children() == before
    assert resident.asked(recipient="nobody@sendmailsms.dk").startswith("550")


def test_a_process_that_is_killed_is_started_again(resident: Resident) -> None:
    wait_until(lambda: len(resident.children()) == 2)
    for pid in resident.children():
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda gone=pid: gone not in resident.children() and len(resident.children()) == 2)
    office = resident.office
    wait_until(resident.greets)
    assert resident.delivers(office.mail(1), office.key_address) == ["250 2.0.0 Ok"]


def test_with_the_first_process_all_others_end(resident: Resident) -> None:
    children = resident.children()
    resident.tell(signal.SIGKILL)
    wait_until(lambda: all(map(is_gone, children)))


def test_after_a_kill_it_starts_again_over_what_was_left(resident: Resident) -> None:
    """The socket's file is still there, and nobody behind it."""
    for pid in (*resident.children(), resident.process.pid if resident.process else 0):
        os.kill(pid, signal.SIGKILL)
    resident.ends()
    assert resident.socket_file.exists()
    resident.start()
    assert resident.delivers(resident.office.mail(1), resident.office.key_address) == ["250 2.0.0 Ok"]


def test_a_second_resident_does_not_take_the_place_of_the_first(resident: Resident) -> None:
    command = [sys.executable, str(CHECKOUT / "bin" / "smsdialog"), "--config", str(resident.office.config), "serve"]
    second = subprocess.run(command, env={}, capture_output=True, timeout=30, check=False)
    assert second.returncode == 1
    assert b"in use" in second.stderr
    assert resident.greets()


def test_without_its_database_mails_wait_with_the_mta_and_then_come_through(resident: Resident) -> None:
    """Moved away and back: nothing is written into a file that is gone, and no empty one takes its place."""
    office, state = resident.office, resident.office.base / "state"
    assert resident.delivers(office.mail(1), office.key_address) == ["250 2.0.0 Ok"]
    office.service.store.close()
    os.rename(state / "smsdialog.db", state / "away.db")
    (answer,) = resident.delivers(office.mail(2), office.key_address)
    assert answer.startswith("451 4.3.")
    assert not (state / "smsdialog.db").exists()
    os.rename(state / "away.db", state / "smsdialog.db")
    assert resident.delivers(office.mail(2), office.key_address) == ["250 2.0.0 Ok"]
    assert resident.sms() == 4


def test_the_rounds_take_what_waits(serve: Callable[..., Resident], office: Office) -> None:
    """A mail whose gateway was away goes out without anybody's doing."""
    office.provider.manner = "reset"
    resident = serve(flush_seconds=1)
    with office.service.store.transaction() as tx:
        assert tx
    office.provider.manner = "accept"
    thread, _ = in_background(lambda: office.pipe(1, SMSDIALOG_FAULT="claimed").wait())
    thread.join()
    wait_until(lambda: {row.state for row in office.sms_out()} == {"sent"})
    assert resident.sms() == 2


def test_gateways_call_over_http(resident: Resident) -> None:
    office = resident.office
    url = f"http://{LOOPBACK}:{resident.http_port}/inbound/main?token=inbound&from=%2B4520123456"
    with urllib.request.urlopen(f"{url}&to=459192000001&text=Ja&id=7", timeout=20) as answer:
        assert answer.status == 200
    assert [str(mail["To"]) for mail in office.mails()] == [ANNA]


def test_systemd_hears_of_every_step(serve: Callable[..., Resident], tmp_path: Path) -> None:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.settimeout(20)
    channel.bind(str(tmp_path / "n"))
    resident = serve({"NOTIFY_SOCKET": str(tmp_path / "n")})
    heard = {"READY=1": 0, "WATCHDOG=1": 0, "RELOADING=1": 0, "STOPPING=1": 0}

    def until(word: str, count: int = 1) -> None:
        while heard[word] < count:
            for line in channel.recv(4096).decode().splitlines():
                heard[line] = heard.get(line, 0) + 1

    until("READY=1")
    until("WATCHDOG=1", 2)
    resident.tell(signal.SIGHUP)
    until("RELOADING=1")
    until("READY=1", 2)
    resident.tell(signal.SIGTERM)
    until("STOPPING=1")
    assert resident.ends() == 0


def test_systemd_may_hand_over_the_sockets(office: Office, tmp_path: Path) -> None:
    """By their names; and what systemd made is not removed."""
    resident = Resident(office, lmtp="", policy="", http="")
    pipe, lmtp = socket.socket(socket.AF_UNIX), socket.create_server((LOOPBACK, 0))
    pipe.bind(str(tmp_path / "p"))
    pipe.listen()
    resident.socket_file.symlink_to(tmp_path / "p")
    launcher = (
        "import os, sys; a, b, *command = sys.argv[1:]; os.dup2(int(a), 13); os.dup2(int(b), 14);"
        "os.dup2(13, 3); os.dup2(14, 4); os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='2',"
        "LISTEN_FDNAMES='pipe:lmtp'); os.execv(command[0], command)"
    )
    program = [sys.executable, str(CHECKOUT / "bin" / "smsdialog"), "--config", str(office.config), "serve"]
    command = [sys.executable, "-c", launcher, str(pipe.fileno()), str(lmtp.fileno()), *program]
    resident.process = subprocess.Popen(command, pass_fds=(pipe.fileno(), lmtp.fileno()), env={}, cwd="/")
    wait_until(resident.greets)
    resident.lmtp_address = f"{LOOPBACK}:{lmtp.getsockname()[1]}"
    assert resident.delivers(office.mail(1), office.key_address) == ["250 2.0.0 Ok"]
    resident.tell(signal.SIGTERM)
    assert resident.ends() == 0
    assert (tmp_path / "p").exists()


def test_who_may_use_the_pipes_socket(resident: Resident) -> None:
    """What the pipe says is believed, so nobody else may speak there."""
    assert resident.socket_file.stat().st_mode & 0o777 == 0o600


def _connects(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex((LOOPBACK, port)) == 0
