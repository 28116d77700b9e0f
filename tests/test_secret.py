"""The instance secret: made once, for its owner alone, by however many processes at once."""

from __future__ import annotations

import stat
import subprocess
import sys

import pytest

from smsdialog import secret
from smsdialog.errors import ConfigError

RIGHT = "ab" * 32


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_at_first_use_and_stays(tmp_path):
    (first,) = secret.load(str(tmp_path))
    assert len(first) == secret.SECRET_BYTES
    assert secret.load(str(tmp_path)) == (first,)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_two_installations_have_two_secrets(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert secret.load(str(tmp_path / "a")) != secret.load(str(tmp_path / "b"))


def test_it_is_for_its_owner_alone(tmp_path):
    tmp_path.chmod(0o770)
    secret.load(str(tmp_path))
    assert mode(tmp_path / "secret") == 0o600


def test_in_a_setgid_folder_its_group_may_read_it(tmp_path):
    tmp_path.chmod(0o2770)
    secret.load(str(tmp_path))
    assert mode(tmp_path / "secret") == 0o640


@pytest.mark.parametrize("umask", ["000", "077"])
def test_its_mode_does_not_depend_on_the_umask(tmp_path, umask):
    tmp_path.chmod(0o2770)
    code = f"import os; os.umask(0o{umask}); from smsdialog import secret; secret.load({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert mode(tmp_path / "secret") == 0o640


def test_several_processes_at_first_use_agree(tmp_path):
    code = f"from smsdialog import secret; print(secret.load({str(tmp_path)!r})[0].hex())"
    command = [sys.executable, "-c", f"input()\n{code}"]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    said = {process.communicate(timeout=30)[0].strip() for process in started}
    assert said == {secret.load(str(tmp_path))[0].hex()}
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_while_a_rotation_lasts_the_previous_one_comes_second(tmp_path):
    (tmp_path / "secret.previous").write_text(RIGHT)
    current, previous = secret.load(str(tmp_path))
    assert previous == bytes.fromhex(RIGHT)
    assert current != previous


@pytest.mark.parametrize("name", ["secret", "secret.previous"])
@pytest.mark.parametrize("content", [b"", b"abcd", b"xy" * 32, b"\xff" * 64])
def test_a_damaged_one_is_an_error_that_names_the_file_and_shows_nothing(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match="the secret cannot be read or made") as caught:
        secret.load(str(tmp_path))
    assert str(tmp_path / "secret") in str(caught.value)
    assert "xyxy" not in str(caught.value)
    assert (tmp_path / name).read_bytes() == content


def test_without_its_folder_it_is_not_made(tmp_path):
    with pytest.raises(ConfigError, match="No such file or directory"):
        secret.load(str(tmp_path / "none"))
