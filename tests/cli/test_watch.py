"""`smsdialog digest` and `smsdialog heartbeat`: asked for by hand, and what `flush` does by itself."""

from __future__ import annotations

import json

from smsdialog.store import rounds

FEW = '[numbers]\nranges = ["459192000120-459192000129"]\n'
BEATS = '[heartbeat]\nto = "+4520999999"\naccount = "anna@firma.example"\n'


def test_a_digest_is_printed_and_not_sent(office, firma):
    assert office.ok("digest", "--print") == "all is well\n"
    office.configure(tables=FEW)
    assert "Der er få ledige numre." in office.ok("digest", "--print")
    assert office.mails == []


def test_a_digest_is_sent_when_somebody_asks(office, firma):
    office.configure(tables=FEW)
    assert office.ok("digest") == "nothing is due, or all is well\n"
    assert office.ok("digest", "--now") == "written to postmaster@sms.firma.example\n"
    (mail,) = office.mails
    assert b"\nTo: postmaster@sms.firma.example\n" in mail.replace(b"\r\n", b"\n")


def test_flush_writes_the_digest_that_is_due(office, firma):
    office.configure(tables=FEW)
    service = office.service
    with service.store.transaction() as tx:
        rounds.begin(tx, "digest", service.now() - 2 * 86_400)
    office.ok("flush")
    assert len(office.mails) == 1
    office.ok("flush")
    assert len(office.mails) == 1


def test_a_heartbeat_is_sent_when_somebody_asks(office, firma):
    office.configure(tables=BEATS)
    assert office.ok("heartbeat") == "nothing is due\n"
    assert office.ok("heartbeat", "--now") == "sent to +4520999999\n"
    (sms,) = [json.loads(line) for line in (office.folder / "state" / "outbox.jsonl").read_text().splitlines()]
    assert (sms["to"], sms["from"]) == ("+4520999999", "459192000123")


def test_a_heartbeat_that_is_not_configured_is_refused(office, firma):
    assert office.refused("heartbeat", "--now") == "no heartbeat is configured: 'heartbeat.to' is empty"
    office.configure(tables=BEATS)
    office.ok("key", "disable", "Firma")
    assert office.refused("heartbeat", "--now") == "the account '459192000123' is not open"
