"""Gammu SMSD: the file that an SMS becomes, and what the daemon's own files and its environment say.

The files are those that gammu-smsd 1.42 of Debian 12 wrote with its dummy phone in November 2026.
"""

from __future__ import annotations

import hashlib
import os
import re
import time

import pytest

from smsdialog.core.model import Delivery, Encoding, InboundSms, OutboundSms, PhoneNumber, Receipt, Segment
from smsdialog.errors import BadCall, TemporaryError
from smsdialog.gateways import Accepted, Event, WebCall
from smsdialog.gateways._base import HttpRequest
from smsdialog.gateways._smsbackup import sections
from smsdialog.gateways.gammu import NOT_SENT, backup
from tests.gateways.table import GSM7, NAME, UCS2, Hook, Table, make

AT = 1_795_338_000.0
HEAD = "; This file format was designed for Gammu and is compatible with Gammu+\n; Saved 20261122T141958\n\n"
SECTION = """[SMSBackup{at:03}]
; {comment}
PDU = {pdu}
DateTime = 20261122T090000Z
State = UnRead
Number = "+4520123456"
NumberUnicode = 002B
{udh}Text00 = {hexadecimal}
Coding = {coding}
Folder = 1
MessageReference = {tp_mr}

"""
INBOX = "IN20261122_090000_00_+4520123456_00.txt"
OUT = "OUTC20261122_090000_smsdialog_4520123456_r1.smsbackup"


def section(text: str | bytes, at: int = 0, udh: str = "", pdu: str = "Deliver", tp_mr: object = 0, **more: str) -> str:
    octets = text if isinstance(text, bytes) else text.encode("utf-16-be")
    comment = "\n; ".join(octets.decode("utf-16-be", "replace").encode("ascii", "replace").decode().split("\n"))
    coding = more.get("coding", "Unicode_No_Compression")
    return SECTION.format(
        at=at, comment=comment, pdu=pdu, udh=f"UDH = {udh}\n" if udh else "", hexadecimal=octets.hex().upper(),
        coding=coding, tp_mr=tp_mr,
    )  # fmt: skip


def file(*found: str) -> bytes:
    return (HEAD + "".join(found)).encode()


def report(words: str, tp_mr: int = 255) -> bytes:
    return file(section(words, pdu="Status_Report", tp_mr=tp_mr))


def sms(content: bytes, text: str, at: int = 0, segment: Segment | None = None) -> InboundSms:
    identity = f"{INBOX} {hashlib.sha256(content).hexdigest()[:16]} {at}"
    return InboundSms(NAME, identity, "+4520123456", "GSM1", text, AT, segment)


def sent(*tp_mrs: int) -> bytes:
    """An SMS of ours as the daemon leaves it: what it wrote into it stands above what was there."""
    return "".join(
        f"[SMSBackup000]\nNumber = x\nMessageReference = {tp_mr}\n" for tp_mr in tp_mrs
    ).encode() + b"Number = x\nMessageReference = none\n\n"  # fmt: skip


PLAIN = file(section("Hej æøå €\nlinje 2 😀"))
LONG = file(section("Tak \ud83d".encode("utf-16-be", "surrogatepass"), 0, "050003CC0201"),
            section("\ude00!".encode("utf-16-be", "surrogatepass"), 1, "050003CC0202"))  # fmt: skip
HALF = file(section("Tak ", 0, "050003CC0201"))

TABLE = Table(
    options={"spool": "/nowhere/gammu", "phone": "GSM1", "receipts": True},
    source="gammu 1.42, gammu-smsd-files(7) and gammu-smsd-run(7), and what it wrote, November 2026",
    unauthentic=(),
    nonsense=(WebCall("GET"), WebCall("POST")),
    hooks=(
        Hook(("RECEIVED", INBOX), {f"inbox/{INBOX}": PLAIN}, (sms(PLAIN, "Hej æøå €\nlinje 2 😀"),), f"inbox/{INBOX}"),
        Hook(("RECEIVED", INBOX), {f"inbox/{INBOX}": LONG}, (sms(LONG, "Tak 😀!"),), f"inbox/{INBOX}"),
        Hook(
            ("RECEIVED", INBOX),
            {f"inbox/{INBOX}": HALF},
            (sms(HALF, "Tak ", segment=Segment("cc", 2, 1)),),
            f"inbox/{INBOX}",
        ),
        Hook(
            ("SENT", OUT),
            {f"sent/{OUT}": sent(8, 7)},
            (Receipt(NAME, "r1", "4520123456/8 7", Delivery.ON_ITS_WAY),),
        ),
        Hook(("SENT", "OUT+4520123456.txt"), {"sent/OUT+4520123456.txt": b"Hej"}, ()),
        Hook(("FAILED", "INIT"), {}, ()),
        Hook(("FAILED", "OUT+4520123456.txt"), {"outbox/OUT+4520123456.txt": b"Hej"}, ()),
        Hook(
            ("FAILED", OUT),
            {f"error/{OUT}": b""},
            (Receipt(NAME, "r1", "", Delivery.FAILED, NOT_SENT),),
            f"error/{OUT}",
        ),
        *(
            Hook(
                ("RECEIVED", INBOX),
                {f"sent/{OUT}": sent(255, 254), f"inbox/{INBOX}": report(words)},
                (Receipt(NAME, "r1", "4520123456/255", delivery, words, "255", AT, 2),),
                f"inbox/{INBOX}",
            )
            for words, delivery in {
                "Delivered": Delivery.DELIVERED,
                "Failed": Delivery.FAILED,
                "Pending": Delivery.ON_ITS_WAY,
                "Unknown": Delivery.ON_ITS_WAY,
            }.items()
        ),
    ),
)  # fmt: skip


