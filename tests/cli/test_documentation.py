"""The pages cannot lag: every command and every option stands on each of them, and nothing that is not there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from smsdialog import cli, deliver
from tests.cli.conftest import CHECKOUT

PAGE = (CHECKOUT / "docs" / "commands.md").read_text()
MANUAL = CHECKOUT / "docs" / "man" / "smsdialog.1"
TOML_MANUAL = MANUAL.with_name("smsdialog.toml.5")
PIPE_MANUAL = CHECKOUT / "docs" / "man" / "smsdialog-deliver.8"


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with its words."""
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from leaves(child, (*path, name))
    else:
        yield " ".join(path), command


COMMANDS = dict(leaves(cli.commands()))
every_command = pytest.mark.parametrize("name", COMMANDS)


def words_of(command: click.Command) -> set[str]:
    """What a command is called with: its arguments' names, and its options."""
    context = click.Context(command)
    found: set[str] = set()
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            found.add(parameter.make_metavar(context).removesuffix("..."))
        else:
            found |= {option for option in (*parameter.opts, *parameter.secondary_opts) if option.startswith("--")}
    return found


def plain(roff: str) -> str:
    """A man page without its fonts and escapes."""
    joined = roff.replace("\\\n", "")
    return re.sub(r"^\.(?:B|BR|I|SS|SH) ", "", re.sub(r"\\f[BIR]", "", joined), flags=re.M).replace("\\-", "-")


def usage_on_page(name: str) -> str:
    (found,) = re.findall(rf"^### `smsdialog {name}( .*)?`$", PAGE, re.M)
    return found


def usage_in_manual(name: str) -> str:
    (found,) = re.findall(rf"^\.TP\n{name}( .*)?$", plain(MANUAL.read_text()), re.M)
    return found


@every_command
def test_a_command_stands_on_the_page_with_all_that_it_takes(name):
    assert set(re.findall(r"--[a-z-]+", usage_on_page(name))) == {w for w in words_of(COMMANDS[name]) if w[0] == "-"}
    assert words_of(COMMANDS[name]) <= set(re.findall(r"[\w-]+", usage_on_page(name)))


@every_command
def test_a_command_stands_in_the_manual_with_all_that_it_takes(name):
    assert set(re.findall(r"--[a-z-]+", usage_in_manual(name))) == {w for w in words_of(COMMANDS[name]) if w[0] == "-"}
    assert words_of(COMMANDS[name]) <= set(re.findall(r"[\w-]+", usage_in_manual(name)))


def test_no_page_has_a_command_that_is_not_there():
    on_page = set(re.findall(r"^### `smsdialog ((?:[a-z]+ ?)+)", PAGE, re.M))
    commands = re.split(r"^COMMANDS$|^EXIT STATUS$", plain(MANUAL.read_text()), flags=re.M)[1]
    in_manual = set(re.findall(r"^\.TP\n((?:[a-z]+ ?)+)", commands, re.M))
    assert {name.strip() for name in on_page} == set(COMMANDS)
    assert {name.strip() for name in in_manual} == set(COMMANDS)


def test_the_options_of_the_program_itself_are_documented():
    for parameter in cli.commands().params:
        assert parameter.opts[0] in PAGE
        assert parameter.opts[0] in plain(MANUAL.read_text())


@every_command
def test_a_command_explains_itself_and_its_options(name):
    assert COMMANDS[name].help
    assert [p.name for p in COMMANDS[name].params if isinstance(p, click.Option) and not p.help] == []


@every_command
def test_help_is_shown(name, bare):
    assert bare.ok(*name.split(), "--help").startswith(f"Usage: smsdialog {name} ")
    assert bare.ok(*name.split(), "-h") == bare.ok(*name.split(), "--help")


def test_the_pipes_options_are_those_that_it_takes():
    text = plain(PIPE_MANUAL.read_text())
    section = text.partition("OPTIONS\n")[2].partition("EXIT STATUS\n")[0]
    assert set(re.findall(r"^(--[a-z-]+)", section, re.M)) == set(deliver._OPTIONS)
    assert all(option in text.partition("DESCRIPTION")[0] for option in deliver._OPTIONS)


def test_the_pipes_environment_and_statuses_are_documented():
    text = plain(PIPE_MANUAL.read_text())
    for names in deliver._ENVIRONMENT.values():
        assert all(name in text for name in names)
    statuses = text.partition("EXIT STATUS\n")[2].partition("ENVIRONMENT\n")[0]
    assert re.findall(r"^\.TP\n(\d+)$", statuses, re.M) == ["0", "67", "75", "77"]


def test_the_manual_of_the_configuration_is_that_of_the_sample():
    made = subprocess.run(
        [sys.executable, "-c", "import toml5; print(toml5.page(toml5.SAMPLE.read_text()), end='')"],
        cwd=MANUAL.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout == TOML_MANUAL.read_text(), "run `make manuals`"


@pytest.mark.parametrize("manual", [MANUAL, PIPE_MANUAL, TOML_MANUAL], ids=lambda path: path.name)
@pytest.mark.needs("groff")
def test_a_manual_is_set_without_a_warning(manual):
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", manual], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
