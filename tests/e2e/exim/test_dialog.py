"""The talk that goes through Postfix elsewhere, through Exim: what an employee and a customer see does not differ."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess

import pytest

from tests.e2e.daemons import processes_naming, wait_for
from tests.e2e.exim.server import INTERNET_CLIENT, Exim
from tests.e2e.office import Key, Office
from tests.e2e.people import Customer, Employee
from tests.e2e.test_accounts import (  # noqa: F401
    test_a_subscriber_gets_a_number_and_its_picture,
    test_an_account_made_by_the_administrator_is_closed_by_mail,
)
from tests.e2e.test_dialog import (  # noqa: F401
    test_a_long_danish_text_arrives_whole,
    test_a_mail_to_the_key_reaches_the_customer_in_the_subject,
    test_a_phone_address_alone_will_do_on_our_own_network,
    test_a_plain_reply_goes_back_to_the_customer,
    test_an_sms_reaches_the_mailbox,
    test_an_sms_with_signs_beyond_gsm_keeps_them,
    test_both_ways_are_quick,
    test_key_and_phone_in_one_delivery_are_one_sms,
    test_key_and_phone_in_two_deliveries_are_one_sms,
    test_subject_and_addresses_together_reach_each_customer_once,
    test_the_accounts_number_is_an_address_too,
    test_the_same_mail_delivered_again_is_not_sent_again,
)
from tests.e2e.test_refusals import (  # noqa: F401
    test_a_bounce_is_dropped,
    test_a_forged_sender_without_a_proof_is_a_stranger,
    test_a_mail_of_thirty_megabytes_is_refused,
    test_a_mail_with_hardly_a_header_is_still_a_mail,
    test_a_stranger_learns_nothing,
    test_an_unknown_key_tells_only_those_who_are_proven,
    test_bytes_in_no_charset_are_read_as_danes_meant_them,
    test_our_own_network_is_told_by_the_mail_server,
)
from tests.e2e.test_trouble import (  # noqa: F401
    test_a_mail_waits_in_the_queue_while_the_gateway_is_down,
    test_flush_sends_what_waits_and_the_queue_does_not_send_it_again,
)

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("exim"), pytest.mark.needs("kannel")]


def test_a_login_is_proof_enough(exim: Exim, anna: Employee, customer: Customer) -> None:
    """From the internet, without a key: Exim's word on who logged in."""
    mail = f"From: {anna.address}\r\nTo: {customer.national}@sendmailsms.dk\r\n\r\nHej hjemmefra\r\n".encode()
    recipients = [f"{customer.national}@sendmailsms.dk"]
    exim.submit(anna.address, recipients, mail, sasl_username="anna", client=INTERNET_CLIENT)
    assert customer.receives().text == "Hej hjemmefra"


def test_who_logged_in_and_has_no_account_is_told_by_the_mail_server(office: Office, exim: Exim) -> None:
    """77, and the command's line in the bounce."""
    colleague = office.somebody("kollega")
    mail = f"From: {colleague.address}\r\nTo: 20123456@sendmailsms.dk\r\n\r\nHej\r\n".encode()
    exim.submit(colleague.address, ["20123456@sendmailsms.dk"], mail, sasl_username="kollega", client=INTERNET_CLIENT)
    bounce = colleague.receives()
    assert bounce.get_content_type() == "multipart/report"
    assert "5.7.1 no SMS account for this sender" in bounce.as_string()


def test_a_user_of_the_machine_is_no_login(exim: Exim, anna: Employee, customer: Customer) -> None:
    """For mail from sendmail(1), Exim calls the name of the calling user authenticated; here it proves nothing."""
    mail = f"From: {anna.address}\nTo: {customer.national}@sendmailsms.dk\n\nHej fra en webside\n".encode()
    command = [*exim.sendmail, "-i", "-f", anna.address, "--", f"{customer.national}@sendmailsms.dk"]
    subprocess.run(command, input=mail, check=True, user="nobody", group="nogroup", extra_groups=[])
    customer.receives_nothing()
    anna.receives_nothing()


