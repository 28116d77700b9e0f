"""The stack of the end-to-end tests: installed and started once for the session."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.daemons import base_directory
from tests.e2e.installation import install
from tests.e2e.office import Key, Office
from tests.e2e.people import Customer, Employee
from tests.needs import needs

PROGRAMS = "SMSDIALOG_PROGRAMS"
FIGURES: list[str] = []


@pytest.fixture(scope="session", autouse=True)
def _stop_daemons_when_terminated() -> Iterator[None]:
    """SIGTERM ends the run the orderly way, so that no daemon is left behind."""
    before = signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated"))
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def programs() -> Iterator[Path]:
    """The folder with the product's commands, as `pip install` makes it; or one that is there, SMSDIALOG_PROGRAMS."""
    if PROGRAMS in os.environ:
        yield Path(os.environ[PROGRAMS])
        return
    with base_directory("install") as base:
        yield install(base)


@pytest.fixture(scope="session")
def office(programs: Path) -> Iterator[Office]:
    """The product between Postfix and Kannel."""
    for program in ("root", "postfix", "kannel"):
        needs(program)
    with base_directory("office") as base:
        running = Office(base, programs)
        try:
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
def key(office: Office, request: pytest.FixtureRequest) -> Key:
    """An API key of the module's own."""
    return office.key(request.module.__name__.rpartition(".")[2])


@pytest.fixture
def anna(office: Office, key: Key) -> Employee:
    """An employee with an account."""
    return office.employee(key)


@pytest.fixture
def customer(office: Office) -> Customer:
    """Somebody with a phone."""
    return office.customer()


@pytest.fixture(scope="session")
def figures() -> list[str]:
    """Lines that are shown at the end of the run."""
    return FIGURES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was measured."""
    if FIGURES:
        terminalreporter.section("measured end to end")
        for line in FIGURES:
            terminalreporter.write_line(line)
