"""Bring the schema up to date: Alembic over `migrations/`, found inside the package, else beside it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from smsdialog.errors import StoreUnavailable
from smsdialog.ownership import adopt
from smsdialog.store.engine import Store, sqlite_path

_PACKAGE = Path(__file__).resolve().parent.parent


def migrations_folder() -> Path:
    """Where the migrations are: installed as `smsdialog/migrations`, in a checkout beside `smsdialog/`."""
    for folder in (_PACKAGE / "migrations", _PACKAGE.parent / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise StoreUnavailable("the migrations are missing from this installation")


def upgrade(store: Store) -> tuple[str, str]:
    """Run every migration that is wanting; returns the revisions before and after. Writes."""
    path = sqlite_path(store.engine.url)
    if path and not path.exists():
        _make_file(path)
    before = store.revision()
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    try:
        with store.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise StoreUnavailable(f"the schema ({before}) is not one that this version can upgrade: {error}") from error
    except DBAPIError as error:
        raise StoreUnavailable(f"the database did not answer as it should: {error.orig}") from error
    return before, store.revision()


def _make_file(path: Path) -> None:
    """Make an empty SQLite file; SQLite gives its journal files the owner and mode of this one."""
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with path.open("xb") as file:
            adopt(file.fileno(), path.parent, shared_mode=0o660)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be made: {error.strerror}") from error
