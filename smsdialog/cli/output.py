"""How commands print: JSON for programs, aligned columns for people."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click


def objects(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """A listing: all of each row as JSON, or some columns of it; `empty` is said when there are none."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))
    elif not rows:
        click.echo(empty)
    else:
        _table([[name.upper() for name in columns], *([_cell(row[name]) for name in columns] for row in rows)])


def one(row: Mapping[str, Any], *, as_json: bool) -> None:
    """One object: as JSON, or a line for each of its fields."""
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False, indent=2))
        return
    width = max(len(name) for name in row)
    for name, value in row.items():
        click.echo(f"{name.ljust(width)}  {_cell(value, 2000)}".rstrip())


def when(seconds: float | None) -> str | None:
    """A time of the ledger in ISO 8601, local time with its offset."""
    return None if seconds is None else datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


def printable(text: str) -> str:
    """A text from outside for a terminal: no control characters but line breaks."""
    return "".join(c if c in "\n\t" or unicodedata.category(c)[0] != "C" else "\ufffd" for c in text)


def _cell(value: Any, width: int = 60) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    text = " ".join(printable(str(value)).split())
    return text if len(text) <= width else text[: width - 1] + "…"


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
