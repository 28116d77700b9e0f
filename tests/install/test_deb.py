"""The Debian package: from nothing to a first SMS, from one version to the next, and away again."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smsdialog import __version__
from smsdialog.store.schema import REVISION
from tests.e2e.daemons import CHECKOUT
from tests.install.machine import BARE
from tests.install.throwaway import Throwaway

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("debhelper")]

CONFIG = "/etc/smsdialog/smsdialog.toml"
STATE = "/var/lib/smsdialog"
DOMAIN = f"""sed -i 's/^domain = ""/domain = "sms.firma.example"/' {CONFIG}"""
ACCOUNT = "smsdialog account create anna@firma.example --key Firma --number 459192000123"
MAIL = b"From: anna@firma.example\nSubject: 20123456\nMessage-ID: <1@firma.example>\n\nHej fra Anna\n"
# The schema that a version before this one had.
OLD_SCHEMA = "0004"
MAKE_OLD_SCHEMA = f"""
from alembic import command
from alembic.config import Config
from smsdialog.store import migrate, open_store
config = Config()
config.set_main_option("script_location", str(migrate.migrations_folder()))
migrate._make_file(migrate.Path("{STATE}/smsdialog.db"))
with open_store("sqlite:///{STATE}/smsdialog.db").engine.begin() as connection:
    config.attributes["connection"] = connection
    command.upgrade(config, "{OLD_SCHEMA}")
