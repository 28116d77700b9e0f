"""Statements on the way of a mail and of an SMS: compiled at their first use, and run on the driver's own cursor.

To find a statement's compiled form, to carry its parameters in and to wrap what comes back takes SQLAlchemy several
times as long as SQLite takes to run it, and there are two dozen of them a mail. What SQLAlchemy knows of the columns
holds here as well: their defaults, and what their types make of a value (`Words` above all), both ways.

A list in an IN is not for these, as its length is a part of the statement. What the driver raises is translated where
the transaction ends (`engine`).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

_Process = Callable[[Any], Any] | None
_Make = Callable[[Sequence[Any]], Any]


class Prepared:
    """One statement. What is given when it is run are its bind parameters and, as with `Connection.execute`, the
    columns that it writes; it is compiled once for each set of these, and for each dialect."""

    def __init__(self, statement: Select[Any] | UpdateBase) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def all(self, tx: Connection, **values: Any) -> list[Any]:
        """Every row, as a named tuple. Reads, or writes and returns."""
        cursor, compiled = self._run(tx, values)
        return compiled.rows(cursor, cursor.fetchall())

    def first(self, tx: Connection, **values: Any) -> Any:
        """The first row, as a named tuple, or None."""
        cursor, compiled = self._run(tx, values)
        found = cursor.fetchone()
        return None if found is None else compiled.rows(cursor, [found])[0]

    def scalars(self, tx: Connection, **values: Any) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.all(tx, **values)]

    def scalar(self, tx: Connection, **values: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.first(tx, **values)
        return None if found is None else found[0]

    def count(self, tx: Connection, **values: Any) -> int:
        """How many rows it changed. Writes."""
        cursor, _ = self._run(tx, values)
        return int(cursor.rowcount)

    def _run(self, tx: Connection, values: Mapping[str, Any]) -> tuple[Any, _Compiled]:
        key = (tx.dialect.name, *values)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = _compile(self._statement, tx.dialect, list(values))
        cursor = tx.connection.cursor()
        cursor.execute(compiled.sql, compiled.parameters(values))
        return cursor, compiled


@dataclass
class _Compiled:
    """A statement in a driver's words. `fixed` are the values that stand in the statement itself; `make` is what makes
    a named tuple of a row, once it is known how the driver calls the columns' types."""

    sql: str
    binds: tuple[tuple[str, _Process], ...]
    fixed: Mapping[str, Any]
    positional: bool
    columns: tuple[tuple[str, TypeEngine[Any]], ...]
    dialect: Dialect
    make: _Make | None = None

    def parameters(self, values: Mapping[str, Any]) -> list[Any] | dict[str, Any]:
        """The values as the driver takes them: in their order, or by their names."""
        known = {**self.fixed, **values}
        if self.positional:
            return [process(known[name]) if process else known[name] for name, process in self.binds]
        return {name: process(known[name]) if process else known[name] for name, process in self.binds}

    def rows(self, cursor: Any, found: Sequence[Any]) -> list[Any]:
        """What the driver returned, as named tuples of what the columns' types make of it."""
        if self.make is None:
            self.make = _row(self.columns, [column[1] for column in cursor.description], self.dialect)
        return list(map(self.make, found))


def _compile(statement: Select[Any] | UpdateBase, dialect: Dialect, names: list[str]) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=names)
    assert isinstance(compiled, SQLCompiler)
    assert not compiled.post_compile_params, "a list in an IN"
    order = compiled.positiontup or list(compiled.binds)
    return _Compiled(
        sql=compiled.string,
        binds=tuple((name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in order),
        fixed={**_said(compiled, names), **_defaults(compiled)},
        positional=compiled.positional,
        columns=tuple((str(name), column.type) for name, column in statement.exported_columns.items()),
        dialect=dialect,
    )


def _said(compiled: SQLCompiler, names: list[str]) -> dict[str, Any]:
    """The values that stand in a statement. What comes with each run is not among them: it is not to be missing."""
    binds = ((name, bind) for name, bind in compiled.binds.items() if name not in names)
    return {name: bind.effective_value for name, bind in binds if not bind.required}


def _defaults(compiled: SQLCompiler) -> dict[str, Any]:
    """What an INSERT writes into columns that it is not told of."""
    defaults = ((column.key, column.default) for column in compiled.insert_prefetch)
    return {name: default.arg for name, default in defaults if isinstance(default, ScalarElementColumnDefault)}


def _row(columns: Sequence[tuple[str, TypeEngine[Any]]], driver_types: Sequence[Any], dialect: Dialect) -> _Make:
    """What makes a named tuple of a row that the driver returned."""
    names = [name for name, _ in columns]
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # its fields are known now, and no sooner
    make: _Make = row._make
    typed = zip(columns, driver_types, strict=True)
    processes = [known.dialect_impl(dialect).result_processor(dialect, theirs) for (_, known), theirs in typed]
    if not any(processes):
        return make

    def processed(found: Sequence[Any]) -> Any:
        return make([process(value) if process else value for process, value in zip(processes, found, strict=True)])

    return processed