def test_a_key_in_capitals_is_that_key(anna: Employee, key: Key, customer: Customer) -> None:
    """Mail programs change the case; Exim hands it on as it was written."""
    anna.writes(to=[key.secret.upper()], subject=customer.national, text="Hej")
    assert customer.receives().text == "Hej"


def test_an_address_in_two_spellings_is_one_sms(anna: Employee, key: Key, customer: Customer) -> None:
    """Two recipients to Exim, which tells letters apart, and two runs of the pipe; one key to us."""
    anna.writes(to=[key.secret, key.secret.upper()], subject=customer.national, text="Hej")
    assert customer.receives().text == "Hej"
    customer.receives_nothing()
    anna.receives_nothing()


def test_a_mail_of_ours_keeps_its_own_sender(anna: Employee, customer: Customer) -> None:
    """Exim takes the envelope sender from us, by which bounces come back, and puts no Sender above."""
    customer.texts(anna.number, "Hej Anna")
    mail = anna.receives()
    assert mail["Return-Path"].endswith("@sendmailsms.dk>")
    assert mail["Return-Path"] != "<>"
    assert mail["Sender"] is None


def test_a_bounce_of_a_mail_of_ours_is_counted(office: Office, exim: Exim, key: Key, customer: Customer) -> None:
    """Exim cannot deliver it, and reports so to the sender that we gave: the mailbox that refuses has a point."""
    gone = office.employee(key, domain="gone.example")
    customer.texts(gone.number, "Hej")
    wait_for(lambda: points_against(office, gone), "a counted bounce", explain=exim.tail)
    assert points_against(office, gone) == [1.0]


def test_exim_is_killed_while_a_run_waits_for_the_gateway(
    office: Office, exim: Exim, anna: Employee, key: Key, customer: Customer
) -> None:
    """It hands the mail over again while the first run still goes on: the ledger has it once."""
    smsbox = office.kannel.smsbox.process
    assert smsbox is not None
    os.killpg(smsbox.pid, signal.SIGSTOP)
    try:
        anna.writes(to=[key.secret], subject=customer.national, text="Kun én gang")
        wait_for(lambda: office.installation.messages(text="Kun én gang", state="sending"), "a run at the gateway")
        before = processes_naming(str(office.installation.config))
        exim.daemon.stop()
        exim.daemon.start(exim.port)
        flush = exim.begin_to_flush()
        wait_for(lambda: len(processes_naming(str(office.installation.config))) > len(before), "a second run")
    finally:
        os.killpg(smsbox.pid, signal.SIGCONT)
    flush.wait()
    assert customer.receives().text == "Kun én gang"
    exim.flush()
    assert not exim.waits_for(anna.address)
    customer.receives_nothing()
    anna.receives_nothing()


def test_nothing_else_bounced_and_no_traceback_was_seen(exim: Exim) -> None:
    """The logs of all of this name no failure of the pipe, and no fault of the configuration."""
    exim.wait_until_idle()
    log = exim.log.read_text(errors="replace")
    assert "T=smsdialog_pipe" in log
    failed = [line for line in log.splitlines() if " ** " in line and "T=smsdialog_pipe" in line]
    assert [line for line in failed if "ukendt@" not in line and "20123456@" not in line] == []
    assert "Traceback" not in log
    panic = exim.log.with_name("panic")
    assert not panic.exists(), panic.read_text()


def points_against(office: Office, employee: Employee) -> list[float]:
    """What bounces have counted so far against this employee's account."""
    query = "SELECT points FROM bounces JOIN accounts ON accounts.id = account_id WHERE email = ?"
    with contextlib.closing(sqlite3.connect(office.installation.state / "smsdialog.db")) as database:
        return [points for (points,) in database.execute(query, [employee.address])]
