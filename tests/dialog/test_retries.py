"""The MTA hands a mail over again, runs cross each other, processes die: nobody gets an SMS twice, nothing vanishes."""

from __future__ import annotations

from typing import Any, SupportsIndex

import pytest

from smsdialog.dialog import dispatch
from smsdialog.gateways import Accepted, Later, Refused, Unknown
from smsdialog.store import outbound
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, PostOffice, Stage, body_of

AGAIN = 75


def states(administrator: Administrator) -> list[str]:
    return [row.state for row in administrator.sms_out()]


def test_a_mail_that_the_mta_hands_over_twice_is_one_sms(anna: Employee, customer: Customer, key: str) -> None:
    posted = anna.writes(key, "20123456", "Hej")
    assert posted.again().statuses == [0]
    assert customer.receives().text == "Hej"
    customer.receives_nothing()


def test_a_wrong_mail_that_comes_twice_is_reported_once(anna: Employee, key: str) -> None:
    anna.writes(key, "2012345", "Hej").again().again()
    anna.receives()
    anna.receives_nothing()


def test_two_mails_alike_are_two_sms(anna: Employee, customer: Customer, key: str) -> None:
    for _ in range(2):
        anna.writes(key, "20123456", "Hej")
    customer.receives()
    assert customer.receives().text == "Hej"


def test_without_a_message_id_the_queue_id_tells_mails_apart(anna: Employee, network: Network, key: str) -> None:
    mail = f"From: {anna.address}\nTo: {key}@sendmailsms.dk\nSubject: 20123456\n\nHej\n".encode()
    anna.posts(mail, [key]).again()
    anna.posts(mail, [key])
    assert len(network.arrived) == 2


def test_a_gateway_that_is_down_makes_the_mta_try_again_until_it_is_up(
    anna: Employee, customer: Customer, network: Network, key: str
) -> None:
    network.answers = [Later("no connection"), Later("no connection")]
    posted = anna.writes(key, "20123456", "Hej")
    assert posted.statuses == [AGAIN]
    assert posted.answers[0].line.startswith("4.")
    assert posted.again().statuses == [AGAIN]
    assert posted.again().statuses == [0]
    assert customer.receives().text == "Hej"
    anna.receives_nothing()


def test_every_attempt_has_the_same_reference(anna: Employee, network: Network, key: str) -> None:
    network.answers = [Later("no connection")]
    anna.writes(key, "20123456", "Hej").again()
    (_, first), (_, second) = network.tried
    assert first == second


def test_a_gateway_that_stays_down_is_given_up_and_the_employee_is_told(
    anna: Employee, administrator: Administrator, network: Network, clock: Clock, key: str
) -> None:
    network.answers = [Later("no connection")] * 2
    posted = anna.writes(key, "20123456", "Hej")
    clock.passes(hours=13)
    assert posted.again().statuses == [0]
    assert states(administrator) == ["failed"]
    assert "IKKE sendt (opgivet: no connection)" in body_of(anna.receives())


def test_a_customer_that_failed_is_reported_with_all_the_others_and_they_are_not_texted_again(
    stage: Stage, anna: Employee, administrator: Administrator, network: Network, key: str
) -> None:
    network.answers = [Accepted("1"), Refused("blocked by the operator"), Accepted("3")]
    posted = anna.writes(key, "20123456, 30123456, 40123456", "Hej")
    assert posted.again().statuses == [0]
    assert states(administrator) == ["sent", "failed", "sent"]
    report = anna.receives()
    assert report["Subject"] == "SMS ikke sendt til alle"
    assert "+45 20 12 34 56: sendt\n+45 30 12 34 56: IKKE sendt (blocked by the operator)\n" in body_of(report)
    assert len(network.tried) == 3
    anna.receives_nothing()


def test_nothing_is_reported_while_a_customer_of_the_mail_still_waits(
    anna: Employee, network: Network, key: str
) -> None:
    network.answers = [Refused("blocked"), Later("busy")]
    posted = anna.writes(key, "20123456, 30123456", "Hej")
    assert posted.statuses == [AGAIN]
    anna.receives_nothing()
    assert posted.again().statuses == [0]
    assert "+45 20 12 34 56: IKKE sendt (blocked)\n+45 30 12 34 56: sendt" in body_of(anna.receives())


def test_an_answer_that_was_lost_leaves_the_sms_unknown_and_unsent_again(
    anna: Employee, administrator: Administrator, network: Network, clock: Clock, key: str
) -> None:
    network.answers = [Unknown("the answer was lost")]
    posted = anna.writes(key, "20123456", "Hej Søren")
    assert posted.again().statuses == [0]
    clock.passes(days=1)
    administrator.flushes()
    assert states(administrator) == ["unknown"]
    assert len(network.tried) == 1


