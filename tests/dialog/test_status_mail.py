"""status@: a proven employee is told how things are with his account, and nobody else is."""

from __future__ import annotations

from smsdialog.dialog import contact
from smsdialog.gateways import Refused
from tests.dialog.stage import Clock, Customer, Employee, Network, Stage, body_of


def test_an_employee_is_told_his_number_key_use_and_last_messages(
    stage: Stage, anna: Employee, customer: Customer, key: str, network: Network, clock: Clock
) -> None:
    contact.name(stage.service, "20123456", "Jens", "Firma")
    anna.writes(key, "20123456", "Hej")
    network.answers = [Refused("no such number")]
    clock.passes(seconds=1)
    anna.writes(key, "30123456", "Hej")
    anna.receives()
    clock.passes(seconds=1)
    customer.texts(anna, "Hej selv")
    anna.receives()
    anna.writes("status", "", "", inside=True)
    answer = body_of(anna.receives())
    assert anna.number in answer
    assert "“Firma” (åben)" in answer
    assert "2 af 200" in answer
    assert "2 af 5000" in answer
    lines = answer.splitlines()[-3:]
    assert "fra Jens (+45 20 12 34 56): sendt til dig som mail" in lines[0]
    assert "til +45 30 12 34 56: IKKE sendt" in lines[1]
    assert "til Jens (+45 20 12 34 56): sendt" in lines[2]
    assert "Hej" not in answer


def test_ten_messages_are_shown_at_most(anna: Employee, key: str) -> None:
    for last in range(12):
        anna.writes(key, f"201234{last:02}", "Hej")
    anna.writes(["status", key], "", "")
    assert body_of(anna.receives()).count("+45 20 12 34") == 10


def test_a_key_among_the_recipients_is_proof_and_no_sms_without_a_number(anna: Employee, key: str) -> None:
    to = ["status", key]
    anna.writes(to, "", "", deliveries=[[one] for one in to])
    answer = body_of(anna.receives())
    assert anna.number in answer
    assert "Ingen beskeder endnu." in answer
    anna.receives_nothing()


def test_a_key_in_the_subject_is_proof(anna: Employee, key: str) -> None:
    anna.writes("status", key, "")
    assert anna.number in body_of(anna.receives())


def test_who_is_not_proven_learns_nothing(stage: Stage, anna: Employee, key: str) -> None:
    anna.writes("status", "", "")
    anna.writes("status", key.replace(key[-1], "a" if key[-1] != "a" else "b"), "")
    anna.receives_nothing()
    mallory = stage.employee("mallory@andet.example")
    mallory.writes("status", key, "")
    mallory.receives_nothing()


def test_one_answer_an_hour_is_enough(anna: Employee, clock: Clock, post) -> None:
    anna.writes("status", "", "", inside=True)
    anna.receives()
    clock.passes(minutes=10)
    anna.writes("status", "", "", inside=True)
    anna.receives_nothing()


def test_somebody_with_two_accounts_is_told_of_both(stage: Stage, anna: Employee) -> None:
    stage.administrator.makes_key("Andet")
    stage.administrator.opens_account(stage.employee(anna.address), "Andet")
    anna.writes("status", "", "", inside=True)
    answer = body_of(anna.receives())
    assert "“Firma”" in answer
    assert "“Andet”" in answer


def test_the_answer_is_in_the_language_of_the_installation(build) -> None:
    stage = build(top='language = "en"')
    stage.administrator.opens_account(stage.anna)
    stage.anna.writes("status", "", "", inside=True)
    assert "Your number is" in body_of(stage.anna.receives())
