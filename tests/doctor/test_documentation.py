"""The page has every finding, and every finding is planted."""

from __future__ import annotations

import re

from smsdialog.doctor import KINDS
from tests.e2e.daemons import CHECKOUT

PAGE = (CHECKOUT / "docs" / "doctor.md").read_text()
ROW = re.compile(r"^\| `([\w-]+)` \| (\w+) \| (.+) \|$", re.MULTILINE)
TESTS = [*(CHECKOUT / "tests" / "doctor").glob("test_*.py"), CHECKOUT / "tests" / "e2e" / "test_doctor.py"]
PLANTED = re.compile(r"(?:finds|mends)\(\s*\"([\w-]+)\"|\"([\w-]+)\" in (?:found|codes)|== \[\"([\w-]+)\"\]")


def test_every_finding_stands_on_the_page_with_its_reason():
    assert {code: (severity, why) for code, severity, why in ROW.findall(PAGE)} == {
        kind.code: (kind.severity, kind.why) for kind in KINDS.values()
    }


def test_every_finding_is_planted_by_a_test():
    planted = {code for path in TESTS for found in PLANTED.findall(path.read_text()) for code in found}
    assert set(KINDS) - planted == set()


def test_why_it_matters_is_said_in_words():
    assert [kind.code for kind in KINDS.values() if not kind.why.endswith(".") or len(kind.why) < 30] == []
