"""One pass over all that waits, and the check that says whether the ledger keeps its promises."""

from __future__ import annotations

from collections.abc import Callable

from smsdialog.gateways import Later, Refused
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, PostOffice, Stage, body_of


def test_a_flush_sends_what_waits_for_its_gateway(
    anna: Employee, customer: Customer, administrator: Administrator, network: Network, key: str
) -> None:
    network.answers = [Later("busy")]
    posted = anna.writes(key, "20123456", "Hej")
    administrator.flushes()
    assert customer.receives().text == "Hej"
    assert posted.again().statuses == [0]
    customer.receives_nothing()


def test_a_flush_mails_what_waits_for_sendmail(
    anna: Employee, customer: Customer, administrator: Administrator, post: PostOffice
) -> None:
    post.goes_down()
    customer.texts(anna, "Hej")
    post.comes_back()
    assert administrator.flushes().accounts == 1
    assert body_of(anna.receives()) == "Hej"
    assert administrator.flushes().accounts == 0


def test_a_flush_reports_what_went_wrong(
    anna: Employee, administrator: Administrator, network: Network, key: str
) -> None:
    network.answers = [Later("busy"), Refused("blocked")]
    anna.writes(key, "20123456", "Hej")
    assert administrator.flushes().reports == 1
    assert "IKKE sendt (blocked)" in body_of(anna.receives())


def test_a_flush_with_nothing_to_do_does_nothing(stage: Stage, administrator: Administrator) -> None:
    administrator.flushes()
    assert stage.post.arguments() == []
    assert stage.network.tried == []


def test_a_gateway_that_is_down_does_not_hold_up_the_others(build: Callable[..., Stage]) -> None:
    tables = '[gateways.main]\ntype = "file"\n[gateways.nord]\ntype = "file"\n'
    stage = build(tables=tables + '[[routes]]\nprefix = "+46"\ngateways = ["nord"]')
    stage.administrator.opens_account(stage.anna)
    stage.network.answers = [Later("busy")] * 3
    stage.anna.writes(stage.key, "+46701234567", "Hej")
    stage.anna.writes(stage.key, "20123456", "Hej")
    stage.administrator.flushes()
    assert [sms.to for sms in stage.network.arrived] == ["+4520123456"]


def test_the_check_names_what_waits_too_long_and_a_flush_mends_it(
    anna: Employee, customer: Customer, administrator: Administrator, network: Network, post: PostOffice, clock: Clock,
    key: str,
) -> None:  # fmt: skip
    post.goes_down()
    network.answers = [Later("busy")]
    anna.writes(key, "20123456", "Hej")
    customer.texts(anna, "Hej")
    anna.writes(key, "2012345", "Hej")
    assert administrator.checks() == []
    clock.passes(hours=3)
    assert len(administrator.checks()) == 3
    post.comes_back()
    administrator.flushes()
    assert administrator.checks() == []
