"""The pipe as the MTA runs it: the real script in a subprocess, its environment cleared.

Whatever happens it ends with 0, 67, 75 or 77, and prints nothing on 0, else one ASCII line that begins with
an enhanced status code and holds no path.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

import smsdialog
from smsdialog.dialog import account
from smsdialog.gateways import Accepted
from tests.dialog.conftest import build, migrated  # noqa: F401  (fixtures)
from tests.dialog.stage import Stage

CHECKOUT = Path(smsdialog.__file__).parents[1]
SCRIPT = CHECKOUT / "bin" / "smsdialog-deliver"
TEMPORARY = 75
LINE = re.compile(rb"[245]\.\d\.\d{1,3} [ -~]+\n")
OUTSIDE = ("--sender", "anna@firma.example", "--queue-id", "4Q1", "--client-address", "192.0.2.25")
INSIDE = ("--sender", "anna@firma.example", "--queue-id", "4Q1", "--sasl-username", "anna")

Done = subprocess.CompletedProcess[bytes]


class Pipe:
    """The script of a checkout, over the database of a stage; SMS go to the `file` gateway's file."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        account.open_account(stage.service, stage.anna.address, "Firma", "459192000001")

    def run(
        self,
        mail: bytes,
        *arguments: str,
        recipients: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        config: Path | None = None,
        script: Path = SCRIPT,
    ) -> Done:
        options = ["--config", str(config or self.stage.config_file), *arguments]
        command = [sys.executable, str(script), *options, "--", *recipients]
        return subprocess.run(
            command, input=mail, env=dict(environment or {}), capture_output=True, cwd="/", timeout=60
        )

    def mail(self, subject: str = "20123456", text: str = "Hej Søren", to: str = "") -> bytes:
        return (
            f"From: anna@firma.example\nTo: {to or self.key_address}\nSubject: {subject}\n"
            f"Message-ID: <1@mail.firma.example>\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        ).encode()

    @property
    def key_address(self) -> str:
        return f"{self.stage.key}@sendmailsms.dk"

    def outbox(self) -> list[dict[str, str]]:
        path = self.stage.folder / "state" / "outbox.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def pipe(build: Callable[..., Stage]) -> Pipe:  # noqa: F811
    return Pipe(build())


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the checkout, to be damaged."""
    copy = tmp_path / "copy"
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "smsdialog", copy / "smsdialog", ignore=skip)
    shutil.copytree(CHECKOUT / "bin", copy / "bin", ignore=skip)
    return copy


def assert_silent_success(done: Done) -> None:
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def assert_temporary(done: Done) -> None:
    """75, nothing on stderr, and one line that may stand in a bounce."""
    assert (done.returncode, done.stderr) == (TEMPORARY, b"")
    assert LINE.fullmatch(done.stdout), done.stdout
    assert b"/" not in done.stdout
    assert done.stdout.startswith(b"4.")


@pytest.mark.parametrize("environment", [{}, {"PATH": "/usr/bin:/bin"}], ids=["empty", "path-only"])
def test_a_mail_is_an_sms_under_a_cleared_environment(pipe: Pipe, environment: dict[str, str]) -> None:
    done = pipe.run(pipe.mail(), *OUTSIDE, recipients=[pipe.key_address], environment=environment)
    assert_silent_success(done)
    (sms,) = pipe.outbox()
    assert (sms["to"], sms["from"], sms["text"]) == ("+4520123456", "459192000001", "Hej Søren")


def test_the_dialog_goes_both_ways_through_the_script(pipe: Pipe) -> None:
    stage = pipe.stage
    stage.anna.number = "459192000001"
    stage.network.answers = [Accepted()]
    stage.customer.texts(stage.anna, "Hvad koster det?")
    reply_to = stage.anna.receives()["Reply-To"].addresses[0].addr_spec
    text = "450 kr.\n\nDen 18. nov. 2026 kl. 12.00 skrev SMS:\n> Hvad koster det?"
    assert_silent_success(pipe.run(pipe.mail("SV: SMS fra", text), *OUTSIDE, recipients=[reply_to]))
    assert [sms["text"] for sms in pipe.outbox()] == ["450 kr."]


def test_a_subscriber_gets_his_confirmation_through_the_script(pipe: Pipe) -> None:
    mail = pipe.mail(pipe.stage.key).replace(b"anna@firma", b"bo@firma")
    assert_silent_success(pipe.run(mail, "--sender", "bo@firma.example", recipients=["subscribe@sendmailsms.dk"]))
    bo = pipe.stage.employee("bo@firma.example")
    assert str(bo.receives()["Subject"]).startswith("Dit SMS-nummer er 459192")


def test_the_same_mail_twice_is_one_sms(pipe: Pipe) -> None:
    for _ in range(2):
        assert_silent_success(pipe.run(pipe.mail(), *OUTSIDE, recipients=[pipe.key_address]))
    assert len(pipe.outbox()) == 1


def test_many_runs_at_once_for_one_mail_are_one_sms_for_each_customer(pipe: Pipe) -> None:
    to = [pipe.key_address, "30123456@sendmailsms.dk", "40123456@sendmailsms.dk"]
    mail = pipe.mail(to=", ".join(to))
    command = [sys.executable, str(SCRIPT), "--config", str(pipe.stage.config_file), *OUTSIDE, "--"]
    running = [
        subprocess.Popen([*command, recipient], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={})
        for recipient in to * 2
    ]
    outputs = [one.communicate(mail)[0] for one in running]
    assert {one.returncode for one in running} <= {0, TEMPORARY}, outputs
    assert sorted(sms["to"] for sms in pipe.outbox()) == ["+4520123456", "+4530123456", "+4540123456"]


@pytest.mark.parametrize("sender", ["", "<>", "MAILER-DAEMON"])
def test_a_bounce_becomes_nothing(pipe: Pipe, sender: str) -> None:
    done = pipe.run(pipe.mail(), "--sender", sender, "--queue-id", "4Q1", recipients=[pipe.key_address])
    assert_silent_success(done)
    assert pipe.outbox() == []
    assert [row.outcome for row in pipe.stage.administrator.decisions()] == ["dropped"]


@pytest.mark.parametrize("name", ["RECIPIENT", "ORIGINAL_RECIPIENT"])
def test_without_arguments_the_recipient_stands_in_the_environment(pipe: Pipe, name: str) -> None:
    environment = {name: pipe.key_address, "SENDER": "anna@firma.example"}
    done = pipe.run(pipe.mail(to="sms@firma.example"), environment=environment)
    assert_silent_success(done)
    assert len(pipe.outbox()) == 1


def test_the_original_recipient_counts_where_an_alias_has_changed_the_recipient(pipe: Pipe) -> None:
    environment = {"RECIPIENT": "sms@localhost", "ORIGINAL_RECIPIENT": pipe.key_address}
    assert_silent_success(pipe.run(pipe.mail(to="x@firma.example"), environment=environment))
    assert len(pipe.outbox()) == 1


def test_without_any_recipient_those_of_the_header_count(pipe: Pipe) -> None:
    to = f"Kunde <20123456@sendmailsms.dk>, chef@firma.example, {pipe.key_address}"
    assert_silent_success(pipe.run(pipe.mail("", to=to), environment={"RECIPIENT": "sms@localhost"}))
    assert [sms["to"] for sms in pipe.outbox()] == ["+4520123456"]


def test_a_null_sender_in_the_environment_is_a_bounce(pipe: Pipe) -> None:
    assert_silent_success(pipe.run(pipe.mail(), environment={"RECIPIENT": pipe.key_address, "SENDER": ""}))
    assert pipe.outbox() == []


def test_a_recipient_that_looks_like_an_option_is_a_recipient(pipe: Pipe) -> None:
    assert_silent_success(pipe.run(pipe.mail(), *OUTSIDE, recipients=["--config@sendmailsms.dk"]))


def test_options_may_be_joined_by_an_equals_sign(pipe: Pipe) -> None:
    done = pipe.run(pipe.mail(), "--sender=anna@firma.example", "--queue-id=4Q1", recipients=[pipe.key_address])
    assert_silent_success(done)
    assert len(pipe.outbox()) == 1


def test_a_proven_local_submitter_hears_67_and_77(pipe: Pipe) -> None:
    mail = pipe.mail().replace(b"anna@firma", b"bo@firma")
    unknown = pipe.run(mail, *INSIDE, recipients=["nobody@sendmailsms.dk"])
    assert (unknown.returncode, unknown.stderr) == (67, b"")
    assert LINE.fullmatch(unknown.stdout)
    without = pipe.run(mail, *INSIDE, recipients=["20123456@sendmailsms.dk"])
    assert (without.returncode, without.stderr) == (77, b"")
    assert LINE.fullmatch(without.stdout)
    assert_silent_success(pipe.run(mail, *OUTSIDE, recipients=["nobody@sendmailsms.dk"]))


# Trouble: everything is 75 and one line.


def test_a_missing_configuration_is_temporary(pipe: Pipe, tmp_path: Path) -> None:
    assert_temporary(pipe.run(pipe.mail(), config=tmp_path / "none.toml", recipients=["x@sendmailsms.dk"]))


@pytest.mark.parametrize(
    "text",
    ['domain = "', 'domain = "sendmailsms.dk"\nunknown = 1', "\x00\xff"],
)
def test_a_broken_configuration_is_temporary(pipe: Pipe, tmp_path: Path, text: str) -> None:
    config = tmp_path / "broken.toml"
    config.write_text(text, "latin-1")
    assert_temporary(pipe.run(pipe.mail(), config=config, recipients=[pipe.key_address]))


@pytest.mark.parametrize("arguments", [["--unknown", "x"], ["--sender"], ["--help"]])
def test_an_unknown_option_is_temporary(pipe: Pipe, arguments: list[str]) -> None:
    command = [sys.executable, str(SCRIPT), "--config", str(pipe.stage.config_file), *arguments]
    assert_temporary(subprocess.run(command, input=pipe.mail(), env={}, capture_output=True))


def test_a_missing_schema_is_temporary_and_names_the_remedy(pipe: Pipe) -> None:
    for name in ("smsdialog.db", "smsdialog.db-wal", "smsdialog.db-shm"):
        (pipe.stage.folder / "state" / name).unlink(missing_ok=True)
    done = pipe.run(pipe.mail(), recipients=[pipe.key_address])
    assert_temporary(done)
    assert b"smsdialog db upgrade" in done.stdout
    assert not (pipe.stage.folder / "state" / "smsdialog.db").exists()


def test_a_state_folder_that_is_away_is_temporary(pipe: Pipe) -> None:
    shutil.rmtree(pipe.stage.folder / "state")
    assert_temporary(pipe.run(pipe.mail(), recipients=[pipe.key_address]))


def test_a_database_that_is_none_is_temporary(pipe: Pipe) -> None:
    pipe.stage.close()
    for path in (pipe.stage.folder / "state").glob("smsdialog.db*"):
        path.unlink()
    (pipe.stage.folder / "state" / "smsdialog.db").write_bytes(b"Not a database at all.\n" * 400)
    assert_temporary(pipe.run(pipe.mail(), recipients=[pipe.key_address]))


IMPATIENT = """
import runpy, sys
from smsdialog.store import engine
engine.LOCK_TIMEOUT_SECONDS = 0.2
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_a_locked_database_is_temporary_and_the_sms_goes_out_later(pipe: Pipe) -> None:
    database = sqlite3.connect(pipe.stage.folder / "state" / "smsdialog.db", isolation_level=None)
    options = [str(SCRIPT), "--config", str(pipe.stage.config_file), *OUTSIDE, "--", pipe.key_address]
    environment = {"PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", IMPATIENT, *options]
    database.execute("BEGIN IMMEDIATE")
    assert_temporary(subprocess.run(command, input=pipe.mail(), env=environment, capture_output=True))
    database.execute("ROLLBACK")
    database.close()
    assert pipe.outbox() == []
    assert_silent_success(subprocess.run(command, input=pipe.mail(), env=environment, capture_output=True))
    assert len(pipe.outbox()) == 1


def test_a_state_folder_that_cannot_be_written_is_temporary(pipe: Pipe) -> None:
    state = pipe.stage.folder / "state"
    pipe.stage.close()
    for path in (*state.iterdir(), state):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        command = [sys.executable, str(SCRIPT), "--config", str(pipe.stage.config_file), *OUTSIDE, "--"]
        done = subprocess.run(
            [*without_root(), *command, pipe.key_address], input=pipe.mail(), env={}, capture_output=True
        )
    finally:
        state.chmod(0o755)
    assert_temporary(done)


def without_root() -> list[str]:
    """What makes root obey the permissions of files; nothing for anybody else."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root obeys no permissions, and there is no setpriv (util-linux)")
    return [setpriv, "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]


def test_a_missing_package_is_temporary(pipe: Pipe, package: Path) -> None:
    """SQLAlchemy's place is taken by what cannot be imported."""
    (package / "sqlalchemy.py").write_text("raise ImportError\n")
    script = package / "bin" / "smsdialog-deliver"
    assert_temporary(pipe.run(pipe.mail(), recipients=[pipe.key_address], script=script))


@pytest.mark.parametrize("module", ["errors.py", "store/engine.py", "checkout.py"])
def test_a_syntax_error_in_a_module_is_temporary(pipe: Pipe, package: Path, module: str) -> None:
    with (package / "smsdialog" / module).open("a") as file:
        file.write("\ndef broken(:\n")
    script = package / "bin" / "smsdialog-deliver"
    assert_temporary(pipe.run(pipe.mail(), script=script, recipients=[pipe.key_address]))


@pytest.mark.parametrize("statement", ["raise SystemExit(2)", "raise KeyboardInterrupt"])
def test_nothing_that_is_raised_gets_out(pipe: Pipe, package: Path, statement: str) -> None:
    module = package / "smsdialog" / "deliver.py"
    module.write_text(f"def deliver(arguments, environment):\n    print('noise')\n    {statement}\n    return None\n")
    script = package / "bin" / "smsdialog-deliver"
    assert_temporary(pipe.run(pipe.mail(), script=script, recipients=[pipe.key_address]))


def test_a_deleted_package_is_temporary(pipe: Pipe, package: Path) -> None:
    script = package / "bin" / "smsdialog-deliver"
    shutil.rmtree(package / "smsdialog")
    command = [sys.executable, "-S", str(script), "--", pipe.key_address]
    assert_temporary(subprocess.run(command, input=pipe.mail(), env={}, capture_output=True, cwd="/"))


def test_the_line_comes_out_of_a_checkout_with_a_virtual_environment_too(pipe: Pipe, package: Path) -> None:
    """There the script starts itself anew, with that environment's interpreter."""
    python = package / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (package / ".venv" / "pyvenv.cfg").write_text(f"home = {Path(sys.base_prefix, 'bin')}\n")
    script = package / "bin" / "smsdialog-deliver"
    assert_temporary(pipe.run(pipe.mail(), "--unknown", script=script))


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_closed_outputs_change_nothing(pipe: Pipe, closed: str) -> None:
    command = f'"$@" {closed}'
    arguments = [sys.executable, str(SCRIPT), "--config", str(pipe.stage.config_file), *OUTSIDE, "--"]
    done = subprocess.run(["/bin/sh", "-c", command, "sh", *arguments, pipe.key_address], input=pipe.mail(), env={})
    assert done.returncode == 0
    assert len(pipe.outbox()) == 1
    bad = [sys.executable, str(SCRIPT), "--config", "/nonexistent", "--", pipe.key_address]
    assert subprocess.run(["/bin/sh", "-c", command, "sh", *bad], input=b"", env={}).returncode == TEMPORARY


def test_a_closed_input_is_temporary(pipe: Pipe) -> None:
    arguments = [sys.executable, str(SCRIPT), "--config", str(pipe.stage.config_file), *OUTSIDE, "--"]
    command = ["/bin/sh", "-c", '"$@" <&-', "sh", *arguments, pipe.key_address]
    assert_temporary(subprocess.run(command, env={}, capture_output=True))


@pytest.mark.parametrize("mail", [b"", b"\x00" * 1000, b"\xff\xfe" * 500])
def test_any_octets_at_all_are_taken_care_of(pipe: Pipe, mail: bytes) -> None:
    assert_silent_success(pipe.run(mail, *OUTSIDE, recipients=[pipe.key_address]))
    assert pipe.outbox() == []


def test_an_empty_input_without_recipients_is_taken_care_of_and_noted(pipe: Pipe) -> None:
    assert_silent_success(pipe.run(b""))
    assert len(pipe.stage.administrator.decisions()) == 1
    assert pipe.stage.administrator.checks() == []


def test_nuls_in_a_mail_are_no_trouble(pipe: Pipe) -> None:
    mail = pipe.mail(text="Hej\x00 Søren").replace(b"Message-ID: <1", b"Message-ID: <\x001")
    assert_silent_success(pipe.run(mail, *OUTSIDE, recipients=[pipe.key_address]))
    assert [sms["text"].replace(" ", "") for sms in pipe.outbox()] == ["HejSøren"]


def test_a_mail_of_30_megabytes_is_refused_with_a_mail(pipe: Pipe) -> None:
    done = pipe.run(pipe.mail() + b"x" * 76 + b"\n" * 30_000_000, *OUTSIDE, recipients=[pipe.key_address])
    assert_silent_success(done)
    assert pipe.outbox() == []
    assert "for stor" in pipe.stage.anna.receives().get_content()


# kill -9

SILENT_GATEWAY = """
[gateways.main]
type = "kannel"
url = "http://127.0.0.1:{port}/cgi-bin/sendsms"
username = "smsdialog"
password = "pass"
token = "token"
"""


def test_a_run_that_is_killed_while_the_gateway_has_its_sms_is_reported_and_nothing_is_sent_again(
    build: Callable[..., Stage],  # noqa: F811
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gateway:
        pipe = Pipe(build(tables=SILENT_GATEWAY.format(port=gateway.getsockname()[1])))
        pipe.stage.clock.time = time.time()
        command = [sys.executable, str(SCRIPT), "--config", str(pipe.stage.config_file), *OUTSIDE, "--"]
        with subprocess.Popen([*command, pipe.key_address], stdin=subprocess.PIPE, env={}) as run:
            assert run.stdin
            run.stdin.write(pipe.mail())
            run.stdin.close()
            gateway.settimeout(30)
            connection, _ = gateway.accept()
            run.kill()
        connection.close()
    assert [row.state for row in pipe.stage.administrator.sms_out()] == ["sending"]
    pipe.stage.clock.passes(minutes=10)
    pipe.stage.administrator.flushes()
    assert [row.state for row in pipe.stage.administrator.sms_out()] == ["unknown"]
    assert pipe.stage.network.tried == []
    assert "måske sendt" in pipe.stage.anna.receives().get_content()
    assert_silent_success(pipe.run(pipe.mail(), *OUTSIDE, recipients=[pipe.key_address]))


# Start-up is the cost of a pipe.

LOADED = """
import os, posix, runpy, sys
def listed(status):
    os.write(3, "\\n".join(sys.modules).encode())
    os.close(3)
    end(status)
end, posix._exit = posix._exit, listed
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""
OF_THE_WEB = ("flask", "werkzeug", "jinja2", "prometheus_client")
HEAVY = ("alembic", "requests", "urllib3", "PIL", "qrcode", "click", "psycopg", *OF_THE_WEB)


def test_on_its_way_to_an_sms_the_pipe_loads_nothing_heavy(pipe: Pipe) -> None:
    options = [str(SCRIPT), "--config", str(pipe.stage.config_file), *OUTSIDE, "--", pipe.key_address]
    modules = pipe.stage.folder / "modules"
    command = ["/bin/sh", "-c", f'exec "$@" 3>{modules}', "sh", sys.executable, "-c", LOADED, *options]
    done = subprocess.run(command, input=pipe.mail(), env={"PYTHONPATH": str(CHECKOUT)}, capture_output=True)
    assert_silent_success(done)
    assert len(pipe.outbox()) == 1
    loaded = {name.partition(".")[0] for name in modules.read_text().splitlines()}
    assert "sqlalchemy" in loaded
    assert loaded & set(HEAVY) == set()
