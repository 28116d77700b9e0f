"""Whatever stands in the ledger has words, in every language: the codes are gathered from the code that writes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import smsdialog
from smsdialog import errors, locale
from smsdialog.core import automatic, ledger, letters, reasons
from smsdialog.core.model import Delivery
from smsdialog.core.sender import Proof
from smsdialog.dialog import case, dispatch, loop_mail, post, quarantine
from smsdialog.dialog.why import inbound, mail, notice, outbound
from smsdialog.store import check

PACKAGE = Path(smsdialog.__file__).parent
TREES = {path: ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}
REFUSALS = {
    error.kind for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.Refusal)
}
LANGUAGES = [language for language in locale.available() if language != locale.SOURCE_LANGUAGE]


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of something by this name, however it is reached."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
                yield path, node


def literals(node: ast.expr) -> list[str]:
    """The texts that an argument may be, as far as they stand there."""
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def fates() -> list[tuple[str, str]]:
    """Outcome and reason of every `Fate` that a use case makes; what is no literal is empty."""
    found = []
    for path, call in calls("Fate"):
        if path.parent.name == "dialog" and call.args and path.name != "report.py":
            words = [[*literals(argument), ""] for argument in call.args[:2]]
            found += [(one, other) for one in words[0] for other in (words[1] if len(words) > 1 else [""]) if one]
    return found


def constants(path: Path) -> dict[str, str]:
    """The texts that a module gives names to."""
    return {
        target.id: node.value.value
        for node in TREES[path].body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def notice_kinds() -> set[str]:
    """What notices are called: each stands as a text or as a constant of its module where one is written."""
    found: set[str] = set()
    for path, call in [*calls("write"), *calls("answer")]:
        if getattr(getattr(call.func, "value", None), "id", "") == "notify":
            named = [node.id for argument in call.args for node in ast.walk(argument) if isinstance(node, ast.Name)]
            found |= {text for argument in call.args for text in literals(argument)}
            found |= {constants(path)[name] for name in named if name in constants(path)}
    return {kind.split()[0] for kind in found if kind.strip()}


def test_the_code_is_really_looked_at() -> None:
    """A search that finds nothing proves nothing."""
    assert {("helped", ""), ("ignored", "not-proven"), ("subscribed", ""), ("taken-back", "nothing waits")} <= set(
        fates()
    )
    assert {
        "confirmation",
        "closed",
        "help",
        "status",
        "scheduled",
        "taken-back",
        "unknown",
        "suspended",
    } <= notice_kinds()
    assert {"wrong-number", "paused", "no-group"} <= REFUSALS


def test_every_outcome_of_a_mail_is_told() -> None:
    assert set(mail.OUTCOMES) == set(check.OUTCOMES)
    assert {outcome for outcome, _ in fates()} <= set(mail.OUTCOMES)
    assert quarantine.QUARANTINED in mail.OUTCOMES
    assert set(re.findall(r"`([a-z-]+)`", case.Fate.__doc__ or "")) <= set(mail.OUTCOMES)


def test_every_reason_of_a_mail_has_words() -> None:
    machines = {rule.name for rule in automatic.RULES}
    loops = {loop_mail.ARRIVED, loop_mail.FORGED, loop_mail.RENAMED}
    assert REFUSALS | machines | loops | {reason for _, reason in fates() if reason} <= set(reasons.OF_MAILS)


def test_every_state_of_an_sms_is_told() -> None:
    assert set(outbound.STATES) == set(ledger.states(ledger.OUT))
    assert set(inbound.STATES) == set(ledger.states(ledger.IN))
    assert set(reasons.DELIVERIES) == {delivery.value for delivery in Delivery}


def test_every_reason_of_an_sms_that_is_ours_has_words() -> None:
    barred = set(post._BARRED_BECAUSE.values())
    assert {*letters.OUR_REASONS, *letters.OF_THE_NETWORK, dispatch.NO_TIME, *barred} <= set(reasons.OF_SMS)
    assert {"its mailbox refuses mails", "no account has this number", Delivery.FAILED.value} <= set(reasons.OF_SMS)


def test_every_proof_of_a_sender_has_words() -> None:
    known = get_args(get_type_hints(Proof)["by"])
    assert {*known, "key", "reply", "forged"} == set(reasons.PROOFS)


def test_every_notice_has_words() -> None:
    assert notice_kinds() - REFUSALS <= set(notice.KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_it_is_translated(language: str) -> None:
    translate = locale.translator(language)
    tables = (
        reasons.OF_MAILS, reasons.OF_SMS, reasons.DELIVERIES, reasons.PROOFS, mail.OUTCOMES, outbound.STATES,
        inbound.STATES, notice.KINDS,
    )  # fmt: skip
    assert [text for table in tables for text in table.values() if translate(text) == text] == []


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("refused", "refused"),
        ("empty", "empty"),
        ("closed", "closed"),
        ("error 17: the account is closed", "error 17: the account is closed"),
        ("given up: refused", "given up: refused"),
    ],
)
def test_a_providers_own_words_are_not_taken_for_ours(reason: str, said: str) -> None:
    assert reasons.of_sms(str, reason) == said
