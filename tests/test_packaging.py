"""What is installed is all that is needed, and what is published says nothing of anybody's machine."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from smsdialog import __version__

CHECKOUT = Path(__file__).resolve().parent.parent
NOT_SOURCE = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info", "tests", "bench")
SCRIPTS = ("smsdialog", "smsdialog-deliver", "smsdialog.cgi")
# Hosts that a page or a mail may name: invented ones, this machine, where standards and manuals are published, and
# the providers of the gateway types.
HOST = re.compile(
    r"([^.]+|127\.0\.0\.1|.*\.(example|test|invalid)|example\.(com|org|net)"
    r"|sqlite\.org|(docs|www)\.[\w.-]+|aka\.ms|.*[{%$*].*"
    r"|api\.twilio\.com|api\.46elks\.com|rest\.nexmo\.com|api\.sms-gate\.app"
    r"|(messaging\.)?gatewayapi\.(com|eu)|api\.cpsms\.dk|n-eu\.linkmobility\.io|wsx\.sp247\.net"
    r"|(zt\.)?eu\.sms\.api\.sinch\.com|auth\.sinch\.com|api\.(telnyx|plivo|inmobile)\.com|api\.sms\.dk"
    r"|rest\.(messagebird|clicksend)\.com|abc123\.api\.infobip\.com|answer\.url)(:\S*)?"
)
URL_HOST = re.compile(r"https?://([^\s/\"'`<>()?#&,;|]+)")
# Files as others publish them.
OTHERS = ("tests/browser/axe.min.js",)
HOME = re.compile(r"/(?:home|Users)/[A-Za-z]\w+|/root/\w+")


def builds_here() -> bool:
    """Whether the build back end is installed here; else pip fetches it, as for every user."""
    try:
        return int(importlib.metadata.version("setuptools").partition(".")[0]) >= 77
    except importlib.metadata.PackageNotFoundError:
        return False


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    """A wheel built from a copy of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(CHECKOUT, folder / "source", ignore=NOT_SOURCE)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    isolation = ["--no-build-isolation"] if builds_here() else []
    arguments = [*command, *isolation, "--wheel-dir", str(folder), str(folder / "source")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_every_module_is_in_the_wheel(wheel):
    in_checkout = {str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "smsdialog").rglob("*.py")}
    assert in_checkout <= set(wheel.namelist())


def test_every_migration_is_in_the_wheel_below_the_package(wheel):
    in_checkout = {f"smsdialog/{path.relative_to(CHECKOUT)}" for path in (CHECKOUT / "migrations").rglob("*.py")}
    assert in_checkout
    assert in_checkout <= set(wheel.namelist())


def test_every_catalogue_is_in_the_wheel(wheel):
    in_checkout = {str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "smsdialog").rglob("smsdialog.?o")}
    assert "smsdialog/locale/da/LC_MESSAGES/smsdialog.mo" in in_checkout
    assert in_checkout <= set(wheel.namelist())


def test_every_piece_for_mail_servers_is_in_the_wheel(wheel):
    for server in ("postfix", "exim"):
        files = (path for path in (CHECKOUT / "mta-config" / server).rglob("*") if path.is_file())
        in_checkout = {f"smsdialog/mta_config/{path.relative_to(CHECKOUT / 'mta-config')}" for path in files}
        assert in_checkout
        assert in_checkout <= set(wheel.namelist())


def test_every_profile_is_in_the_wheel(wheel):
    in_checkout = {str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "smsdialog").rglob("profiles/*.toml")}
    assert "smsdialog/gateways/profiles/sinch.toml" in in_checkout
    assert in_checkout <= set(wheel.namelist())


def test_every_template_and_static_file_is_in_the_wheel(wheel):
    folders = [CHECKOUT / "smsdialog" / "admin" / name for name in ("templates", "static")]
    in_checkout = {str(path.relative_to(CHECKOUT)) for folder in folders for path in folder.iterdir()}
    assert "smsdialog/admin/templates/base.html" in in_checkout
    assert in_checkout <= set(wheel.namelist())


def test_the_types_are_for_everybody(wheel):
    assert "smsdialog/py.typed" in wheel.namelist()


def test_the_commands_are_in_the_wheel_as_they_are(wheel):
    scripts = {name.rpartition("/")[2]: name for name in wheel.namelist() if ".data/scripts/" in name}
    assert set(scripts) == set(SCRIPTS)
    for name, path in scripts.items():
        shebang, _, rest = wheel.read(path).partition(b"\n")
        # pip writes the interpreter of the venv there; the pipe begins as sh, which finds it by itself
        assert shebang == (b"#!/bin/sh" if name == "smsdialog-deliver" else b"#!python")
        assert rest == (CHECKOUT / "bin" / name).read_bytes().partition(b"\n")[2]


def test_nothing_else_is_in_the_wheel(wheel):
    roots = {name.partition("/")[0] for name in wheel.namelist()}
    prefix = f"smsdialog-{__version__}"
    assert roots == {"smsdialog", f"{prefix}.data", f"{prefix}.dist-info"}
    assert not [name for name in wheel.namelist() if "__pycache__" in name or "/tests/" in name]


def test_the_wheel_says_what_it_needs_and_its_licence(wheel):
    metadata = wheel.read(f"smsdialog-{__version__}.dist-info/METADATA").decode()
    assert re.search(r"^License(-Expression)?: MIT$", metadata, re.M)
    assert "Requires-Python: >=3.11" in metadata
    setup = ConfigParser()
    setup.read(CHECKOUT / "setup.cfg")
    for requirement in setup["options"]["install_requires"].split():
        assert re.search(rf"^Requires-Dist: {re.escape(requirement)}$", metadata, re.M), requirement


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_commands_of_a_checkout_can_be_run(name):
    path = CHECKOUT / "bin" / name
    assert path.stat().st_mode & stat.S_IXUSR
    first_line = "#!/bin/sh\n" if name == "smsdialog-deliver" else "#!/usr/bin/env python3\n"
    assert path.read_text().startswith(first_line)


def published() -> Iterator[tuple[str, str]]:
    """Every text of the repository by its path, those that are not committed yet included."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        path = CHECKOUT / name
        content = path.read_bytes() if path.is_file() and name not in OTHERS else b"\0"
        if b"\0" not in content:
            yield name, content.decode("utf-8", "replace")


def test_no_host_of_anybodys_is_named():
    found = [(name, host) for name, text in published() for host in URL_HOST.findall(text) if not HOST.fullmatch(host)]
    assert found == []


def test_no_folder_of_anybodys_is_named():
    this_file = str(Path(__file__).relative_to(CHECKOUT))
    assert [(name, home) for name, text in published() for home in HOME.findall(text) if name != this_file] == []
