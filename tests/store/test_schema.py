"""The tables are what the migrations make, and a database of another version is not touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from smsdialog.errors import ConfigError, SchemaOutdated, StoreUnavailable
from smsdialog.store import Store, migrate, open_store
from smsdialog.store.schema import REVISION, metadata


def test_the_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    with store.reading() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_revision_that_the_pipe_wants_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.migrations_folder()))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_an_upgrade_makes_the_schema_and_again_changes_nothing(empty_url: str) -> None:
    store = open_store(empty_url)
    assert migrate.upgrade(store) == ("", REVISION)
    store.check_schema()
    assert migrate.upgrade(store) == (REVISION, REVISION)
    store.close()


def test_a_missing_schema_names_the_command_that_makes_it(empty_url: str) -> None:
    store = open_store(empty_url)
    with pytest.raises(SchemaOutdated, match="smsdialog db upgrade"):
        store.check_schema()
    assert "smsdialog db upgrade" in SchemaOutdated.public_line
    store.close()


def test_an_outdated_schema_names_it_too(store: Store) -> None:
    with store.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(SchemaOutdated, match=r"schema 0000, .*smsdialog db upgrade"):
        store.check_schema()


def test_an_upgrade_makes_the_folder_of_the_database(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new/deep/smsdialog.db")
    migrate.upgrade(store)
    store.check_schema()
    store.close()


def test_where_no_folder_can_be_made_the_store_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        migrate.upgrade(open_store(f"sqlite:///{tmp_path}/file/smsdialog.db"))


@pytest.mark.parametrize("url", ["", "x", "mysql://a/b", "postgresql+nothing://a/b", "oracle:///x"])
def test_a_url_that_is_none_of_ours_is_an_error_of_the_configuration(url: str) -> None:
    with pytest.raises(ConfigError):
        open_store(url)
