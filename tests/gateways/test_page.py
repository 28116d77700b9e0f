"""`docs/gateways.md` says of every type what to fill in and what to enter at the provider."""

from __future__ import annotations

import dataclasses
import importlib
import re
from pathlib import Path

import pytest

from smsdialog.gateways import types

PAGE = (Path(__file__).parents[2] / "docs/gateways.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## [^\n]*\(`(\w+)`\)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("type_name", [name for name in types() if name != "file"])
def test_a_type_has_a_section_that_names_what_must_be_given(type_name):
    assert type_name in SECTIONS
    options = dataclasses.fields(importlib.import_module(f"smsdialog.gateways.{type_name}").Options)
    needed = [one.name for one in options if one.default is one.default_factory is dataclasses.MISSING]
    assert [name for name in needed if f"`{name}`" not in SECTIONS[type_name]] == []
