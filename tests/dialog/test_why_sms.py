"""`message why` tells how an SMS fares, out or in: each state is brought about, for each reason of ours, and told."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate

import pytest

from smsdialog.core import address, ledger, letters, reasons
from smsdialog.core.model import Delivery, InboundSms, Receipt, Segment
from smsdialog.dialog import account, dispatch, messages, privacy, receive
from smsdialog.dialog import receipt as receipts
from smsdialog.gateways import Later, Refused, Unknown
from smsdialog.store import accounts, outbound
from tests.dialog.stage import Employee, Stage
from tests.dialog.telling import TEXT, Killed, newest, told, words
from tests.dialog.test_bounces import Mailbox


def test_what_was_sent_is_told_with_proof_parts_gateway_and_time(stage: Stage, anna: Employee) -> None:
    anna.writes(stage.key, "20123456, 30123456", TEXT)
    story = told(stage, newest(stage))
    assert f"from {anna.address}. Proof of the sender: the mail held the API key." in words(story, "came")
    assert "SMS o2 to +45 30 12 34 56 is written down: 1 part, for the gateway main." in words(story, "claimed")
    assert "took SMS o1 0.0 seconds after it was due. It calls it gw-1." in words(story, "taken")
    assert words(story, "sent").count("nothing is known yet of its arrival") == 2
    assert story.advice == ()
    assert {step.about for step in story.about("o2")} == {"m1", "o2"}


def _sent(stage: Stage) -> None:
    stage.anna.writes(stage.key, "20123456", TEXT)


def _receipt(delivery: Delivery, reason: str = "") -> Callable[[Stage], None]:
    def come(stage: Stage) -> None:
        _sent(stage)
        stage.receipt_comes(stage.administrator.sms_out()[0], delivery, reason)

    return come


def _answered(*answers: object) -> Callable[[Stage], None]:
    def send(stage: Stage) -> None:
        stage.network.answers = list(answers)  # type: ignore[arg-type]
        with contextlib.suppress(Killed):
            _sent(stage)

    return send


def _interrupted(stage: Stage) -> None:
    _answered(Killed())(stage)
    stage.clock.passes(hours=1)
    stage.administrator.flushes()


def _given_up(stage: Stage) -> None:
    _answered(Later("busy"), Later("still busy"))(stage)
    stage.clock.passes(hours=13)
    stage.administrator.flushes()


def _barred(stage: Stage, act: Callable[[], object]) -> None:
    _answered(Later("busy"))(stage)
    act()
    stage.administrator.flushes()


def _no_time(stage: Stage) -> None:
    stage.network.answers = [Later("busy")]
    _sent(stage)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dispatch, "_in_order", lambda *_: ())
        stage.administrator.flushes()


def _limited(**limits: int) -> Callable[[Stage], None]:
    def write(stage: Stage) -> None:
        changed = replace(stage.service.config.limits, **limits)
        stage.service = replace(stage.service, config=replace(stage.service.config, limits=changed))
        _sent(stage)

    return write


def _too_many_new_customers(stage: Stage) -> None:
    stage.anna.writes(stage.key, "30123456", TEXT)
    _limited(new_customers_per_hour=1)(stage)


def _stale(stage: Stage) -> None:
    trace = f"from a by mx.firma.example; {formatdate(stage.clock() - 13 * 3600)}"
    stage.anna.writes(stage.key, "20123456", TEXT, headers={"Received": trace})


def _stopped(stage: Stage) -> None:
    stage.administrator.edits_key("Firma", stop_words=True)
    stage.customer.texts(stage.anna, "STOP")
    _sent(stage)


def _taken_back(stage: Stage) -> None:
    stage.anna.writes(stage.key, "[kl. 20] 20123456", TEXT)
    messages.cancel(stage.service, "o1")


def _erased(stage: Stage) -> None:
    _answered(Later("busy"))(stage)
    stage.service = replace(stage.service, actor=stage.service.actor)
    privacy.erase(stage.service, "20123456")


def _restored(stage: Stage) -> None:
    _answered(Later("busy"))(stage)
    with stage.service.store.transaction() as tx:
        outbound.doubt(tx, letters.RESTORED, stage.clock())
    stage.administrator.flushes()


NETWORK = [*letters.OF_THE_NETWORK]
# State and reason that an SMS ends in, and how it comes to that.
SMS: dict[tuple[str, str], Callable[[Stage], None]] = {
    ("sent", ""): _sent,
    ("delivered", ""): _receipt(Delivery.DELIVERED),
    ("failed", "absent subscriber"): _receipt(Delivery.FAILED, "absent subscriber"),
    ("failed", Delivery.FAILED.value): _receipt(Delivery.FAILED),
    ("failed", letters.EXPIRED): _receipt(Delivery.EXPIRED),
    ("failed", f"{letters.EXPIRED}: code 9"): _receipt(Delivery.EXPIRED, "code 9"),
    ("failed", "no such number"): _answered(Refused("no such number")),
    ("failed", f"{letters.GIVEN_UP}: still busy"): _given_up,
    ("failed", "the account is closed"): lambda stage: _barred(
        stage, lambda: account.close(stage.service, stage.anna.number)
    ),
    ("failed", "the key is disabled"): lambda stage: _barred(stage, lambda: stage.administrator.disables("Firma")),
    ("failed", letters.STOPPED): _stopped,
    ("failed", letters.TAKEN_BACK): _taken_back,
    ("failed", letters.ERASED): _erased,
    ("queued", "busy"): _answered(Later("busy")),
    ("queued", dispatch.NO_TIME): _no_time,
    ("queued", f"{NETWORK[0]}: refused"): _answered(Later(f"{NETWORK[0]}: refused")),
    ("sending", ""): _answered(Killed()),
    ("unknown", "interrupted"): _interrupted,
    ("unknown", letters.RESTORED): _restored,
    ("unknown", NETWORK[1]): _answered(Unknown(NETWORK[1])),
    ("unknown", NETWORK[2]): _answered(Unknown(NETWORK[2])),
    ("held", "account-per-hour"): _limited(sms_per_account_per_hour=0),
    ("held", "key-per-day"): _limited(sms_per_key_per_day=0),
    ("held", "new-customers"): _too_many_new_customers,
    ("held", "stale"): _stale,
}


def test_every_state_and_every_reason_of_ours_is_brought_about() -> None:
    assert {state for state, _ in SMS} == set(ledger.states(ledger.OUT))
    ours = {*letters.OUR_REASONS, *letters.OF_THE_NETWORK, dispatch.NO_TIME, Delivery.FAILED.value}
    assert ours == {reason.partition(": ")[0] for _, reason in SMS} & set(reasons.OF_SMS)


@pytest.mark.parametrize(("state", "reason"), SMS)
def test_an_sms_is_told_as_it_stands(stage: Stage, anna: Employee, state: str, reason: str) -> None:
    SMS[state, reason](stage)
    row = stage.administrator.sms_out()[-1]
    assert (row.state, row.reason) == (state, reason)
    story = told(stage, f"o{row.id}")
    last = words(story, state)
    assert reasons.of_sms(str, reason) in last
    assert ("Why: " in last) is bool(reason)
    wrong = state in ("failed", "unknown", "held", "queued") and reason != letters.ERASED
    assert bool(story.advice) is wrong, story.advice
    told_of = state in ledger.TOLD and reason != letters.ERASED
    assert any(step.code == "told" for step in story.steps) or not told_of


def test_when_the_next_try_is_due_is_told(stage: Stage, anna: Employee) -> None:
    _answered(Later("busy"))(stage)
    said = words(told(stage, "o1"), "queued")
    assert "Tries so far: 1. The next try is due at <" in said


def test_a_lease_that_ran_out_is_told(stage: Stage, anna: Employee) -> None:
    _answered(Killed())(stage)
    stage.clock.passes(hours=1)
    assert "Whoever did so has ended" in words(told(stage, "o1"), "sending")


def test_what_is_for_later_is_told_with_its_time_and_how_to_take_it_back(stage: Stage, anna: Employee) -> None:
    stage.anna.writes(stage.key, "[kl. 20] 20123456", TEXT)
    story = told(stage, "o1")
    assert "Its author wants it sent at <" in words(story, "claimed")
    assert story.advice == ("'smsdialog message cancel o1' takes it back.",)


def test_mails_about_sms_for_later_are_told(stage: Stage, anna: Employee) -> None:
    stage.anna.writes(stage.key, "[kl. 20] 20123456", TEXT)
    assert "how to take them back" in words(told(stage, "m1"), "told")
    anna.writes(_take_back_address(stage), "", "")
    story = told(stage, "m2")
    assert "takes back what waits of an earlier mail" in words(story, "taken-back")
    anna.writes(_take_back_address(stage), "", "")
    assert "Why: nothing of it waits any more." in words(told(stage, "m3"), "taken-back")


def _take_back_address(stage: Stage) -> str:
    return address.take_back_local_part(stage.service.secrets[0], 1, 1)


@pytest.mark.parametrize("delivery", list(Delivery))
def test_receipts_are_told_with_their_times(stage: Stage, anna: Employee, delivery: Delivery) -> None:
    _sent(stage)
    row = stage.administrator.sms_out()[0]
    stage.clock.passes(minutes=10)
    happened_at = stage.clock() - 300
    receipt = Receipt("main", row.reference, "", delivery, "code 9", part="2", happened_at=happened_at, parts=2)
    receipts.settle(stage.service, receipt)
    said = words(told(stage, "o1"), f"receipt {delivery.value}")
    assert said.startswith(f"Receipt for part 2 of SMS o1: {reasons.DELIVERIES[delivery.value]}. Why: code 9.")
    assert said.endswith(f"By the provider's clock that was at <{happened_at:.0f}>.")


def test_a_text_that_is_gone_is_not_advised_to_be_sent(stage: Stage, anna: Employee) -> None:
    stage.administrator.edits_key("Firma", texts="until-delivered")
    _answered(Refused("no such number"))(stage)
    stage.administrator.flushes()
    assert told(stage, "o1").advice == ("The text of o1 was removed: the employee has to write it again.",)


def test_who_wants_no_receipts_is_told_nothing_and_that_is_told(stage: Stage, anna: Employee) -> None:
    stage.administrator.edits_key("Firma", receipts="none")
    _receipt(Delivery.FAILED, "absent")(stage)
    assert "Nobody is told, as the account or its key wants no receipts." in words(told(stage, "o1"), "failed")


def test_a_notice_that_waits_for_its_hour_is_told_with_its_time(stage: Stage, anna: Employee) -> None:
    for _ in range(2):
        anna.writes(stage.key, "12345", TEXT)
    said = words(told(stage, "m2"), "to be told")
    assert said.startswith(f"{anna.address} is to be told: why this mail was refused. That mail waits until <")


def test_a_notice_that_sendmail_does_not_take_is_told(stage: Stage, anna: Employee) -> None:
    stage.post.goes_down()
    anna.writes(stage.key, "12345", TEXT)
    assert "Sendmail has not taken that mail. Tries so far: 1." in words(told(stage, "m1"), "to be told")


# State and reason that an SMS ends in that came in, and how.
def _texted(stage: Stage) -> None:
    stage.customer.texts(stage.anna, TEXT)


def _texted_after(act: Callable[[Stage], object]) -> Callable[[Stage], None]:
    def text(stage: Stage) -> None:
        act(stage)
        _texted(stage)

    return text


def _suspended(stage: Stage) -> None:
    with stage.service.store.transaction() as tx:
        accounts.change(tx, 1, suspended_at=stage.clock())


IN: dict[tuple[str, str], Callable[[Stage], object]] = {
    ("mailed", ""): _texted,
    ("received", "sendmail ended with status 75"): _texted_after(lambda stage: stage.post.goes_down()),
    ("held", "the key is disabled"): _texted_after(lambda stage: stage.administrator.disables("Firma")),
    ("held", "the account is closed"): _texted_after(lambda stage: account.close(stage.service, stage.anna.number)),
    ("held", "its mailbox refuses mails"): _texted_after(_suspended),
    ("held", "no account has this number"): lambda stage: stage.sms_comes_in("+4520123456", "459199999999", TEXT),
}


@pytest.mark.parametrize(("state", "reason"), IN)
def test_an_sms_that_came_in_is_told_as_it_stands(stage: Stage, anna: Employee, state: str, reason: str) -> None:
    IN[state, reason](stage)
    (row,) = stage.administrator.sms_in()
    assert (row.state, row.reason) == (state, reason)
    story = told(stage, "i1")
    assert "SMS i1 from +45 20 12 34 56 to 4591" in words(story, "came")
    assert ("Why: " in words(story, state)) is bool(reason)
    assert reasons.of_sms(str, reason) in words(story, state)
    assert bool(story.advice) is (state != "mailed")


def test_every_state_of_an_sms_that_came_in_is_brought_about() -> None:
    assert {state for state, _ in IN} == set(ledger.states(ledger.IN))
    assert set(reasons._OF_ACCOUNTS) == {reason for state, reason in IN if state == "held"}


def test_a_mail_that_came_back_is_told(stage: Stage, anna: Employee) -> None:
    Mailbox(stage).bounces()
    assert words(told(stage, "i1"), "bounced") == "The mail with SMS i1 came back from the mailbox."


def test_parts_that_wait_are_told(stage: Stage, anna: Employee) -> None:
    for index in (1, 3):
        segment = Segment("cc", 3, index)
        sms = InboundSms("main", f"part-{index}", "+4520123456", anna.number, TEXT, segment=segment)
        receive.receive(stage.service, sms)
    story = told(stage, "part-3")
    assert [step.code for step in story.steps] == ["part", "part", "incomplete"]
    assert "Part 3 of 3 of an SMS from +45 20 12 34 56" in words(story, "part")
