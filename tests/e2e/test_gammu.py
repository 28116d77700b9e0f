"""The product and a real gammu-smsd with the shipped settings, on Gammu's dummy phone: both ways, with receipts."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.branch import ANNA, DANISH, Branch
from tests.e2e.daemons import Daemon, base_directory, own, product_user, wait_for
from tests.e2e.shipped import shipped

pytestmark = [pytest.mark.needs("gammu", "root")]

# The dummy phone gives every SMS this number.
DUMMY_TP_MR = 255
FIRST_PLACE = 10
SMS = """\
[SMSBackup000]
PDU = {pdu}
DateTime = 20261122T0900{second:02}Z
State = UnRead
Number = "{number}"
{udh}Text00 = {text}
Coding = Unicode_No_Compression
Folder = 1
MessageReference = {reference}
"""


class GammuBranch(Branch):
    """The product beside a gammu-smsd."""

    def __init__(self, base: Path, programs: Path) -> None:
        self.home = base / "gammu"
        self.spool = self.home / "spool"
        gateway = f'[gateways.main]\ntype = "gammu"\nspool = "{self.spool}"\n\n'
        super().__init__(base, programs, gateway + '[gateways.main.receivers]\nmain = "459192000001"\n')
        self._command = f"{self.installation.programs}/smsdialog --config {self.installation.config}"
        self._places = itertools.count(FIRST_PLACE)
        command = ["/usr/bin/gammu-smsd", "-c", str(self.home / "gammu-smsdrc")]
        # As systemd and init start it: without a locale.
        self.smsd = Daemon(command, base / "gammu.out", product_user(), {"LANG": "C"})

    def start(self) -> None:
        """Write the configuration, and start."""
        folders = [*(f"spool/{name}" for name in ("inbox", "outbox", "sent", "error")), "phone", "phone/sms/1", "new"]
        for folder in folders:
            own(self.home / folder, product_user())
        for folder in ("phone/sms", ".", "spool"):
            own(self.home / folder, product_user())
        (self.home / "gammu-smsdrc").write_text(shipped("gammu/gammu-smsdrc", {
            "port = /dev/ttyUSB0\nconnection = at": f"model = dummy\nconnection = none\nport = {self.home}/phone",
            "logfile = syslog": f"logfile = {self.home}/smsd.log\nstatusfrequency = 0",
            "/var/spool/gammu": str(self.spool),
            "= smsdialog gateway": f"= {self._command} gateway",
            "commtimeout = 5\nreceivefrequency = 5": "commtimeout = 1\nreceivefrequency = 1\nmultiparttimeout = 5",
        }))  # fmt: skip
        self.smsd.start()

    def phone_has(self, number: str, text: str, *, udh: str = "", pdu: str = "Deliver", reference: int = 0) -> None:
        """An SMS, or a report, lies in the memory of the phone."""
        place = next(self._places)
        octets = text.encode("utf-16-be", "surrogatepass").hex().upper()
        header = f"UDH = {udh}\n" if udh else ""
        content = SMS.format(pdu=pdu, number=number, udh=header, text=octets, reference=reference, second=place % 60)
        draft = self.home / "new" / str(place)
        draft.write_text(content)
        draft.chmod(0o666)
        draft.rename(self.home / "phone" / "sms" / "1" / str(place))

    def left(self, folder: str) -> list[str]:
        """What lies in a folder."""
        return sorted(path.name for path in (self.spool / folder).iterdir())


@pytest.fixture(scope="module")
def branch(programs: Path) -> Iterator[GammuBranch]:
    with base_directory("gammu") as base:
        running = GammuBranch(base, programs)
        try:
            running.start()
            yield running
        finally:
            running.smsd.stop()


def test_a_mail_is_an_sms_and_what_the_phone_says_arrives(branch: GammuBranch) -> None:
    branch.writes("4520111111", "Hej æøå €")
    known_as = wait_for(lambda: branch.message("4520111111")["gateway_id"], "the number of the SMS", 30, pause=0.2)
    assert known_as == f"4520111111/{DUMMY_TP_MR}"
    assert branch.left("outbox") == []
    branch.phone_has("+4520111111", "Pending", pdu="Status_Report", reference=DUMMY_TP_MR)
    branch.phone_has("+4520111111", "Delivered", pdu="Status_Report", reference=DUMMY_TP_MR)
    branch.becomes("4520111111", "delivered")


def test_an_sms_that_no_phone_took_has_failed(branch: GammuBranch) -> None:
    branch.writes("4520222222", "Hej")
    wait_for(lambda: branch.message("4520222222")["gateway_id"], "the number of the SMS", 30, pause=0.2)
    branch.phone_has("+4520222222", "Failed", pdu="Status_Report", reference=DUMMY_TP_MR)
    branch.becomes("4520222222", "failed")
    wait_for(lambda: branch.mails("20 22 22 22"), "a mail")


def test_a_long_sms_with_emoji_is_taken_in_all_its_parts(branch: GammuBranch) -> None:
    branch.writes("4520333333", "Tak 😀 for i går " + "😀" * 60)
    known_as = wait_for(lambda: branch.message("4520333333")["gateway_id"], "the numbers of the parts", 30, pause=0.2)
    assert known_as == f"4520333333/{' '.join([str(DUMMY_TP_MR)] * 3)}"


@pytest.mark.parametrize(
    ("sender", "text"), [("4520666661", "Hej æøå €\nlinje 2"), ("4520666662", "Tak 😀")], ids=["danish", "emoji"]
)
def test_an_sms_is_a_mail(branch: GammuBranch, sender: str, text: str) -> None:
    branch.phone_has(f"+{sender}", text)
    assert branch.receives(sender)["text"] == text
    wait_for(lambda: branch.receives(sender)["state"] == "mailed", "the mail", 20, pause=0.2)
    assert branch.mails(f"To: {ANNA}")
    wait_for(lambda: branch.left("inbox") == [], "its file to go")


def test_a_long_sms_comes_in_whole(branch: GammuBranch) -> None:
    text = f"{DANISH[:66]}😀{DANISH[66:120]}"
    units = text.encode("utf-16-be").decode("utf-16-be")
    octets = units.encode("utf-16-be")
    for number, start in enumerate(range(0, len(octets), 134), 1):
        piece = octets[start : start + 134].decode("utf-16-be", "surrogatepass")
        branch.phone_has("+4520666663", piece, udh=f"0500034202{number:02}")
    assert branch.receives("4520666663")["text"] == text


def test_what_comes_while_the_database_is_away_is_taken_by_the_next_flush(branch: GammuBranch) -> None:
    database = branch.installation.state / "smsdialog.db"
    aside = database.with_name("smsdialog.db.away")
    database.rename(aside)
    database.mkdir()
    branch.phone_has("+4520777777", "mens ingen lyttede, æøå")
    (left,) = wait_for(lambda: branch.left("inbox"), "the file", 20)
    time.sleep(3)
    database.rmdir()
    aside.rename(database)
    assert branch.installation.messages(direction="in", peer="+4520777777") == []
    path = branch.spool / "inbox" / left
    os.utime(path, (time.time() - 300, time.time() - 300))
    branch.installation.run("flush")
    assert branch.receives("4520777777")["text"] == "mens ingen lyttede, æøå"
    assert branch.left("inbox") == []
