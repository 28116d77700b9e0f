"""Parts of the stack are away for a while: the mail waits, nothing is lost, nothing comes twice."""

from __future__ import annotations

import pytest

from tests.e2e.daemons import wait_for
from tests.e2e.office import Key, Office
from tests.e2e.people import Customer, Employee, text_of
from tests.e2e.postfix import Postfix, allow_for_postdrop, forbid_for_postdrop

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postfix"), pytest.mark.needs("kannel")]


def test_a_mail_waits_in_the_queue_while_the_gateway_is_down(
    office: Office, key: Key, anna: Employee, customer: Customer
) -> None:
    """Deferred, not bounced; when the gateway is back and the queue is flushed: one SMS, however many tries."""
    office.kannel.stop_smsbox()
    try:
        anna.writes(to=[key.secret], subject=customer.national, text="Tålmodighed")
        wait_for(lambda: office.mta.defers(anna.address), "a deferred mail", explain=office.mta.tail)
        office.mta.flush()
        wait_for(lambda: office.mta.defers(anna.address), "a deferred mail", explain=office.mta.tail)
    finally:
        office.kannel.start_smsbox()
    office.mta.flush()
    assert customer.receives().text == "Tålmodighed"
    wait_for(lambda: not office.mta.waits_for(anna.address), "the end of waiting", explain=office.mta.tail)
    customer.receives_nothing()
    anna.receives_nothing()


def test_flush_sends_what_waits_and_the_queue_does_not_send_it_again(
    office: Office, key: Key, anna: Employee, customer: Customer
) -> None:
    """`smsdialog flush` and Postfix both have the mail: one SMS."""
    office.kannel.stop_smsbox()
    try:
        anna.writes(to=[key.secret], subject=customer.national, text="Først til mølle")
        wait_for(lambda: office.mta.defers(anna.address), "a deferred mail", explain=office.mta.tail)
    finally:
        office.kannel.start_smsbox()
    office.installation.run("flush")
    office.mta.flush()
    assert customer.receives().text == "Først til mølle"
    wait_for(lambda: not office.mta.waits_for(anna.address), "the end of waiting", explain=office.mta.tail)
    customer.receives_nothing()


def test_an_sms_waits_in_kannel_while_the_web_server_is_down(
    office: Office, anna: Employee, customer: Customer
) -> None:
    """Kannel offers it again until it is taken; the employee gets one mail."""
    office.web.stop()
    try:
        customer.texts(anna.number, "Er der nogen?")
        anna.receives_nothing()
    finally:
        office.web.start(office.web_port)
    assert text_of(anna.receives(timeout=20)) == "Er der nogen?"
    anna.receives_nothing()


def test_a_mail_that_sendmail_does_not_take_is_kept(office: Office, anna: Employee, customer: Customer) -> None:
    """The SMS is taken from Kannel all the same; a later `flush` mails it, once."""
    assert isinstance(office.mta, Postfix)
    forbid_for_postdrop(office.mta.config)
    try:
        customer.texts(anna.number, "Postkassen er lukket")
        wait_for(lambda: office.installation.messages(text="Postkassen er lukket"), "the SMS in the ledger")
        anna.receives_nothing()
    finally:
        allow_for_postdrop(office.mta.config)
    office.installation.run("flush")
    assert text_of(anna.receives()) == "Postkassen er lukket"
    anna.receives_nothing()
