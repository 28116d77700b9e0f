"""SECURITY.md names a test for each threat, and each is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import smsdialog

CHECKOUT = Path(smsdialog.__file__).parents[1]
TESTS = "\n".join(path.read_text() for path in sorted((CHECKOUT / "tests").rglob("test_*.py")))
ROWS = [
    line.strip("|").split(" | ")
    for line in (CHECKOUT / "SECURITY.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith(("| threat |", "| --- |"))
]
NAMED = sorted({name for row in ROWS for name in re.findall(r"`(test_\w+)`", row[-1])})


def test_every_threat_has_something_that_stops_it_and_a_test_that_shows_it() -> None:
    assert len(ROWS) > 20
    assert [row for row in ROWS if len(row) != 3 or not re.search(r"`test_\w+`", row[2])] == []


@pytest.mark.parametrize("name", NAMED)
def test_every_test_that_it_names_exists(name: str) -> None:
    assert re.search(rf"^\s*def {name}\(", TESTS, re.MULTILINE)
