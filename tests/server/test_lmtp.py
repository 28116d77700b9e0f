"""LMTP, as an MTA speaks it: one answer for each recipient, and nothing that the pipe would not take."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.e2e.daemons import LOOPBACK
from tests.ledger.office import ANNA, Office
from tests.server.resident import SECONDS, Resident, wait_until


def connected(resident: Resident) -> socket.socket:
    host, port = str(resident.lmtp_address).split(":")
    return socket.create_connection((host, int(port)), SECONDS)


def dotted(mail: bytes) -> bytes:
    """A mail without a dot at the beginning of a line, as it follows DATA."""
    return mail.replace(b"\n", b"\r\n") + b".\r\n"


def held_by(pid: int, resident: Resident) -> int:
    """How many connections to the LMTP port a process has open."""
    local = f":{int(str(resident.lmtp_address).split(':')[1]):04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(local) and row[3] == "01"}
    return sum(os.readlink(file) in ours for file in Path(f"/proc/{pid}/fd").iterdir())


def test_a_mail_is_an_sms_for_each_customer(resident: Resident) -> None:
    office = resident.office
    assert resident.delivers(office.mail(1), office.key_address) == ["250 2.0.0 Ok"]
    assert sorted(row.peer for row in office.sms_out()) == ["+4520123456", "+4530123456"]
    assert {row.state for row in office.sms_out()} == {"sent"}


def test_the_same_mail_again_is_no_second_sms(resident: Resident) -> None:
    office = resident.office
    for _ in range(3):
        assert resident.delivers(office.mail(1), office.key_address) == ["250 2.0.0 Ok"]
    assert resident.sms() == 2


def test_each_recipient_has_an_answer_of_his_own(resident: Resident) -> None:
    """While the gateway is away, who wants help gets it, and whose SMS wait is tried again."""
    office = resident.office
    office.provider.close()
    mail = office.mail(1, to=f"{office.key_address}, help@sendmailsms.dk")
    answers = resident.delivers(mail, "help@sendmailsms.dk", office.key_address)
    assert answers == ["250 2.0.0 Ok", "451 4.3.0 not everything could be done yet, please try again later"]


def test_an_address_that_is_none_is_refused_at_rcpt(resident: Resident) -> None:
    with resident.lmtp() as session:
        session.mail(ANNA)
        assert session.rcpt("nobody@sendmailsms.dk") == (550, b"5.1.1 no such address here")
        assert session.rcpt(f"k{'a' * 32}@sendmailsms.dk")[0] == 550
        assert session.rcpt("20123456@sendmailsms.dk")[0] == 250


def test_commands_and_a_second_mail_may_come_in_one_piece(resident: Resident) -> None:
    """RFC 2920: what stands behind a mail's end is the next command."""
    office = resident.office
    head = f"MAIL FROM:<{ANNA}>\r\nRCPT TO:<{office.key_address}>\r\nDATA\r\n".encode()
    first, second = (dotted(office.mail(n)) for n in (1, 2))
    with connected(resident) as one:
        one.sendall(b"LHLO mx.firma.example\r\n" + head + first + head + second + b"QUIT\r\n")
        said = one.makefile("rb").read().decode().splitlines()
    assert [line[:3] for line in said if not line.startswith("250-")][2:] == [
        "250", "250", "354", "250", "250", "250", "354", "250", "221",
    ]  # fmt: skip
    assert resident.sms() == 4


def test_what_stands_behind_a_mail_is_answered_after_it(resident: Resident) -> None:
    office = resident.office
    recipients = ("nobody@sendmailsms.dk", office.key_address)
    head = "".join((f"LHLO mx\r\nMAIL FROM:<{ANNA}>\r\n", *(f"RCPT TO:<{to}>\r\n" for to in recipients), "DATA\r\n"))
    with connected(resident) as one:
        one.sendall(
            head.encode() + dotted(office.mail(1)) + b"RSET\r\nNOOP\r\nRCPT TO:<>\r\n" + b"x" * 9000 + b"\r\nQUIT\r\n"
        )
        said = one.makefile("rb").read().decode().splitlines()
    assert [line[:9] for line in said if not line.startswith("250-")][2:] == [
        "250 2.1.0", "550 5.1.1", "250 2.1.5", "354 End d", "250 2.0.0", "250 2.0.0", "250 2.0.0", "503 5.5.1",
        *["500 5.5.2"] * (len(said) - 17), "221 2.0.0",
    ]  # fmt: skip


