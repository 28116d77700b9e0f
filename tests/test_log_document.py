"""The page on the log has every event that the code writes, every key of it, and none that is not written."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import smsdialog
from smsdialog.core import ledger
from smsdialog.core.model import Delivery
from smsdialog.store import check

PACKAGE = Path(smsdialog.__file__).parent
PAGE = (PACKAGE.parent / "docs" / "log.md").read_text()
# What names vary in: the outcomes of mails, the states in which a gateway's answer leaves an SMS, and so on.
COMPUTED = {
    *check.OUTCOMES,
    *ledger.after(ledger.OUT, "settle"),
    *(f"receipt-{delivery.value.replace(' ', '-')}" for delivery in Delivery),
    *("received", "held", "repeated", "posted", "not-posted", "error"),
}


def calls() -> list[ast.Call]:
    """Every call that writes a line."""
    return [
        node
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "log.event"
    ]


def written() -> set[str]:
    """The names that stand in those calls."""
    named = [node.value for call in calls() for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant)]
    return {name for name in named if isinstance(name, str) and re.fullmatch(r"[a-z][a-z-]*[a-z]", name)}


def on_page(heading: str) -> set[str]:
    """What stands in the first column below a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", section, re.M)
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def test_every_event_stands_on_the_page_and_no_other() -> None:
    assert written() | COMPUTED == on_page("Events")


def test_every_key_stands_on_the_page() -> None:
    explained = on_page("Keys") | set(re.findall(r"`([a-z]+)`", PAGE.split("## Events")[1]))
    keys = {keyword.arg for call in calls() for keyword in call.keywords if keyword.arg}
    assert keys <= explained
