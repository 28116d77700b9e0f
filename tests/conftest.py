"""What holds for every test: the marker `needs(program)`, and that a slow machine is no fault."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.needs import needs

# Hypothesis would fail a test whose first example takes 200 ms, as any does on a busy machine.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture is set up: is everything here that the test's `needs` markers name?"""
    for marker in item.iter_markers("needs"):
        for program in marker.args:
            needs(program)
