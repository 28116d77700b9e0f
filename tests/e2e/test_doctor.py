"""The doctor on an installation that runs, with Postfix, Kannel, web server and resident: a mail goes round."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.network import NameServer
from tests.e2e.daemons import as_user, base_directory, product_user, wait_for
from tests.e2e.installation import ENVIRONMENT
from tests.e2e.office import Office
from tests.needs import needs

HEALTHY = "all is well"


@pytest.fixture(scope="module")
def clinic(programs: Path) -> Iterator[Office]:
    """An office of its own, with the resident, as what other tests leave behind would be found."""
    for program in ("root", "postfix", "kannel"):
        needs(program)
    with base_directory("clinic") as base:
        office = Office(base, programs)
        try:
            office.start()
            office.resident.start(office.policy_port, timeout=30)
            yield office
        finally:
            office.resident.stop()
            office.stop()


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    """A DNS server that knows the domain, wherever the tests run."""
    names = NameServer()
    yield names.address
    names.close()


def doctor(office: Office, *arguments: str, user: str | None = None) -> subprocess.CompletedProcess[str]:
    """Call the doctor, as root or as a user."""
    identity = as_user(user)
    command = [str(office.installation.programs / "smsdialog"), "--config", str(office.installation.config), "doctor"]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False, cwd="/", env=ENVIRONMENT, timeout=120,
        user=identity.name, group=identity.group, extra_groups=identity.groups,
    )  # fmt: skip


def rows(office: Office, *arguments: str, user: str | None = None) -> list[dict[str, str]]:
    """What is found."""
    found: list[dict[str, str]] = json.loads(doctor(office, "--json", *arguments, user=user).stdout)
    return found


def codes(office: Office, *arguments: str, user: str | None = None) -> list[str]:
    return [row["code"] for row in rows(office, *arguments, user=user)]


def heed(mend: str) -> None:
    """Run a mending command, as root pastes it."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    subprocess.run(["/bin/sh", "-c", mend], env=environment, check=True, capture_output=True)


def test_a_healthy_office_has_nothing_and_a_mail_goes_round(clinic, resolver):
    key = clinic.key("doctor")
    anna, customer = clinic.employee(key), clinic.customer()
    anna.writes([key.secret], customer.national, "Hej")
    customer.receives(30)
    done = doctor(clinic, "--mail", "--resolver", resolver)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, HEALTHY), done
    assert [line for line in done.stdout.splitlines() if "not checked" in line] == [
        "not checked: DKIM: neither OpenDKIM nor Exim here says with which selector it signs"
    ]


def test_the_products_own_user_sees_nothing_wrong_either(clinic, resolver):
    done = doctor(clinic, "--json", "--mail", "--resolver", resolver, user=product_user())
    assert (done.returncode, json.loads(done.stdout)) == (0, []), done


def test_a_stranger_is_told_that_he_may_not_look(clinic, resolver):
    done = doctor(clinic, "--resolver", resolver, user="nobody")
    assert done.returncode == 1
    assert "[config-unreadable]" in done.stdout
    assert "not checked: everything else" in done.stdout


def test_a_pipe_that_is_not_run_is_seen_by_the_mail_alone(clinic, resolver):
    clinic.resident.stop()
    pipe = clinic.installation.programs / "smsdialog-deliver"
    pipe.rename(pipe.with_name("away"))
    pipe.write_text("#!/bin/sh\nexit 75\n")
    pipe.chmod(0o755)
    try:
        found = codes(clinic, "--mail", "--resolver", resolver)
    finally:
        pipe.with_name("away").rename(pipe)
        clinic.resident.start(clinic.policy_port, timeout=30)
    assert "loop-mail-lost" in found


def test_forged_results_come_through_until_the_doctor_is_heeded(clinic, resolver):
    """The milter that is named here does not answer, and local mail does not go by it: only a mail can show that."""
    config = clinic.installation.config
    before = config.read_text()
    config.write_text(before.replace("[auth]", '[auth]\ntrusted_authserv_ids = ["mx.firma.example"]'))
    etc = str(clinic.mta.config)
    subprocess.run(["/usr/sbin/postconf", "-c", etc, "-e", "smtpd_milters = inet:127.0.0.1:1"], check=True)
    try:
        (row,) = [row for row in rows(clinic, "--mail", "--resolver", resolver) if row["code"] == "forged-results"]
        heed(row["mend"])
        wait_for(lambda: "forged-results" not in codes(clinic, "--mail", "--resolver", resolver), "a clean mail", 20)
    finally:
        config.write_text(before)
        for name in ("smtpd_milters", "header_checks"):
            subprocess.run(["/usr/sbin/postconf", "-c", etc, "-X", name], check=True)
        subprocess.run(["/usr/sbin/postfix", "-c", etc, "reload"], check=True, capture_output=True)


def test_envelope_senders_that_are_rewritten(clinic, resolver):
    etc = str(clinic.mta.config)
    setting = "sender_canonical_maps = static:www@firma.example"
    subprocess.run(["/usr/sbin/postconf", "-c", etc, "-e", setting], check=True)
    subprocess.run(["/usr/sbin/postfix", "-c", etc, "reload"], check=True, capture_output=True)
    (row,) = rows(clinic, "--mail", "--resolver", resolver)
    found = row["code"]
    assert "sender-changed" in found
    heed(row["mend"])
    wait_for(lambda: codes(clinic, "--mail", "--resolver", resolver) == [], "a mail with our own sender", 20)


def test_a_sendmail_that_takes_no_mail(clinic, resolver):
    config = clinic.installation.config
    before = config.read_text()
    refusing = clinic.base / "refusing"
    refusing.write_text("#!/bin/sh\nexit 70\n")
    refusing.chmod(0o755)
    start = before.index("sendmail = [")
    config.write_text(before[:start] + f'sendmail = ["{refusing}"]' + before[before.index("]", start) + 1 :])
    try:
        assert "loop-mail-not-sent" in codes(clinic, "--mail", "--resolver", resolver)
    finally:
        config.write_text(before)
