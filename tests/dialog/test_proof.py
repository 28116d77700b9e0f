"""Who may send: From is an open account, and one proof stands beside it. Anybody else learns nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.dialog.stage import Employee, Network, Stage, body_of

TRUSTING = '[auth]\ntrusted_authserv_ids = ["mx.firma.example"]\n'
REQUIRING = TRUSTING + 'require = "proof"\n'


def results(text: str) -> dict[str, str]:
    return {"Authentication-Results": f"mx.firma.example; {text}"}


@pytest.fixture
def trusting(build: Callable[..., Stage]) -> Stage:
    stage = build(tables=TRUSTING)
    stage.administrator.opens_account(stage.anna)
    return stage


@pytest.fixture
def requiring(build: Callable[..., Stage]) -> Stage:
    stage = build(tables=REQUIRING)
    stage.administrator.opens_account(stage.anna)
    return stage


def test_a_phone_address_alone_proves_nothing(anna: Employee, network: Network) -> None:
    assert anna.writes("20123456", text="Hej").statuses == [0]
    assert network.tried == []
    anna.receives_nothing()


PROOFS: dict[str, dict[str, Any]] = {
    "sasl": {"inside": True},
    "network": {"client": "127.0.0.1"},
    "dmarc": {"headers": results("dmarc=pass header.from=firma.example")},
    "dkim": {"headers": results("dkim=pass header.d=firma.example")},
}


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS.keys())
def test_the_word_of_the_mta_is_a_proof(trusting: Stage, proof: dict[str, Any]) -> None:
    trusting.anna.writes("20123456", text="Hej", **proof)
    assert trusting.customer.receives().sender == trusting.anna.number


@pytest.mark.parametrize(
    "headers",
    [
        {"Authentication-Results": "mx.andet.example; dmarc=pass header.from=firma.example"},
        results("dkim=pass header.d=andet.example"),
        results("dmarc=pass header.from=andet.example"),
        results("spf=pass smtp.mailfrom=firma.example"),
    ],
)
def test_the_word_of_anybody_else_is_none(trusting: Stage, headers: dict[str, str]) -> None:
    trusting.anna.writes("20123456", text="Hej", headers=headers)
    assert trusting.network.tried == []


def test_a_trusted_dmarc_fail_refuses_the_mail_whatever_else_it_holds(trusting: Stage) -> None:
    headers = results("dmarc=fail header.from=firma.example")
    key = trusting.key
    for to, subject in ((key, "20123456"), ("subscribe", key), ("unsubscribe", key), ("help", key)):
        trusting.anna.writes(to, subject, "Hej", headers=headers, inside=True)
    assert trusting.network.tried == []
    assert trusting.post.arguments() == []
    assert [account.state for account in trusting.administrator.accounts()] == ["open"]


def test_a_key_without_the_matching_from_is_worth_nothing(stage: Stage, anna: Employee, key: str) -> None:
    stranger = stage.employee("fremmed@andet.example")
    stranger.writes(key, "20123456", "Hej", headers={"Sender": anna.address, "Reply-To": anna.address})
    assert stage.network.tried == []
    anna.receives_nothing()


def test_the_key_of_another_company_is_worth_nothing_for_this_account(
    stage: Stage, anna: Employee, network: Network
) -> None:
    other = stage.administrator.makes_key("Anden")
    anna.writes(other, "20123456", "Hej")
    assert network.tried == []


@pytest.mark.parametrize(
    "sender", ["anna@firma.example, bo@firma.example", "anna@firma.example <fremmed@andet.example>", "Anna"]
)
def test_from_must_be_exactly_one_mailbox(anna: Employee, network: Network, key: str, sender: str) -> None:
    mail = f"From: {sender}\nTo: {key}@sendmailsms.dk\nSubject: 20123456\nMessage-ID: <1@x.example>\n\nHej\n"
    assert anna.posts(mail.encode(), [key]).statuses == [0]
    assert network.tried == []


def test_two_from_headers_are_none(anna: Employee, network: Network, key: str) -> None:
    mail = f"From: {anna.address}\nFrom: {anna.address}\nTo: {key}@sendmailsms.dk\nSubject: 20123456\n\nHej\n"
    anna.posts(mail.encode(), [key])
    assert network.tried == []


def test_the_from_is_compared_without_case(anna: Employee, network: Network, key: str) -> None:
    anna.writes(key, "20123456", "Hej", headers={"From": "Anna <Anna@FIRMA.example>"})
    assert len(network.arrived) == 1


def test_where_proof_is_required_a_key_or_a_token_alone_is_not_enough(requiring: Stage) -> None:
    anna = requiring.anna
    requiring.customer.texts(anna, "Hej")
    mail = anna.receives()
    anna.writes(requiring.key, "20123456", "Hej")
    anna.replies(mail, "Hej")
    bo = requiring.employee("bo@firma.example")
    bo.writes("subscribe", requiring.key)
    assert requiring.network.tried == []
    anna.receives_nothing()
    bo.receives_nothing()
    assert len(requiring.administrator.accounts()) == 1


def test_where_proof_is_required_it_works_with_proof(requiring: Stage) -> None:
    anna = requiring.anna
    requiring.customer.texts(anna, "Hej")
    anna.replies(anna.receives(), "Et", inside=True)
    anna.writes(requiring.key, "20123456", "To", headers=results("dmarc=pass header.from=firma.example"))
    assert [requiring.customer.receives().text for _ in range(2)] == ["Et", "To"]


def test_a_proven_sender_with_a_wrong_number_is_told(anna: Employee) -> None:
    anna.writes("2012345", text="Hej", inside=True)
    assert "2012345" in body_of(anna.receives())


def test_only_a_submitter_that_the_mta_proved_local_hears_a_permanent_no(stage: Stage) -> None:
    stranger = stage.employee("fremmed@andet.example")
    assert stranger.writes("nobody", text="Hej").statuses == [0]
    unknown = stranger.writes("nobody", text="Hej", inside=True)
    assert (unknown.statuses, unknown.answers[0].line[:6]) == ([67], "5.1.1 ")
    without = stranger.writes("20123456", text="Hej", inside=True)
    assert (without.statuses, without.answers[0].line[:6]) == ([77], "5.7.1 ")
    assert stranger.writes("nobody", text="Hej", client="127.0.0.1").statuses == [67]
    assert stranger.writes(["nobody", "20123456"], text="Hej", inside=True).statuses == [0]


def test_with_several_accounts_a_phone_address_goes_out_from_the_last_dialogs_number(
    stage: Stage, anna: Employee
) -> None:
    stage.administrator.makes_key("Lager")
    second = stage.administrator.opens_account(anna, "Lager")
    stage.customer.texts(second.number, "Hej")
    anna.writes("20123456", text="Hej selv", inside=True)
    assert stage.customer.receives().sender == second.number
    anna.writes("30123456", text="Hej", inside=True)
    assert stage.network.arrived[-1].sender != second.number
