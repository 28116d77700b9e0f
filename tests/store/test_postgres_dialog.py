"""The same dialog over PostgreSQL, whose texts, locks and types are its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from smsdialog.dialog import privacy
from smsdialog.dialog.purge import purge
from smsdialog.dialog.service import Service
from smsdialog.gateways import Refused, Unknown
from tests.dialog.stage import Stage, body_of
from tests.dialog.telling import told, words
from tests.store.conftest import Cluster


@pytest.fixture
def stage(tmp_path: Path, cluster: Cluster) -> Iterator[Stage]:
    def made_already(service: Service) -> None:
        service.store.check_schema()

    built = Stage(tmp_path, made_already, tables=f'[database]\nurl = "{cluster.fresh()}"')
    built.anna.subscribes(built.key)
    yield built
    built.close()


def test_the_dialog_goes_both_ways(stage: Stage) -> None:
    stage.anna.writes([stage.key, "30123456"], "20123456", "Hej Søren 🙂")
    assert stage.customer.receives().text == "Hej Søren 🙂"
    stage.customer.texts(stage.anna, "Hej selv", gateway_id="1")
    stage.customer.texts(stage.anna, "Hej selv", gateway_id="1")
    stage.anna.replies(stage.anna.receives(), "Farvel")
    assert stage.customer.receives().text == "Farvel"
    stage.anna.writes("unsubscribe", stage.key)
    stage.anna.receives()
    stage.customer.texts(stage.anna, "Er du der?")
    assert [row.state for row in stage.administrator.sms_in()] == ["mailed", "held"]
    assert stage.administrator.checks() == []


def test_what_goes_wrong_is_told(stage: Stage) -> None:
    stage.network.answers = [Refused("blocked"), Unknown("lost")]
    stage.anna.writes(stage.key, "20123456, 30123456", "Hej").again()
    report = body_of(stage.anna.receives())
    assert "IKKE sendt (blocked)" in report
    assert "måske sendt" in report
    assert "o2" in body_of(stage.administrator.receives())
    stage.anna.writes(stage.key, "2012345", "Hej")
    assert "2012345" in body_of(stage.anna.receives())


def test_the_whole_story_is_told_by_every_name(stage: Stage) -> None:
    stage.network.answers = [Refused("blocked")]
    queue_id = stage.anna.writes(stage.key, "20123456", "Hej").envelopes[0].queue_id
    stage.customer.texts(stage.anna, "Hej selv", gateway_id="in-1")
    row = stage.administrator.sms_out()[0]
    out = told(stage, queue_id)
    assert "Why: blocked." in words(out, "failed")
    assert [told(stage, name) for name in ("o1", out.id, out.trace, row.reference)] == [out] * 4
    came_in = told(stage, "in-1")
    assert told(stage, came_in.trace) == came_in


@pytest.mark.parametrize("text", ["a\x00b", "a\ud83db", "\x00", "'; DROP TABLE keys; --", "😀" * 500])
def test_any_text_is_stored_and_mailed(stage: Stage, text: str) -> None:
    assert stage.customer.texts(stage.anna, text) == 200
    stage.anna.receives()
    assert stage.sms_comes_in(text, stage.anna.number, "Hej") == 200
    stage.anna.receives()


def test_any_octets_in_a_mail_are_taken_care_of(stage: Stage) -> None:
    head = f"From: {stage.anna.address}\nTo: {stage.key}@sendmailsms.dk\nSubject: 20123456 \x00\nMessage-ID: <\x00@x>\n"
    assert stage.anna.posts(head.encode() + b"\nHej \x00 \xed\xa0\xbd\n", [stage.key, "x\x00y"]).statuses == [0]


def test_disabling_and_enabling_a_key_holds_and_delivers(stage: Stage) -> None:
    stage.administrator.disables("Firma")
    for text in ("Et", "To"):
        stage.customer.texts(stage.anna, text)
    stage.administrator.enables("Firma")
    assert [body_of(stage.anna.receives()) for _ in range(2)] == ["Et", "To"]


def test_what_is_kept_too_long_goes(stage: Stage) -> None:
    stage.network.answers = [Refused("blocked: Hej Bo")]
    stage.anna.writes(stage.key, "20123456, 30123456", "Hej Bo")
    stage.customer.texts(stage.anna, "Hej selv")
    for days, what in ((366, "texts"), (730, "numbers"), (730, "records")):
        stage.clock.passes(days=days)
        assert purge(stage.service)[what]
        assert purge(stage.service)[what] == 0
    assert (stage.administrator.sms_out(), stage.administrator.sms_in()) == ([], [])
    assert stage.administrator.checks() == []


def test_where_no_texts_are_kept_they_are_gone_at_once(stage: Stage) -> None:
    stage.administrator.edits_key("Firma", texts="until-delivered")
    stage.network.answers = [Refused("blocked: Hej Bo")]
    stage.anna.writes(stage.key, "20123456, 30123456", "Hej Bo")
    stage.customer.texts(stage.anna, "Hej selv")
    assert {row.text for row in (*stage.administrator.sms_out(), *stage.administrator.sms_in())} == {""}
    purge(stage.service)


def test_somebody_is_found_and_removed(stage: Stage) -> None:
    stage.anna.writes(stage.key, "20 12 34 56, 30123456", "Ring til 20-12-34-56")
    stage.customer.texts(stage.anna, "Hej selv")
    assert {"dialogs", "outbound", "inbound", "mails"} <= privacy.export(stage.service, "20123456").rows.keys()
    privacy.erase(stage.service, "20123456")
    assert privacy.export(stage.service, "20123456").rows == {}
    assert [row.text for row in stage.administrator.sms_out()] == ["", "Ring til (removed)"]
    privacy.erase(stage.service, stage.anna.address)
    assert privacy.export(stage.service, stage.anna.address).rows == {}
    assert stage.administrator.checks() == []
