"""Absence, shared mailboxes and succession: others get an account's SMS, and answer as the account."""

from __future__ import annotations

import pytest

from smsdialog.dialog import account as use_cases
from smsdialog.dialog import audit, group, privacy, template
from smsdialog.dialog import key as key_use_cases
from smsdialog.dialog.purge import purge
from smsdialog.errors import Conflict
from smsdialog.gateways import Later, Refused
from smsdialog.store import accounts
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, PostOffice, Stage, body_of


@pytest.fixture
def bo(stage: Stage) -> Employee:
    return stage.employee("bo@firma.example")


@pytest.fixture
def carla(stage: Stage) -> Employee:
    return stage.employee("carla@firma.example")


def stand_in(stage: Stage, absent: Employee, *deputies: Employee) -> None:
    use_cases.edit(stage.service, absent.address, deliver_to=[deputy.address for deputy in deputies])


def share(stage: Stage, mailbox: Employee, *members: Employee) -> None:
    use_cases.edit(stage.service, mailbox.address, members=[member.address for member in members])


def test_a_colleague_gets_the_sms_instead_and_is_told_whose_it_is(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer
) -> None:
    stand_in(stage, anna, bo)
    customer.texts(anna, "Er varen kommet?")
    mail = bo.receives()
    text, _, note = body_of(mail).partition("\n\n")
    assert text == "Er varen kommet?"
    assert anna.address in note
    assert anna.number in note
    assert mail["Subject"] == "SMS fra +45 20 12 34 56"
    anna.receives_nothing()


def test_his_answer_goes_out_from_the_number_that_was_texted(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer
) -> None:
    stand_in(stage, anna, bo)
    customer.texts(anna, "Er varen kommet?")
    assert bo.replies(bo.receives(), "Ja.").statuses == [0]
    sms = customer.receives()
    assert (sms.sender, sms.text) == (anna.number, "Ja.")
    bo.receives_nothing()
    anna.receives_nothing()


def test_a_colleague_with_an_account_of_his_own_answers_each_from_its_number(
    stage: Stage, administrator: Administrator, anna: Employee, bo: Employee, customer: Customer
) -> None:
    administrator.opens_account(bo)
    stand_in(stage, anna, bo)
    for number in (anna.number, bo.number):
        customer.texts(number, "Hej")
        bo.replies(bo.receives(), "Hej selv")
        assert customer.receives().sender == number


def test_several_get_it_the_employee_among_them_under_one_message_id(
    stage: Stage, anna: Employee, bo: Employee, carla: Employee, customer: Customer, post: PostOffice
) -> None:
    stand_in(stage, anna, anna, bo, carla)
    customer.texts(anna, "Hej")
    mails = [reader.receives() for reader in (anna, bo, carla)]
    assert len({mail["Message-ID"] for mail in mails}) == 1
    assert body_of(mails[0]) == "Hej"
    assert all(anna.address in body_of(mail) for mail in mails[1:])
    assert len({arguments[2] for arguments in post.arguments()}) == 3
    for reader, mail in zip((anna, bo, carla), mails, strict=True):
        reader.replies(mail, f"Svar fra {reader.address}")
        assert customer.receives().text == f"Svar fra {reader.address}"


def test_a_dialog_is_one_thread_for_each_of_them(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer
) -> None:
    stand_in(stage, anna, anna, bo)
    customer.texts(anna, "Et")
    anna.receives()
    bo.replies(bo.receives(), "To")
    customer.texts(anna, "Tre")
    for reader in (anna, bo):
        first, second = reader.mailbox()[0], reader.mailbox()[-1]
        assert first["Message-ID"] in second["References"].split()
        assert first["References"].split()[0] == second["References"].split()[0]


def test_when_sendmail_takes_one_and_not_the_next_all_come_again_under_the_same_message_id(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, administrator: Administrator, post: PostOffice
) -> None:
    stand_in(stage, anna, anna, bo)
    post.goes_down()
    customer.texts(anna, "Hej")
    assert [row.state for row in administrator.sms_in()] == ["received"]
    post.comes_back()
    stage.clock.passes(minutes=5)
    administrator.flushes()
    assert bo.receives()["Message-ID"] == anna.receives()["Message-ID"] == post.refused()[0]["Message-ID"]
    assert [row.state for row in administrator.sms_in()] == ["mailed"]


def test_taking_it_back_brings_the_sms_to_the_employee_again(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, network: Network
) -> None:
    stand_in(stage, anna, bo)
    customer.texts(anna, "Et")
    mail = bo.receives()
    stand_in(stage, anna)
    customer.texts(anna, "To")
    assert body_of(anna.receives()) == "To"
    bo.receives_nothing()
    bo.replies(mail, "Kan jeg stadig?")
    bo.receives_nothing()
    assert network.tried == []


