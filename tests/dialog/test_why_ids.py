"""Whatever a message is called in a log, a mail or a listing, `message why` finds it."""

from __future__ import annotations

import pytest

from smsdialog.dialog import privacy, why
from smsdialog.errors import NotFound
from tests.dialog.stage import Employee, Stage
from tests.dialog.telling import READER, TEXT, told, words


def test_whatever_a_message_is_called_it_is_found(stage: Stage, anna: Employee) -> None:
    posted = anna.writes(stage.key, "20123456", TEXT)
    (row,) = stage.administrator.sms_out()
    mail = told(stage, "m1")
    names = ["o1", posted.envelopes[0].queue_id, mail.trace, row.reference, row.gateway_id, "20123456", anna.address]
    message_id = words(mail, "came").partition("Message-ID is ")[2].rstrip(".")
    assert [told(stage, name) for name in [*names, message_id, message_id.strip("<>")]] == [mail] * (len(names) + 2)


def test_an_sms_that_came_in_is_found_by_each_of_its_names(stage: Stage, anna: Employee) -> None:
    stage.customer.texts(anna, TEXT, gateway_id="in-77")
    story = told(stage, "i1")
    message_id = str(anna.receives()["Message-ID"])
    assert [told(stage, name) for name in (story.trace, "in-77", message_id, "+45 20 12 34 56")] == [story] * 4


def test_a_mail_of_ours_leads_to_what_caused_it(stage: Stage, anna: Employee) -> None:
    anna.writes(stage.key, "12345", TEXT)
    assert told(stage, str(anna.receives()["Message-ID"])).id == "m1"


def test_of_somebody_the_newest_three_are_told_oldest_first(stage: Stage, anna: Employee) -> None:
    for _ in range(4):
        anna.writes(stage.key, "20123456", TEXT)
        stage.clock.passes(minutes=1)
    assert [story.id for story in why.tell(stage.service, READER, "20123456")] == ["m2", "m3", "m4"]


@pytest.mark.parametrize("typed", ["4XNONE", "m9", "o9", "i9", "0123456789ab", "<no@such.example>", "99", "", "x@y.dk"])
def test_what_is_unknown_is_said_to_be_with_where_to_look(stage: Stage, anna: Employee, typed: str) -> None:
    with pytest.raises(NotFound, match="journalctl"):
        why.tell(stage.service, READER, typed)


def test_a_removed_customer_is_told_without_his_number(stage: Stage, anna: Employee) -> None:
    anna.writes(stage.key, "20123456", TEXT)
    privacy.erase(stage.service, "20123456")
    story = told(stage, "o1")
    assert "A customer whose number was removed" in words(story, "claimed")
    assert not any("12 34 56" in step.words for step in story.steps)
