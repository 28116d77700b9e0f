"""What local(8) hands to a pipe in the shipped alias file, seen by a command that writes it down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.daemons import base_directory, own, product_user, wait_for
from tests.e2e.postfix import AliasPostfix
from tests.e2e.recorder import Recorder

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postfix")]
MAIL = b"From: anna@firma.example\r\nTo: kunde\r\nSubject: 20123456\r\n\r\nHej\r\n"


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with base_directory("pipe") as base:
        # Only the product's user may write here: a call that is recorded was that user's.
        own(base / "calls", product_user())
        yield Recorder(base)


@pytest.fixture(scope="module")
def postfix(recorder: Recorder) -> Iterator[AliasPostfix]:
    with base_directory("postfix") as base:
        instance = AliasPostfix(base, [str(recorder.script)])
        try:
            instance.start()
            yield instance
        finally:
            instance.stop()


@pytest.fixture(autouse=True)
def _fresh(recorder: Recorder) -> None:
    recorder.forget()


def test_the_environment_says_what_arguments_say_elsewhere(postfix: AliasPostfix, recorder: Recorder) -> None:
    """The address as it was written, the sender, the login; and no arguments."""
    postfix.submit("anna@firma.example", ["4520123456.AbC@sendmailsms.dk"], MAIL, sasl_username="anna")
    (call,) = recorder.calls(1)
    assert call.argv == []
    assert call.environment["ORIGINAL_RECIPIENT"] == "4520123456.AbC@sendmailsms.dk"
    assert call.environment["SENDER"] == "anna@firma.example"
    assert call.environment["SASL_USERNAME"] == "anna"
    assert call.environment["CLIENT_ADDRESS"] == "127.0.0.1"
    assert call.stdin.startswith(b"From anna@firma.example ")


def test_every_recipient_has_a_run_of_its_own(postfix: AliasPostfix, recorder: Recorder) -> None:
    """Although all of them become one alias."""
    recipients = [f"2012345{digit}@sendmailsms.dk" for digit in range(3)]
    postfix.submit("anna@firma.example", recipients, MAIL)
    calls = recorder.calls(3)
    assert sorted(call.environment["ORIGINAL_RECIPIENT"] for call in calls) == recipients


def test_a_bounce_has_an_empty_sender(postfix: AliasPostfix, recorder: Recorder) -> None:
    """SENDER is there, and empty."""
    postfix.submit("", ["20123456@sendmailsms.dk"], MAIL)
    (call,) = recorder.calls(1)
    assert call.environment["SENDER"] == ""


def test_trouble_of_the_installation_waits_in_the_queue(postfix: AliasPostfix, recorder: Recorder) -> None:
    """No bounce for a traceback."""
    recorder.answers(1, "Traceback (most recent call last):")
    postfix.submit("anna@firma.example", ["20123456@sendmailsms.dk"], MAIL)
    wait_for(postfix.deferred, "a deferred mail", explain=postfix.tail)
    recorder.answers(0)
    postfix.flush()
    wait_for(lambda: not postfix.queue(), "an empty queue", explain=postfix.tail)
    assert len(recorder.calls(2)) == 2
