"""The page on privacy names every table and every column that may hold something of somebody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import String, Table

from smsdialog.config import Retention
from smsdialog.store import personal
from smsdialog.store.schema import Words, metadata

PAGE = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text()
ROWS = re.findall(r"^\| `([a-z_]+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", PAGE, re.M)
every_table = pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
# Columns of words that say something of us, of a gateway or of a state, and of nobody.
NOBODYS = {
    "keys": {
        *("public_id", "secret_hash", "previous_hash", "cut", "overlong", "require", "domains"),
        *("receipts", "texts"),
    },
    "accounts": {"receipts"},
    "signatures": {"source"},
    "deliveries": {"outcome", "proof"},
    "outbound": {"encoding", "state", "gateway", "reference", "receipts", "owner"},
    "receipts": {"delivery"},
    "gateway_minutes": {"gateway"},
    "gateway_states": {"gateway", "kind"},
    "segments": {"gateway"},
    "inbound": {"gateway", "state", "owner"},
    "notices": {"kind", "owner"},
    "users": {"role"},
    "acts": {"act"},
    "rounds": {"name", "memory"},
}
# Somebody's, and never a customer's number or an employee's address: numbers of ours, digests, ids of the MTA.
NEITHER = {
    "accounts": {"number"},
    "deliveries": {"queue_id"},
    "failures": {"digest"},
    "failed_sign_ins": {"name", "address"},
    "inbound": {"digest", "number"},
    "mails": {"digest"},
    "segments": {"group_digest", "digest", "number"},
    "users": {"password_hash"},
}


def words_of(table: Table) -> set[str]:
    return {column.name for column in table.c if isinstance(column.type, Words | String)}


def named_on_page(table: Table) -> set[str]:
    (columns,) = [columns for name, columns, _ in ROWS if name == table.name]
    return set(re.findall(r"`([a-z_]+)`", columns))


def test_the_page_has_every_table_and_no_other() -> None:
    assert sorted(name for name, _, _ in ROWS) == sorted(table.name for table in metadata.sorted_tables)


@every_table
def test_a_column_of_words_is_on_the_page_or_nobodys(table: Table) -> None:
    assert words_of(table) - NOBODYS.get(table.name, set()) <= named_on_page(table)
    assert named_on_page(table) <= {column.name for column in table.c} - NOBODYS.get(table.name, set())


@every_table
def test_a_column_of_words_is_searched_for_somebody_or_cannot_name_him(table: Table) -> None:
    searched = {column.name for column in personal.COLUMNS.get(table, ())}
    assert words_of(table) == searched | NOBODYS.get(table.name, set()) | NEITHER.get(table.name, set())


def test_the_page_has_the_days_that_are_configured_where_nothing_is_said() -> None:
    shown = dict(re.findall(r"\| `([a-z_]+_days)` \| (\d+) \|", PAGE))
    assert {name: int(days) for name, days in shown.items()} == {
        name: value for name, value in vars(Retention()).items() if name != "texts"
    }
