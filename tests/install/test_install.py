"""docs/install.md, followed to the letter on a throwaway copy of this machine: from nothing to SMS both ways, and back.

The commands are the page's own. Three ways through it, which between them type in every block: a virtual environment,
Postfix and PostgreSQL; pipx, Exim and SQLite; the Debian package, Postfix and SQLite.
"""

from __future__ import annotations

import json

import pytest

from tests.e2e.daemons import CHECKOUT
from tests.install.document import INSTALL, UPGRADE
from tests.install.machine import SOURCES, Machine

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("unshare")]
POSTFIX = (
    "The sources",
    "Postfix: the package",
    "Somebody to try it with",
    "A virtual environment",
    "User and folders",
    "The configuration",
    "PostgreSQL instead of SQLite",
    "The schema",
    "The units",
    "Start",
    "Postfix",
)
EXIM = (
    "The sources",
    "Exim: the package",
    "Somebody to try it with",
    "pipx",
    "User and folders",
    "The configuration",
    "The schema",
    "The units",
    "Start",
    "Exim",
)
PACKAGE = (
    "The sources",
    "Postfix: the package",
    "Somebody to try it with",
    "The Debian package",
    "The configuration",
    "The schema",
    "Start",
    "Postfix",
)
TRIAL = ("Is it well?", "The first SMS, both ways")
MORE = ("Kannel", "Web pages and providers' calls: nginx")
UPGRADES = ("Before", "A virtual environment", "Schema, units and mail server")
FROM_POSTFIX = (
    "Postfix: remove",
    "Stop",
    "The units: remove",
    "A virtual environment: remove",
    "What else there is: remove",
)
FROM_EXIM = ("Exim: remove", "Stop", "The units: remove", "pipx: remove", "What else there is: remove")
# Whatever has our name and was not there before; not the sources, and not what the stand-in for systemctl logs.
LEFT = (
    "find / -xdev -name '*smsdialog*' -newer /run/booted"
    f" -not -path '{SOURCES}*' -not -path '{CHECKOUT}/*' -not -path '/var/log/smsdialog*'"
)


@pytest.fixture
def machine():
    machine = Machine("mail.firma.example")
    try:
        machine.start()
        yield machine
    finally:
        machine.stop()


def both_ways(machine: Machine) -> None:
    """The SMS is in the file, and the customer's answer in Anna's mailbox."""
    (sms,) = map(json.loads, machine.run("cat /var/lib/smsdialog/outbox.jsonl").splitlines())
    assert (sms["to"], sms["from"], sms["text"]) == ("+4520123456", "459192000123", "Hej fra Anna")
    mailbox = machine.run("cat /var/mail/anna")
    assert "Subject: SMS fra +45 20 12 34 56\n" in mailbox
    assert "\nHej Anna\n" in mailbox


@pytest.mark.needs("postfix")
@pytest.mark.needs("postgresql")
@pytest.mark.needs("kannel")
@pytest.mark.needs("nginx")
def test_with_a_virtual_environment_postfix_and_postgresql(machine):
    machine.follow(*POSTFIX)
    assert machine.follow("Is it well?").splitlines()[1] == "all is well"
    machine.follow("The first SMS, both ways")
    both_ways(machine)
    machine.follow(*UPGRADES, page=UPGRADE)
    machine.follow(*MORE)
    assert "Hej fra telefonen" in machine.run("cat /var/mail/anna")
    assert "Hej gennem Kannel" in machine.run("cat /tmp/telefon")
    machine.follow(*FROM_POSTFIX)
    assert machine.run("postconf -n transport_maps relay_domains; postconf -M smsdialog/unix 2>/dev/null") == ""
    assert left_behind(machine) == [
        "/etc/kannel/smsdialog.conf",
        "/etc/nginx/sites-available/smsdialog",
        "/etc/nginx/sites-enabled/smsdialog",
        "/var/backups/smsdialog",
        "/var/backups/smsdialog/smsdialog.toml",
    ]


@pytest.mark.needs("exim")
@pytest.mark.needs("pipx")
def test_with_pipx_exim_and_sqlite(machine):
    machine.follow(*EXIM)
    assert machine.follow("Is it well?").splitlines()[1] == "all is well"
    machine.follow("The first SMS, both ways")
    both_ways(machine)
    machine.follow("pipx", page=UPGRADE)
    machine.follow(*FROM_EXIM)
    assert left_behind(machine) == []


@pytest.mark.needs("postfix")
def test_with_the_debian_package_postfix_and_sqlite(machine, package):
    machine.run(f"mkdir -p {SOURCES}/dist && cat > {SOURCES}/dist/{package.name}", stdin=package.read_bytes())
    machine.follow(*PACKAGE)
    assert machine.follow("Is it well?").splitlines()[1] == "all is well"
    machine.follow("The first SMS, both ways")
    both_ways(machine)
    machine.follow("Postfix: remove", "Stop", "The Debian package: remove")
    machine.run("apt-get purge -y smsdialog")
    assert left_behind(machine) == []


def test_every_block_of_the_page_is_typed_in():
    followed = {*POSTFIX, *EXIM, *PACKAGE, *TRIAL, *MORE, *FROM_POSTFIX, *FROM_EXIM, "The Debian package: remove"}
    assert INSTALL.with_commands == followed
    assert UPGRADE.with_commands == {*UPGRADES, "pipx"}


def left_behind(machine: Machine) -> list[str]:
    """Files with our name that were not there before."""
    return sorted(machine.run(LEFT).splitlines())
