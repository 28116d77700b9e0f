"""The product and a real smsd with the shipped settings: both ways, with receipts, and with nobody there to listen."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.branch import ANNA, DANISH, Branch
from tests.e2e.daemons import base_directory, wait_for
from tests.e2e.modem import Part
from tests.e2e.smstools import SmsTools

pytestmark = [pytest.mark.needs("smstools", "root")]

DELIVERED, STILL_TRYING, EXPIRED = 0, 48, 70


class SmsToolsBranch(Branch):
    """The product beside a smsd."""

    def __init__(self, base: Path, programs: Path) -> None:
        (base / "smsd").mkdir()
        self.smsd = SmsTools(base / "smsd")
        super().__init__(base, programs, self.smsd.toml)
        self.command = f"{self.installation.programs}/smsdialog --config {self.installation.config}"

    def parts(self, number: str, count: int = 1) -> list[Part]:
        """The parts that went on the air to a number."""

        def found() -> list[Part] | None:
            parts = [part for part in self.smsd.modem.sent if part.to == number]
            return parts if len(parts) >= count else None

        return wait_for(found, f"{count} parts", 30)


@pytest.fixture(scope="module")
def branch(programs: Path) -> Iterator[SmsToolsBranch]:
    with base_directory("smsd") as base:
        running = SmsToolsBranch(base, programs)
        try:
            running.smsd.start(running.command)
            yield running
        finally:
            running.smsd.stop()


def test_a_mail_is_an_sms_and_what_the_phone_says_arrives(branch: SmsToolsBranch) -> None:
    branch.writes("4520111111", "Hej æøå ÆØÅ € [x] {y} ~^\\|")
    (part,) = branch.parts("4520111111")
    assert part.text == "Hej æøå ÆØÅ € [x] {y} ~^\\|"
    assert part.wants_report
    known_as = wait_for(lambda: branch.message("4520111111")["gateway_id"], "the number of the SMS", 20, pause=0.2)
    assert known_as == f"4520111111/{part.reference}"
    branch.smsd.modem.reports(part, STILL_TRYING)
    branch.smsd.modem.reports(part, DELIVERED)
    branch.becomes("4520111111", "delivered")


def test_an_emoji_goes_out_with_all_that_follows_it(branch: SmsToolsBranch) -> None:
    branch.writes("4520222222", "Tak 😀 for i går " + "😀" * 60)
    parts = branch.parts("4520222222", 3)
    units = "".join(part.text for part in sorted(parts, key=lambda part: part.place))
    assert units.encode("utf-16-be", "surrogatepass").decode("utf-16-be") == "Tak 😀 for i går " + "😀" * 60


def test_a_long_sms_is_delivered_when_all_its_parts_are(branch: SmsToolsBranch) -> None:
    branch.writes("4520333333", DANISH)
    parts = branch.parts("4520333333", 3)
    assert "".join(part.text for part in sorted(parts, key=lambda part: part.place)) == DANISH
    wait_for(lambda: "smsdialog.4520333333" in " ".join(branch.smsd.left("sent")), "smsd to be done with it")
    for part in parts[:2]:
        branch.smsd.modem.reports(part, DELIVERED)
    wait_for(lambda: not branch.smsd.modem.memory and not branch.smsd.left("report"), "two reports", 20)
    assert branch.message("4520333333")["state"] == "sent"
    branch.smsd.modem.reports(parts[2], DELIVERED)
    branch.becomes("4520333333", "delivered")


def test_an_sms_that_no_phone_took_in_time_has_failed(branch: SmsToolsBranch) -> None:
    branch.writes("4520444444", "Hej")
    (part,) = branch.parts("4520444444")
    branch.smsd.modem.reports(part, EXPIRED)
    assert "SM validity period expired" in branch.becomes("4520444444", "failed")["reason"]
    wait_for(lambda: branch.mails("20 44 44 44"), "a mail")


def test_an_sms_that_the_modem_refuses_has_failed(branch: SmsToolsBranch) -> None:
    branch.smsd.modem.refusing = True
    try:
        branch.writes("4520555555", "Hej")
        assert "Network out of order" in branch.becomes("4520555555", "failed")["reason"]
    finally:
        branch.smsd.modem.refusing = False
    assert branch.smsd.left("failed") == []


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("4520666661", "Hej æøå €\nlinje 2 [x]"),
        ("4520666662", "Tak 😀 for i går"),
        ("4520666663", DANISH),
        ("4520666664", "Привет 🙂 " * 20),
    ],
    ids=["plain", "emoji", "long", "long ucs-2"],
)
def test_an_sms_is_a_mail(branch: SmsToolsBranch, sender: str, text: str) -> None:
    branch.smsd.modem.texts(sender, text)
    assert branch.receives(sender)["text"] == text
    wait_for(lambda: branch.receives(sender)["state"] == "mailed", "the mail", 20, pause=0.2)
    assert branch.mails(f"To: {ANNA}")
    wait_for(lambda: branch.smsd.left("incoming") == [], "its file to go")


def test_what_comes_while_the_database_is_away_is_taken_by_the_next_flush(branch: SmsToolsBranch) -> None:
    state = branch.installation.state
    database = state / "smsdialog.db"
    aside = state / "smsdialog.db.away"
    database.rename(aside)
    database.mkdir()
    branch.smsd.modem.texts("4520777777", "mens ingen lyttede")
    (left,) = wait_for(lambda: branch.smsd.left("incoming"), "the file", 20)
    time.sleep(3)
    database.rmdir()
    aside.rename(database)
    assert branch.installation.messages(direction="in", peer="+4520777777") == []
    path = branch.smsd.spool / "incoming" / left
    os.utime(path, (time.time() - 300, time.time() - 300))
    branch.installation.run("flush")
    assert branch.receives("4520777777")["text"] == "mens ingen lyttede"
    assert branch.smsd.left("incoming") == []
