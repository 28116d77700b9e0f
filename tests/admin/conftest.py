"""An installation with web pages: nobody's yet, or with an administrator who has signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from smsdialog.core.roles import Role
from smsdialog.dialog import password, user
from smsdialog.dialog.service import Service
from tests.admin.visitor import PASSWORD, Visitor
from tests.dialog.conftest import build, migrated  # noqa: F401  (fixtures)
from tests.dialog.stage import Stage


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes guessing dear would make these tests slow; `test_passwords` has the real cost."""
    monkeypatch.setattr(password, "LOG2_COST", 4)


@pytest.fixture
def installation(build: Callable[..., Stage]) -> Stage:  # noqa: F811
    """One with the key "Firma" and nothing else, its pages in English."""
    return build(top='language = "en"')


@pytest.fixture
def people(installation: Stage) -> Callable[..., Visitor]:
    """Makes users of any role, signed in."""

    def make(
        name: str, role: Role = Role.ADMINISTRATOR, keys: tuple[str, ...] = (), stage: Stage = installation
    ) -> Visitor:
        user.create(stage.service, name, role, PASSWORD, keys)
        visitor = Visitor(served(stage))
        assert visitor.signs_in(name).status == 200
        return visitor

    return make


@pytest.fixture
def visitor(installation: Stage) -> Visitor:
    """A browser that nobody has signed in at."""
    return Visitor(served(installation))


@pytest.fixture
def admin(people: Callable[..., Visitor]) -> Visitor:
    """An administrator, signed in."""
    return people("admin")


def served(stage: Stage) -> Callable[[], Service]:
    """The service as the web server has it: one application for as long as it runs."""
    service = replace(stage.service)
    return lambda: service
