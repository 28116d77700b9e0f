"""Writing and putting back, whatever goes wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from smsdialog.errors import SetupRefused
from smsdialog.setup.carry_out import Wish, carry_out, to_apply, to_undo
from smsdialog.setup.files import Line, TextFile
from smsdialog.setup.journal import journal_in
from smsdialog.setup.variables import Listed, Variable


@dataclass(frozen=True)
class OnAFullDisk(TextFile):
    """A file that cannot be written."""

    def write(self, text):
        raise OSError(28, "No space left on device")


@dataclass(frozen=True)
class ThatTakesNothing(TextFile):
    """A file that a tool says it wrote."""

    def write(self, text):
        """Nothing, without a word."""


def nothing() -> None:
    """The mail server is content."""


def discontent() -> None:
    raise SetupRefused("the mail server does not take it")


@pytest.fixture
def journal(tmp_path):
    return journal_in(tmp_path / "ours")


def apply(journal, wishes, check=nothing):
    carry_out(to_apply(wishes, journal), journal, check)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path, journal):
    wishes = [Wish(TextFile(str(tmp_path / "a")), "a"), Wish(OnAFullDisk(str(tmp_path / "b")), "b")]
    with pytest.raises(SetupRefused, match="No space left on device; everything was put back"):
        apply(journal, wishes)
    assert list(tmp_path.iterdir()) == []


def test_what_the_server_does_not_take_is_put_back(tmp_path, journal):
    (tmp_path / "a").write_text("before")
    with pytest.raises(SetupRefused, match="does not take it"):
        apply(journal, [Wish(TextFile(str(tmp_path / "a")), "ours")], discontent)
    assert (tmp_path / "a").read_text() == "before"
    assert journal_in(journal.folder).records == {}


def test_what_does_not_stand_there_in_the_end_is_no_success(tmp_path, journal):
    wishes = [Wish(TextFile(str(tmp_path / "a")), "a"), Wish(ThatTakesNothing(str(tmp_path / "b")), "b")]
    with pytest.raises(SetupRefused, match="b does not have what was written; everything was put back"):
        apply(journal, wishes)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_cut_off_can_be_taken_back(tmp_path, journal):
    """The journal is there before the first change is."""
    wishes = [Wish(TextFile(str(tmp_path / name)), name) for name in ("a", "b")]

    def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(journal, wishes, killed)
    again = journal_in(journal.folder)
    carry_out(to_undo(list(again.records.values())), again, nothing)
    assert list(tmp_path.iterdir()) == []


def test_a_file_keeps_its_mode_and_others_bytes(tmp_path, journal):
    path = tmp_path / "default"
    path.write_bytes(b"# caf\xe9\nNAME='old'\nOTHER=1\n")
    path.chmod(0o640)
    apply(journal, [Wish(Variable(str(path), "NAME"), "'new'")])
    assert path.read_bytes() == b"# caf\xe9\nNAME='new'\nOTHER=1\n"
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("others", ["", "other.example", "a.example:b.example"])
def test_a_word_goes_into_a_shells_list_and_out_of_it(tmp_path, journal, others):
    path = tmp_path / "answers"
    path.write_text(f"dc_relay_domains='{others}'\n")
    apply(journal, [Wish(Listed(str(path), "dc_relay_domains", "sms.example"), "sms.example")])
    assert path.read_text() == f"dc_relay_domains='{f'{others}:' if others else ''}sms.example'\n"
    carry_out(to_undo(list(journal.records.values())), journal, nothing)
    assert path.read_text() == f"dc_relay_domains='{others}'\n"


def test_a_line_whose_place_is_not_there_changes_nothing(tmp_path, journal):
    path = Path(tmp_path, "template")
    path.write_text("begin acl\n")
    with pytest.raises(SetupRefused, match="has not one line 'begin routers'"):
        apply(journal, [Wish(Line(str(path), "begin routers", ".include x"), ".include x")])
    assert path.read_text() == "begin acl\n"