def test_an_answer_that_was_lost_is_told_once_to_the_employee_and_the_operator(
    anna: Employee, administrator: Administrator, network: Network, clock: Clock, key: str
) -> None:
    network.answers = [Unknown("the answer was lost")]
    anna.writes(key, "20123456", "Hej Søren").again()
    clock.passes(days=1)
    administrator.flushes()
    assert "måske sendt, måske ikke" in body_of(anna.receives())
    assert "o1" in body_of(administrator.receives())
    anna.receives_nothing()
    administrator.receives_nothing()


def test_a_run_that_dies_during_the_call_leaves_the_sms_unknown_when_its_lease_runs_out(
    anna: Employee, administrator: Administrator, network: Network, clock: Clock, key: str
) -> None:
    network.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        anna.writes(key, "20123456", "Hej")
    assert states(administrator) == ["sending"]
    clock.passes(seconds=dispatch.LEASE_SECONDS + 1)
    administrator.flushes()
    assert states(administrator) == ["unknown"]
    assert len(network.tried) == 1
    assert "måske sendt" in body_of(anna.receives())
    assert "o1" in body_of(administrator.receives())


def test_while_another_run_has_an_sms_in_hand_it_is_not_sent_and_the_mta_is_asked_to_wait(
    stage: Stage, anna: Employee, network: Network, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(dispatch, "PATIENCE_SECONDS", 0)
    network.answers = [Later("busy")]
    posted = anna.writes(key, "20123456", "Hej")
    with stage.service.store.transaction() as tx:
        assert outbound.lease(tx, 1, stage.clock(), dispatch.LEASE_SECONDS)
    assert posted.again().statuses == [AGAIN]
    assert len(network.tried) == 1


def test_a_run_that_was_thought_dead_still_notes_that_its_sms_was_sent(
    stage: Stage, administrator: Administrator, anna: Employee, network: Network, clock: Clock, key: str
) -> None:
    network.answers = [Later("busy")]
    anna.writes(key, "20123456", "Hej")
    with stage.service.store.transaction() as tx:
        row = outbound.lease(tx, 1, clock(), dispatch.LEASE_SECONDS)
        assert row
    clock.passes(hours=1)
    administrator.flushes()
    with stage.service.store.transaction() as tx:
        assert outbound.settle(tx, row, state="sent", now=clock())
    assert states(administrator) == ["sent"]


def test_no_gateway_is_called_that_could_answer_after_the_deadline(
    stage: Stage, anna: Employee, network: Network, clock: Clock, key: str
) -> None:
    """Fifty customers and a gateway that takes 20 s for each: the rest is for the next try."""

    class Slow(list[Any]):
        def pop(self, index: SupportsIndex = -1) -> Accepted:
            clock.passes(seconds=20)
            return Accepted("slow")

    network.answers = Slow([None])
    begun = clock()
    posted = anna.writes(key, ", ".join(f"201234{n}" for n in range(10, 20)), "Hej")
    assert posted.statuses == [AGAIN]
    assert clock() - begun <= 95
    assert 0 < len(network.arrived) < 10
    while posted.again().statuses != [0]:
        pass
    assert len(network.arrived) == len({sms.to for sms in network.arrived}) == 10


def test_a_retry_of_one_delivery_texts_nobody_of_the_other(
    stage: Stage, anna: Employee, network: Network, key: str
) -> None:
    to = [key, "20123456"]
    posted = anna.writes(to, "30123456", "Hej", deliveries=[[one] for one in to])
    assert posted.again().statuses == [0, 0]
    assert len(network.tried) == 2


def test_a_notice_that_sendmail_does_not_take_makes_the_mta_try_again(
    anna: Employee, post: PostOffice, clock: Clock, key: str
) -> None:
    post.goes_down()
    posted = anna.writes(key, "2012345", "Hej")
    assert posted.statuses == [AGAIN]
    post.comes_back()
    clock.passes(minutes=5)
    assert posted.again().statuses == [0]
    (refused,) = post.refused()
    assert anna.receives()["Message-ID"] == refused["Message-ID"]
    anna.receives_nothing()


def test_the_sms_is_sent_although_sendmail_is_down(
    anna: Employee, customer: Customer, post: PostOffice, key: str
) -> None:
    post.goes_down()
    assert anna.writes(key, "20123456", "Hej").statuses == [0]
    assert customer.receives().text == "Hej"


def test_an_administrator_can_have_an_unknown_sms_sent_again(
    anna: Employee, customer: Customer, administrator: Administrator, network: Network, key: str
) -> None:
    network.answers = [Unknown("lost")]
    anna.writes(key, "20123456", "Hej")
    assert administrator.sends_again(administrator.sms_out()[0])
    assert customer.receives().text == "Hej"
    assert not administrator.sends_again(administrator.sms_out()[0])
    customer.receives_nothing()