def test_a_member_of_a_shared_mailbox_answers_from_his_own_address_and_gets_no_mail(
    stage: Stage, administrator: Administrator, bo: Employee, customer: Customer
) -> None:
    sales = stage.employee("salg@firma.example")
    administrator.opens_account(sales)
    share(stage, sales, bo)
    customer.texts(sales, "Har I åbent?")
    mail = sales.receives()
    assert body_of(mail) == "Har I åbent?"
    bo.receives_nothing()
    bo.replies(mail, "Ja, til 17.")
    sms = customer.receives()
    assert (sms.sender, sms.text) == (sales.number, "Ja, til 17.")


def test_what_goes_wrong_with_an_answer_is_told_to_who_wrote_it(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, network: Network
) -> None:
    stand_in(stage, anna, bo)
    customer.texts(anna, "Hej")
    mail = bo.receives()
    network.answers = [Refused("barred")]
    bo.replies(mail, "Hej selv")
    assert bo.receives()["Subject"] == "SMS ikke sendt"
    bo.replies(mail, "")
    assert "ingen tekst" in body_of(bo.receives())
    anna.receives_nothing()


@pytest.mark.parametrize("proof", ["key", "inside"])
def test_a_deputy_writes_to_the_accounts_number_with_the_customer_in_the_subject(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, key: str, proof: str
) -> None:
    stand_in(stage, anna, bo)
    to = [anna.number, key] if proof == "key" else [anna.number]
    bo.writes(to, "SV: SMS fra +45 20 12 34 56", "Hej igen", deliveries=[[anna.number]], inside=proof == "inside")
    assert customer.receives().sender == anna.number


def test_a_deputy_without_an_account_begins_nothing(
    stage: Stage, anna: Employee, bo: Employee, network: Network, key: str
) -> None:
    """The key says that he belongs to the company, and not whose number he would write from."""
    stand_in(stage, anna, bo)
    bo.writes(key, "20123456", "Hej")
    assert network.tried == []
    assert "ingen konto endnu" in body_of(bo.receives())


def test_a_deputy_needs_the_token_or_another_proof(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, network: Network
) -> None:
    stand_in(stage, anna, bo)
    bo.writes(anna.number, "20123456", "Hej")
    bo.writes("4520123456.aaaaaaaaaaaaaaaa", text="Hej")
    carla = stage.employee("carla@firma.example")
    customer.texts(anna, "Hej")
    carla.replies(bo.receives(), "Jeg er Bo")
    assert network.tried == []
    bo.receives_nothing()
    carla.receives_nothing()


def test_a_key_that_asks_for_the_mail_servers_word_asks_it_of_deputies_too(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, network: Network
) -> None:
    stand_in(stage, anna, bo)
    stage.administrator.edits_key("Firma", require="proof")
    customer.texts(anna, "Hej")
    mail = bo.receives()
    bo.replies(mail, "Uden bevis")
    assert network.tried == []
    bo.replies(mail, "Med bevis", inside=True)
    assert customer.receives().text == "Med bevis"


def test_a_deputys_signature_is_not_learned_as_the_accounts(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, administrator: Administrator
) -> None:
    def learned_from(writer: Employee) -> tuple[str, ...]:
        stand_in(stage, anna, writer)
        for number in range(4):
            customer.texts(anna, f"Nummer {number}")
            writer.replies(writer.receives(), f"Svar {number}\n\nMvh\nKim Nygård\nDin lokale slagter")
        with stage.service.store.reading() as tx:
            return accounts.signatures_of(tx, administrator.accounts()[0].id)

    assert learned_from(bo) == ()
    assert learned_from(anna) == ("Din lokale slagter",)


def test_a_bounce_of_one_of_several_is_told_to_the_operator_and_suspends_nothing(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, clock: Clock, administrator: Administrator
) -> None:
    stand_in(stage, anna, anna, bo)
    for _ in range(6):
        customer.texts(anna, "Hej")
        bounces(stage, bo)
        clock.passes(days=1)
    (account,) = administrator.accounts()
    assert account.suspended_at is None
    notice = administrator.receives()
    assert bo.address in body_of(notice)
    assert len(anna.mailbox()) == 6


