"""One mail to sendmail: its arguments exactly, its input octet for octet, and every way that it can fail."""

from __future__ import annotations

import json
import sys
import time

import pytest

from smsdialog import mailer
from smsdialog.errors import SendmailFailed
from smsdialog.mailer import Mailer

ANNA = "anna@firma.example"
OURS = "b.7.abcdefghijklmnop@sms.firma.example"
RECORD = """#!{python}
import json, os, sys
mail = sys.stdin.buffer.read()
open({record!r}, "w").write(json.dumps([sys.argv[1:], mail.decode("latin-1"), len(os.environ)]))
print("queued as 4XyZ")
"""


@pytest.fixture
def sendmail(tmp_path):
    """A program that writes down how it was called."""
    program = tmp_path / "sendmail"
    program.write_text(RECORD.format(python=sys.executable, record=str(tmp_path / "record")))
    program.chmod(0o755)
    return program


def recorded(sendmail):
    arguments, mail, _ = json.loads((sendmail.parent / "record").read_text())
    return arguments, mail.encode("latin-1")


def program(tmp_path, script: str) -> Mailer:
    path = tmp_path / "sendmail"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return Mailer([str(path)])


def test_the_arguments_are_these(sendmail):
    Mailer([str(sendmail), "-oee"]).post(b"Subject: x\n\n.\nFrom me\n\xe6", sender=OURS, recipient=ANNA)
    assert recorded(sendmail) == (["-oee", "-i", "-f", OURS, "--", ANNA], b"Subject: x\n\n.\nFrom me\n\xe6")


def test_no_sender_is_the_null_sender(sendmail):
    Mailer([str(sendmail)]).post(b"x", sender="", recipient=ANNA)
    assert recorded(sendmail)[0] == ["-i", "-f", "<>", "--", ANNA]


def test_what_it_says_does_not_reach_our_output(sendmail, capfd):
    Mailer([str(sendmail)]).post(b"x", sender="", recipient=ANNA)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "address",
    [
        "-odd@firma.example",
        "anna",
        "@firma.example",
        "anna@",
        "anna@firma.example, eve@firma.example",
        "anna@firma.example eve@firma.example",
        "anna@firma.example\n",
        "anna@firma.example\nBcc: eve@firma.example",
        "an\x00na@firma.example",
        "|/bin/sh@firma.example",
        "$(id)@firma.example",
        "`id`@firma.example",
        '"anna"@firma.example',
        "<anna@firma.example>",
        "a\\b@firma.example",
        "anna;id@firma.example",
        "${run{id}}@firma.example",
        "åse@firma.example",
    ],
)
def test_an_address_that_a_shell_or_an_mta_could_stumble_over_is_not_let_through(sendmail, address):
    for sender, recipient in ((OURS, address), (address, ANNA)):
        with pytest.raises(SendmailFailed, match="characters that are not let through"):
            Mailer([str(sendmail)]).post(b"x", sender=sender, recipient=recipient)
    assert not (sendmail.parent / "record").exists()


def test_a_mail_to_nobody_is_not_handed_over(sendmail):
    with pytest.raises(SendmailFailed):
        Mailer([str(sendmail)]).post(b"x", sender=OURS, recipient="")
    assert not (sendmail.parent / "record").exists()


@pytest.mark.parametrize("address", ["anna@firma.example", "anna.b+sms=x@firma.example", OURS])
def test_plain_addresses_are_let_through(sendmail, address):
    Mailer([str(sendmail)]).post(b"x", sender=OURS, recipient=address)
    assert recorded(sendmail)[0][-1] == address


@pytest.mark.parametrize("status", [1, 64, 75, 78])
def test_any_status_but_0_is_a_failure(tmp_path, status):
    with pytest.raises(SendmailFailed, match=f"sendmail ended with status {status}"):
        program(tmp_path, f"cat > /dev/null; exit {status}").post(b"x", sender="", recipient=ANNA)


def test_a_failure_does_not_repeat_what_it_said(tmp_path):
    with pytest.raises(SendmailFailed) as caught:
        program(tmp_path, "cat >&2; exit 75").post(b"the text", sender="", recipient=ANNA)
    assert "the text" not in str(caught.value)


def test_one_that_does_not_read_its_input_is_judged_by_its_status(tmp_path):
    program(tmp_path, "exit 0").post(b"x" * 1_000_000, sender="", recipient=ANNA)
    with pytest.raises(SendmailFailed, match="status 75"):
        program(tmp_path, "exit 75").post(b"x" * 1_000_000, sender="", recipient=ANNA)


def test_one_that_is_killed_is_a_failure(tmp_path):
    with pytest.raises(SendmailFailed, match="status -9"):
        program(tmp_path, "kill -9 $$").post(b"x", sender="", recipient=ANNA)


def test_one_that_is_missing_or_no_program_is_a_failure(tmp_path):
    with pytest.raises(SendmailFailed, match="cannot be run: No such file or directory"):
        Mailer([str(tmp_path / "none")]).post(b"x", sender="", recipient=ANNA)
    with pytest.raises(SendmailFailed, match="cannot be run: Permission denied"):
        Mailer([str(tmp_path)]).post(b"x", sender="", recipient=ANNA)


def test_one_that_hangs_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(mailer, "TIMEOUT_SECONDS", 0.3)
    started = time.monotonic()
    with pytest.raises(SendmailFailed, match=r"did not end within 0.3 s"):
        program(tmp_path, "exec sleep 20").post(b"x", sender="", recipient=ANNA)
    assert time.monotonic() - started < 15
