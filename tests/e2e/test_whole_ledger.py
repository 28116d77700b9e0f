"""`message list` accounts for every SMS and every mail of the whole session; the last module to run."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.e2e.daemons import wait_for
from tests.e2e.office import Key, Office
from tests.e2e.people import Customer, Employee

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postfix"), pytest.mark.needs("kannel")]


@pytest.fixture(autouse=True)
def _one_dialog(anna: Employee, key: Key, customer: Customer) -> None:
    """So that the ledger is not empty when this module runs alone."""
    anna.writes(to=[key.secret], subject=customer.national, text="Til regnskabet")
    customer.receives()
    customer.texts(anna.number, "Fra regnskabet")
    anna.receives()
    anna.receives_nothing()


def test_every_sms_on_a_phone_stands_in_the_ledger_once(office: Office) -> None:
    """The same number, customer and text, and nothing is called sent that no phone has seen."""
    seen = Counter((sms.sender, sms.to.removeprefix("+"), sms.text) for sms in office.phones.inbox)
    sent = [*office.installation.messages(direction="out", state="sent")]
    sent += office.installation.messages(direction="out", state="delivered")
    assert Counter(as_on_phone(office, message) for message in sent) == seen


def test_receipts_make_messages_delivered(office: Office, customer: Customer) -> None:
    """The fake SMSC reports each SMS as delivered; all of them have come to that."""
    wait_for(lambda: not office.installation.messages(direction="out", state="sent"), "receipts", 20)
    for state in ("queued", "sending", "unknown"):
        assert office.installation.messages(direction="out", state=state) == []


def test_every_sms_from_a_phone_is_mailed_or_held(office: Office) -> None:
    """None is left as received."""
    assert office.installation.messages(direction="in", state="received") == []
    assert office.installation.messages(direction="in", state="mailed")


def test_a_refused_mail_stands_in_it_with_its_reason(office: Office, anna: Employee, key: Key) -> None:
    """It became no SMS: no customer, no parts, but a reason."""
    anna.writes(to=[key.secret], subject="2012345", text="Hej")
    anna.receives()
    (message,) = office.installation.messages(account=anna.address, state="failed")
    assert (message["direction"], message["peer"], message["parts"]) == ("out", "", 0)
    assert message["reason"]


def test_messages_have_what_the_commands_promise(office: Office) -> None:
    """The keys of each JSON object; customers in E.164 with a plus sign, or the name that came in place of a number."""
    promised = {"id", "direction", "account", "peer", "text", "parts", "state", "gateway", "reference"}
    for message in office.installation.messages():
        assert promised <= message.keys()
        assert message["parts"] == 0 or message["peer"] == "POSTEN" or message["peer"].startswith("+45")


def as_on_phone(office: Office, message: dict[str, str]) -> tuple[str, str, str]:
    """A message of the ledger as the phone shows it: the account's number, the customer, the text."""
    return office.number_of(message["account"]), message["peer"].removeprefix("+"), message["text"]
