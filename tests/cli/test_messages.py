"""`smsdialog message` and `smsdialog flush`: every SMS in every state, and what became of a mail."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from sqlalchemy import update

from smsdialog.core.model import InboundSms, Segment
from smsdialog.dialog import receive
from smsdialog.store.schema import outbound

FIELDS = {"id", "direction", "account", "peer", "text", "parts", "state", "gateway", "reference"}
ANNA, BO = "anna@firma.example", "+4520123456"
OUT_STATES = ["queued", "sending", "sent", "delivered", "failed", "unknown", "held"]


@pytest.fixture
def sent(office, firma):
    """Anna has texted Bo."""
    office.anna_writes(f"{firma}@sms.firma.example", "20123456", "Hej Bo\nDin bil er færdig.")
    return office


def texts(office, text: str = "Tak", number: str = "459192000123", gateway_id: str = "a1") -> None:
    """Bo texts a number of ours."""
    receive.receive(office.service, InboundSms("main", gateway_id, BO, number, text))


def becomes(office, state: str, reason: str = "") -> None:
    """Every SMS that went out is in this state now."""
    with office.service.store.transaction() as tx:
        tx.execute(update(outbound).values(state=state, reason=reason))


def test_an_sms_that_went_out_is_listed_as_it_went(sent):
    (message,) = sent.json("message", "list")
    assert message.keys() >= FIELDS
    assert message["reference"]
    assert {name: message[name] for name in FIELDS - {"reference"}} == {
        "id": "o1",
        "direction": "out",
        "account": ANNA,
        "peer": BO,
        "text": "Hej Bo\nDin bil er færdig.",
        "parts": 1,
        "state": "sent",
        "gateway": "main",
    }
    assert datetime.fromisoformat(message["time"]).tzinfo


def test_an_sms_that_came_in_is_listed_as_it_came(sent):
    texts(sent, "Tak 😀")
    _, message = sent.json("message", "list")
    assert {name: message[name] for name in FIELDS} == {
        "id": "i1",
        "direction": "in",
        "account": ANNA,
        "peer": BO,
        "text": "Tak 😀",
        "parts": 1,
        "state": "mailed",
        "gateway": "main",
        "reference": "a1",
    }


@pytest.mark.parametrize("state", OUT_STATES)
def test_every_state_on_the_way_out_is_listed(sent, state):
    becomes(sent, state, "because")
    assert [message["state"] for message in sent.json("message", "list")] == [state]
    assert state in sent.ok("message", "list")
    assert sent.json("message", "show", "o1")["reason"] == "because"


def test_every_state_on_the_way_in_is_listed(sent):
    texts(sent, gateway_id="a1")
    (sent.folder / "is-down").touch()
    texts(sent, gateway_id="a2")
    texts(sent, number="459192000999", gateway_id="a3")
    listed = [message for message in sent.json("message", "list") if message["direction"] == "in"]
    assert [message["state"] for message in listed] == ["mailed", "received", "held"]
    assert [message["account"] for message in listed] == [ANNA, ANNA, None]
    assert [message["reason"] for message in listed][1:] == [
        "sendmail ended with status 75",
        "no account has this number",
    ]


def test_messages_stand_in_the_order_in_which_they_came(sent, monkeypatch):
    for n in range(12):
        texts(sent, gateway_id=f"b{n}")
    assert [message["id"] for message in sent.json("message", "list")] == ["o1", *(f"i{n}" for n in range(1, 13))]


def test_an_empty_ledger_says_so(office):
    assert office.ok("message", "list") == "no messages yet\n"
    assert office.json("message", "list") == []


def test_a_listing_for_people_is_one_line_a_message_with_no_control_in_it(sent):
    texts(sent, "\x1b[31mrød\nlinje")
    header, *lines = sent.ok("message", "list").splitlines()
    assert header.split() == ["ID", "DIRECTION", "TIME", "ACCOUNT", "PEER", "STATE", "PARTS", "REASON"]
    assert [line.split()[0] for line in lines] == ["o1", "i1"]
    assert "\x1b" not in sent.ok("message", "show", "i1")


def test_a_refused_mail_is_listed_once_with_its_reason(office, firma):
    office.anna_writes(f"{firma}@sms.firma.example", "12345")
    (message,) = office.json("message", "list")
    assert message.keys() >= FIELDS
    assert (message["id"], message["state"], message["reason"], message["account"]) == (
        "m1",
        "failed",
        "wrong-number",
        ANNA,
    )
    assert office.json("message", "show", "m1")["reason"] == "wrong-number"


def test_account_mails_are_listed_when_all_are_asked_for(office, firma):
    office.anna_writes("help@sms.firma.example")
    assert office.json("message", "list") == []
    assert [message["id"] for message in office.json("message", "list", "--all")] == ["m1"]


@pytest.mark.parametrize("name", ["o1", "i1"])
def test_one_message_is_shown(sent, name):
    texts(sent)
    shown = sent.json("message", "show", name)
    assert shown.keys() >= FIELDS
    assert shown["id"] == name
    assert f"id          {name}\n" in sent.ok("message", "show", name)


@pytest.mark.parametrize("name", ["o2", "i1", "m9", "x1", "o", "", "1", "o-1", "o²", "oo1", "o" + "9" * 30])
def test_a_message_that_is_not_there_is_not_found(sent, name):
    assert sent.refused("message", "show", name) == f"there is no message '{name}'"


@pytest.mark.parametrize("state", ["held", "failed", "unknown"])
def test_what_did_not_go_out_is_sent_once_more_when_asked(sent, state):
    becomes(sent, state)
    assert sent.ok("message", "resend", "o1") == "o1: sent\n"
    outbox = (sent.folder / "state" / "outbox.jsonl").read_text().splitlines()
    assert len(outbox) == 2


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "delivered"])
def test_what_went_out_or_will_is_not_sent_again(sent, state):
    becomes(sent, state)
    assert sent.refused("message", "resend", "o1") == "'o1' is no SMS that is held, failed or unknown"


@pytest.mark.parametrize("name", ["o2", "i1", "m1", "x", "o" + "9" * 30])
def test_only_an_sms_that_goes_out_is_sent_again(sent, name):
    texts(sent)
    assert sent.refused("message", "resend", name) == f"'{name}' is no SMS that is held, failed or unknown"


def test_why_tells_what_became_of_each_customer_of_a_mail(office, firma):
    office.anna_writes(f"{firma}@sms.firma.example", "20123456, 20123457", queue_id="4XyZ1")
    rows = office.json("message", "why", "4XyZ1")
    assert [(row["recipient"], row["outcome"]) for row in rows] == [(BO, "sent"), ("+4520123457", "sent")]
    assert all(row.keys() >= FIELDS for row in rows)
    assert {step["about"] for step in rows[1]["steps"]} == {"m1", "o2"}
    assert {row["trace"] for row in rows} == {rows[0]["reference"][:12]}


def test_why_tells_the_story_in_the_order_of_time_and_without_the_text(office, firma):
    office.anna_writes(f"{firma}@sms.firma.example", "20123456", "Kun for Bo", queue_id="4XyZ1")
    header, *lines = office.ok("message", "why", "4XyZ1", "--language", "en").splitlines()
    assert re.fullmatch(r"m1  trace=[0-9a-f]{12}", header)
    assert [re.sub(r"^[0-9-]{10} [0-9:]{8}  ", "", line).split(".")[0] for line in lines] == [
        "A mail came in from anna@firma",
        f"To {firma[:7]}…: it becomes SMS",
        "SMS o1 to +45 20 12 34 56 is written down: 1 part, for the gateway main",
        "The gateway main took SMS o1 0",
        "SMS o1 is sent; nothing is known yet of its arrival",
    ]
    assert "Kun for Bo" not in "".join(lines)
    assert "Gatewayen main tog SMS o1" in office.ok("message", "why", "4XyZ1", "--language", "da")


def test_why_says_what_can_be_done(office, firma):
    office.anna_writes("subscribe@sms.firma.example", "no key", queue_id="4XyZ3")
    *_, heading, advice = office.ok("message", "why", "4XyZ3", "--language", "en").splitlines()
    assert (heading, advice.strip().split()[:2]) == ("What can be done:", ["'smsdialog", "key"])


def test_why_takes_several_ids_and_tells_nothing_twice(sent):
    texts(sent)
    assert [row["id"] for row in sent.json("message", "why", "o1", "m1", "i1")] == ["o1", "i1"]
    assert sent.ok("message", "why", "o1", "i1").count("trace=") == 2


def test_why_tells_of_parts_that_wait(sent):
    part = InboundSms("main", "p2", BO, "459192000123", "to", segment=Segment("cc", 3, 2))
    receive.receive(sent.service, part)
    (row,) = sent.json("message", "why", "p2")
    assert [step["code"] for step in row["steps"]] == ["part", "incomplete"]


def test_why_tells_why_nothing_was_sent(office, firma):
    office.anna_writes(f"{firma}@sms.firma.example", "12345", queue_id="4XyZ2")
    (row,) = office.json("message", "why", "4XyZ2")
    assert (row["outcome"], row["reason"]) == ("refused", "wrong-number")
    assert firma not in str(row)


def test_why_of_a_mail_that_never_came_is_not_found(office):
    said = office.refused("message", "why", "4XyZ9")
    assert said.startswith("nothing is known of '4XyZ9'. ")
    assert "journalctl -t smsdialog -g 4XyZ9" in said


def test_a_key_stands_in_no_listing(office, firma):
    office.anna_writes(f"{firma}@sms.firma.example", "20123456", queue_id="a")
    office.anna_writes(f"{firma}@sms.firma.example", f"12345 {firma}", queue_id="b")
    said = [office.ok("message", "list", "--all", "--json"), *(office.ok("message", "why", name) for name in "ab")]
    assert firma not in "".join(said)


def test_flush_takes_all_that_waits(sent):
    (sent.folder / "is-down").touch()
    texts(sent)
    becomes(sent, "failed", "no such subscriber")
    assert sent.mails == []
    (sent.folder / "is-down").unlink()
    assert sent.ok("flush") == "0 SMS tried, 1 reports written, mail for 1 accounts\n"
    assert len(sent.mails) == 2
    assert sent.ok("flush") == "0 SMS tried, 0 reports written, mail for 0 accounts\n"


def test_the_program_does_it_too(sent):
    (message,) = sent.program("message", "list", "--json").json
    assert message["text"] == "Hej Bo\nDin bil er færdig."
    refused = sent.program("message", "resend", "o1")
    assert (refused.status, refused.err) == (1, "smsdialog: 'o1' is no SMS that is held, failed or unknown\n")
    assert sent.program("flush").out == "0 SMS tried, 0 reports written, mail for 0 accounts\n"
    assert "No such option" in sent.misused("message", "list", "--no-such-option")
