"""subscribe@: an enabled key makes an account, once, and an answer with number and QR code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.dialog.stage import OPERATOR, Administrator, Customer, Employee, Stage, body_of


def test_subscribing_gives_an_account_and_a_mail_with_its_number(stage: Stage, administrator: Administrator) -> None:
    confirmation = stage.anna.subscribes(stage.key)
    (account,) = administrator.accounts()
    assert (account.email, account.state, account.number) == (stage.anna.address, "open", stage.anna.number)
    assert account.number in body_of(confirmation)
    assert 459192000000 <= int(account.number) <= 459192999999


def test_the_qr_code_of_the_confirmation_opens_an_sms_to_the_number(stage: Stage) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    image = pytest.importorskip("PIL.Image")
    import io

    (picture,) = stage.anna.subscribes(stage.key).iter_attachments()
    assert picture.get_content_type() == "image/png"
    (code,) = zxingcpp.read_barcodes(image.open(io.BytesIO(picture.get_content())))
    assert code.text == f"SMSTO:+{stage.anna.number}:"


def test_the_account_is_usable_at_once(stage: Stage, customer: Customer) -> None:
    stage.anna.subscribes(stage.key)
    customer.texts(stage.anna, "Hej")
    stage.anna.replies(stage.anna.receives(), "Hej selv")
    assert customer.receives().sender == stage.anna.number


@pytest.mark.parametrize("name", ["tilmeld", "SUBSCRIBE", "Tilmeld"])
def test_the_danish_name_works_too_in_any_case(stage: Stage, administrator: Administrator, name: str) -> None:
    stage.anna.writes(name, stage.key.upper())
    assert len(administrator.accounts()) == 1


def test_subscribing_again_gives_the_same_answer_and_no_second_account(
    stage: Stage, administrator: Administrator
) -> None:
    first = stage.anna.subscribes(stage.key)
    number = stage.anna.number
    again = stage.anna.subscribes(stage.key)
    assert (body_of(again), again["Subject"], stage.anna.number) == (body_of(first), first["Subject"], number)
    assert len(administrator.accounts()) == 1


def test_another_key_gives_the_same_employee_another_account(stage: Stage, administrator: Administrator) -> None:
    lager = administrator.makes_key("Lager")
    stage.anna.subscribes(stage.key)
    stage.anna.subscribes(lager)
    assert len({account.number for account in administrator.accounts()}) == 2


def test_an_unknown_key_creates_nothing_and_a_stranger_learns_nothing(
    stage: Stage, administrator: Administrator
) -> None:
    for subject in ("k" + "a" * 32, "", "Hej", stage.key[:-1]):
        assert stage.anna.writes("subscribe", subject).statuses == [0]
    assert administrator.accounts() == []
    assert stage.post.arguments() == []


def test_a_disabled_key_creates_nothing(stage: Stage, administrator: Administrator) -> None:
    administrator.disables("Firma")
    stage.anna.writes("subscribe", stage.key)
    assert administrator.accounts() == []
    stage.anna.receives_nothing()


def test_the_owner_of_an_account_is_told_that_the_key_is_disabled(
    stage: Stage, anna: Employee, administrator: Administrator
) -> None:
    administrator.disables("Firma")
    anna.writes("subscribe", stage.key)
    assert "deaktiveret" in body_of(anna.receives())


def test_the_owner_of_an_account_is_told_that_the_key_is_wrong(anna: Employee) -> None:
    anna.writes("subscribe", "Tilmeld mig", inside=True)
    assert "ingen gyldig API-nøgle" in body_of(anna.receives())


def test_the_signature_in_the_body_is_remembered_and_cut_from_then_on(stage: Stage, customer: Customer) -> None:
    signature = "Anna Andersen | Firma A/S\nDin lokale mekaniker siden 1987"
    stage.anna.subscribes(stage.key, signature)
    stage.anna.writes(stage.key, "20123456", f"Din bil er klar.\n\n{signature}\n")
    assert customer.receives().text == "Din bil er klar."


def test_without_a_subscribe_mail_those_lines_would_be_text(anna: Employee, customer: Customer, key: str) -> None:
    """So it was the learning that cut them above."""
    anna.writes(key, "20123456", "Din bil er klar.\n\nDin lokale mekaniker siden 1987\n")
    assert customer.receives().text.endswith("siden 1987")


def test_an_exhausted_range_is_told_to_the_employee_and_the_operator(build: Callable[..., Stage]) -> None:
    stage = build(tables='[numbers]\nranges = ["459192000000-459192000001"]')
    for name in ("bo", "carl"):
        stage.employee(f"{name}@firma.example").subscribes(stage.key)
    assert stage.anna.writes("subscribe", stage.key).statuses == [0]
    assert "ingen ledige numre" in body_of(stage.anna.receives())
    assert "number add" in body_of(stage.administrator.receives())
    assert stage.administrator.address == OPERATOR
    assert len(stage.administrator.accounts()) == 2


def test_a_number_rests_before_anyone_else_gets_it(build: Callable[..., Stage]) -> None:
    stage = build(tables='[numbers]\nranges = ["459192000000-459192000000"]\nrest_days = 180')
    stage.anna.subscribes(stage.key)
    stage.anna.writes("unsubscribe", stage.key)
    bo = stage.employee("bo@firma.example")
    stage.clock.passes(days=179)
    bo.writes("subscribe", stage.key)
    assert "ingen ledige numre" in body_of(bo.receives())
    stage.clock.passes(days=1, seconds=1)
    bo.subscribes(stage.key)
    assert bo.number == "459192000000"


@pytest.mark.parametrize(
    "sender", ["", "anna@firma.example, bo@firma.example", "ånna@firma.example", "Anna <anna@firma.example"]
)
def test_a_from_that_is_not_one_plain_mailbox_creates_nothing(stage: Stage, sender: str) -> None:
    head = f"From: {sender}\n" if sender else ""
    raw = f"{head}To: subscribe@sendmailsms.dk\nSubject: {stage.key}\nMessage-ID: <1@x.example>\n\n"
    assert stage.anna.posts(raw.encode(), ["subscribe"]).statuses == [0]
    assert stage.administrator.accounts() == []
    assert stage.post.arguments() == []


def test_a_sender_with_the_key_but_no_account_is_told_how_to_subscribe(stage: Stage) -> None:
    stage.anna.writes(stage.key, "20123456", "Hej")
    notice = stage.anna.receives()
    assert notice["Subject"] == "Ingen konto endnu"
    assert "subscribe@sendmailsms.dk" in body_of(notice)
    assert stage.network.tried == []


def test_the_key_itself_never_stands_in_a_mail_of_ours(stage: Stage) -> None:
    stage.anna.writes(stage.key, f"20123456 {stage.key}", f"Hej {stage.key}")
    stage.anna.subscribes(stage.key)
    stage.anna.writes(stage.key, f"2 {stage.key}", "Hej")
    assert len(stage.post.octets()) == 3
    assert not any(stage.key in body_of(mail) + str(mail) for mail in stage.anna.mailbox())