def test_a_bounce_of_the_only_one_counts_as_the_accounts_own(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, clock: Clock, administrator: Administrator
) -> None:
    stand_in(stage, anna, bo)
    for _ in range(5):
        customer.texts(anna, "Hej")
        bounces(stage, bo)
        clock.passes(days=1)
    assert administrator.accounts()[0].suspended_at is not None
    customer.texts(anna, "Holdt")
    stand_in(stage, anna)
    assert body_of(anna.receives()) == "Holdt"


def bounces(stage: Stage, reader: Employee) -> None:
    """The last mail to somebody comes back from his mail server."""
    mine = [arguments for arguments in stage.post.arguments() if arguments[-1] == reader.address]
    raw = (
        f"From: MAILER-DAEMON@mx.firma.example\nTo: {mine[-1][2]}\nSubject: Undelivered Mail\n"
        f"Message-ID: <{next(stage.count)}@mx.firma.example>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n'
        "--x\nContent-Type: text/plain\n\nNo.\n--x\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n\n--x--\n"
    ).encode()
    reader.posts(raw, [mine[-1][2]], envelope_sender="")


def test_deputies_are_named_in_the_log_of_acts(stage: Stage, anna: Employee, bo: Employee) -> None:
    stand_in(stage, anna, bo)
    act = audit.listing(stage.service)[0]
    assert (act.act, act.subject, act.details["deliver_to"]) == ("account.edit", anna.number, bo.address)


@pytest.mark.parametrize("address", ["bo", "bo@sendmailsms.dk", "bo@andet.example", "Bo <bo@firma.example>"])
def test_an_address_that_could_not_answer_is_no_deputy(stage: Stage, anna: Employee, address: str) -> None:
    stage.administrator.edits_key("Firma", domains="firma.example")
    with pytest.raises(Conflict):
        use_cases.edit(stage.service, anna.address, deliver_to=[address])


def test_a_closed_account_is_forwarded_to_a_colleague_who_may_answer(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, administrator: Administrator
) -> None:
    use_cases.forward(stage.service, anna.address, 30, [bo.address])
    assert [account.state for account in administrator.accounts()] == ["closed"]
    customer.texts(anna, "Er du der?")
    mail = bo.receives()
    assert "nedlagt" in body_of(mail)
    bo.replies(mail, "Anna er holdt op, nu er det mig.")
    assert customer.receives().sender == anna.number
    anna.receives_nothing()


def test_of_a_closed_account_what_its_deputy_wrote_for_later_goes_and_not_what_its_employee_did(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, administrator: Administrator, key: str, clock: Clock
) -> None:
    anna.writes(key, "[i morgen kl. 8] 20123456", "Fra Anna")
    assert "kl. 08:00" in body_of(anna.receives())
    use_cases.forward(stage.service, anna.address, 30, [bo.address])
    customer.texts(anna, "Er du der?")
    mail = bo.receives()
    bo.writes(mail["Reply-To"].addresses[0].addr_spec, f"[i morgen kl. 8] SV: {mail['Subject']}", "Fra Bo")
    clock.passes(days=1)
    administrator.flushes()
    assert customer.receives().text == "Fra Bo"
    customer.receives_nothing()
    assert "nedlagt" in body_of(anna.receives())


def test_a_deputy_answers_with_a_template_and_from_the_number_that_was_texted(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, administrator: Administrator
) -> None:
    template.create(stage.service, "klar", "Din bil er klar.", "Firma")
    administrator.opens_account(bo)
    stand_in(stage, anna, bo)
    customer.texts(anna, "Er den klar?")
    mail = bo.receives()
    to = ["skabelon-klar", mail["Reply-To"].addresses[0].addr_spec]
    bo.writes(to, f"SV: {mail['Subject']}", "", inside=True, deliveries=[[one] for one in to])
    sms = customer.receives()
    assert (sms.sender, sms.text) == (anna.number, "Din bil er klar.")
    customer.receives_nothing()
    bo.receives_nothing()


def test_a_deputy_texts_no_group_in_an_answer(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, network: Network
) -> None:
    group.create(stage.service, "alle", "Firma")
    group.add(stage.service, "alle", ["30123456"])
    stand_in(stage, anna, bo)
    customer.texts(anna, "Hej")
    mail = bo.receives()
    bo.writes([mail["Reply-To"].addresses[0].addr_spec, "gruppe-alle"], f"SV: {mail['Subject']}", "Hej")
    assert [sms.to for sms in network.arrived] == [customer.number]