def test_a_mail_that_comes_octet_by_octet_keeps_nobody_waiting(serve: Callable[..., Resident]) -> None:
    resident = serve(threads=1)
    office = resident.office
    mail = dotted(office.mail(1, subject="20123456"))
    with connected(resident) as slow:
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        slow.sendall(f"LHLO mx\r\nMAIL FROM:<{ANNA}>\r\nRCPT TO:<{office.key_address}>\r\nDATA\r\n".encode())
        for at in range(len(mail)):
            slow.sendall(mail[at : at + 1])
            if at == len(mail) // 2:
                assert resident.delivers(office.mail(2, subject="30123456"), office.key_address) == ["250 2.0.0 Ok"]
        slow.sendall(b"QUIT\r\n")
        assert slow.makefile("rb").read().endswith(b"250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n")
    assert sorted(row.peer for row in office.sms_out()) == ["+4520123456", "+4530123456"]


def test_who_does_not_read_his_answers_keeps_nobody_waiting(resident: Resident) -> None:
    with connected(resident) as deaf:
        deaf.settimeout(2)
        with suppress(TimeoutError):
            while True:
                deaf.sendall(b"NOOP\r\n" * 10_000)
        assert resident.delivers(resident.office.mail(1), resident.office.key_address) == ["250 2.0.0 Ok"]


def test_connections_are_shared_by_the_processes(serve: Callable[..., Resident]) -> None:
    resident = serve(workers=2)
    wait_until(lambda: len(resident.children()) == 3)

    def are_shared() -> bool:
        with ExitStack() as several:
            for one in [several.enter_context(connected(resident)) for _ in range(20)]:
                one.recv(100)
            held = [held_by(pid, resident) for pid in resident.children()]
        assert sum(held) == 20
        return sorted(held)[-2] > 3

    wait_until(are_shared)


def test_a_mail_over_the_limit_is_refused_at_mail_from(office: Office, serve: Callable[..., Resident]) -> None:
    office.config.write_text(office.config.read_text().replace("[mail]", "[mail]\nmax_bytes = 5000"))
    resident = serve()
    with resident.lmtp() as session:
        assert session.mail(ANNA, ["SIZE=5001"])[0] == 552
    with resident.lmtp() as session:
        assert session.mail(ANNA, ["SIZE=5000"])[0] == 250


def test_more_than_was_declared_is_told_to_the_sender(office: Office, serve: Callable[..., Resident]) -> None:
    """As by the pipe: the mail is taken, and its author hears that it was too big."""
    office.config.write_text(office.config.read_text().replace("[mail]", "[mail]\nmax_bytes = 5000"))
    resident = serve()
    large = office.mail(1) + b"x" * 200_000
    assert resident.delivers(large, office.key_address) == ["250 2.0.0 Ok"]
    assert office.sms_out() == []
    assert [str(mail["To"]) for mail in office.mails()] == [ANNA]


@pytest.mark.parametrize("text", [".", "..", ".hej", "a\n.\nb", ".\n.\n."])
def test_lines_that_begin_with_a_dot_arrive_as_they_were_written(resident: Resident, text: str) -> None:
    office = resident.office
    head = office.mail(1, subject="20123456").partition(b"\n\n")[0]
    resident.delivers(head + f"\n\nHej\n{text}\nslut\n".encode(), office.key_address)
    (row,) = office.sms_out()
    assert row.text == f"Hej\n{text}\nslut"