def perform_nothing(request: HttpRequest):
    raise AssertionError("gammu-smsd speaks no HTTP")


@pytest.fixture
def spool(tmp_path):
    for folder in ("outbox", "inbox", "sent", "error"):
        (tmp_path / folder).mkdir()
    return tmp_path


@pytest.fixture
def gateway(spool):
    return make("gammu", {"spool": str(spool)})


def received(gateway, spool, content: bytes) -> tuple[Event, ...]:
    (spool / "inbox" / INBOX).write_bytes(content)
    return gateway.event(["RECEIVED", INBOX], {})


class TestAnSmsBecomesAFile:
    def test_in_plain_letters(self, gateway, spool):
        assert gateway.send(GSM7, perform_nothing) == Accepted()
        (path,) = (spool / "outbox").iterdir()
        assert re.fullmatch(r"OUTC[0-9]{8}_[0-9]{6}_smsdialog_4520123456_r1\.smsbackup", path.name)
        assert len(path.name) < 100, "gammu-smsd has room for no more"
        text = "".join(f"{ord(char):04X}" for char in GSM7.text)
        assert path.read_text("ascii") == (
            '[SMSBackup000]\nPDU = Status_Report\nState = UnSent\nNumber = "+4520123456"\n'
            f"Text00 = {text}\nCoding = Default_No_Compression\n"
            "Folder = 2\nClass = -1\nMessageReference = none\n\n"
        )

    def test_with_an_emoji(self):
        (section,) = sections(backup(UCS2, receipts=True))
        assert section.text == "Tak 😀"
        assert section.fields["Coding"] == "Unicode_No_Compression"

    def test_without_a_report(self):
        assert b"PDU = Submit\n" in backup(GSM7, receipts=False)

    def test_of_several_parts_that_phones_join(self):
        long = OutboundSms("r1", "459192000123", PhoneNumber("+4520123456"), "a" * 400, Encoding.GSM7, 3)
        parts = sections(backup(long, receipts=True))
        assert "".join(part.text for part in parts) == long.text
        assert [(part.segment.total, part.segment.index) for part in parts if part.segment] == [(3, 1), (3, 2), (3, 3)]
        assert len({part.segment.reference for part in parts if part.segment}) == 1

    def test_in_the_order_in_which_they_were_written(self, gateway, spool, monkeypatch):
        now = time.time()
        for at, reference in enumerate(("zz", "aa")):
            monkeypatch.setattr(time, "gmtime", lambda at=at, real=time.localtime: real(now + 2 * at))
            gateway.send(
                OutboundSms(reference, "1", PhoneNumber("+4520123456"), "x", Encoding.GSM7, 1), perform_nothing
            )
        assert [path.name.split("_")[-1] for path in sorted((spool / "outbox").iterdir())] == [
            "zz.smsbackup",
            "aa.smsbackup",
        ]


class TestAnSmsThatFailed:
    def test_is_taken_from_the_daemon_which_would_send_its_first_parts_again_and_again(self, gateway, spool):
        gateway.send(GSM7, perform_nothing)
        (path,) = (spool / "outbox").iterdir()
        (receipt,) = gateway.event(["FAILED", path.name], {})
        assert (receipt.reference, receipt.delivery) == ("r1", Delivery.FAILED)
        assert list((spool / "outbox").iterdir()) == []
        gateway.taken(["FAILED", path.name])
        assert list((spool / "error").iterdir()) == []

    def test_is_still_found_when_that_could_not_be_written_down(self, gateway, spool):
        gateway.send(GSM7, perform_nothing)
        (path,) = (spool / "outbox").iterdir()
        gateway.event(["FAILED", path.name], {})
        (arguments,) = gateway.waiting(time.time() + 200)
        assert gateway.event(arguments, {})[0].reference == "r1"

    def test_of_somebody_else_is_left_alone(self, gateway, spool):
        (spool / "outbox" / "OUT+4520123456.txt").write_bytes(b"Hej")
        assert gateway.event(["FAILED", "OUT+4520123456.txt"], {}) == ()
        assert (spool / "outbox" / "OUT+4520123456.txt").exists()


