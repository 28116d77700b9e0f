"""What commands that read a list of customers have in common: the file, the progress, and what is wrong in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from smsdialog.cli import output
from smsdialog.dialog.customer_list import Wrong
from smsdialog.errors import NUMBER_REASONS, Conflict

Progress = Callable[[int, int], None]
MOST_BYTES = 50_000_000
key_option = click.option(
    "--key", "key_name", default="", metavar="KEY", help="Whose it is, where several keys have one."
)
dry_run = click.option("--dry-run", is_flag=True, help="Look at the file, and change nothing.")
file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))


def octets_of(file: Path) -> bytes:
    """A file, or standard input. Raises Conflict."""
    try:
        octets = sys.stdin.buffer.read(MOST_BYTES + 1) if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise Conflict("%(path)s cannot be read: %(reason)s", path=file, reason=error.strerror) from error
    if len(octets) > MOST_BYTES:
        raise Conflict("%(path)s is too big for a list of customers", path=file)
    return octets


@contextmanager
def progress() -> Iterator[Progress]:
    """How far it is, for somebody at a terminal; nothing is printed into a file or a pipe."""
    bar = click.progressbar(length=1, label="Numbers", file=sys.stderr, hidden=not sys.stderr.isatty())
    with bar as shown:

        def tell(done: int, total: int) -> None:
            shown.length = total
            shown.update(done - shown.pos)

        yield tell


def tell_of(wrong: tuple[Wrong, ...]) -> None:
    """Every entry that cannot be texted, with its line."""
    for one in wrong:
        click.echo(f"line {one.line}: '{output.printable(one.typed)}': {NUMBER_REASONS[one.reason]}", err=True)
