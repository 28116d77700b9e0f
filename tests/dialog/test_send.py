"""A mail becomes SMS: whom it names, who pays attention to which recipient, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smsdialog.gateways import Later, Outcome, Refused, Unknown
from tests.dialog.stage import Administrator, Customer, Employee, Network, Stage, body_of


def test_a_mail_to_the_key_with_the_number_in_the_subject_becomes_an_sms(
    anna: Employee, customer: Customer, key: str
) -> None:
    assert anna.writes(to=key, subject="20123456", text="Hej Søren\n\nDin bil er færdig.\n").statuses == [0]
    sms = customer.receives()
    assert sms.text == "Hej Søren\n\nDin bil er færdig."
    assert sms.sender == anna.number
    anna.receives_nothing()


@pytest.mark.parametrize("subject", ["20123456,30123456", "20 12 34 56; +45 30 12 34 56", "20123456,\r\n 30123456"])
def test_several_customers_stand_in_the_subject(stage: Stage, anna: Employee, key: str, subject: str) -> None:
    mail = f"From: {anna.address}\r\nTo: {key}@sendmailsms.dk\r\nSubject: {subject}\r\nMessage-ID: <a@b.example>"
    anna.posts(f"{mail}\r\n\r\nHej".encode(), [key])
    assert [sms.to for sms in stage.network.arrived] == ["+4520123456", "+4530123456"]


def test_every_customer_gets_an_sms_of_his_own_and_nobody_sees_the_others(
    stage: Stage, anna: Employee, key: str
) -> None:
    anna.writes(to=key, subject="20123456, 30123456", text="Hej")
    for sms, other in zip(stage.network.arrived, ["30123456", "20123456"], strict=True):
        assert other not in sms.text
        assert sms.text == "Hej"
    assert len({sms.reference for sms in stage.network.arrived}) == 2


def test_every_customer_gets_the_sms_once_whatever_the_number_of_ways_he_was_named(
    stage: Stage, anna: Employee, key: str
) -> None:
    to = [key, "20123456", "p4520123456", "+4520123456", "004520123456", "30123456"]
    anna.writes(to=to, subject="+45 20 12 34 56, 2012-3456", text="Hej")
    assert sorted(sms.to for sms in stage.network.arrived) == ["+4520123456", "+4530123456"]


def test_key_and_phone_addresses_work_in_one_delivery(anna: Employee, customer: Customer, key: str) -> None:
    assert anna.writes(to=[key, "20123456"], text="Hej").statuses == [0]
    assert customer.receives().text == "Hej"
    anna.receives_nothing()


def test_key_and_phone_addresses_work_split_over_several_deliveries(stage: Stage, anna: Employee, key: str) -> None:
    to = [key, "20123456", "30123456"]
    posted = anna.writes(to=to, subject="40123456", text="Hej", deliveries=[[one] for one in reversed(to)])
    assert posted.statuses == [0, 0, 0]
    assert sorted(sms.to for sms in stage.network.arrived) == ["+4520123456", "+4530123456", "+4540123456"]
    anna.receives_nothing()


def test_each_recipient_is_responsible_for_itself(stage: Stage, anna: Employee, key: str) -> None:
    """To names two phones, but the MTA has handed over only one of them so far."""
    anna.writes(to=[key, "20123456", "30123456"], text="Hej", deliveries=[["30123456"]])
    assert [sms.to for sms in stage.network.arrived] == ["+4530123456"]


def test_the_key_may_stand_in_cc_while_only_the_phone_is_a_recipient(
    anna: Employee, customer: Customer, key: str
) -> None:
    anna.writes(to="20123456", text="Hej", headers={"Cc": f"{key}@sendmailsms.dk"})
    assert customer.receives().text == "Hej"


def test_local_parts_are_read_in_any_case(anna: Employee, customer: Customer, key: str) -> None:
    anna.writes(to=[key.upper(), "P4520123456"], text="Hej")
    assert customer.receives().text == "Hej"


@pytest.mark.parametrize(
    "typed",
    ["20 12 34 56", "20.12.34.56", "20-12-34-56", "(20) 123456", "+45 (0) 20123456", "0045 20123456", "4520123456"],
)
def test_a_number_may_be_typed_in_many_ways(anna: Employee, customer: Customer, key: str, typed: str) -> None:
    anna.writes(to=key, subject=typed, text="Hej")
    assert customer.receives().to == "+4520123456"


@pytest.mark.parametrize("typed", ["+46 70 123 45 67", "0046701234567", "46701234567"])
def test_a_number_with_a_country_code_may_be_foreign_with_a_plus_or_without(
    stage: Stage, anna: Employee, key: str, typed: str
) -> None:
    anna.writes(to=key, subject=typed, text="Hej")
    assert [sms.to for sms in stage.network.arrived] == ["+46701234567"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("2012345", "for få cifre"),
        ("20123456x", "bogstaver"),
        ("112", "alarmnummer"),
        ("1919", "kort nummer"),
        ("+1 212 555 0123", "til det land"),
    ],
)
def test_one_wrong_number_stops_the_whole_mail_and_the_employee_is_told_which_and_why(
    anna: Employee, network: Network, key: str, wrong: str, reason: str
) -> None:
    assert anna.writes(to=key, subject=f"20123456, {wrong}", text="Hej Søren").statuses == [0]
    assert network.tried == []
    notice = anna.receives()
    assert notice["Subject"] == "SMS ikke sendt"
    assert f"“{wrong}”" in body_of(notice)
    assert reason in body_of(notice)
    assert "> Hej Søren" in body_of(notice)


def test_a_wrong_number_in_an_address_stops_every_delivery_of_the_mail(
    anna: Employee, network: Network, key: str
) -> None:
    to = [key, "20123456", "2012345"]
    anna.writes(to=to, subject="30123456", text="Hej", deliveries=[[one] for one in to])
    assert network.tried == []
    assert "“2012345”" in body_of(anna.receives())
    anna.receives_nothing()


def test_a_mail_that_names_nobody_is_refused(anna: Employee, network: Network, key: str) -> None:
    anna.writes(to=key, subject="", text="Hej")
    assert network.tried == []
    assert "intet mobilnummer" in body_of(anna.receives())


def test_more_customers_than_allowed_are_refused(build: Callable[..., Stage]) -> None:
    stage = build(tables="[limits]\nrecipients_per_mail = 2")
    stage.administrator.opens_account(stage.anna)
    stage.anna.writes(to=stage.key, subject="20123456, 30123456, 40123456", text="Hej")
    assert stage.network.tried == []
    assert "højst være 2" in body_of(stage.anna.receives())


def test_quoted_history_and_the_signature_do_not_go_out(anna: Employee, customer: Customer, key: str) -> None:
    text = "Det gør vi.\n\nDen 18. nov. 2026 skrev Søren:\n> Kan I nå det?\n\n-- \nAnna Andersen\nTlf. 33 12 34 56\n"
    anna.writes(to=key, subject="20123456", text=text)
    assert customer.receives().text == "Det gør vi."


def test_an_empty_text_is_refused(anna: Employee, network: Network, key: str) -> None:
    anna.writes(to=key, subject="20123456", text=" \n\n")
    assert network.tried == []
    assert "ingen tekst" in body_of(anna.receives())


MULTIPART = """From: anna@firma.example\r
To: {key}@sendmailsms.dk\r
Subject: 20123456\r
Message-ID: <multi@firma.example>\r
Content-Type: {outer}; boundary="x"\r
\r
--x\r
Content-Type: {inner}\r
Content-Disposition: attachment; filename="{name}"\r
\r
JVBERi0=\r
--x--\r
"""


def test_a_mail_with_nothing_but_an_attachment_is_refused_and_says_so(
    anna: Employee, network: Network, key: str
) -> None:
    mail = MULTIPART.format(key=key, outer="multipart/mixed", inner="application/pdf", name="faktura.pdf")
    anna.posts(mail.encode(), [key])
    assert network.tried == []
    assert "vedhæftede filer, men ingen tekst" in body_of(anna.receives())


def test_an_encrypted_mail_is_refused(anna: Employee, network: Network, key: str) -> None:
    outer = 'multipart/encrypted; protocol="application/pgp-encrypted"'
    mail = MULTIPART.format(key=key, outer=outer, inner="application/octet-stream", name="encrypted.asc")
    anna.posts(mail.encode(), [key])
    assert network.tried == []
    assert "krypteret" in body_of(anna.receives())


def test_a_text_of_more_parts_than_allowed_is_refused(anna: Employee, network: Network, key: str) -> None:
    anna.writes(to=key, subject="20123456", text="ord " * 300)
    assert network.tried == []
    assert "for lang" in body_of(anna.receives())


def test_a_mail_that_is_too_big_is_refused(build: Callable[..., Stage]) -> None:
    stage = build()
    stage.administrator.opens_account(stage.anna)
    head = f"From: {stage.anna.address}\r\nTo: {stage.key}@sendmailsms.dk\r\nSubject: 20123456\r\n\r\n"
    stage.anna.posts(head.encode() + b"Hej\r\n" * 4_000_001, [stage.key])
    assert stage.network.tried == []
    assert "for stor" in body_of(stage.anna.receives())


def test_mails_are_written_in_the_configured_language(build: Callable[..., Stage]) -> None:
    stage = build(top='language = "en"')
    stage.administrator.opens_account(stage.anna)
    stage.anna.writes(to=stage.key, subject="2012345", text="Hi")
    notice = stage.anna.receives()
    assert notice["Subject"] == "SMS not sent"
    assert "it has too few digits" in body_of(notice)


def test_the_longest_prefix_decides_the_gateway(build: Callable[..., Stage]) -> None:
    tables = '[gateways.main]\ntype = "file"\n[gateways.nord]\ntype = "file"\n'
    stage = build(tables=tables + '[[routes]]\nprefix = "+46"\ngateways = ["nord", "main"]')
    stage.administrator.opens_account(stage.anna)
    stage.anna.writes(to=stage.key, subject="+46701234567, 20123456", text="Hej")
    assert [(name, sms.to) for name, sms in stage.network.tried] == [("nord", "+46701234567"), ("main", "+4520123456")]


@pytest.fixture
def two_ways(build: Callable[..., Stage]) -> Stage:
    """A route with a fallback."""
    tables = '[gateways.main]\ntype = "file"\n[gateways.nord]\ntype = "file"\n'
    stage = build(tables=tables + '[[routes]]\nprefix = "+45"\ngateways = ["nord", "main"]')
    stage.administrator.opens_account(stage.anna)
    return stage


def test_a_gateway_that_provably_sent_nothing_is_passed_over_for_the_next_of_its_route(two_ways: Stage) -> None:
    two_ways.network.answers = [Later("down")]
    two_ways.anna.writes(to=two_ways.key, subject="20123456", text="Hej")
    assert [name for name, _ in two_ways.network.tried] == ["nord", "main"]
    (row,) = two_ways.administrator.sms_out()
    assert (row.state, row.gateway) == ("sent", "main")


@pytest.mark.parametrize("outcome", [Unknown("lost"), Refused("blocked")])
def test_no_second_gateway_is_tried_when_the_first_may_have_sent_it_or_never_will(
    two_ways: Stage, outcome: Outcome
) -> None:
    two_ways.network.answers = [outcome]
    two_ways.anna.writes(to=two_ways.key, subject="20123456", text="Hej")
    assert [name for name, _ in two_ways.network.tried] == ["nord"]


def test_the_ledger_accounts_for_every_recipient_of_every_mail(
    anna: Employee, administrator: Administrator, key: str
) -> None:
    anna.writes(to=[key, "30123456"], subject="20123456", text="Hej")
    anna.writes(to=key, subject="2", text="Hej")
    anna.writes(to="post", text="Hej")
    outcomes = [(row.recipient, row.outcome, row.reason) for row in administrator.decisions()]
    assert outcomes == [
        (f"{key[:7]}…", "sms", ""),
        ("30123456", "sms", ""),
        (f"{key[:7]}…", "refused", "wrong-number"),
        ("post", "unknown-recipient", ""),
    ]
    assert administrator.checks() == []


def test_a_mail_of_odd_octets_is_texted_or_refused_and_never_an_error(
    anna: Employee, administrator: Administrator, key: str
) -> None:
    head = f"From: {anna.address}\nTo: {key}@sendmailsms.dk\nSubject: 20123456\nMessage-ID: <\x00\xff@x>\n".encode(
        "latin-1"
    )
    for body in (b"\xff\xfe\x00 Hej", b"\x00" * 10, b"Hej \xed\xa0\xbd", b""):
        assert anna.posts(head + b"X: \xe6\xf8\n\n" + body, [key]).statuses == [0]
    assert {row.outcome for row in administrator.decisions()} == {"sms", "refused"}
