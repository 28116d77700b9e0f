"""What holds for every test: the marker `needs(program)`."""

from __future__ import annotations

import pytest

from tests.needs import needs


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture is set up: is everything here that the test's `needs` markers name?"""
    for marker in item.iter_markers("needs"):
        for program in marker.args:
            needs(program)
