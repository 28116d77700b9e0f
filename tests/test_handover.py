"""The thin end of the pipe as the MTA runs it, and what it says to whoever is behind the socket."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

import smsdialog
from smsdialog import handover

CHECKOUT = Path(smsdialog.__file__).parents[1]
SCRIPT = CHECKOUT / "bin" / "smsdialog-deliver"
MAIL = b"From: anna@firma.example\n\n\xe6\x00\r\n"
NOT_UTF8 = os.fsdecode(b"\xe6\xff")

Done = subprocess.CompletedProcess[bytes]


class StandIn:
    """A resident that takes whatever comes, and answers all the same: 67."""

    def __init__(self, folder: Path, state: Path) -> None:
        state.mkdir(parents=True)
        self.config = folder / "smsdialog.toml"
        self.config.write_bytes(b'domain = "x.example"\nstate_dir = "' + os.fsencode(state) + b'"\n')
        self.heard: list[bytes] = []
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(handover.reachable(str(state / handover.SOCKET)))
        self._listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                one, _ = self._listening.accept()
            except OSError:
                return
            with one, contextlib.suppress(OSError):
                one.sendall(handover.greeting(os.path.realpath(self.config)))
                self._take(one)

    def _take(self, one: socket.socket) -> None:
        with one.makefile("rb") as reading:
            octets = [int(number) for number in reading.readline().split()[1:]]
            if octets:
                self.heard.append(reading.read(octets[0]) + reading.read(octets[2]))
                one.sendall(b"67 5.1.1 nobody\r\n")

    def closes(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def took(self, done: Done, *words: bytes) -> bool:
        """Whether a run handed over just these words and the mail, and said what was answered."""
        (heard,) = self.heard
        assert heard == b"".join(word + b"\0" for word in words) + MAIL
        return (done.returncode, done.stdout, done.stderr) == (67, b"5.1.1 nobody\n", b"")


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    one = StandIn(tmp_path, tmp_path / "state")
    yield one
    one.closes()


def run(
    command: Sequence[str | Path], environment: Mapping[str, str | bytes] | None = None, folder: Path = Path("/")
) -> Done:
    """A command with the mail on its standard input."""
    return subprocess.run(command, input=MAIL, env=dict(environment or {}), capture_output=True, cwd=folder, timeout=60)


def test_words_and_mail_arrive_octet_for_octet(stand_in: StandIn) -> None:
    told: dict[str, str | bytes] = {
        "HOME": "/",
        "SENDER": b"\xe6@firma.example",
        "CLIENT_ADDRESS": "192.0.2.1",
        "SMSDIALOG_CONFIG": str(stand_in.config),
    }
    done = run([SCRIPT, "--sender", "", "--", NOT_UTF8], told)
    words = (b"--sender", b"", b"--", b"\xe6\xff", b"SENDER=\xe6@firma.example", b"CLIENT_ADDRESS=192.0.2.1")
    assert stand_in.took(done, *words)


@pytest.mark.parametrize("locale", ["", "C", "POSIX", "C.UTF-8", "en_US.ISO-8859-1"])
def test_paths_and_words_are_octets_in_every_locale(tmp_path: Path, locale: str) -> None:
    stand_in = StandIn(tmp_path, tmp_path / "æ" / NOT_UTF8)
    config = stand_in.config.rename(tmp_path / NOT_UTF8)
    stand_in.config = config
    done = run([SCRIPT, "--config", config, "--", NOT_UTF8], {"LC_ALL": locale} if locale else {})
    assert stand_in.took(done, b"--config", os.fsencode(config), b"--", b"\xe6\xff")
    stand_in.closes()


@pytest.mark.parametrize("name", ["s" * 100, "æ" * 40, "ø" * 100])
def test_a_state_folder_may_be_longer_than_a_sockets_path(tmp_path: Path, name: str) -> None:
    stand_in = StandIn(tmp_path, tmp_path / name)
    done = run([SCRIPT, "--config", stand_in.config])
    assert stand_in.took(done, b"--config", os.fsencode(stand_in.config))
    stand_in.closes()


def test_a_configuration_is_known_by_its_real_path(stand_in: StandIn, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "link.toml").symlink_to("link/smsdialog.toml")
    done = run([SCRIPT, "--config", "link/../link.toml"], folder=tmp_path / "link")
    assert done.returncode == 75  # beside the folder, where it is not
    assert stand_in.heard == []
    done = run([SCRIPT, "--config", "./link.toml"], folder=tmp_path / "link")
    assert stand_in.took(done, b"--config", b"./link.toml")


@pytest.mark.parametrize(
    "command",
    [
        "{}/by-link",
        "{}/by-folder/smsdialog-deliver",
        "{}/by-folder/../bin/smsdialog-deliver",
        "/bin/sh {}/by-link",
        "{python} {}/by-link",
        "{python} -I -S {}/by-folder/smsdialog-deliver",
    ],
)
def test_the_script_finds_its_package_however_it_is_called(stand_in: StandIn, tmp_path: Path, command: str) -> None:
    (tmp_path / "by-link").symlink_to(SCRIPT)
    (tmp_path / "by-folder").symlink_to(SCRIPT.parent)
    done = run([*command.format(tmp_path, python=sys.executable).split(), "--config", stand_in.config])
    assert stand_in.took(done, b"--config", os.fsencode(stand_in.config))


@pytest.mark.parametrize("command", [["bin/smsdialog-deliver"], ["sh", "bin/smsdialog-deliver"]], ids=str)
def test_the_script_may_be_called_by_a_relative_path(stand_in: StandIn, command: Sequence[str]) -> None:
    done = run([*command, "--config", stand_in.config], folder=CHECKOUT)
    assert stand_in.took(done, b"--config", os.fsencode(stand_in.config))


def test_the_script_may_be_called_from_its_own_folder(stand_in: StandIn) -> None:
    environment = {"PATH": "/usr/bin:/bin"}
    done = run(["sh", SCRIPT.name, "--config", stand_in.config], environment, SCRIPT.parent)
    assert stand_in.took(done, b"--config", os.fsencode(stand_in.config))


@pytest.mark.parametrize("installed", ["lib/python{}.{}/site-packages", "."], ids=["environment", "checkout"])
def test_a_package_may_lie_in_a_folder_that_is_no_utf8(stand_in: StandIn, tmp_path: Path, installed: str) -> None:
    base = tmp_path / NOT_UTF8
    package = base / installed.format(*sys.version_info) / "smsdialog"
    package.mkdir(parents=True)
    for name in ("__init__.py", "handover.py"):
        shutil.copy(CHECKOUT / "smsdialog" / name, package)
    (base / "bin").mkdir()
    script = shutil.copy(SCRIPT, base / "bin")
    (base / "bin" / "python3").symlink_to(sys.executable)
    assert stand_in.took(run([script, "--config", stand_in.config]), b"--config", os.fsencode(stand_in.config))


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", ">/dev/full"])
def test_where_nobody_listens_the_exit_status_stays(stand_in: StandIn, closed: str) -> None:
    done = run(["/bin/sh", "-c", f'"$@" {closed}', "sh", SCRIPT, "--config", stand_in.config])
    assert (done.returncode, done.stderr) == (67, b"")
    assert len(stand_in.heard) == 1


def test_a_closed_input_is_temporary(stand_in: StandIn) -> None:
    done = run(["/bin/sh", "-c", '"$@" <&-', "sh", SCRIPT, "--config", stand_in.config])
    assert (done.returncode, done.stderr) == (75, b"")
    assert done.stdout == b"4.3.0 temporary failure, please try again later\n"
    assert stand_in.heard == []


def test_a_broken_hand_over_is_temporary(stand_in: StandIn, tmp_path: Path) -> None:
    for folder in ("smsdialog", "bin"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    module = tmp_path / "smsdialog" / "handover.py"
    module.write_text(module.read_text().replace("def _answer(", "def _unknown("))
    done = run([tmp_path / "bin" / SCRIPT.name, "--config", stand_in.config])
    assert (done.returncode, done.stderr) == (75, b"")
    assert done.stdout == b"4.3.0 temporary failure, please try again later\n"
    module.unlink()
    done = run([tmp_path / "bin" / SCRIPT.name, "--config", stand_in.config])
    assert (done.returncode, done.stderr) == (75, b"")
    assert done.stdout == b"4.3.5 the installation is incomplete\n"
