"""`smsdialog privacy` and `smsdialog purge`: all about somebody, shown or removed; and what is kept too long."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from smsdialog.core.model import InboundSms
from smsdialog.dialog import receive
from smsdialog.store.schema import inbound, outbound

ANNA, BO = "anna@firma.example", "+4520123456"
ANY_WAY = re.compile(rb"20 ?12 ?34 ?56")


@pytest.fixture
def talked(office, firma):
    """Anna has texted Bo, and he her."""
    office.anna_writes(f"{firma}@sms.firma.example", "20123456", "Hej Bo")
    receive.receive(office.service, InboundSms("main", "a1", BO, "459192000123", "Tak Anna"))
    return office


def state(office) -> bytes:
    return b"".join(path.read_bytes() for path in (office.folder / "state").rglob("*") if path.is_file())


def test_all_about_somebody_is_shown_as_json(talked):
    found = talked.json("privacy", "export", "20 12 34 56")
    assert found["of"] == BO
    assert [row["text"] for row in found["outbound"] + found["inbound"]] == ["Hej Bo", "Tak Anna"]
    assert found["outbound"][0]["created_at"].startswith("20")
    assert [re.sub(r".*/", "", file) for file in found["files"]] == ["outbox.jsonl:1"]


def test_all_about_somebody_is_shown_to_read(talked):
    shown = talked.ok("privacy", "export", ANNA)
    assert shown.startswith(f"All that is stored about {ANNA}\n")
    assert "\naccounts 1\nkey_id" in shown
    assert re.search(r"^text +Tak Anna$", shown, re.M)


def test_of_somebody_unknown_nothing_is_stored(office):
    assert office.ok("privacy", "export", "20123456") == "nothing is stored\n"
    assert office.ok("privacy", "erase", "20123456", "--yes") == "nothing was stored\n"


def test_who_is_removed_leaves_nothing_in_any_file(talked):
    assert ANY_WAY.search(state(talked))
    shown = talked.ok("privacy", "erase", BO, "--yes")
    assert re.search(r"^ +1 SMS to him or by him", shown, re.M)
    assert not ANY_WAY.search(state(talked))
    assert talked.ok("db", "check") == "all is well\n"


def test_a_report_can_be_read_by_programs(talked):
    done = talked.json("privacy", "erase", BO, "--yes")
    assert (done["sms_out"], done["sms_in"], done["files"], done["files_left"]) == (1, 1, 1, [])


def test_it_asks_first(talked):
    assert talked.run("privacy", "erase", BO, stdin=b"n\n").status == 1
    assert ANY_WAY.search(state(talked))
    assert talked.run("privacy", "erase", BO, stdin=b"y\n").status == 0
    assert not ANY_WAY.search(state(talked))


def test_it_says_that_an_open_account_is_closed(talked):
    asked = talked.run("privacy", "erase", ANNA, stdin=b"n\n")
    assert "The account 459192000123 is open, and is closed first." in asked.err
    assert talked.json("account", "show", "459192000123")["state"] == "open"
    talked.ok("privacy", "erase", ANNA, "--yes")
    shown = talked.json("account", "show", "459192000123")
    assert (shown["state"], shown["email"], shown["signatures"]) == ("closed", "removed 1", [])
    assert ANNA.encode() not in state(talked)


def test_the_log_of_acts_has_the_number_masked(talked):
    talked.ok("privacy", "erase", BO, "--yes")
    act = talked.json("audit", "list")[-1]
    assert (act["act"], act["subject"], act["details"]["sms_out"]) == ("privacy.erase", "+4520***", 1)


@pytest.mark.parametrize("command", [("export",), ("erase", "--yes")])
def test_who_cannot_be_read_is_refused(office, command):
    refused = office.refused("privacy", *command, "12")
    assert refused == "'12' is neither a mobile number nor an e-mail address"
    assert office.refused("privacy", *command, "a@") == "'a@' is no e-mail address"


def test_what_is_kept_too_long_goes(talked):
    assert talked.json("purge") == {"texts": 0, "numbers": 0, "records": 0, "files": 0}
    with talked.service.store.transaction() as tx:
        tx.execute(update(outbound).values(updated_at=1.0, state="failed", reported=True))
        tx.execute(update(inbound).values(received_at=1.0))
    assert talked.json("purge")["texts"] >= 2
    assert talked.ok("purge").split() == ["texts", "0", "numbers", "0", "records", "0", "files", "0"]


def test_a_text_that_was_removed_is_not_sent_again(talked):
    with talked.service.store.transaction() as tx:
        tx.execute(update(outbound).values(text="", state="failed", reported=True))
    said = talked.refused("message", "resend", "o1")
    assert said == "the text of 'o1' was removed; the employee has to write it again"


def test_a_key_says_whether_its_texts_are_kept(office, firma):
    assert office.json("key", "edit", "Firma", "--texts", "until-delivered")["texts"] == "until-delivered"
    office.anna_writes(f"{firma}@sms.firma.example", "20123456", "Hej Bo")
    assert [message["text"] for message in office.json("message", "list")] == [""]
    assert office.json("key", "edit", "Firma", "--texts", "")["texts"] == ""
    assert "until-delivered" in office.misused("key", "edit", "Firma", "--texts", "never")
