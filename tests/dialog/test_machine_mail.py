"""Monitoring mail, where a key admits it: alerts of a sender whom the MTA proved local, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.dialog.stage import Administrator, Customer, Employee, Network, Stage

ALERT = {"Auto-Submitted": "auto-generated"}


@pytest.fixture
def alarm(stage: Stage, administrator: Administrator) -> Employee:
    """A server that writes mails; its account hangs on a key that admits them."""
    alarm = stage.employee("alarm@firma.example")
    administrator.opens_account(alarm)
    administrator.edits_key("Firma", machine_mail=True)
    return alarm


@pytest.mark.parametrize(
    "headers",
    [
        ALERT,
        {"Auto-Submitted": "auto-generated (cron)", "X-Cron-Env": "<SHELL=/bin/sh>"},
        {**ALERT, "Precedence": "bulk"},
    ],
)
@pytest.mark.parametrize("proof", [{"inside": True}, {"client": "127.0.0.1"}])
def test_an_alert_of_a_proven_sender_is_an_sms(
    stage: Stage, alarm: Employee, customer: Customer, headers: dict[str, str], proof: dict[str, Any]
) -> None:
    alarm.writes(stage.key, "20123456", "Disken er fuld", headers=headers, **proof)
    assert customer.receives().text == "Disken er fuld"


def test_unless_its_key_admits_it_it_is_dropped(stage: Stage, anna: Employee, network: Network) -> None:
    anna.writes(stage.key, "20123456", "Disken er fuld", headers=ALERT, inside=True)
    assert network.tried == []
    assert stage.administrator.decisions()[-1].reason == "A-03 auto-submitted"


def test_the_key_alone_is_no_proof_for_an_alert(stage: Stage, alarm: Employee, network: Network) -> None:
    alarm.writes(stage.key, "20123456", "Disken er fuld", headers=ALERT)
    assert network.tried == []


def test_a_disabled_key_admits_nothing(stage: Stage, alarm: Employee, network: Network) -> None:
    stage.administrator.disables("Firma")
    alarm.writes(stage.key, "20123456", "Disken er fuld", headers=ALERT, inside=True)
    assert network.tried == []
    alarm.receives_nothing()


def test_only_a_key_that_the_mail_names_admits_it(stage: Stage, alarm: Employee, network: Network) -> None:
    other = stage.administrator.makes_key("Lager")
    stage.administrator.opens_account(alarm, "Lager")
    alarm.writes(other, "20123456", "Disken er fuld", headers=ALERT, inside=True)
    assert network.tried == []


NEVER: dict[str, dict[str, Any]] = {
    "answer": {"headers": {"Auto-Submitted": "auto-replied"}},
    "notification": {"headers": {"Auto-Submitted": "auto-notified"}},
    "bounce": {"headers": ALERT, "envelope_sender": "<>"},
    "list": {"headers": {**ALERT, "List-Id": "<drift.firma.example>"}},
    "autoreply": {"headers": {**ALERT, "X-Autoreply": "yes"}},
    "daemon": {"headers": {**ALERT, "From": "postmaster@firma.example"}},
    "loop": {"headers": {**ALERT, "Message-ID": "<1@sendmailsms.dk>"}},
    "undeclared-bulk": {"headers": {"Precedence": "bulk"}},
    "undeclared-cron": {"headers": {"X-Cron-Env": "<SHELL=/bin/sh>"}},
}


@pytest.mark.parametrize("mail", NEVER.values(), ids=NEVER.keys())
def test_nothing_but_alerts_is_admitted(stage: Stage, alarm: Employee, network: Network, mail: dict[str, Any]) -> None:
    alarm.writes(stage.key, "20123456", "Hej", inside=True, **mail)
    assert network.tried == []
    alarm.receives_nothing()


def test_alerts_count_towards_the_limits_of_their_account(build: Callable[..., Stage]) -> None:
    stage = build(tables="[limits]\nsms_per_account_per_hour = 2")
    stage.administrator.opens_account(stage.anna)
    stage.administrator.edits_key("Firma", machine_mail=True)
    for _ in range(4):
        stage.anna.writes(stage.key, "20123456", "Disken er fuld", headers=ALERT, inside=True)
    assert [row.state for row in stage.administrator.sms_out()] == ["sent", "sent", "held", "held"]


def test_people_who_share_the_key_are_texted_as_ever(
    stage: Stage, alarm: Employee, anna: Employee, customer: Customer
) -> None:
    anna.writes(stage.key, "20123456", "Hej")
    assert customer.receives().text == "Hej"
