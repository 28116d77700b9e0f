"""What a backup gives back after a crash, and what it does not do: send twice, lose, overwrite, or let others read."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import update

from smsdialog.dialog import archive, backup, restore
from smsdialog.dialog.audit import listing
from smsdialog.errors import BackupRefused
from smsdialog.gateways import Later
from smsdialog.store.schema import outbound
from tests.dialog.stage import Stage, body_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "kept"
    folder.mkdir()
    return folder / "smsdialog.tar"


def makes_a_backup(stage: Stage, file: Path) -> backup.Backup:
    return backup.make(stage.service, file, lambda done, whole: None)


def puts_it_back(stage: Stage, file: Path, room: restore.MakeRoom = restore.refuse) -> restore.Restored:
    done = restore.restore(stage.service.config, stage.service.store, file, room, stage.clock())
    restore.doubt(stage.service, "yesterday", done.doubtful)
    return done


def loses_its_disk(stage: Stage) -> None:
    stage.service.store.close()
    shutil.rmtree(stage.service.config.state_dir)
    Path(stage.service.config.state_dir).mkdir()


def state(stage: Stage) -> Path:
    return Path(stage.service.config.state_dir)


def test_after_a_crash_the_dialog_goes_on(stage, file):
    stage.anna.subscribes(stage.key)
    stage.customer.texts(stage.anna, "Er I åbne?")
    question = stage.anna.receives()
    made = makes_a_backup(stage, file)
    assert made.findings == []
    loses_its_disk(stage)
    puts_it_back(stage, file)
    stage.anna.replies(question, "Ja")
    assert stage.customer.receives().text == "Ja"
    assert stage.administrator.checks() == []


def test_what_waited_is_not_sent_twice_but_told(stage, file):
    stage.anna.subscribes(stage.key)
    stage.network.answers = [Later("busy")]
    posted = stage.anna.writes(stage.key, "20123456", "Hej")
    makes_a_backup(stage, file)
    posted.again()
    assert stage.customer.receives().text == "Hej"
    loses_its_disk(stage)
    puts_it_back(stage, file)
    stage.clock.passes(minutes=30)
    stage.administrator.flushes()
    stage.customer.receives_nothing()
    assert "måske sendt" in body_of(stage.anna.receives())
    (row,) = stage.administrator.sms_out()
    assert stage.administrator.sends_again(row)
    assert stage.customer.receives().text == "Hej"


def test_what_waited_is_not_sent_by_anybody_who_is_quicker_than_the_restore(stage, file):
    """It may be killed as soon as the database is in its place."""
    stage.anna.subscribes(stage.key)
    stage.network.answers = [Later("busy")]
    stage.anna.writes(stage.key, "20123456", "Hej")
    makes_a_backup(stage, file)
    loses_its_disk(stage)
    done = restore.restore(stage.service.config, stage.service.store, file, restore.refuse, stage.clock())
    assert done.doubtful == 1
    stage.clock.passes(minutes=30)
    stage.administrator.flushes()
    stage.customer.receives_nothing()


def test_what_is_for_a_later_time_is_sent_then(stage, file):
    stage.anna.subscribes(stage.key)
    stage.network.answers = [Later("busy")]
    stage.anna.writes(stage.key, "20123456", "Hej")
    with stage.service.store.transaction() as tx:
        tx.execute(update(outbound).values(not_before=stage.clock() + 3600))
    makes_a_backup(stage, file)
    loses_its_disk(stage)
    puts_it_back(stage, file)
    stage.clock.passes(hours=2)
    stage.administrator.flushes()
    assert stage.customer.receives().text == "Hej"


def test_a_restore_is_recorded(stage, file):
    makes_a_backup(stage, file)
    loses_its_disk(stage)
    puts_it_back(stage, file)
    assert listing(stage.service)[0].act == "db.restore"


def test_a_backup_is_for_its_owner_alone_and_nothing_is_left_beside_it(stage, file):
    makes_a_backup(stage, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(file.parent) == [file.name]


@pytest.mark.needs("root")
def test_a_backup_belongs_to_whom_its_folder_belongs(stage, file):
    os.chown(file.parent, 4242, 4243)
    makes_a_backup(stage, file)
    assert (file.stat().st_uid, file.stat().st_gid) == (4242, 4243)


def test_a_backup_holds_the_database_and_both_secrets(stage, file):
    (state(stage) / "secret.previous").write_text("ab" * 32)
    makes_a_backup(stage, file)
    with tarfile.open(file) as tar:
        assert tar.getnames() == ["manifest.json", "database", "secret", "secret.previous"]
        assert {member.mode for member in tar} == {0o600}


def test_no_file_is_replaced_unasked(stage, file):
    file.write_text("dear")
    with pytest.raises(BackupRefused, match="is there already"):
        makes_a_backup(stage, file)
    assert file.read_text() == "dear"
    backup.make_anew(stage.service, file, lambda done, whole: None)
    assert archive.verify(file).kind == "sqlite"


def test_a_folder_that_is_not_there_is_named(stage, file):
    with pytest.raises(BackupRefused, match="nowhere"):
        makes_a_backup(stage, file.parent / "nowhere" / file.name)


def test_of_a_damaged_database_no_backup_is_made_and_the_old_one_stays(stage, file):
    makes_a_backup(stage, file)
    before = file.read_bytes()
    stage.service.store.close()
    with (state(stage) / "smsdialog.db").open("rb+") as database:
        database.seek(6 * 4096)
        database.write(b"\xff" * 4096 * 20)
    with pytest.raises(BackupRefused, match="copy"):
        backup.make_anew(stage.service, file, lambda done, whole: None)
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == [file.name]


def test_nothing_that_is_there_is_overwritten_unasked(stage, file):
    makes_a_backup(stage, file)
    with pytest.raises(BackupRefused, match=r"smsdialog\.db is there already \(--force"):
        puts_it_back(stage, file)


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_what_sqlite_left_beside_a_lost_database_is_not_played_into_the_restored_one(stage, file, end):
    makes_a_backup(stage, file)
    loses_its_disk(stage)
    left = state(stage) / f"smsdialog.db{end}"
    left.write_bytes(b"of another database")
    with pytest.raises(BackupRefused, match=rf"smsdialog\.db{end} is there already \(--force"):
        puts_it_back(stage, file)
    done = puts_it_back(stage, file, restore.put_aside)
    assert [path.read_bytes() for path in done.aside] == [b"of another database"]


def test_a_state_folder_that_is_not_there_is_named(stage, file):
    makes_a_backup(stage, file)
    loses_its_disk(stage)
    state(stage).rmdir()
    with pytest.raises(BackupRefused, match=rf"^{state(stage)} cannot be written: No such file"):
        puts_it_back(stage, file)


def test_a_secret_of_another_installation_is_not_overwritten_unasked(stage, file):
    makes_a_backup(stage, file)
    loses_its_disk(stage)
    (state(stage) / "secret").write_text("cd" * 32)
    with pytest.raises(BackupRefused, match="secret"):
        puts_it_back(stage, file)
    assert os.listdir(state(stage)) == ["secret"]


def test_what_is_there_is_put_aside_when_asked(stage, file):
    makes_a_backup(stage, file)
    stage.customer.texts(stage.anna, "Hej")
    secret = (state(stage) / "secret").read_text()
    (state(stage) / "secret").write_text("cd" * 32)
    done = puts_it_back(stage, file, restore.put_aside)
    assert (state(stage) / "secret").read_text() == secret
    assert stage.administrator.sms_in() == []
    names = {path.name.partition(".before-")[0] for path in done.aside}
    assert names == {"smsdialog.db", "secret"}
    assert all(path.exists() for path in done.aside)


@pytest.mark.parametrize("where", [0.02, 0.5, 0.9])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(stage, file, where):
    makes_a_backup(stage, file)
    octets = bytearray(file.read_bytes())
    octets[int(len(octets) * where)] ^= 0xFF
    file.write_bytes(octets)
    loses_its_disk(stage)
    with pytest.raises(BackupRefused, match="damaged"):
        puts_it_back(stage, file)
    assert os.listdir(state(stage)) == []


def test_a_backup_that_was_cut_off_is_refused(stage, file):
    makes_a_backup(stage, file)
    os.truncate(file, file.stat().st_size // 2)
    loses_its_disk(stage)
    with pytest.raises(BackupRefused, match="damaged"):
        puts_it_back(stage, file)
    assert os.listdir(state(stage)) == []


def test_what_is_no_backup_is_refused(stage, file):
    file.write_text("no backup")
    with pytest.raises(BackupRefused, match="is no backup of SMS-Dialog"):
        archive.verify(file)
    with pytest.raises(BackupRefused, match="cannot be read"):
        archive.verify(file.with_name("missing"))


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", ".hidden"])
def test_no_backup_writes_elsewhere(stage, file, tmp_path, name):
    draft = tmp_path / "x"
    draft.write_text("x")
    manifest = archive.Manifest("1", 0.0, "sqlite", "0001", {name: archive.digest(draft)})
    archive.write(file, file.parent, manifest, [])
    with tarfile.open(file, "a") as tar:
        tar.add(draft, name)
    with pytest.raises(BackupRefused, match="format"):
        archive.unpack(file, tmp_path)


def test_a_backup_of_a_later_version_is_refused(stage, file, tmp_path):
    made = makes_a_backup(stage, file)
    later = archive.Manifest("9.0", 0.0, "sqlite", "9999", made.manifest.files)
    archive.unpack(file, tmp_path / "kept")
    newer = tmp_path / "newer.tar"
    archive.write(newer, tmp_path, later, [tmp_path / "kept" / name for name in later.files])
    loses_its_disk(stage)
    with pytest.raises(BackupRefused, match="upgrade it first"):
        puts_it_back(stage, newer)
    assert os.listdir(state(stage)) == []
