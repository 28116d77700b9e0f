"""SMS Server Tools 3: the file that an SMS becomes, and what smsd's own files say.

The files are those that smsd 3.1.21 of Debian 12 wrote in November 2026, with the fields that say nothing left out.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time

import pytest

from smsdialog.core.model import Delivery, Encoding, InboundSms, OutboundSms, PhoneNumber, Receipt, Segment
from smsdialog.errors import BadCall, TemporaryError
from smsdialog.gateways import Accepted, Event, WebCall
from smsdialog.gateways._base import HttpRequest
from smsdialog.gateways.smstools import Options, local_seconds, message
from tests.gateways.table import GSM7, NAME, SPOOL, UCS2, Hook, Table, make

AT = time.mktime((2026, 11, 22, 14, 18, 57, 0, 0, -1))
HEADER = (
    "From: {sender}\nFrom_TOA: {toa}\nFrom_SMSC: 45170000000\nSent: 26-11-22 14:18:57\nReceived: 26-11-22 14:18:58\n"
    "Subject: GSM1\nModem: GSM1\nReport: no\nAlphabet: {alphabet}\n{more}Length: 5\n\n"
)
REPORT_BODY = "SMS STATUS REPORT\nMessage_id: {tp_mr}\nDischarge_timestamp: 26-11-22 14:18:57\nStatus: {status}"
SENT = "To: {to}\nAlphabet: UTF-8\nReport: yes\nX-Id: {reference}\nModem: GSM1\nMessage_id: {ids} .\n\nHej"
FAILED = (
    "To: 4520123456\nX-Id: r1\nFail_reason: +CMS ERROR: 38 (Network out of order)\nFailed: 26-11-22 14:18:57\n"
    "PDU: 00\n\nHej"
)
INTERNATIONAL = "91 international, ISDN/telephone"


def received(
    body: bytes, alphabet: str = "UTF-8", sender: str = "4520123456", toa: str = INTERNATIONAL, more: str = ""
) -> bytes:
    return HEADER.format(sender=sender, toa=toa, alphabet=alphabet, more=more).encode() + body


def report(tp_mr: int, status: str) -> bytes:
    return received(REPORT_BODY.format(tp_mr=tp_mr, status=status).encode())


def sent(reference: str, ids: str, to: str = "4520123456") -> bytes:
    return SENT.format(to=to, reference=reference, ids=ids).encode()


def sms(content: bytes, text: str, name: str = "GSM1.lmbKgq", sender: str = "+4520123456") -> InboundSms:
    return InboundSms(NAME, f"{name} {hashlib.sha256(content).hexdigest()[:16]}", sender, "GSM1", text, AT)


PLAIN = received("Hej æøå €\nlinje 2".encode())
UTF16 = received("Tak 😀".encode("utf-16-be"), "UCS2")
LONG = {"sent/smsdialog.4520123456.r1": sent("r1", "251 252")}

TABLE = Table(
    options={"spool": "/nowhere/sms", "queue": "GSM1", "receipts": True},
    source="smstools 3.1.21, fileformat.html and eventhandler.html, and what it wrote, November 2026",
    unauthentic=(),
    nonsense=(WebCall("GET"), WebCall("POST")),
    hooks=(
        Hook(
            ("RECEIVED", f"{SPOOL}/incoming/GSM1.lmbKgq"),
            {"incoming/GSM1.lmbKgq": PLAIN},
            (sms(PLAIN, "Hej æøå €\nlinje 2"),),
            goes="incoming/GSM1.lmbKgq",
        ),
        Hook(
            ("RECEIVED", f"{SPOOL}/incoming/GSM1.bdsjhX"),
            {"incoming/GSM1.bdsjhX": UTF16},
            (sms(UTF16, "Tak 😀", "GSM1.bdsjhX"),),
            goes="incoming/GSM1.bdsjhX",
        ),
        Hook(
            ("SENT", f"{SPOOL}/sent/smsdialog.4520123456.r1", "251 252 ."),
            LONG,
            (Receipt(NAME, "r1", "4520123456/251 252", Delivery.ON_ITS_WAY),),
        ),
        Hook(("SENT", f"{SPOOL}/sent/other"), {"sent/other": b"To: 4520123456\n\nHej"}, ()),
        Hook(("FAILED", f"{SPOOL}/failed/other"), {"failed/other": b"To: 4520123456\n\nHej"}, ()),
        Hook(
            ("FAILED", f"{SPOOL}/failed/smsdialog.4520123456.r1"),
            {"failed/smsdialog.4520123456.r1": FAILED.encode()},
            (Receipt(NAME, "r1", "", Delivery.FAILED, "+CMS ERROR: 38 (Network out of order)", happened_at=AT),),
            goes="failed/smsdialog.4520123456.r1",
        ),
        *(
            Hook(
                ("REPORT", f"{SPOOL}/report/GSM1.98cUP3"),
                {**LONG, "report/GSM1.98cUP3": report(252, status)},
                (Receipt(NAME, "r1", "4520123456/252", delivery, status, "252", AT, 2),),
                goes="report/GSM1.98cUP3",
            )
            for status, delivery in {
                "0,Ok,short message received by the SME": Delivery.DELIVERED,
                "1,Ok,short message forwarded by the SC to the SME": Delivery.DELIVERED,
                "48,Temporary,Congestion": Delivery.ON_ITS_WAY,
                "65,Error,Incompatible destination": Delivery.FAILED,
                "70,Error,SM validity period expired": Delivery.EXPIRED,
                "96,Error,Congestion": Delivery.FAILED,
            }.items()
        ),
    ),
)


def perform_nothing(request: HttpRequest):
    raise AssertionError("smsd speaks no HTTP")


@pytest.fixture
def spool(tmp_path):
    for folder in ("outgoing", "checked", "incoming", "report", "sent", "failed"):
        (tmp_path / folder).mkdir()
    return tmp_path


@pytest.fixture
def gateway(spool):
    return make("smstools", {"spool": str(spool)})


def event(gateway, kind: str, path, content: bytes) -> tuple[Event, ...]:
    path.write_bytes(content)
    return gateway.event([kind, str(path)], {})


class TestAnSmsBecomesAFile:
    def test_in_plain_letters(self, gateway, spool):
        assert gateway.send(GSM7, perform_nothing) == Accepted()
        (path,) = (spool / "outgoing").iterdir()
        assert path.name == "smsdialog.4520123456.r1"
        assert path.read_text("utf-8") == (
            "To: 4520123456\nAlphabet: UTF-8\nAutosplit: 3\nReport: yes\nX-Id: r1\n\nHej Bo\nDin bil er færdig."
        )

    def test_with_an_emoji_before_which_smsd_would_end_a_text_in_utf_8(self):
        header, _, body = message(UCS2, Options()).partition(b"\n\n")
        assert b"\nAlphabet: UCS2\n" in header
        assert body.decode("utf-16-be") == "Tak 😀"

    def test_of_a_queue_without_reports(self):
        text = message(GSM7, Options(queue="GSM2", receipts=False)).decode()
        assert "\nReport: no\n" in text
        assert "\nQueue: GSM2\n\n" in text

    def test_to_a_short_code(self):
        short = OutboundSms("r1", "459192000123", PhoneNumber("+1919"), "Hej", Encoding.GSM7, 1)
        assert message(short, Options()).startswith(b"To: s1919\n")

    def test_whose_text_can_add_no_header(self):
        hostile = OutboundSms("r1", "1", PhoneNumber("+4520123456"), "To: 1\nX-Id: r2\n\nHej", Encoding.GSM7, 1)
        header, _, body = message(hostile, Options()).partition(b"\n\n")
        assert header.count(b"To: ") == header.count(b"X-Id: ") == 1
        assert body.decode() == hostile.text

    def test_that_the_daemons_group_may_move_and_nobody_else_reads(self, gateway, spool):
        gateway.send(GSM7, perform_nothing)
        (path,) = (spool / "outgoing").iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o660

    def test_that_is_there_whole_or_not_at_all(self, gateway, spool, monkeypatch):
        seen = []
        rename = os.rename

        def watching(source, target):
            seen.append([p.name for p in (spool / "outgoing").iterdir() if not p.name.startswith(".")])
            rename(source, target)

        monkeypatch.setattr("pathlib.Path.rename", watching)
        gateway.send(GSM7, perform_nothing)
        assert seen == [[]]

    def test_that_is_given_up_wherever_it_waits_unless_smsd_is_at_it(self, gateway, spool):
        gateway.send(GSM7, perform_nothing)
        gateway.send(UCS2, perform_nothing)
        for path in (spool / "outgoing").iterdir():
            path.rename(spool / "checked" / path.name)
        (spool / "checked" / "smsdialog.46701234567.r2.LOCK").touch()
        (arguments,) = gateway.waiting(time.time() + 13 * 3600)
        assert arguments == ("FAILED", str(spool / "failed" / "smsdialog.4520123456.r1"))

    def test_twice_is_one_file(self, gateway, spool):
        gateway.send(GSM7, perform_nothing)
        gateway.send(GSM7, perform_nothing)
        assert len(list((spool / "outgoing").iterdir())) == 1


class TestAReportFindsItsSms:
    def test_the_newest_of_those_that_had_its_number(self, gateway, spool):
        """TP-MR has eight bits: it comes again after 256 SMS."""
        for age, reference in ((9000, "old"), (10, "new"), (99_000, "older")):
            path = spool / "sent" / f"smsdialog.4520123456.{reference}"
            path.write_bytes(sent(reference, "7"))
            os.utime(path, (time.time() - age, time.time() - age))
        (receipt,) = event(gateway, "REPORT", spool / "report" / "GSM1.a", report(7, "0,Ok,received"))
        assert receipt.reference == "new"

    def test_among_those_to_its_recipient(self, gateway, spool):
        (spool / "sent" / "smsdialog.4520123456.r1").write_bytes(sent("r1", "7"))
        (spool / "sent" / "smsdialog.4520999999.r2").write_bytes(sent("r2", "7", "4520999999"))
        (receipt,) = event(gateway, "REPORT", spool / "report" / "GSM1.a", report(7, "0,Ok,received"))
        assert receipt.reference == "r1"

    def test_and_waits_while_smsd_may_be_busy_with_it(self, gateway, spool):
        path = spool / "report" / "GSM1.a"
        with pytest.raises(TemporaryError, match="not known as sent yet"):
            event(gateway, "REPORT", path, report(7, "0,Ok,received"))
        (spool / "sent" / "smsdialog.4520123456.r1").write_bytes(sent("r1", "7"))
        assert gateway.event(["REPORT", str(path)], {})[0].reference == "r1"

    def test_or_names_it_as_the_network_does_when_it_has_waited_long_enough(self, gateway, spool):
        path = spool / "report" / "GSM1.a"
        path.write_bytes(report(7, "0,Ok,received"))
        os.utime(path, (time.time() - 4000, time.time() - 4000))
        (receipt,) = gateway.event(["REPORT", str(path)], {})
        assert (receipt.reference, receipt.gateway_id) == ("", "4520123456/7")

    def test_or_at_once_where_smsd_keeps_nothing(self, gateway, spool):
        (spool / "sent").rmdir()
        (receipt,) = event(gateway, "REPORT", spool / "report" / "GSM1.a", report(7, "0,Ok,received"))
        assert (receipt.reference, receipt.gateway_id) == ("", "4520123456/7")

    @pytest.mark.parametrize(
        "body",
        [
            b"SMS STATUS REPORT",
            b"Message_id: 7\nStatus: x",
            b"Message_id: x\nStatus: 0",
            "Message_id: ²\nStatus: ²".encode(),
        ],
    )
    def test_or_makes_no_sense(self, gateway, spool, body):
        with pytest.raises(BadCall, match="a status report has"):
            event(gateway, "REPORT", spool / "report" / "GSM1.a", received(body))

    def test_a_customer_cannot_write_one(self, gateway, spool):
        (spool / "sent" / "smsdialog.4520123456.r1").write_bytes(sent("r1", "7"))
        (found,) = event(gateway, "RECEIVED", spool / "incoming" / "GSM1.a", report(7, "0,Ok,received"))
        assert isinstance(found, InboundSms)


class TestAnSmsComesIn:
    @pytest.mark.parametrize(
        ("octets", "alphabet"),
        [
            ("Hej æøå €".encode(), "UTF-8"),
            ("Hej æøå €".encode("utf-16-be"), "UCS2"),
            ("Hej æøå €".encode("utf-16-be"), "Unicode"),
            ("Hej æøå €".encode("iso8859-15"), "ISO"),
            ("Hej æøå €".encode("iso8859-15"), "Latin"),
            (b"Hej \x1d\x0c\x0f \x1be", "GSM"),
        ],
    )
    def test_in_the_alphabet_that_its_file_names(self, gateway, spool, octets, alphabet):
        (found,) = event(gateway, "RECEIVED", spool / "incoming" / "GSM1.a", received(octets, alphabet))
        assert found.text == "Hej æøå €"

    def test_that_is_no_text_is_put_aside_for_the_operator(self, gateway, spool):
        path = spool / "incoming" / "GSM1.a"
        with pytest.raises(BadCall, match="no text"):
            event(gateway, "RECEIVED", path, received(b"\0\1", "binary"))
        gateway.set_aside(["RECEIVED", str(path)])
        assert [p.name for p in (spool / "incoming").iterdir()] == ["GSM1.a.unreadable"]
        assert gateway.waiting(time.time() + 9999) == ()

    def test_as_a_part_where_smsd_does_not_join_them(self, gateway, spool):
        part = received("Hej ".encode("utf-16-be"), "UCS2", more="UDH-DATA: 05 00 03 CC 02 01\n")
        (found,) = event(gateway, "RECEIVED", spool / "incoming" / "GSM1.a", part)
        assert found.segment == Segment("cc", 2, 1)

    @pytest.mark.parametrize(
        ("sender", "toa", "read"),
        [
            ("4520123456", INTERNATIONAL, "+4520123456"),
            ("20123456", "A1 national, ISDN/telephone", "+4520123456"),
            ("1919", "81 unknown, ISDN/telephone", "1919"),
            ("Firma", "D0 alphanumeric", "Firma"),
        ],
    )
    def test_from_whoever_the_type_of_address_says(self, gateway, spool, sender, toa, read):
        content = received(b"Hej", sender=sender, toa=toa)
        assert event(gateway, "RECEIVED", spool / "incoming" / "GSM1.a", content)[0].sender == read

    def test_for_the_number_of_the_sim_where_smsd_knows_it(self, gateway, spool):
        content = received(b"Hej", more="Number: 459192000123\n")
        assert event(gateway, "RECEIVED", spool / "incoming" / "GSM1.a", content)[0].to == "459192000123"

    def test_twice_alike_is_two_sms(self, gateway, spool):
        first = event(gateway, "RECEIVED", spool / "incoming" / "GSM1.a", received(b"ok"))
        second = event(gateway, "RECEIVED", spool / "incoming" / "GSM1.b", received(b"ok"))
        assert first[0].gateway_id != second[0].gateway_id

    def test_and_cannot_be_read_now_is_read_later(self, gateway, spool):
        (spool / "incoming" / "GSM1.a").mkdir()
        with pytest.raises(TemporaryError, match="cannot be read"):
            gateway.event(["RECEIVED", str(spool / "incoming" / "GSM1.a")], {})


@pytest.mark.parametrize("written", ["", "yesterday", "26-13-22 14:18:57"])
def test_a_time_that_is_none_is_none(written):
    assert local_seconds(written) is None