def test_without_a_colleague_the_former_employee_gets_them_and_cannot_answer(
    stage: Stage, anna: Employee, customer: Customer, network: Network, key: str
) -> None:
    use_cases.forward(stage.service, anna.address, 30)
    customer.texts(anna, "Er du der?")
    mail = anna.receives()
    assert "nedlagt" in body_of(mail)
    anna.replies(mail, "Ja")
    assert "kan ikke besvares" in body_of(anna.receives())
    anna.writes(key, "20123456", "Hej")
    assert network.tried == []


def test_when_the_days_are_over_the_number_is_dead_and_then_rests(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, clock: Clock, network: Network
) -> None:
    use_cases.forward(stage.service, anna.address, 30, [bo.address])
    customer.texts(anna, "Et")
    mail = bo.receives()
    clock.passes(days=31)
    customer.texts(anna, "To")
    bo.receives_nothing()
    bo.replies(mail, "For sent")
    assert network.tried == []
    assert stage.administrator.sms_in()[-1].reason == "the account is closed"
    clock.passes(days=170)
    with pytest.raises(Conflict):
        stage.administrator.opens_account(bo, number=anna.number)
    clock.passes(days=11)
    assert stage.administrator.opens_account(bo, number=anna.number).number == anna.number


def test_forwarding_is_ended_by_closing_again(stage: Stage, anna: Employee, bo: Employee, customer: Customer) -> None:
    use_cases.forward(stage.service, anna.address, 30, [bo.address])
    use_cases.close(stage.service, anna.number)
    customer.texts(anna, "Hej")
    bo.receives_nothing()
    with pytest.raises(Conflict):
        use_cases.close(stage.service, anna.number)


def test_a_disabled_key_pauses_what_is_forwarded_too(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, administrator: Administrator
) -> None:
    use_cases.forward(stage.service, anna.address, 30, [bo.address])
    customer.texts(anna, "Et")
    mail = bo.receives()
    administrator.disables("Firma")
    bo.replies(mail, "Nej")
    assert "sat på pause" in body_of(bo.receives())
    customer.texts(anna, "To")
    bo.receives_nothing()


def test_unsubscribing_leaves_nobody_behind_who_gets_anything(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, key: str
) -> None:
    stand_in(stage, anna, bo)
    anna.writes("afmeld", key)
    customer.texts(anna, "Hej")
    bo.receives_nothing()


def test_a_member_cannot_close_the_account(
    stage: Stage, anna: Employee, bo: Employee, administrator: Administrator, key: str
) -> None:
    share(stage, anna, bo)
    bo.writes("afmeld", key)
    assert [account.state for account in administrator.accounts()] == ["open"]


def test_nothing_of_a_deputy_who_is_removed_is_left(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, network: Network
) -> None:
    stand_in(stage, anna, bo)
    customer.texts(anna, "Hej")
    network.answers = [Later("busy")]
    bo.replies(bo.receives(), "Hej selv")
    exported = privacy.export(stage.service, bo.address)
    assert {"deputies", "mails"} <= exported.rows.keys()
    privacy.erase(stage.service, bo.address)
    assert privacy.export(stage.service, bo.address).rows.keys() <= {"acts"}
    network.answers = [Refused("barred")]
    stage.administrator.flushes()
    assert anna.receives()["Subject"] == "SMS ikke sendt"
    bo.receives_nothing()
    customer.texts(anna, "Hej igen")
    assert body_of(anna.receives()) == "Hej igen"


def test_what_is_forwarded_ends_when_its_former_employee_is_removed(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer
) -> None:
    use_cases.forward(stage.service, anna.address, 30, [bo.address])
    privacy.erase(stage.service, anna.address)
    customer.texts(anna, "Hej")
    bo.receives_nothing()


def test_deputies_go_when_nothing_is_forwarded_any_more(stage: Stage, anna: Employee, bo: Employee) -> None:
    use_cases.forward(stage.service, anna.address, 30, [bo.address])
    stage.clock.passes(days=29)
    purge(stage.service)
    assert "deputies" in privacy.export(stage.service, bo.address).rows
    stage.clock.passes(days=2)
    purge(stage.service)
    assert "deputies" not in privacy.export(stage.service, bo.address).rows


def test_a_key_that_is_deleted_ends_what_is_forwarded(
    stage: Stage, anna: Employee, bo: Employee, customer: Customer, administrator: Administrator, network: Network
) -> None:
    use_cases.forward(stage.service, anna.address, 30, [bo.address])
    customer.texts(anna, "Hej")
    mail = bo.receives()
    key_use_cases.delete(stage.service, "Firma")
    bo.replies(mail, "Hej selv")
    customer.texts(anna, "Hallo?")
    assert network.tried == []
    bo.receives_nothing()
    assert administrator.sms_in()[-1].state == "held"
