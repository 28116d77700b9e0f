"""The embedded default: a file of JSON lines, and JSON that comes in."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from smsdialog.core.model import InboundSms
from smsdialog.errors import BadCall, Unauthentic
from smsdialog.gateways import Accepted, Later, WebCall
from smsdialog.gateways.file import line
from tests.gateways.table import GSM7, HIDDEN, NAME, TEXT, UCS2, Table, make

BEARER = {"authorization": f"Bearer {HIDDEN}"}
SMS = {"from": "+4520123456", "to": "459192000123", "text": TEXT, "id": "a1"}


def post(fields: object, headers: dict[str, str] = BEARER) -> WebCall:
    return WebCall("POST", b"", headers, json.dumps(fields).encode())


TABLE = Table(
    options={"path": "/nowhere/outbox.jsonl", "secret": HIDDEN},
    source="Our own format, November 2026",
    inbound=(post(SMS), InboundSms(NAME, "a1", "+4520123456", "459192000123", TEXT)),
    unauthentic=(
        post(SMS, {}),
        post(SMS, {"authorization": ""}),
        post(SMS, {"authorization": HIDDEN}),
        post(SMS, {"authorization": "Bearer other"}),
        post(SMS, {"authorization": "Bearer \u00e6"}),
    ),
    nonsense=(
        WebCall("GET", b"", BEARER),
        WebCall("POST", b"", BEARER, b""),
        WebCall("POST", b"", BEARER, b"{"),
        WebCall("POST", b"", BEARER, b"\xff"),
        WebCall("POST", b"", BEARER, b"[" * 50_000),
        post([]),
        post("text"),
        post({}),
        post({**SMS, "text": 1}),
        post({**SMS, "from": None}),
        post({**SMS, "id": [1]}),
    ),
)


def perform_nothing(request):
    raise AssertionError("the file gateway speaks no HTTP")


def lines_of(path):
    return [json.loads(text) for text in path.read_text("utf-8").splitlines()]


def test_an_sms_is_one_json_object_on_one_line(tmp_path):
    path = tmp_path / "outbox.jsonl"
    before = datetime.now(UTC)
    assert make("file", {"path": str(path)}).send(GSM7, perform_nothing) == Accepted("r1")
    (sent,) = lines_of(path)
    at = datetime.fromisoformat(sent.pop("time"))
    assert sent == {
        "to": "+4520123456",
        "from": "459192000123",
        "text": TEXT,
        "parts": 1,
        "encoding": "gsm7",
        "reference": "r1",
    }
    assert abs((at - before).total_seconds()) < 60


def test_texts_are_written_as_they_are_not_escaped():
    written = line(UCS2, datetime(2026, 11, 22, 9, 0, tzinfo=UTC)).decode()
    assert '"text": "Tak 😀"' in written
    assert '"encoding": "ucs2"' in written
    assert written.endswith('"time": "2026-11-22T09:00:00.000+00:00"}\n')


def test_the_file_is_for_its_owner_and_group(tmp_path):
    path = tmp_path / "outbox.jsonl"
    make("file", {"path": str(path)}).send(GSM7, perform_nothing)
    assert stat.S_IMODE(path.stat().st_mode) & 0o137 == 0


def test_without_a_path_the_file_lies_in_the_state_folder():
    assert make("file", {})._path.as_posix() == "/var/lib/smsdialog/outbox.jsonl"


def test_lines_that_are_written_at_once_stay_whole(tmp_path):
    path = tmp_path / "outbox.jsonl"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: make("file", {"path": str(path)}).send(GSM7, perform_nothing), range(40)))
    assert [sent["reference"] for sent in lines_of(path)] == ["r1"] * 40


def test_a_file_that_cannot_be_written_is_tried_again(tmp_path):
    outcome = make("file", {"path": str(tmp_path / "no" / "outbox.jsonl")}).send(GSM7, perform_nothing)
    assert outcome == Later("the file cannot be written (No such file or directory)")


def test_a_full_disk_leaves_no_half_line(tmp_path):
    path = tmp_path / "outbox.jsonl"
    gateway = make("file", {"path": str(path)})
    gateway.send(GSM7, perform_nothing)
    whole = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 20, hard))
    try:
        outcome = gateway.send(GSM7, perform_nothing)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert isinstance(outcome, Later)
    assert path.read_bytes() == whole


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_device_that_takes_nothing_is_tried_again():
    outcome = make("file", {"path": "/dev/full"}).send(GSM7, perform_nothing)
    assert isinstance(outcome, Later)


def test_without_a_secret_everybody_may_call():
    assert make("file", {}).inbound(post(SMS, {}))[0].text == TEXT


def test_a_number_of_ours_is_read_however_it_is_written_and_ids_may_be_numbers():
    sms = make("file", {}).inbound(post({**SMS, "from": "004520123456", "to": "+45 9192 000 123", "id": 7}, {}))[0]
    assert (sms.sender, sms.to, sms.gateway_id) == ("+4520123456", "459192000123", "7")


def test_an_id_may_be_left_out_and_a_foreign_recipient_is_kept_as_it_came():
    sms = make("file", {}).inbound(post({"from": "Firma", "to": "1919", "text": ""}, {}))[0]
    assert (sms.sender, sms.to, sms.gateway_id, sms.text) == ("Firma", "1919", "", "")


def test_there_are_no_receipts():
    with pytest.raises(BadCall, match="no receipts"):
        make("file", {}).receipt(post({}, {}))


def test_the_scheme_is_known_in_either_case():
    assert make("file", {"secret": HIDDEN}).inbound(post(SMS, {"authorization": f"bearer  {HIDDEN} "}))[0].text == TEXT


def test_the_secret_is_compared_as_a_whole():
    with pytest.raises(Unauthentic):
        make("file", {"secret": HIDDEN}).inbound(post(SMS, {"authorization": f"Bearer {HIDDEN}x"}))


def test_sending_to_a_file_does_not_load_an_http_library(tmp_path):
    code = (
        "import sys; from tests.gateways.table import GSM7, Config\n"
        "from smsdialog.config import GatewayTable\n"
        "from smsdialog.gateways import Gateways\n"
        f"table = GatewayTable('main', 'file', {{'path': {str(tmp_path / 'outbox.jsonl')!r}}})\n"
        "print(Gateways(Config('a.example', gateways={'main': table})).send('main', GSM7))\n"
        "print('requests' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Accepted(gateway_id='r1')\nFalse\n"
