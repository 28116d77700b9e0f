"""The operator's mail about what is not well: when it comes, what it says, and that it names nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smsdialog.core.bulletin import WENT_WRONG, WRONG_NOW
from smsdialog.core.letters import Letter
from smsdialog.dialog.check import check
from smsdialog.doctor import state, waiting
from smsdialog.doctor.finding import Kind
from smsdialog.gateways import Credit, Refused, Unknown
from smsdialog.store import figures
from smsdialog.watch import digest, rounds
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, Stage, body_of

SUBJECT = "SMS-Dialog trænger til et eftersyn"
HOUR = 3600


@pytest.fixture
def morning(stage: Stage, clock: Clock) -> Clock:
    """An installation that has begun, at six in the morning of the next day."""
    rounds.make(stage.service)
    clock.passes(hours=18)
    return clock


def digests(stage: Stage) -> list[str]:
    """The digests that the operator has got."""
    return [body_of(mail) for mail in stage.administrator.mailbox() if mail["Subject"] == SUBJECT]


def letter(stage: Stage) -> Letter:
    """What one would say now."""
    found = digest.compose(stage.service)
    assert found is not None
    return found


def goes_wrong(stage: Stage) -> None:
    """One SMS is refused by its gateway."""
    stage.network.answers = [Refused("blocked")]
    stage.anna.writes(stage.key, "20123456", "Hemmelig")


def test_it_does_not_come_while_all_is_well(stage: Stage, anna: Employee, morning: Clock) -> None:
    anna.writes(stage.key, "20123456", "Hej")
    for _ in range(48):
        morning.passes(hours=1)
        rounds.make(stage.service)
    assert digests(stage) == []
    assert digest.compose(stage.service) is None


def test_it_comes_once_a_day_at_its_hour(stage: Stage, anna: Employee, morning: Clock) -> None:
    goes_wrong(stage)
    rounds.make(stage.service)
    assert digests(stage) == [], "it is six"
    morning.passes(hours=1)
    for _ in range(3):
        rounds.make(stage.service)
        morning.passes(hours=1)
    assert len(digests(stage)) == 1
    assert "1 SMS blev ikke sendt eller kom ikke frem." in digests(stage)[0]
    morning.passes(days=1)
    rounds.make(stage.service)
    assert len(digests(stage)) == 1, "nothing more went wrong"


def test_it_begins_with_a_whole_day(stage: Stage, anna: Employee) -> None:
    goes_wrong(stage)
    rounds.make(stage.service)
    assert digests(stage) == []


def test_it_can_be_switched_off(build: Callable[..., Stage]) -> None:
    stage = build(tables="[digest]\nenabled = false\n")
    stage.administrator.opens_account(stage.anna)
    rounds.make(stage.service)
    goes_wrong(stage)
    stage.clock.passes(days=2)
    rounds.make(stage.service)
    assert digests(stage) == []


def test_it_has_everything_that_went_wrong(build: Callable[..., Stage], migrated: Path) -> None:
    stage = build(tables="[limits]\nsms_per_account_per_hour = 3\n")
    stage.administrator.opens_account(stage.anna)
    rounds.make(stage.service)
    stage.clock.passes(hours=1)
    stage.network.answers = [Unknown("lost"), Refused("blocked")]
    for subject in ("20123456", "20123457", "20123458, 20123459", "12"):
        stage.anna.writes(stage.key, subject, "Hemmelig")
    stage.customer.texts("459192999999", "Hemmelig")
    said = letter(stage).body
    for text in (
        "2 SMS blev holdt tilbage",
        "1 SMS er måske sendt, måske ikke",
        "1 SMS blev ikke sendt",
        "1 mails blev ikke til SMS",
        "1 SMS kom ind til nogen",
    ):
        assert text in said
    assert said.count(" message list") == 5


def test_it_names_nobody(stage: Stage, anna: Employee, customer: Customer, network: Network, morning: Clock) -> None:
    network.answers = [Credit("no money left for +4520123456: Hemmelig")]
    anna.writes(stage.key, "20123456", "Hemmelig")
    anna.writes(stage.key, "nonsens", "Hemmelig")
    customer.texts("459192999999", "Hemmelig")
    morning.passes(hours=2)
    said = letter(stage)
    assert "En gateway tager ikke imod SMS" in said.body
    assert "SMS venter på at blive sendt" in said.body
    for secret in ("20123456", "Hemmelig", "anna@", "nonsens", "459192999999", stage.key):
        assert secret not in said.subject + said.body


def test_a_mail_that_was_put_aside_is_in_it_with_its_command(stage: Stage, morning: Clock) -> None:
    folder = stage.folder / "state" / "quarantine"
    folder.mkdir()
    (folder / "0123456789abcdef.eml").write_text("Subject: Hemmelig\n\nHemmelig")
    said = letter(stage).body
    assert "Mails, der fejlede ved hvert forsøg, er lagt til side." in said
    assert "smsdialog --config" in said
    assert "preview" in said
    assert "Hemmelig" not in said


def test_numbers_that_run_out_are_in_it(build: Callable[..., Stage]) -> None:
    stage = build(tables='[numbers]\nranges = ["459192000000-459192000009"]\n')
    assert "Der er få ledige numre." in letter(stage).body


def test_a_clock_that_was_wrong_is_in_it(stage: Stage, anna: Employee, clock: Clock) -> None:
    anna.writes(stage.key, "20123456", "Hej")
    clock.passes(days=-1)
    assert "et ur går forkert" in letter(stage).body


def test_it_is_a_notice_like_any_other(stage: Stage, anna: Employee, morning: Clock) -> None:
    goes_wrong(stage)
    stage.post.goes_down()
    morning.passes(hours=2)
    rounds.make(stage.service)
    assert digests(stage) == []
    stage.post.comes_back()
    morning.passes(minutes=5)
    stage.administrator.flushes()
    assert len(digests(stage)) == 1
    assert check(stage.service) == []


def test_one_of_two_processes_writes_it(stage: Stage, anna: Employee, morning: Clock) -> None:
    goes_wrong(stage)
    morning.passes(hours=2)
    assert digest._send(stage.service, morning())
    assert not digest._send(stage.service, morning()), "it has composed its own, and comes second"
    assert len(digests(stage)) == 1


def test_it_is_written_at_once_where_somebody_asks(
    stage: Stage, anna: Employee, administrator: Administrator, clock: Clock
) -> None:
    assert not digest.send_now(stage.service)
    clock.passes(minutes=1)
    goes_wrong(stage)
    clock.passes(minutes=1)
    assert digest.send_now(stage.service)
    assert len(digests(stage)) == 1
    clock.passes(minutes=1)
    assert not digest.send_now(stage.service), "that is told"


def test_there_are_words_for_all_that_can_be_in_it() -> None:
    glanced = [kind.code for module in (waiting, state) for kind in vars(module).values() if isinstance(kind, Kind)]
    elsewhere = {code for code in glanced if code.startswith(("state-", "secret-"))}
    assert set(WRONG_NOW) == set(glanced) - elsewhere
    assert set(WENT_WRONG) == set(digest.SHOWS)


def test_what_went_wrong_is_counted_under_the_names_that_have_words(stage: Stage) -> None:
    with stage.service.store.reading() as tx:
        assert set(figures.went_wrong(tx, 0)) == set(WENT_WRONG)
