"""The policy service as an MTA asks it. What is refused, and in which words, is `tests/dialog/test_door.py`'s."""

from __future__ import annotations

import os
import socket
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.daemons import LOOPBACK
from tests.ledger.office import ANNA
from tests.server.resident import DUNNO, Resident, wait_until

STRANGER = {"sender": "kunde@elsewhere.example", "client_address": "192.0.2.9", "sasl_username": ""}
UNKNOWN = "550 5.1.1 no such address here"


def test_a_stranger_hears_unknown_or_nothing(resident: Resident) -> None:
    assert resident.asked(recipient="nobody@sendmailsms.dk", **STRANGER) == UNKNOWN
    assert resident.asked(recipient=f"k{'a' * 32}@sendmailsms.dk", **STRANGER) == UNKNOWN
    assert resident.asked(recipient=resident.office.key_address, **STRANGER) == DUNNO
    assert resident.asked(recipient="someone@elsewhere.example", **STRANGER) == DUNNO


def test_an_employee_hears_why(resident: Resident) -> None:
    said = resident.asked(recipient="112@sendmailsms.dk", sender=ANNA, sasl_username="anna")
    assert said == '550 5.1.3 "112" is not a number that can be texted: it is an emergency number.'


def test_a_connection_carries_any_number_of_requests(resident: Resident) -> None:
    request = b"protocol_state=RCPT\nrecipient=nobody@sendmailsms.dk\nsender=\n\n"
    with socket.create_connection((LOOPBACK, resident.policy_port), 20) as one:
        one.sendall(request * 100)
        one.shutdown(socket.SHUT_WR)
        assert one.makefile("rb").read() == f"action={UNKNOWN}\n\n".encode() * 100


def test_the_end_of_the_connection_ends_a_request_too(resident: Resident) -> None:
    """As Exim's readsocket may send it; and the answer is followed by the end."""
    with socket.create_connection((LOOPBACK, resident.policy_port), 20) as one:
        one.sendall(b"recipient=nobody@sendmailsms.dk")
        one.shutdown(socket.SHUT_WR)
        assert one.makefile("rb").read() == f"action={UNKNOWN}\n\n".encode()


def test_only_recipients_are_judged(resident: Resident) -> None:
    with socket.create_connection((LOOPBACK, resident.policy_port), 20) as one:
        one.sendall(b"protocol_state=DATA\nrecipient=nobody@sendmailsms.dk\n\n")
        assert one.makefile("rb").readline() == b"action=dunno\n"


def test_what_is_no_request_ends_the_connection_and_nothing_else(resident: Resident) -> None:
    for garbage in (b"x" * 100_000, b"recipient=" + b"x" * 5000 + b"\n\n", b"a=b\n" * 10_000, b"\xff\x00=\n\n"):
        with socket.create_connection((LOOPBACK, resident.policy_port), 20) as one:
            one.sendall(garbage)
            one.shutdown(socket.SHUT_WR)
            assert one.makefile("rb").read() in (b"", b"action=dunno\n\n")
    assert resident.asked(recipient="nobody@sendmailsms.dk") == UNKNOWN


def test_without_the_database_the_door_is_open(resident: Resident) -> None:
    state = resident.office.base / "state"
    assert resident.asked(recipient=f"k{'a' * 32}@sendmailsms.dk", **STRANGER) == UNKNOWN
    os.rename(state, f"{state}.away")
    assert resident.asked(recipient=resident.office.key_address, **STRANGER) == DUNNO
    os.rename(f"{state}.away", state)
    wait_until(lambda: resident.asked(recipient=f"k{'a' * 32}@sendmailsms.dk", **STRANGER) == UNKNOWN)


def test_an_unknown_key_and_a_disabled_one_take_the_same_time(resident: Resident) -> None:
    """Medians of a thousand answers each, in turn: nothing to be learned from the clock."""
    from smsdialog.dialog import key

    office = resident.office
    key.disable(office.service, "Firma")
    addresses = (office.key_address, f"k{'a' * 32}@sendmailsms.dk")
    times: tuple[list[float], list[float]] = ([], [])
    with socket.create_connection((LOOPBACK, resident.policy_port), 20) as one:
        answers = one.makefile("rb")
        for turn in range(2000):
            began = time.perf_counter()
            one.sendall(f"recipient={addresses[turn % 2]}\nsender=x@elsewhere.example\n\n".encode())
            assert answers.readline() + answers.readline() == f"action={UNKNOWN}\n\n".encode()
            times[turn % 2].append(time.perf_counter() - began)
    known, unknown = map(statistics.median, times)
    assert 0.8 < known / unknown < 1.25


def test_lmtp_says_the_same_at_rcpt(serve: Callable[..., Resident]) -> None:
    """So that an MTA that probes recipients (reject_unverified_recipient) refuses what the policy service would."""
    resident = serve()
    for recipient in (
        "nobody",
        f"k{'b' * 32}",
        resident.office.secret,
        "20123456",
        "help",
        "112",
        "1.aaaaaaaaaaaaaaaa",
    ):
        address = f"{recipient}@sendmailsms.dk"
        with resident.lmtp() as session:
            session.mail("double-bounce@mx.firma.example")
            code, words = session.rcpt(address)
        said = resident.asked(recipient=address, sender="double-bounce@mx.firma.example")
        assert f"{code} {words.decode()}" == (said if said != DUNNO else "250 2.1.5 Ok")
    assert isinstance(resident.socket_file, Path)
