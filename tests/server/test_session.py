"""The commands of LMTP, and what is said to those that make no sense."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from smsdialog.server.session import Session


class Silent:
    """An MTA that hands over no mail."""

    def mail(self) -> bytes:
        raise AssertionError("no mail was asked for")

    def last_word(self, answer: str) -> None:
        raise AssertionError("there is no mail to give up")


@pytest.fixture
def session() -> Session:
    session = Session(SimpleNamespace(max_bytes=5000, judge=lambda recipient, caller: None), ("IDENT",), Silent())
    session.answer("LHLO mx.firma.example")
    return session


def test_what_it_can_is_said_at_the_greeting(session):
    said = session.answer("LHLO mx.firma.example").split("\r\n")
    assert said[0] == "250-smsdialog"
    assert {"250-PIPELINING", "250-SIZE 5000", "250-8BITMIME", "250-XFORWARD IDENT"} < set(said)
    assert [line for line in said if line[3] == " "] == said[-1:]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["BDAT 5 LAST"], "500"),
        (["EHLO mx.firma.example"], "500"),
        ([""], "500"),
        (["MAIL"], "501"),
        (["MAIL FROM: anna@firma.example"], "501"),
        (["MAIL FROM:<anna@firma.example"], "501"),
        (["MAIL FROM:<>"], "250"),
        (["mail from: <anna@firma.example> size=5000 body=8bitmime"], "250"),
        (["MAIL FROM:<anna@firma.example> SIZE=5001"], "552"),
        (["MAIL FROM:<anna@firma.example> SIZE=" + "9" * 5000], "552"),
        (["MAIL FROM:<a@firma.example>", "MAIL FROM:<b@firma.example>"], "503"),
        (["RCPT TO:<help@sendmailsms.dk>"], "503"),
        (["MAIL FROM:<>", "RCPT TO:help"], "501"),
        (["DATA"], "503"),
        (["MAIL FROM:<>", "DATA"], "503"),
        (["MAIL FROM:<>", "RSET", "MAIL FROM:<>"], "250"),
        (["VRFY help"], "252"),
        (["NOOP"], "250"),
        (["QUIT"], "221"),
    ],
)
def test_each_command_has_its_answer(session, lines, code):
    assert [session.answer(line) for line in lines][-1][:3] == code


def test_who_has_not_greeted_has_no_mail():
    assert Session(SimpleNamespace(max_bytes=1), (), Silent()).answer("MAIL FROM:<>")[:3] == "503"


def test_after_quit_it_is_over(session):
    assert not session.is_over
    session.answer("QUIT")
    assert session.is_over


def test_what_is_too_much_for_one_mail_comes_with_the_next(session):
    session.answer("MAIL FROM:<anna@firma.example>")
    heard = [session.answer(f"RCPT TO:<2012{number:04}@sendmailsms.dk>") for number in range(101)]
    assert heard == ["250 2.1.5 Ok"] * 100 + ["452 4.5.3 too many recipients"]
