"""The shipped units, as systemd reads them."""

from __future__ import annotations

import re
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from smsdialog.server.sockets import NAMES
from tests.e2e.shipped import CHECKOUT

UNITS = sorted((CHECKOUT / "mta-config" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
SOCKETS = [unit for unit in UNITS if unit.suffix == ".socket"]
TIMERS = [unit for unit in UNITS if unit.suffix == ".timer"]
# What mails run sendmail, which is setgid or setuid.
MAILING = ("smsdialog.service", "smsdialog-flush.service")
# systemd.exec(5) of version 252, on NoNewPrivileges: for a service with a User= each of these brings it with it.
BRING_NO_NEW_PRIVILEGES = {
    *("DynamicUser", "LockPersonality", "MemoryDenyWriteExecute", "NoNewPrivileges", "PrivateDevices", "ProtectClock"),
    *("ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables"),
    *("RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID"),
    *("SystemCallArchitectures", "SystemCallFilter", "SystemCallLog"),
}
# How much a service may still do, as `systemd-analyze security` counts it: 10.0 is everything.
MOST_EXPOSED = {"smsdialog.service": 6.5, "smsdialog-flush.service": 6.5, "smsdialog-purge.service": 2.0}
each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)


def directives(unit: Path, section: str) -> set[str]:
    read = RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(unit)
    return set(read[section])


@pytest.mark.needs("systemd-analyze")
def test_the_units_have_nothing_that_systemd_does_not_know(tmp_path: Path) -> None:
    for unit in UNITS:
        text = re.sub(r"^ExecStart=.*", "ExecStart=/bin/true", unit.read_text(), flags=re.M)
        (tmp_path / unit.name).write_text(text.replace("Documentation=man:smsdialog(1)\n", ""))
    copies = sorted(tmp_path.iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *copies], capture_output=True, text=True, check=False)
    assert "smsdialog" not in done.stderr, done.stderr
    assert done.returncode == 0


@pytest.mark.needs("systemd-analyze")
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_may_do_no_more_than_it_must(unit: Path) -> None:
    command = [
        "systemd-analyze",
        "security",
        "--offline=true",
        f"--threshold={int(MOST_EXPOSED[unit.name] * 10)}",
        unit,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", MAILING)
def test_a_service_that_mails_leaves_sendmail_its_setgid_bit(name: str) -> None:
    unit = CHECKOUT / "mta-config" / "systemd" / name
    assert not directives(unit, "Service") & BRING_NO_NEW_PRIVILEGES


def test_every_other_service_gets_no_new_privileges() -> None:
    others = [unit for unit in SERVICES if unit.name not in MAILING]
    assert others
    assert all("NoNewPrivileges" in directives(unit, "Service") for unit in others)


@pytest.mark.parametrize("timer", TIMERS, ids=lambda unit: unit.name)
def test_a_timer_has_its_service(timer: Path) -> None:
    assert timer.with_suffix(".service") in SERVICES


@pytest.mark.parametrize("unit", SOCKETS, ids=lambda unit: unit.name)
def test_a_socket_has_a_name_that_the_resident_knows(unit: Path) -> None:
    said = dict(line.split("=", 1) for line in unit.read_text().splitlines() if "=" in line and line[0] != "#")
    assert said["FileDescriptorName"] in NAMES
    assert said["Service"] in [service.name for service in SERVICES]
    assert said["SocketMode"] == "0660"


@each_unit
def test_a_unit_says_where_it_goes(unit: Path) -> None:
    assert f"/etc/systemd/system/{unit.name}" in unit.read_text().partition("\n")[0]
