"""The employee answers an SMS mail as any mail, and the customer gets it from the number he texted."""

from __future__ import annotations

from tests.dialog.stage import Administrator, Customer, Employee, Network, Stage, body_of


def test_a_plain_reply_goes_back_to_the_customer_from_the_employees_own_number(
    anna: Employee, customer: Customer
) -> None:
    customer.texts(anna, "Hvad koster det?")
    assert anna.replies(anna.receives(), "450 kr.").statuses == [0]
    sms = customer.receives()
    assert (sms.sender, sms.text) == (anna.number, "450 kr.")
    anna.receives_nothing()


def test_the_reply_goes_to_the_customer_whatever_number_the_subject_holds(
    stage: Stage, anna: Employee, customer: Customer
) -> None:
    customer.texts(anna, "Hej")
    mail = anna.receives()
    anna.writes(mail["Reply-To"].addresses[0].addr_spec, subject="Ring på 30123456", text="Hej igen")
    assert [sms.to for sms in stage.network.arrived] == [customer.number]


def test_a_reply_address_in_another_case_still_works(anna: Employee, customer: Customer) -> None:
    customer.texts(anna, "Hej")
    address = anna.receives()["Reply-To"].addresses[0]
    anna.writes(f"{address.username.upper()}@SendMailSMS.dk", text="Hej igen")
    assert customer.receives().text == "Hej igen"


def test_the_sms_that_the_client_quotes_does_not_go_back(anna: Employee, customer: Customer) -> None:
    customer.texts(anna, "Kan jeg komme\ni morgen?")
    anna.replies(anna.receives(), "Ja, kl. 10.")
    assert customer.receives().text == "Ja, kl. 10."


def test_a_token_without_the_matching_from_is_worth_nothing(stage: Stage, anna: Employee, customer: Customer) -> None:
    customer.texts(anna, "Hej")
    mail = anna.receives()
    bo = stage.employee("bo@firma.example")
    stage.administrator.opens_account(bo)
    for stranger in (bo, stage.employee("fremmed@andet.example")):
        assert stranger.replies(mail, "Jeg er Anna").statuses == [0]
        stranger.receives_nothing()
    customer.receives_nothing()
    anna.receives_nothing()


def test_a_token_is_for_one_customer_only(anna: Employee, network: Network, customer: Customer) -> None:
    customer.texts(anna, "Hej")
    token = anna.receives()["Reply-To"].addresses[0].username.partition(".")[2]
    anna.writes(f"4530123456.{token}", text="Hej")
    assert network.tried == []


def test_the_employees_own_number_takes_the_customer_from_the_subject(anna: Employee, customer: Customer) -> None:
    anna.writes(anna.number, subject="SV: SMS fra +45 20 12 34 56", text="Hej igen", inside=True)
    assert (customer.receives().sender, anna.number) == (anna.number, anna.number)


def test_the_number_of_somebody_else_cannot_be_written_to(stage: Stage, anna: Employee, network: Network) -> None:
    bo = stage.employee("bo@firma.example")
    stage.administrator.opens_account(bo)
    anna.writes(bo.number, subject="20123456", text="Hej", inside=True)
    assert network.tried == []
    assert "findes ikke her" in body_of(anna.receives())
    bo.receives_nothing()


def test_replies_thread_the_dialog_in_the_mail_client(anna: Employee, customer: Customer) -> None:
    customer.texts(anna, "Et")
    first = anna.receives()
    written = anna.replies(first, "To")
    customer.texts(anna, "Tre")
    second = anna.receives()
    assert second["Subject"] == first["Subject"] == "SMS fra +45 20 12 34 56"
    assert f"Message-ID: {second['In-Reply-To']}\r\n".encode() in written.raw
    assert first["Message-ID"] in second["References"].split()
    assert first["References"].split()[0] == second["References"].split()[0]


def test_a_reply_to_an_alphanumeric_sender_is_refused_and_says_why(stage: Stage, anna: Employee) -> None:
    stage.sms_comes_in("Tandlæge", anna.number, "Husk din tid")
    mail = anna.receives()
    assert "kan ikke besvares" in body_of(mail) or "ikke kan besvares" in body_of(mail)
    assert anna.replies(mail, "Tak").statuses == [0]
    assert "ikke kan besvares" in body_of(anna.receives())
    assert stage.network.tried == []


def test_a_reply_of_an_employee_with_two_accounts_goes_out_from_the_number_that_was_texted(
    stage: Stage, administrator: Administrator, anna: Employee, customer: Customer
) -> None:
    administrator.makes_key("Lager")
    second = administrator.opens_account(anna, "Lager")
    first = administrator.accounts()[0]
    for account in (first, second):
        customer.texts(account.number, "Hej")
        anna.replies(anna.receives(), "Hej selv")
        assert customer.receives().sender == account.number


def test_an_sms_mail_that_is_forwarded_to_the_customers_plain_address_with_the_key_is_an_sms(
    anna: Employee, customer: Customer, key: str
) -> None:
    anna.writes([key, "20123456"], subject="VS: SMS fra +45 20 12 34 56", text="Se her")
    assert customer.receives().text == "Se her"
    customer.receives_nothing()