def test_a_mail_with_a_line_of_any_length_is_taken(resident: Resident) -> None:
    office = resident.office
    head, _, text = office.mail(1, subject="20123456").partition(b"\n\n")
    parts = b"\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n" + text
    mail = head + parts + b"--b\nContent-Type: application/pdf\n\n" + b"x" * 3_000_000 + b"\n--b--\n"
    assert resident.delivers(mail, office.key_address) == ["250 2.0.0 Ok"]
    assert [row.text for row in office.sms_out()] == ["Hej 1"]


def test_a_bounce_becomes_nothing(resident: Resident) -> None:
    office = resident.office
    assert resident.delivers(office.mail(1), office.key_address, sender="") == ["250 2.0.0 Ok"]
    assert office.sms_out() == []


def test_by_a_unix_socket_the_mta_is_believed(office: Office, serve: Callable[..., Resident], tmp_path: Path) -> None:
    """Where a mail came from is proof of its sender: so a phone number without a key is enough."""
    path = tmp_path / "lmtp.sock"
    resident = serve(lmtp=path)
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(20)
        one.connect(str(path))
        one.sendall(
            f"LHLO mx\r\nXFORWARD ADDR=127.0.0.1 IDENT=4Qabc\r\nMAIL FROM:<{ANNA}>\r\n"
            "RCPT TO:<20123456@sendmailsms.dk>\r\nDATA\r\n".encode()
        )
        one.sendall(
            office.mail(1, to="20123456@sendmailsms.dk", subject="Hej").replace(b"\n", b"\r\n") + b".\r\nQUIT\r\n"
        )
        one.makefile("rb").read()
    assert [row.peer for row in office.sms_out()] == ["+4520123456"]
    assert resident.process


def test_by_a_port_anybody_may_speak_and_proves_nothing(resident: Resident) -> None:
    office = resident.office
    mail = office.mail(1, to="20123456@sendmailsms.dk", subject="Hej")
    assert resident.delivers(mail, "20123456@sendmailsms.dk", options="ADDR=127.0.0.1") == ["250 2.0.0 Ok"]
    assert office.sms_out() == []


def test_a_full_desk_says_try_again_and_takes_what_comes_later(serve: Callable[..., Resident]) -> None:
    resident = serve(threads=1, queue=1)
    office = resident.office
    office.provider.manner = "late"
    seen: list[str] = []

    def one(number: int) -> None:
        with resident.lmtp() as session:
            session.mail(ANNA)
            session.rcpt(office.key_address)
            code, words = session.docmd("DATA")
            if code != 354:
                seen.append(f"{code} {words.decode()}")
                return
            session.send(office.mail(number, subject="20123456").replace(b"\n", b"\r\n") + b".\r\n")
            seen.append(str(session.getreply()[0]))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(seen) >= 3)
    assert seen[:3] == ["452 4.3.2 too many mails at once, please try again later"] * 3
    office.provider.manner = "accept"
    for thread in threads:
        thread.join(30)
    assert sorted(seen)[:2] == ["250", "250"]
    assert resident.delivers(office.mail(9), office.key_address) == ["250 2.0.0 Ok"]


def test_a_client_that_goes_in_the_middle_leaves_nothing(resident: Resident) -> None:
    with connected(resident) as one:
        one.sendall(f"LHLO x\r\nMAIL FROM:<{ANNA}>\r\nRCPT TO:<{resident.office.key_address}>\r\nDATA\r\n".encode())
        one.recv(4096)
        one.sendall(resident.office.mail(1))
    assert resident.delivers(resident.office.mail(2), resident.office.key_address) == ["250 2.0.0 Ok"]
    assert {row.text for row in resident.office.sms_out()} == {"Hej 2"}


def test_it_listens_on_loopback_only(resident: Resident) -> None:
    assert str(resident.lmtp_address).startswith(LOOPBACK)
    hexed = f"{resident.policy_port:04X}"
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if hexed in line]
    assert any(address == f"0100007F:{hexed}" for address in listening)