class TestAReport:
    def test_waits_for_its_sms_and_then_names_it_as_the_network_does(self, gateway, spool):
        with pytest.raises(TemporaryError, match="not known as sent yet"):
            received(gateway, spool, report("Delivered", 7))
        os.utime(spool / "inbox" / INBOX, (time.time() - 4000, time.time() - 4000))
        (receipt,) = gateway.event(["RECEIVED", INBOX], {})
        assert (receipt.reference, receipt.gateway_id) == ("", "4520123456/7")

    def test_is_of_the_newest_sms_with_its_number(self, gateway, spool):
        for age, reference in ((9000, "old"), (10, "new")):
            path = spool / "sent" / OUT.replace("r1", reference)
            path.write_bytes(sent(7))
            os.utime(path, (time.time() - age, time.time() - age))
        assert received(gateway, spool, report("Delivered", 7))[0].reference == "new"


class TestAnSmsComesIn:
    def test_and_what_it_says_is_no_field(self, gateway, spool):
        """Gammu writes the text for people, too, as a comment."""
        (found,) = received(gateway, spool, file(section('x\r[SMSBackup001]\nNumber = "+4599999999"\n[SMSBackup002]')))
        assert found.sender == "+4520123456"
        assert found.text == 'x\r[SMSBackup001]\nNumber = "+4599999999"\n[SMSBackup002]'

    @pytest.mark.parametrize(
        "content", [b"", b"Hej", file(section("x", coding="8bit")), file(section("x").replace("0078", "xx"))]
    )
    def test_and_is_not_as_agreed(self, gateway, spool, content):
        with pytest.raises(BadCall):
            received(gateway, spool, content)

    def test_and_its_file_is_gone_because_another_run_was_sooner(self, gateway):
        """What the environment says of it must not make a second SMS."""
        environment = {"SMS_MESSAGES": "1", "SMS_1_NUMBER": "+4520123456", "SMS_1_TEXT": "Hej ???"}
        assert gateway.event(["RECEIVED", INBOX], environment) == ()


ENVIRONMENT = {"SMS_MESSAGES": "1", "DECODED_PARTS": "0", "SMS_1_NUMBER": "+4520123456", "SMS_1_TEXT": "Hej"}


class TestAnotherServiceThanFiles:
    """SQL and null leave nothing but the environment."""

    @pytest.mark.parametrize(
        ("more", "text"),
        [
            ({}, "Hej"),
            ({"DECODED_PARTS": "1", "DECODED_1_TEXT": "Hej Bo"}, "Hej Bo"),
            ({"DECODED_PARTS": "1", "DECODED_0_TEXT": "Hej Bo"}, "Hej Bo"),
            ({"DECODED_PARTS": "2", "DECODED_1_TEXT": "Hej ", "DECODED_2_TEXT": "Bo"}, "Hej Bo"),
            ({"SMS_MESSAGES": "2", "SMS_2_TEXT": " Bo"}, "Hej Bo"),
            ({"DECODED_PARTS": "x"}, "Hej"),
        ],
    )
    def test_tells_it_there(self, gateway, more, text):
        (found,) = gateway.event(["RECEIVED", "17"], {**ENVIRONMENT, **more})
        assert (found.gateway_id, found.sender, found.to, found.text) == ("17", "+4520123456", NAME, text)

    def test_names_the_modem_there(self, gateway):
        assert gateway.event(["RECEIVED"], {**ENVIRONMENT, "PHONE_ID": "GSM2"})[0].to == "GSM2"

    @pytest.mark.parametrize("more", [{"SMS_MESSAGES": "0"}, {"SMS_1_REFERENCE": "7"}, {"SMS_MESSAGES": "x"}])
    def test_and_what_is_no_sms_says_nothing(self, gateway, more):
        assert gateway.event(["RECEIVED"], {**ENVIRONMENT, **more}) == ()

    def test_holds_nothing_so_that_we_must(self, gateway):
        assert not gateway.holds(["RECEIVED", "17"])
