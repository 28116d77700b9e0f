"""The page on errors has every error that people can meet, in the words that they meet."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from smsdialog import errors, guard, handover
from smsdialog.dialog import handle
from smsdialog.server import desk

PAGE = (Path(__file__).parents[1] / "docs" / "errors.md").read_text()
ROWS = set(re.findall(r"^\| `([^`]+)` \| (.+) \|$", PAGE, re.M))
LINES = set(re.findall(r"^\| \d+ \| `([^`]+)` \|", PAGE, re.M))


def classes_below(root: type[errors.SmsDialogError]) -> list[type[errors.SmsDialogError]]:
    found = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, root)]
    return [*found, desk.Full] if issubclass(desk.Full, root) else found


REFUSALS = [refusal for refusal in classes_below(errors.Refusal) if refusal is not errors.Refusal]
TEMPORARY = classes_below(errors.TemporaryError)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_a_refusal_stands_there_in_its_words(refusal: type[errors.Refusal]) -> None:
    assert (refusal.kind, refusal.message) in ROWS


@pytest.mark.parametrize("reason", errors.NUMBER_REASONS)
def test_a_reason_against_a_number_stands_there_in_its_words(reason: str) -> None:
    assert (reason, errors.NUMBER_REASONS[reason]) in ROWS


@pytest.mark.parametrize("error", [*TEMPORARY, handover.AnswerLost], ids=lambda error: error.__name__)
def test_what_is_temporary_stands_there_as_the_mail_server_hears_it(error: type[errors.TemporaryError]) -> None:
    assert guard._line_for(error()) in LINES


def test_what_a_local_submitter_hears_stands_there() -> None:
    assert {handle.UNKNOWN.line, handle.NO_ACCOUNT.line} <= LINES


def test_nothing_else_stands_there() -> None:
    known = {(refusal.kind, refusal.message) for refusal in REFUSALS} | set(errors.NUMBER_REASONS.items())
    assert known == ROWS
