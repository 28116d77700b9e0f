"""An office whose mail server is Exim, in the place of the one with Postfix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.daemons import base_directory
from tests.e2e.exim.server import Exim, MachinesExim
from tests.e2e.office import Office
from tests.needs import needs


@pytest.fixture(scope="package")
def office(programs: Path) -> Iterator[Office]:
    """The product between Exim and Kannel."""
    for program in ("root", "exim", "kannel"):
        needs(program)
    with base_directory("exim-office") as base:
        running = Office(base, programs, MachinesExim)
        try:
            assert isinstance(running.mta, Exim)
            running.mta.policy_port = running.policy_port
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture
def exim(office: Office) -> Exim:
    """The mail server of the office."""
    assert isinstance(office.mta, Exim)
    return office.mta
