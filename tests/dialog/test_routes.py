"""Which gateway an SMS goes through when one of them fails, and who is told."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from smsdialog.dialog.flush import flush_due
from smsdialog.gateways import Accepted, Credit, Later, Misconfigured, Outcome, Rate, Refused, Unknown
from tests.dialog.stage import Administrator, Employee, Stage, body_of

TABLES = """
[gateways.main]
type = "file"

[gateways.second]
type = "file"

[[routes]]
prefix = "+45"
gateways = ["main", "second"]
"""


@dataclass
class Two:
    """An installation with two gateways, the second as a fallback."""

    stage: Stage
    anna: Employee

    def sends(self, *answers: Outcome) -> list[str]:
        """Write one mail; the gateways that were tried."""
        before = len(self.stage.network.tried)
        self.stage.network.answers = list(answers)
        self.anna.writes(self.stage.key, "20123456", f"Hej {before}")
        return [name for name, _ in self.stage.network.tried[before:]]

    def state(self) -> tuple[str, str]:
        row = self.stage.administrator.sms_out()[-1]
        return row.state, row.gateway


@pytest.fixture
def two(build) -> Two:
    stage: Stage = build(tables=TABLES)
    stage.administrator.opens_account(stage.anna)
    return Two(stage, stage.anna)


@pytest.mark.parametrize("outcome", [Later("busy"), Rate("slow"), Credit("empty"), Misconfigured("password")])
def test_what_provably_was_not_sent_goes_through_the_next(two: Two, outcome: Later) -> None:
    assert two.sends(outcome) == ["main", "second"]
    assert two.state() == ("sent", "second")


@pytest.mark.parametrize(
    ("outcome", "state"), [(Unknown("lost"), "unknown"), (Refused("blocked"), "failed"), (Accepted("1"), "sent")]
)
def test_what_may_have_been_sent_never_goes_through_a_second_gateway(two: Two, outcome: Outcome, state: str) -> None:
    assert two.sends(outcome) == ["main"]
    assert two.state() == (state, "main")


def test_a_gateway_that_is_down_is_passed_over_and_tried_again_later(two: Two) -> None:
    two.sends(Later("no connection"))
    assert two.sends() == ["second"]
    two.stage.clock.passes(seconds=31)
    assert two.sends() == ["main"]
    assert two.sends() == ["main"]


def test_its_pauses_grow_while_it_stays_down(two: Two) -> None:
    two.sends(Later("no connection"))
    two.stage.clock.passes(seconds=31)
    assert two.sends(Later("no connection")) == ["main", "second"]
    two.stage.clock.passes(seconds=31)
    assert two.sends() == ["second"]
    two.stage.clock.passes(seconds=31)
    assert two.sends() == ["main"]


def test_where_all_are_down_the_first_is_tried_all_the_same(two: Two) -> None:
    two.sends(Later("no"), Later("no"))
    assert two.sends() == ["main"]


def test_a_gateway_that_asks_for_a_rest_gets_it(two: Two) -> None:
    two.sends(Rate("slow", 120))
    two.stage.clock.passes(seconds=100)
    assert two.sends() == ["second"]
    two.stage.clock.passes(seconds=21)
    assert two.sends() == ["main"]


def test_an_sms_does_not_wait_for_one_gateways_rest_when_another_may_be_back_before(two: Two) -> None:
    two.sends(Later("no connection"), Rate("slow", 3600))
    assert two.state() == ("queued", "second")
    two.stage.clock.passes(seconds=31)
    flush_due(two.stage.service)
    assert two.state() == ("sent", "main")


def test_one_call_in_six_that_fails_is_too_many(two: Two) -> None:
    for _ in range(17):
        two.sends(Accepted("1"))
    for _ in range(3):
        two.sends(Unknown("lost"))
    assert two.sends() == ["second"]


def test_one_call_in_ten_is_not(two: Two) -> None:
    for _ in range(27):
        two.sends(Accepted("1"))
    for _ in range(3):
        two.sends(Unknown("lost"))
    assert two.sends() == ["main"]


def test_a_number_that_is_refused_says_nothing_against_the_gateway(two: Two) -> None:
    for _ in range(25):
        two.sends(Refused("no such number"))
    assert two.sends() == ["main"]


@pytest.mark.parametrize("outcome", [Credit("no money"), Misconfigured("wrong password")])
def test_the_operator_is_told_at_once_of_what_will_not_mend_itself(two: Two, outcome: Later) -> None:
    two.sends(outcome)
    two.stage.clock.passes(seconds=31)
    two.sends(outcome)
    administrator: Administrator = two.stage.administrator
    administrator.flushes()
    alarm = body_of(administrator.receives())
    assert f"'main' tager ikke imod SMS: {outcome.reason}" in alarm
    administrator.receives_nothing()


def test_the_operator_is_told_of_a_connection_only_when_it_stays_away(two: Two) -> None:
    administrator: Administrator = two.stage.administrator
    for seconds in (31, 61):
        two.sends(Later("no connection"))
        two.stage.clock.passes(seconds=seconds)
        administrator.flushes()
        administrator.receives_nothing()
    two.sends(Later("no connection"))
    administrator.flushes()
    assert "no connection" in body_of(administrator.receives())


def test_the_providers_own_words_are_kept(two: Two) -> None:
    two.sends(Unknown("strange", "418 I am a teapot"))
    assert two.stage.administrator.sms_out()[-1].answer == "418 I am a teapot"


def test_waiting_sms_are_tried_after_growing_pauses(build) -> None:
    stage: Stage = build()
    stage.administrator.opens_account(stage.anna)
    stage.network.answers = [Later("no")] * 3
    stage.anna.writes(stage.key, "20123456", "Hej")
    for seconds, tries in ((29, 1), (2, 2), (58, 2), (3, 3)):
        stage.clock.passes(seconds=seconds)
        flush_due(stage.service)
        assert len(stage.network.tried) == tries
    stage.administrator.flushes()
    assert len(stage.network.tried) == 4


@pytest.mark.parametrize("before", [Later("no connection"), Rate("slow", 30)])
def test_the_operator_is_told_of_the_credit_also_when_something_else_was_wrong_before(two: Two, before: Later) -> None:
    two.sends(before)
    two.stage.clock.passes(seconds=31)
    two.sends(Credit("no money"))
    two.stage.administrator.flushes()
    assert "no money" in body_of(two.stage.administrator.receives())


def test_no_provider_may_ask_for_a_rest_of_more_than_an_hour(build) -> None:
    """It would be told of to nobody for as long."""
    stage: Stage = build()
    stage.administrator.opens_account(stage.anna)
    stage.network.answers = [Rate("slow", 999_999)]
    stage.anna.writes(stage.key, "20123456", "Hej")
    stage.clock.passes(minutes=61)
    flush_due(stage.service)
    assert [row.state for row in stage.administrator.sms_out()] == ["sent"]
