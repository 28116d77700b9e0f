"""A ward for each test; its database is made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dialog.conftest import migrated  # noqa: F401  (a fixture)
from tests.doctor.ward import Ward
from tests.e2e.daemons import base_directory
from tests.needs import needs


@pytest.fixture
def ward(migrated: Path) -> Iterator[Ward]:  # noqa: F811
    """A healthy installation."""
    for program in ("root", "postfix"):
        needs(program)
    with base_directory("ward") as base:
        made = Ward(base, migrated)
        try:
            yield made
        finally:
            made.close()
