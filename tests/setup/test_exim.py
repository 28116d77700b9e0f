"""`smsdialog setup exim` with Debian's files: what Exim makes of them, and that all of it can be taken out."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from smsdialog.errors import SetupRefused
from smsdialog.setup.carry_out import carry_out, to_apply, to_undo
from smsdialog.setup.exim import EximServer
from smsdialog.setup.site import Site
from tests.e2e.daemons import base_directory
from tests.e2e.exim.server import ANSWERS, FOLDER, PROGRAM

pytestmark = [pytest.mark.needs("exim"), pytest.mark.needs("root")]
SITE = Site(
    domain="sms.firma.example",
    operator="drift@firma.example",
    user="nobody",
    program="/usr/local/bin/smsdialog-deliver",
    config="/srv/smsdialog.toml",
    policy="127.0.0.1:10044",
    lmtp="/run/smsdialog/lmtp.sock",
)


@pytest.fixture(params=["true", "false"], ids=["split", "single file"])
def server(request):
    with base_directory("setup-exim") as base:
        yield debians(base, request.param)


def debians(base: Path, split: str) -> EximServer:
    """Debian's files, in one of its two ways; Exim reads them as a user of its own."""
    etc = base / "exim4"
    shutil.copytree(FOLDER / "etc/exim4", etc)
    answers = ANSWERS.format(port=25, split=split).replace("sendmailsms.dk", "")
    (etc / "update-exim4.conf.conf").write_text(answers)
    (base / "default").write_text("QUEUEINTERVAL='30m'\n")
    return EximServer(PROGRAM, str(etc), str(base / "default"))


def apply(server, site=SITE, *, lmtp=False):
    carry_out(to_apply(server.wishes(site, lmtp=lmtp), server.journal), server.journal, lambda: None)


def made(server) -> str:
    """The configuration that Debian's script makes of it, which Exim reads without a complaint."""
    config = Path(server.folder).parent / "made"
    script = [str(FOLDER / "usr/sbin/update-exim4.conf"), "-d", server.folder, "-o", str(config)]
    subprocess.run(script, check=True, capture_output=True)
    macros = Path(server.folder, "exim4.conf.localmacros")
    if macros.exists():  # the script takes them only if there is such a file in /etc/exim4, too
        config.write_text(macros.read_text() + config.read_text())
    read = subprocess.run([PROGRAM, "-C", str(config), "-bV"], capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stdout + read.stderr
    return config.read_text()


def route(server, address: str) -> str:
    made(server)
    command = [PROGRAM, "-C", str(Path(server.folder).parent / "made"), "-bt", address]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def tree(server) -> dict[str, bytes]:
    base = Path(server.folder).parent
    return {str(path): path.read_bytes() for path in base.rglob("*") if path.is_file() and path.name != "made"}


def test_mail_for_the_domain_goes_to_the_pipe(server):
    apply(server)
    assert "transport = smsdialog_pipe" in route(server, "4520123456@sms.firma.example")


def test_mail_for_a_person_goes_to_the_operator(server):
    apply(server)
    assert "drift@firma.example" in route(server, "postmaster@sms.firma.example")


def test_the_domain_is_one_to_relay_for(server):
    apply(server)
    assert "sms.firma.example" in next(line for line in made(server).splitlines() if "RELAY_TO_DOMAINS=" in line)


def test_with_lmtp_the_resident_has_the_mails(server):
    apply(server, lmtp=True)
    assert "transport = smsdialog_lmtp" in route(server, "4520123456@sms.firma.example")


def test_without_a_door_recipients_are_checked_as_before(server):
    apply(server, replace(SITE, policy=""))
    made(server)
    assert "acl_smsdialog_check_rcpt" not in subprocess.run(
        [PROGRAM, "-C", str(Path(server.folder).parent / "made"), "-bP", "acl_smtp_rcpt"],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip


def test_the_command_has_its_configuration(server):
    apply(server)
    files = Path(server.folder, "conf.d/transport/50_smsdialog").read_text()
    assert "'/usr/local/bin/smsdialog-deliver --config /srv/smsdialog.toml -- " in files


def test_a_second_time_there_is_nothing_to_do(server):
    apply(server)
    assert to_apply(server.wishes(SITE, lmtp=False), server.journal).changes == ()


def test_undo_leaves_every_file_as_it_was(server):
    before = tree(server)
    apply(server)
    assert tree(server) != before
    carry_out(to_undo(list(server.journal.records.values())), server.journal, lambda: None)
    assert tree(server) == before


def test_a_configuration_of_the_operators_own_is_refused(server):
    Path(server.folder, "exim4.conf").write_text("# mine\n")
    with pytest.raises(SetupRefused, match="and not what Debian makes"):
        apply(server)


def test_another_check_of_recipients_is_refused(server):
    Path(server.folder, "conf.d/main/001_mine").write_text("MAIN_ACL_CHECK_RCPT = my_check\n")
    with pytest.raises(SetupRefused, match="001_mine sets MAIN_ACL_CHECK_RCPT"):
        apply(server)


def test_a_folder_that_is_not_debians_is_refused(server):
    Path(server.folder, "update-exim4.conf.conf").unlink()
    with pytest.raises(SetupRefused, match="is not as Debian has it"):
        apply(server)
