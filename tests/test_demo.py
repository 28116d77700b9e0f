"""`smsdialog demo`: the whole dialog, as a newcomer sees it first."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from smsdialog import demo

PROGRAM = Path(__file__).resolve().parent.parent / "bin" / "smsdialog"

STEPS = [
    "== The administrator makes a key",
    "== Anna writes a mail\n   To: subscribe@sendmailsms.dk",
    "== Anna receives a mail\n   From: SMS-Dialog <help@sendmailsms.dk>",
    "[qr-45919",
    "== The QR code of 45919",
    "== Anna writes a mail\n   To: k",
    "== The customer (+4520123456) receives an SMS from 45919",
    "   Du kan hente den til kl. 16.\n",
    "== The customer (+4520123456) texts 45919",
    "== Anna receives a mail\n   From: ",
    "   Hvad bliver prisen?\n",
    "== Anna writes a mail\n   To: 4520123456.",
    "== The customer (+4520123456) receives an SMS from 45919",
    "   Det bliver 450 kr.\n",
    "== Anna writes a mail\n   To: unsubscribe@sendmailsms.dk",
    "== Anna receives a mail\n   From: SMS-Dialog <help@sendmailsms.dk>",
    "== The customer (+4520123456) texts 45919",
    "   (held: the number is closed)",
    "The dialog went both ways. Nothing of it left this machine.",
]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory) -> Path:
    """The folder for temporary files."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def shown(scratch) -> str:
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": str(scratch)}
    done = subprocess.run([sys.executable, str(PROGRAM), "demo"], capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode()


def test_every_step_is_shown_in_its_order(shown):
    rest = shown
    for step in STEPS:
        _, found, rest = rest.partition(step)
        assert found, f"{step!r} is missing, or comes too early"


def test_the_sms_is_what_anna_wrote_without_signature_and_quotes(shown):
    first, second = shown.split("receives an SMS from ")[1:]
    assert "Firma A/S" not in first.partition("\n==")[0]
    assert "Hvad bliver prisen" not in second.partition("\n==")[0]


def test_nothing_is_left_behind(shown, scratch):
    assert shown
    assert list(scratch.iterdir()) == []


def test_a_dialog_that_goes_wrong_ends_the_demo_in_plain_words(tmp_path):
    stage = demo.Stage(tmp_path, io.StringIO().write)
    with pytest.raises(demo.DemoFailed, match="expected one new mail, found 0"):
        stage.anna_reads()
    (tmp_path / "outbox.jsonl").write_text("")
    with pytest.raises(demo.DemoFailed, match="expected 1 SMS in all, found 0"):
        stage.customer_reads(1)
    (tmp_path / "smsdialog.toml").write_text("")
    with pytest.raises(demo.DemoFailed, match="smsdialog-deliver ended with 75"):
        stage.anna_writes("help@sendmailsms.dk", "", "")
