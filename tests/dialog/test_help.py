"""help@: mail back how the service is used, to whoever may know that it exists."""

from __future__ import annotations

import pytest

from tests.dialog.stage import Employee, Stage, body_of


@pytest.mark.parametrize("name", ["help", "hjaelp", "HJAELP"])
def test_an_employee_is_told_how_the_service_is_used_and_his_number(anna: Employee, name: str) -> None:
    assert anna.writes(name).statuses == [0]
    answer = body_of(anna.receives())
    assert anna.number in answer
    assert "subscribe@sendmailsms.dk" in answer or "unsubscribe@sendmailsms.dk" in answer


def test_somebody_who_signed_in_or_holds_a_key_is_told_too(stage: Stage) -> None:
    bo = stage.employee("bo@firma.example")
    bo.writes("help", inside=True)
    bo.receives()
    carl = stage.employee("carl@firma.example")
    carl.writes("help", stage.key)
    carl.receives()


def test_a_stranger_learns_nothing(stage: Stage) -> None:
    stranger = stage.employee("fremmed@andet.example")
    assert stranger.writes("help", "Hvem er I?").statuses == [0]
    stranger.receives_nothing()


def test_the_answer_names_the_mail_that_asked_and_cannot_be_answered_by_machines(anna: Employee) -> None:
    anna.writes("help", headers={"Message-ID": "<question@firma.example>"})
    answer = anna.receives()
    assert answer["In-Reply-To"] == answer["References"] == "<question@firma.example>"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["X-Auto-Response-Suppress"] == "All"
