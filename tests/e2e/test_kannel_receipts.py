"""The product with Kannel and receipts on: what the operator says arrives in the ledger, and all that comes in does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.branch import DANISH, Branch
from tests.e2e.daemons import base_directory, free_port, wait_for
from tests.e2e.operator import BUFFERED, DELIVERED, FAILED, KannelWithOperator, Operator

pytestmark = [pytest.mark.needs("kannel")]

PREFIX = "4530"
SECONDS, PER_SECOND = 10, 200


class KannelBranch(Branch):
    """The product behind Kannel, whose phones and whose operator are ours."""

    def __init__(self, base: Path, programs: Path) -> None:
        (base / "kannel").mkdir()
        self.operator = Operator(PREFIX)
        web_port = free_port()
        self.kannel = KannelWithOperator(base / "kannel", web_port, self.operator)
        super().__init__(base, programs, self.kannel.toml, web_port)
        self.web = self.installation.web_server(web_port)

    def start(self) -> None:
        """Start all of it."""
        self.web.start(self.web_port, timeout=30)
        self.phones = self.kannel.start()

    def stop(self) -> None:
        """Stop all of it."""
        self.kannel.stop()
        self.web.stop()
        self.operator.close()


@pytest.fixture(scope="module")
def branch(programs: Path) -> Iterator[KannelBranch]:
    with base_directory("branch") as base:
        running = KannelBranch(base, programs)
        try:
            running.start()
            yield running
        finally:
            running.stop()


def test_the_phones_receipt_arrives(branch: KannelBranch) -> None:
    """Kannel's fake SMSC delivers at once, and says so."""
    branch.writes("4520111111", "Hej")
    branch.becomes("4520111111", "delivered")


def test_the_operators_receipts_arrive_step_by_step(branch: KannelBranch) -> None:
    """8 is from Kannel itself, 4 and 1 are from the operator."""
    number = f"{PREFIX}111111"
    branch.writes(number, "Hej")
    (taken,) = wait_for(lambda: branch.operator.to(number), "the SMS")
    branch.becomes(number, "sent")
    branch.operator.reports(taken, BUFFERED, "ENROUTE")
    branch.operator.reports(taken, DELIVERED, "DELIVRD")
    branch.becomes(number, "delivered")
    shown = branch.installation.json("message", "show", branch.message(number)["id"])
    assert {receipt["reason"] for receipt in shown["receipts"]} & {"DELIVRD"}


def test_an_sms_that_the_operator_cannot_deliver_has_failed_and_its_employee_reads_why(branch: KannelBranch) -> None:
    number = f"{PREFIX}222222"
    branch.writes(number, "Hej")
    (taken,) = wait_for(lambda: branch.operator.to(number), "the SMS")
    branch.operator.reports(taken, FAILED, "UNDELIV err:069")
    assert "UNDELIV" in branch.becomes(number, "failed")["reason"]
    wait_for(lambda: branch.mails("30 22 22 22"), "a mail")


def test_an_sms_that_the_operator_refuses_has_failed(branch: KannelBranch) -> None:
    """16: it never got beyond him."""
    number = f"{PREFIX}333333"
    branch.operator.unknown.add(number)
    branch.writes(number, "Hej")
    branch.becomes(number, "failed")


def test_400_danish_characters_go_out_whole(branch: KannelBranch) -> None:
    branch.writes("4520444444", DANISH)
    sms = wait_for(lambda: [sms for sms in branch.phones.inbox if sms.to.endswith("20444444")], "the SMS")[0]
    assert sms.text == DANISH
    assert sms.parts == 3
    branch.becomes("4520444444", "delivered")


def test_a_long_sms_has_one_receipt_for_all_its_parts(branch: KannelBranch) -> None:
    """Kannel asks the operator for one of the first part only (gw/sms.c, sms_split): so it is of the whole."""
    number = f"{PREFIX}444444"
    branch.writes(number, DANISH)
    taken = wait_for(
        lambda: branch.operator.to(number) if len(branch.operator.to(number)) == 3 else None, "three parts"
    )
    assert "".join(part.text for part in sorted(taken, key=lambda part: part.header[5])) == DANISH
    for part in reversed(taken):
        try:
            branch.operator.reports(part, DELIVERED, "DELIVRD")
        except OSError:
            assert part.header[5] > 1, "of the first part he must be heard"
    branch.becomes(number, "delivered")


def test_400_danish_characters_come_in_whole(branch: KannelBranch) -> None:
    branch.phones.texts("4520555555", branch.number, DANISH)
    assert branch.receives("4520555555")["text"] == DANISH


def test_200_sms_a_second_for_10_seconds_lose_nothing(branch: KannelBranch, figures: list[str]) -> None:
    """More than the web server can take at once: what it has no room for waits in Kannel, `max-pending-requests`."""
    started = time.monotonic()
    for number in range(SECONDS * PER_SECOND):
        branch.phones.texts(f"45206{number:05}", branch.number, f"SMS nr. {number}")
        time.sleep(max(0.0, started + (number + 1) / PER_SECOND - time.monotonic()))
    sent_in = time.monotonic() - started
    wanted = {f"SMS nr. {number}" for number in range(SECONDS * PER_SECOND)}
    wait_for(lambda: len(numbered(branch)) >= len(wanted), "all of them", 180, lambda: str(len(numbered(branch))), 1.0)
    taken_in = time.monotonic() - started
    texts = [sms["text"] for sms in numbered(branch)]
    assert set(texts) == wanted
    assert len(texts) == len(wanted)
    figures.append(f"{len(wanted)} SMS came in within {sent_in:.1f} s; all were in the ledger after {taken_in:.1f} s")
    wait_for(lambda: all(sms["state"] == "mailed" for sms in numbered(branch)), "all mails", 120, pause=1.0)


def numbered(branch: KannelBranch) -> list[dict[str, Any]]:
    """The SMS of the last test, as the ledger has them."""
    return [sms for sms in branch.installation.messages(direction="in") if sms["text"].startswith("SMS nr. ")]
