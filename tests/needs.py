"""What a test needs from the machine: found, or the test is skipped with a plain word on how to get it.

Under `SMSDIALOG_REQUIRE_ALL=1` a missing program is a failure, so that no machine passes by skipping.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
from dataclasses import dataclass

import pytest

REQUIRE_ALL = "SMSDIALOG_REQUIRE_ALL"


@dataclass(frozen=True)
class Program:
    """Where a program is looked for (a name on PATH, or a glob of absolute paths), and how it is installed."""

    wanted: tuple[str, ...]
    install: str


PROGRAMS = {
    "postfix": Program(("/usr/sbin/postfix",), "apt-get install postfix"),
    "iproute2": Program(("ip",), "apt-get install iproute2"),
    "kannel": Program(("/usr/sbin/bearerbox", "/usr/sbin/smsbox"), "apt-get install kannel"),
    "smstools": Program(("/usr/sbin/smsd",), "apt-get install smstools"),
    "gammu": Program(("/usr/bin/gammu-smsd",), "apt-get install gammu-smsd"),
    "postgresql": Program(("/usr/lib/postgresql/*/bin/initdb",), "apt-get install postgresql"),
    "exim": Program(("/opt/exim4/usr/sbin/exim4",), "tests/e2e/exim/unpack"),
    "debhelper": Program(("/usr/bin/dh", "/usr/bin/dpkg-buildpackage"), "apt-get install build-essential debhelper"),
    "groff": Program(("groff",), "apt-get install groff-base"),
    "ghostscript": Program(("gs",), "apt-get install ghostscript"),
    "rsvg": Program(("rsvg-convert",), "apt-get install librsvg2-bin"),
    "chromium": Program(("chromium", "chromedriver"), "apt-get install chromium chromium-driver"),
    "nginx": Program(("/usr/sbin/nginx", "openssl"), "apt-get install nginx-light openssl"),
    "apache": Program(
        ("/usr/sbin/apache2", "/usr/lib/apache2/modules/mod_wsgi.so", "openssl"),
        "apt-get install apache2-bin libapache2-mod-wsgi-py3 openssl",
    ),
}


def missing(program: str) -> str | None:
    """Why `program` cannot be used here, in one line; None when it can."""
    if program == "root":
        return None if os.geteuid() == 0 else "not root: Postfix and other users' processes are started by root only"
    if program == "own networks":
        said = refusal_of_networks()
        return f"this machine lets nobody make network namespaces: {said}" if said else None
    known = PROGRAMS.get(program, Program((program,), f"install {program}"))
    if all(find(wanted) for wanted in known.wanted):
        return None
    return f"{program} is not installed here ({known.install})"


def refusal_of_networks() -> str:
    """Why there are no network namespaces and bridges for us, in unshare(1)'s or ip(8)'s words; empty if there are."""
    apart = ("unshare", "--net", "--pid", "--mount", "--uts", "--fork")
    done = subprocess.run(
        [*apart, "ip", "link", "add", "probe", "type", "bridge"], check=False, capture_output=True, text=True
    )
    return " ".join(done.stderr.split()) or f"status {done.returncode}" if done.returncode else ""


def find(wanted: str) -> str | None:
    """The last path that matches `wanted` (of several versions the newest), or None."""
    if wanted.startswith("/"):
        return max(glob.glob(wanted), default=None)
    return shutil.which(wanted)


def needs(program: str) -> None:
    """Skip the running test unless `program` is here; fail it instead where everything is required."""
    reason = missing(program)
    if reason is None:
        return
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{reason}, and {REQUIRE_ALL}=1", pytrace=False)
    pytest.skip(reason)
