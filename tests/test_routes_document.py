"""The page on web servers has every address that answers, and none besides."""

from __future__ import annotations

import re
from pathlib import Path

from smsdialog import wsgi
from smsdialog.admin import app
from tests.dialog.conftest import build, migrated  # noqa: F401  (fixtures)

PAGE = (Path(__file__).parents[1] / "docs" / "webserver.md").read_text()
ROWS = {
    address: set(methods.split(", ")) for address, methods in re.findall(r"^\| `(/[^`]*)` \| ([A-Z, ]+) \|", PAGE, re.M)
}


def test_every_address_stands_there_with_its_methods(build) -> None:  # noqa: F811
    pages = app.create(build().service).url_map
    found: dict[str, set[str]] = {}
    for rule in (*wsgi._ROUTES.iter_rules(), *pages.iter_rules()):
        methods = (rule.methods or {"GET", "POST"}) - {"HEAD", "OPTIONS"}
        found.setdefault(re.sub(r"<[^<>]*:", "<", rule.rule), set()).update(methods)
    assert found == ROWS
