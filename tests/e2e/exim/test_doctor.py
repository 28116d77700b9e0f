"""The doctor behind an Exim that runs: a mail goes round, and what is forged comes through until he is heeded."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.doctor.network import NameServer
from tests.e2e.daemons import product_user
from tests.e2e.exim.server import Exim
from tests.e2e.office import Office
from tests.e2e.test_doctor import codes, rows

OURS = ("exim-", "loop-", "forged-", "sender-")


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    """A DNS server that knows the domain."""
    names = NameServer()
    yield names.address
    names.close()


def found(office: Office, resolver: str, user: str | None = None) -> list[str]:
    """What is wrong with Exim, and with a mail that goes round."""
    return [code for code in codes(office, "--mail", "--resolver", resolver, user=user) if code.startswith(OURS)]


@pytest.mark.parametrize("user", [None, product_user() if os.geteuid() == 0 else None])
def test_a_mail_goes_round_and_nothing_is_wrong(office, resolver, user):
    assert found(office, resolver, user) == []


def test_forged_results_come_through_until_the_doctor_is_heeded(office: Office, exim: Exim, resolver: str) -> None:
    config = office.installation.config
    before = config.read_text()
    config.write_text(before.replace("[auth]", '[auth]\ntrusted_authserv_ids = ["mx.firma.example"]'))
    added = [exim.etc / "conf.d" / section / "60_smsdialog_strip" for section in ("acl", "main")]
    try:
        (row,) = [row for row in rows(office, "--mail", "--resolver", resolver) if row["code"] == "forged-results"]
        write, _, _ = row["mend"].partition(" && update-exim4.conf")
        subprocess.run(["/bin/sh", "-c", write.replace("/etc/exim4", str(exim.etc))], check=True)
        exim._generate("true")
        assert found(office, resolver) == []
    finally:
        config.write_text(before)
        for path in added:
            path.unlink(missing_ok=True)
        exim._generate("true")