"""
# Where a package may put things, but for others' folders in /usr/lib.
PLACES = ("/etc", "/home", "/lib/systemd", "/opt", "/srv", "/usr/bin", "/usr/lib/smsdialog*", "/usr/lib/cgi-bin*")
PLACES += ("/usr/local", "/usr/sbin", "/usr/share/{bash-completion,doc,fish,lintian,man,zsh}*", "/var")
# What dpkg, adduser and the man pages' index keep of their own.
KEPT_BY_OTHERS = re.compile(
    r"/var/(lib/(dpkg|man-db)|log|cache/(man|debconf|apt))(/.*)?|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?"
)


@contextmanager
def throwaway() -> Iterator[Throwaway]:
    machine = Throwaway("mail.firma.example")
    try:
        machine.start()
        machine.run(BARE)
        machine.run("rm -f /var/lib/man-db/auto-update")  # the index of man pages takes longest of all
        yield machine
    finally:
        machine.stop()


@pytest.fixture(scope="module")
def fresh(package: Path) -> Iterator[Throwaway]:
    """A machine on which it was just installed; who changes it puts that back."""
    with throwaway() as machine:
        installs(machine, package)
        yield machine


@pytest.fixture
def bare() -> Iterator[Throwaway]:
    """A machine on which nothing of ours is or was."""
    with throwaway() as machine:
        yield machine


def installs(machine: Throwaway, package: Path) -> str:
    """What `dpkg -i` says; it has nobody to ask."""
    machine.run("cat > /tmp/smsdialog.deb", stdin=package.read_bytes())
    # Nothing here has to survive a power cut.
    return machine.run("DEBIAN_FRONTEND=noninteractive dpkg --force-unsafe-io -i /tmp/smsdialog.deb </dev/null")


def is_configured(machine: Throwaway) -> None:
    machine.run(f"{DOMAIN}; smsdialog db upgrade")


def files(machine: Throwaway) -> set[str]:
    """Everything in these places, but for what others keep."""
    found = machine.run(f"shopt -s nullglob; find {' '.join(PLACES)} -xdev").splitlines()
    return {path for path in found if not KEPT_BY_OTHERS.fullmatch(path)}


def older(package: Path, folder: Path) -> Path:
    """The same package with a lower version number."""
    tree = folder / "tree"
    subprocess.run(["dpkg-deb", "-R", package, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"^Version: .*", "Version: 0.0.9", control.read_text(), flags=re.M))
    subprocess.run(["dpkg-deb", "-Zgzip", "-z1", "-b", tree, folder / "older.deb"], check=True, capture_output=True)
    return folder / "older.deb"


def test_it_has_our_version() -> None:
    assert (CHECKOUT / "debian" / "changelog").read_text().startswith(f"smsdialog ({__version__}) ")


def test_it_says_what_comes_next_and_starts_nothing(bare: Throwaway, package: Path) -> None:
    said = installs(bare, package)
    assert f"Put the domain into {CONFIG}" in said
    assert bare.run("find /etc/systemd -name 'smsdialog*'") == ""  # none is enabled
    assert bare.run(f"stat -c '%a %U %G' {CONFIG} {STATE}") == "640 root smsdialog\n700 smsdialog smsdialog\n"
    assert "'domain' is wrong" in bare.ran("smsdialog db check").stdout


def test_the_units_find_what_they_start(fresh: Throwaway) -> None:
    done = fresh.ran("systemd-analyze verify --man=no /lib/systemd/system/smsdialog*")
    assert "smsdialog" not in done.stdout, done.stdout


def test_the_shells_complete_commands_and_options(fresh: Throwaway) -> None:
    source = "source /usr/share/bash-completion/completions/smsdialog"
    complete = "_smsdialog_completion smsdialog; echo ${COMPREPLY[@]}"
    assert fresh.run(f"{source}; COMP_WORDS=(smsdialog key cr) COMP_CWORD=2; {complete}") == "create\n"
    assert fresh.run(f"{source}; COMP_WORDS=(smsdialog db backup --fo) COMP_CWORD=3; {complete}") == "--force\n"
    for file in ("/usr/share/zsh/vendor-completions/_smsdialog", "/usr/share/fish/vendor_completions.d/smsdialog.fish"):
        assert "_SMSDIALOG_COMPLETE" in fresh.run(f"cat {file}")


def test_an_sms_is_sent_and_nothing_that_was_brought_is_changed_by_that(fresh: Throwaway) -> None:
    assert fresh.run("dpkg --verify smsdialog") == ""
    before = files(fresh)
    is_configured(fresh)
    secret = json.loads(fresh.run("smsdialog key create Firma --json"))["secret"]
    fresh.run(ACCOUNT)
    pipe = "runuser -u smsdialog -- env -i /usr/bin/smsdialog-deliver --sender anna@firma.example"
    assert fresh.run(f"{pipe} -- {secret}@sms.firma.example", stdin=MAIL) == ""
    sms = json.loads(fresh.run(f"cat {STATE}/outbox.jsonl"))
    assert (sms["to"], sms["from"], sms["text"]) == ("+4520123456", "459192000123", "Hej fra Anna")
    assert fresh.run("smsdialog db check") == "all is well\n"
    assert fresh.run(f"find {STATE} ! -user smsdialog") == ""
    assert {path for path in files(fresh) - before if not path.startswith(STATE)} == set()
    assert fresh.run("dpkg --verify smsdialog") == f"??5?????? c {CONFIG}\n"


def test_an_upgrade_brings_the_schema_up_to_date_and_keeps_the_rest(
    bare: Throwaway, package: Path, tmp_path: Path
) -> None:
    installs(bare, older(package, tmp_path))
    bare.run(f"{DOMAIN}; echo '# ours' >> {CONFIG}; chmod 0660 {CONFIG}")
    bare.run("/usr/lib/smsdialog/bin/python3 -", stdin=MAKE_OLD_SCHEMA.encode())
    said = installs(bare, package)
    assert f"schema {OLD_SCHEMA} -> {REVISION}" in said
    assert bare.run("smsdialog db check") == "all is well\n"
    assert bare.run(f"tail -n 1 {CONFIG}; stat -c '%a %G' {CONFIG}") == "# ours\n660 smsdialog\n"
    # And one that finds the database out of its reach.
    bare.run(f"chown root: {STATE}/smsdialog.db")
    said = installs(bare, package)
    assert "mails wait in the queue" in said
    assert "  smsdialog db upgrade\n" in said
    assert "ok installed" in bare.run("dpkg-query -W -f '${Status}' smsdialog")


def test_what_is_removed_goes_on_where_it_was_and_what_is_purged_leaves_nothing(bare: Throwaway, package: Path) -> None:
    before = files(bare)
    installs(bare, package)
    is_configured(bare)
    key = json.loads(bare.run("smsdialog key create Firma --json"))["id"]
    bare.run("echo 'smsdialog unix - n n - 8 pipe argv=/usr/bin/smsdialog-deliver' > /etc/postfix/master.cf")
    assert "still hands mails to this program" in bare.run("dpkg -r smsdialog; rm /etc/postfix/master.cf")
    assert bare.ran("smsdialog --version").returncode == 127
    installs(bare, package)
    assert [one["id"] for one in json.loads(bare.run("smsdialog key list --json"))] == [key]
    bare.run(f"touch /etc/smsdialog/smstools-event; mkdir {STATE}/quarantine; dpkg -P smsdialog")
    assert files(bare) - before == set()
    assert bare.ran("getent passwd smsdialog || getent group smsdialog").returncode == 2
