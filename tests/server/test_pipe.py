"""The thin end of the pipe: the resident does the work where it can, and the pipe itself where not."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from smsdialog import handover
from smsdialog.store import mails
from smsdialog.store.mails import DeliveryRow
from tests.ledger.office import ANNA, CHECKOUT, Office
from tests.server.resident import Resident, wait_until

SCRIPT = CHECKOUT / "bin" / "smsdialog-deliver"
Done = subprocess.CompletedProcess[bytes]


def run(office: Office, mail: bytes, *arguments: str, environment: Mapping[str, str] | None = None) -> Done:
    """The script itself, as an MTA starts it."""
    command = [str(SCRIPT), "--config", str(office.config), *arguments]
    return subprocess.run(command, input=mail, env=dict(environment or {}), capture_output=True, cwd="/", timeout=100)


def decisions(office: Office) -> list[DeliveryRow]:
    """What was decided on the recipients of all mails."""
    with office.service.store.reading() as tx:
        return mails.listing(tx)


def modules(office: Office, mail: bytes, *arguments: str) -> set[str]:
    """What a run has imported by its end."""
    probe = (
        "import posix, sys; report = posix.dup(2); sys.argv = sys.argv[1:];"
        "posix._exit = lambda status: posix.write(report, ' '.join(sys.modules).encode());"
        "exec(open(sys.argv[0]).read(), {'__name__': '__main__', '__file__': sys.argv[0]})"
    )
    python = CHECKOUT / ".venv" / "bin" / "python3"
    command = [python, "-I", "-S", "-c", probe, SCRIPT, "--config", office.config, *arguments]
    return set(subprocess.run(command, input=mail, env={}, capture_output=True, timeout=60).stderr.decode().split())


def test_the_resident_does_the_work(resident: Resident) -> None:
    """Nothing is loaded for it but what an interpreter has at hand."""
    office = resident.office
    loaded = modules(office, office.mail(1), "--sender", ANNA, "--", office.key_address)
    assert resident.sms() == 2
    assert not loaded & {"site", "os", "socket", "email", "re", "tomllib", "logging", "sqlalchemy"}
    assert {name for name in loaded if name.startswith("smsdialog")} == {"smsdialog", "smsdialog.handover"}


def test_everything_that_the_mta_said_arrives(resident: Resident) -> None:
    """Proven by SASL, known by its queue id, from a phone number alone."""
    office = resident.office
    mail = office.mail(1, to="20123456@sendmailsms.dk", subject="Hej")
    told = ("--sender", ANNA, "--queue-id=4Q7", "--sasl-username", "anna", "--client-address", "192.0.2.1")
    assert run(office, mail, *told, "--", "20123456@sendmailsms.dk").returncode == 0
    (row,) = office.sms_out()
    assert row.peer == "+4520123456"
    assert [row.queue_id for row in decisions(office)] == ["4Q7"]


def test_the_environment_of_an_alias_file_arrives(resident: Resident) -> None:
    office = resident.office
    done = run(office, office.mail(1), environment={"RECIPIENT": office.key_address, "SENDER": ANNA})
    assert (done.returncode, len(office.sms_out())) == (0, 2)


def test_a_proven_local_submitter_hears_67_and_77_by_way_of_the_resident(resident: Resident) -> None:
    office = resident.office
    mail = office.mail(1, sender="bo@firma.example")
    inside = ("--sender", "bo@firma.example", "--sasl-username", "bo", "--")
    unknown = run(office, mail, *inside, "nobody@sendmailsms.dk")
    assert (unknown.returncode, unknown.stdout[:6], unknown.stderr) == (67, b"5.1.1 ", b"")
    without = run(office, mail, *inside, "20123456@sendmailsms.dk")
    assert (without.returncode, without.stdout[:6]) == (77, b"5.7.1 ")


@pytest.mark.parametrize(
    "recipient", ['"a b"@sendmailsms.dk', "-rf@sendmailsms.dk", "x@y@z", "æ@sendmailsms.dk", "$(id)"]
)
def test_odd_words_arrive_as_they_were_said(resident: Resident, recipient: str) -> None:
    done = run(resident.office, resident.office.mail(1), "--sender", "", "--", recipient)
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_large_mail_goes_by_way_of_the_resident_too(resident: Resident) -> None:
    office = resident.office
    mail = office.mail(1) + b"\n-- \n" + b"x" * 70 + b"\n" * 6_000_000
    assert run(office, mail, "--sender", ANNA, "--", office.key_address).returncode == 0


def test_without_a_resident_the_pipe_does_the_work(office: Office) -> None:
    assert run(office, office.mail(1), "--sender", ANNA, "--", office.key_address).returncode == 0
    assert len(office.sms_out()) == 2


def test_with_a_socket_and_nobody_behind_it_the_pipe_does_the_work(resident: Resident) -> None:
    for pid in (*resident.children(), resident.process.pid if resident.process else 0):
        os.kill(pid, signal.SIGKILL)
    resident.ends()
    office = resident.office
    assert run(office, office.mail(1), "--sender", ANNA, "--", office.key_address).returncode == 0
    assert resident.sms() == 2


def test_a_resident_that_does_not_greet_is_not_waited_for(resident: Resident) -> None:
    """It hangs; nothing was handed over yet, so the pipe does the work."""
    office = resident.office
    children = resident.children()
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    done = run(office, office.mail(1), "--sender", ANNA, "--", office.key_address)
    for pid in children:
        os.kill(pid, signal.SIGCONT)
    assert done.returncode == 0
    assert time.monotonic() - began < handover.GREETING_SECONDS + 30
    assert resident.sms() == 2


def test_a_resident_of_another_version_is_left_alone(resident: Resident, tmp_path: Path) -> None:
    import shutil

    office = resident.office
    copy = tmp_path / "copy"
    shutil.copytree(CHECKOUT / "smsdialog", copy / "smsdialog", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "bin").mkdir()
    (copy / ".venv").symlink_to(CHECKOUT / ".venv")
    shutil.copy(SCRIPT, copy / "bin")
    package = copy / "smsdialog" / "__init__.py"
    package.write_text(package.read_text().replace('__version__ = "', '__version__ = "9'))
    log = office.base / "strace"
    mail = office.mail(1)
    done = subprocess.run(
        [str(copy / "bin" / "smsdialog-deliver"), "--config", str(office.config), "--", office.key_address],
        input=mail, env={}, capture_output=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, b""), log
    assert resident.sms() == 2


def test_a_resident_of_another_configuration_is_left_alone(resident: Resident, tmp_path: Path) -> None:
    """Two files with one state folder: what the one was started with says nothing of the other."""
    office = resident.office
    other = tmp_path / "other.toml"
    other.write_text(office.config.read_text().replace("sendmailsms.dk", "elsewhere.dk"))
    mail = office.mail(1, to="x@elsewhere.dk")
    assert run(office, mail, "--config", str(other), "--", "x@elsewhere.dk").returncode == 0
    assert [row.outcome for row in decisions(office)] == ["unknown-recipient"]


def test_a_lost_answer_is_75_and_the_retry_no_second_sms(serve: Callable[..., Resident]) -> None:
    """The resident is killed when the gateway has the SMS: what became of it nobody knows, and it is told."""
    resident = serve()
    office = resident.office
    office.provider.manner = "late"
    command = [str(SCRIPT), "--config", str(office.config), "--sender", ANNA, "--", office.key_address]
    (office.base / "m").write_bytes(office.mail(1, subject="20123456"))
    with (office.base / "m").open("rb") as stdin:
        running = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, env={}, cwd="/")
    wait_until(lambda: resident.sms() == 1)
    for pid in resident.children():
        os.kill(pid, signal.SIGKILL)
    said, _ = running.communicate(timeout=60)
    assert (running.returncode, said) == (75, b"4.3.2 no answer from the resident, please try again later\n")
    office.provider.manner = "accept"
    wait_until(resident.greets)
    assert run(office, office.mail(1, subject="20123456"), "--sender", ANNA, "--", office.key_address).returncode == 0
    assert resident.sms() == 1
    assert [row.state for row in office.sms_out()] == ["unknown"]


def test_a_pipe_that_dies_in_the_middle_leaves_nothing(resident: Resident) -> None:
    office = resident.office
    command = [str(SCRIPT), "--config", str(office.config), "--", office.key_address]
    half = subprocess.Popen(command, stdin=subprocess.PIPE, env={}, cwd="/")
    assert half.stdin
    half.stdin.write(office.mail(1))
    half.stdin.flush()
    time.sleep(0.5)
    half.kill()
    half.wait()
    assert decisions(office) == []
    assert run(office, office.mail(1), "--", office.key_address).returncode == 0
    assert resident.sms() == 2


def test_the_state_folder_is_found_without_reading_toml() -> None:
    for text, found in [
        ('state_dir = "/a/b"\n', "/a/b"),
        ("# x\n  state_dir='/a/b' # here\n[mail]\n", "/a/b"),
        ('domain = "x"\n[mail]\nstate_dir = "/no"\n', handover.DEFAULT_STATE_DIR),
        ("", handover.DEFAULT_STATE_DIR),
    ]:
        assert handover.state_dir(text.encode()) == found


@pytest.mark.parametrize(
    "words", [["--config", "/a", "x"], ["--config=/a"], ["--sender", "--config", "--config", "/a", "--"]]
)
def test_the_configuration_is_found_as_the_pipe_finds_it(words: list[str]) -> None:
    from smsdialog.config import config_path
    from smsdialog.deliver import parse_arguments

    assert handover.config_of(words, {}) == str(config_path(parse_arguments(words).config)) == "/a"
