"""Faults of the database, and what waits in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from smsdialog import doctor
from smsdialog.doctor import state
from smsdialog.doctor.finding import Finding
from smsdialog.store import migrate, open_store
from tests.e2e.daemons import base_directory, product_user
from tests.needs import needs

HOUR = 3600.0


def test_a_migration_that_was_not_run(ward):
    ward.sql("UPDATE alembic_version SET version_num = '0001'")
    ward.web.status = 200
    found = ward.finds("schema-outdated", "0001")
    assert found.mend == f"runuser -u smsdialog -- smsdialog --config {ward.path} db upgrade"


def test_a_database_without_tables(ward):
    (ward.state / "smsdialog.db").write_bytes(b"")
    ward.web.status = 200
    ward.mends("schema-outdated", "schema none")


def test_a_database_of_a_later_version(ward):
    ward.sql("UPDATE alembic_version SET version_num = '9999'")
    ward.web.status = 200
    ward.finds("schema-newer", "9999")


def test_a_database_that_is_none(ward):
    (ward.state / "smsdialog.db").write_bytes(b"This is no database, but it is as long as one would be." * 100)
    ward.web.status = 200
    ward.finds("database-unavailable")


def test_a_database_server_that_is_not_there(ward):
    ward.configure("[numbers]", '[database]\nurl = "postgresql+psycopg://smsdialog@127.0.0.1:1/smsdialog"\n\n[numbers]')
    ward.web.status = 200
    assert ward.finds("database-unavailable").mend == "systemctl restart postgresql"


def test_a_database_that_root_has_taken(ward):
    os.chown(ward.state / "smsdialog.db", 0, 0)
    ward.mends("database-not-writable", "smsdialog.db")


def test_a_database_folder_that_the_product_may_not_write_to(ward):
    folder = ward.base / "database"
    folder.mkdir(mode=0o755)
    shutil.move(ward.state / "smsdialog.db", folder / "smsdialog.db")
    ward.configure("[numbers]", f'[database]\nurl = "sqlite:///{folder}/smsdialog.db"\n\n[numbers]')
    ward.mends("database-not-writable", f"may not make files in {folder}")


def test_a_database_that_everybody_may_read(ward):
    (ward.state / "smsdialog.db").chmod(0o644)
    ward.mends("database-exposed")


def test_a_ledger_that_does_not_add_up(ward):
    ward.opens_accounts()
    ward.anna_writes()
    ward.sql("UPDATE outbound SET state = 'nowhere'")
    ward.finds("ledger", "in a state that there is not")


def test_numbers_that_are_used_up(ward):
    ward.configure("459192000000-459192000999", "459192000000-459192000001")
    ward.opens_accounts(2)
    found = ward.finds("numbers-exhausted")
    assert found.mend.endswith("number add 459192000002-459192001001")
    ward.mends("numbers-exhausted")
    ward.is_well()


def test_numbers_that_are_running_out(ward):
    ward.configure("459192000000-459192000999", "459192000000-459192000005")
    ward.opens_accounts(2)
    ward.mends("numbers-few", "4 numbers are free")


def test_an_sms_that_nobody_sends(ward):
    ward.opens_accounts()
    ward.kannel.status = 503
    ward.anna_writes()
    ward.sql("UPDATE outbound SET updated_at = updated_at - ?, created_at = created_at - ?", HOUR, HOUR)
    ward.sql("UPDATE gateway_states SET down_since = NULL")
    ward.kannel.status = 0
    found = ward.finds("sms-waiting", "1 SMS wait to be sent, the oldest since")
    assert f"smsdialog --config {ward.path} flush" in found.mend


def test_an_sms_that_has_waited_a_minute_is_nothing(ward):
    ward.opens_accounts()
    ward.kannel.status = 503
    ward.anna_writes()
    ward.kannel.status = 0
    ward.sql("UPDATE gateway_states SET down_since = NULL")
    ward.is_well()


def test_a_notice_that_nobody_posts(ward):
    past = time.time() - HOUR
    ward.sql(
        "INSERT INTO notices (recipient, kind, subject, body, in_reply_to, owner, created_at, due_at, attempts)"
        " VALUES ('anna@firma.example', 'help', 'Hjælp', 'Hej', '', '', ?, ?, 0)", past, past,
    )  # fmt: skip
    assert "flush" in ward.finds("mails-waiting", "1 mails of ours").mend


def test_a_gateway_that_is_passed_over(ward):
    now = time.time()
    ward.sql(
        "INSERT INTO gateway_states (gateway, down_since, down_until, pauses, kind, reason) VALUES (?, ?, ?, 1, ?, ?)",
        "main", now - HOUR, now + HOUR, "credit", "no money is left",
    )  # fmt: skip
    found = ward.finds("gateway-down", "no money is left")
    assert "gateway test main" in found.mend


def test_a_mail_in_the_quarantine(ward):
    folder = ward.state / "quarantine"
    folder.mkdir(mode=0o700)
    (folder / "0123456789abcdef.eml").write_text("From: anna@firma.example\n\nHej\n")
    found = ward.finds("quarantine", "1 mails lie in")
    assert f"preview {folder}/0123456789abcdef.eml" in found.mend


def test_events_of_a_modem_that_nobody_took(ward):
    folder = ward.state / "hooks"
    folder.mkdir(mode=0o700)
    shutil.chown(folder, product_user())
    (folder / "1.json").write_text("{}")
    ward.is_well()
    os.utime(folder / "1.json", (time.time() - HOUR,) * 2)
    assert "flush" in ward.finds("hooks-waiting", "1 events").mend


def test_what_a_page_may_show_asks_nobody(ward):
    ward.configure("459192000000-459192000999", "459192000000-459192000001")
    ward.opens_accounts(2)
    for server in (ward.kannel, ward.web, ward.names):
        server.close()
    assert [found.kind.code for found in doctor.at_a_glance(ward.service)] == ["numbers-exhausted"]


@pytest.fixture
def small_disk():
    """A disk of four megabytes."""
    needs("root")
    with base_directory("disk") as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False)
        if mounted.returncode != 0:
            pytest.fail("no disk can be mounted here")
        yield folder
        subprocess.run(["umount", "--lazy", folder], check=True)  # the ward still has the database open


def codes(folder: Path) -> list[str]:
    return [found.kind.code for found in state.disk(folder) if isinstance(found, Finding)]


def test_a_disk_that_is_nearly_full(ward, small_disk):
    shutil.copytree(ward.state, small_disk / "state")
    shutil.chown(small_disk / "state", "smsdialog", "smsdialog")
    ward.configure(f'"{ward.state}"', f'"{small_disk}/state"')
    assert str(small_disk) in ward.finds("disk-nearly-full").mend


def test_a_disk_without_room_for_files():
    needs("root")
    with base_directory("disk") as folder:
        options = "size=4g,nr_inodes=100"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
        try:
            assert codes(folder) == ["disk-no-inodes"]
        finally:
            subprocess.run(["umount", folder], check=True)


def test_a_disk_with_room(tmp_path):
    assert state.is_scarce(50 * 10**9, 100 * 10**9) is False


def test_an_old_database_can_be_upgraded_as_the_doctor_says(ward):
    database = ward.state / "smsdialog.db"
    database.unlink()
    database.touch(0o600)
    shutil.chown(database, "smsdialog", "smsdialog")
    ward.web.status = 200
    ward.runs(ward.finds("schema-outdated").mend)
    store = open_store(f"sqlite:///{database}")
    assert migrate.upgrade(store)[0] == migrate.upgrade(store)[1]
    store.close()
