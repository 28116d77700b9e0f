"""Faults of Exim: each is put into Debian's configuration with ours in it, and taken out again as the doctor says."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.ward import Ward
from tests.e2e.daemons import base_directory
from tests.e2e.exim.server import PROGRAM, Exim
from tests.needs import needs

TRANSPORT = "conf.d/transport/50_smsdialog"
MACROS = "conf.d/main/000_smsdialog"
GENERATE = """\
/opt/exim4/usr/sbin/update-exim4.conf -d {etc} -o {config} || exit
sed -i 's|exim_path = /usr/sbin/exim4|exim_path = {program}|' {config}
"""


class EximWard(Ward):
    """A ward whose mail server is an Exim that is configured and does not run."""

    def __init__(self, base: Path, database: Path) -> None:
        super().__init__(base, database)
        (base / "exim").mkdir()
        self.exim = Exim(base / "exim", [f"{base}/bin/smsdialog-deliver", f"--config {self.path}"])
        self.exim._make_folders()
        self.exim._write_config()
        self.configure(f'"/usr/sbin/sendmail", "-C", "{base}/etc"', f'"{PROGRAM}", "-C", "{self.exim.config}"')
        values = {"etc": self.exim.etc, "config": self.exim.config, "program": PROGRAM}
        self._program("update-exim4.conf", GENERATE.format(**values))

    def change(self, name: str, old: str, new: str) -> None:
        """Replace some words of a file of ours, and have Exim's configuration made anew."""
        path = self.exim.etc / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        subprocess.run([f"{self.base}/bin/update-exim4.conf"], check=True, capture_output=True)

    def runs(self, command: str) -> None:
        """The machine's own Exim is another."""
        super().runs(command.replace("/etc/exim4", str(self.exim.etc)))


@pytest.fixture
def ward(migrated: Path) -> Iterator[EximWard]:
    """A healthy installation behind Exim."""
    for program in ("root", "postfix", "exim"):
        needs(program)
    with base_directory("ward") as base:
        made = EximWard(base, migrated)
        try:
            yield made
        finally:
            made.close()


def test_a_healthy_installation_behind_exim_has_nothing(ward):
    ward.is_well()


def test_a_domain_without_its_router(ward):
    ward.change(
        "conf.d/router/050_smsdialog", "  domains = SMSDIALOG_DOMAIN\n  # The letters", "  domains = x.example\n  # "
    )
    ward.finds("exim-route", "4520123456@sendmailsms.dk goes to")


def test_a_domain_that_exim_takes_no_mail_for(ward):
    ward.change("update-exim4.conf.conf", "dc_relay_domains='sendmailsms.dk'", "dc_relay_domains='other.example'")
    ward.mends("exim-not-relayed")
    ward.is_well()


def test_a_postmaster_who_is_the_products(ward):
    ward.change(MACROS, "SMSDIALOG_PEOPLE = postmaster : abuse", "SMSDIALOG_PEOPLE = abuse")
    ward.finds("exim-people", "postmaster@sendmailsms.dk")


def test_fifty_recipients_a_run(ward):
    ward.change(TRANSPORT, "  user = smsdialog\n  current", "  batch_max = 50\n  user = smsdialog\n  current")
    ward.mends("exim-batch", "50, not 1")
    ward.is_well()


def test_a_crash_that_bounces(ward):
    text = (ward.exim.etc / TRANSPORT).read_text()
    begin, end = text.index("  command = "), text.index("  # How well the sender is proven")
    plain = f"  command = {ward.base}/bin/smsdialog-deliver --config {ward.path} -- $pipe_addresses\n"
    ward.change(TRANSPORT, text[begin:end], plain)
    ward.mends("exim-temp-errors", "exit statuses 1, 70, 71, 74, 78, 126, 127 bounce")
    ward.is_well()


def test_a_run_that_hangs_and_bounces(ward):
    ward.change(TRANSPORT, "  timeout_defer\n", "")
    ward.mends("exim-timeout")
    ward.is_well()


def test_a_from_line_before_the_mail(ward):
    ward.change(TRANSPORT, "  message_prefix =\n", "")
    ward.mends("exim-message-prefix")
    ward.is_well()


def test_a_pipe_that_does_not_say_who_logged_in(ward):
    ward.change(TRANSPORT, "SASL_USERNAME=", "SASL=")
    ward.finds("exim-environment")


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_a_pipe_of_the_wrong_user(ward, user):
    ward.change(TRANSPORT, "  user = smsdialog\n  current", f"  user = {user}\n  current")
    ward.mends("exim-pipe-user", user)
    ward.is_well()


def test_a_command_that_is_not_there(ward):
    (ward.base / "bin" / "smsdialog-deliver").unlink()
    ward.finds("exim-pipe-command", "is not there")


def test_a_command_that_does_not_get_the_address(ward):
    ward.change(TRANSPORT, "sh $pipe_addresses", "sh $domain")
    ward.finds("exim-pipe-command", "$pipe_addresses")


def test_an_envelope_sender_that_we_may_not_name(ward):
    (ward.exim.etc / "conf.d/main/00_tests_strict").write_text("MAIN_FORCE_SENDER = 1\n")
    ward.change(MACROS, "SMSDIALOG_DOMAIN = ", "SMSDIALOG_DOMAIN = ")
    ward.mends("exim-sender")
    ward.is_well()


def test_forged_results_are_for_a_mail_to_show(ward):
    ward.configure("trusted_authserv_ids = []", 'trusted_authserv_ids = ["mx.firma.example"]')
    ward.is_well()
    assert "forged Authentication-Results" in {unchecked.subject for unchecked in ward.examined().unchecked}


def test_an_exim_that_cannot_be_asked_is_not_called_healthy(ward):
    ward.exim.config.write_text("nonsense\n")
    assert "mail server" in {unchecked.subject for unchecked in ward.examined().unchecked}
