"""`smsdialog db backup` and `db restore`, as docs/operations.md has them."""

from __future__ import annotations

import shutil

from smsdialog.store.schema import REVISION


def test_a_backup_is_made_and_put_back(office, firma):
    office.anna_writes(f"{firma}@sms.firma.example", "20123456")
    before = office.json("message", "list")
    file = office.folder / "smsdialog.tar"
    made = office.json("db", "backup", str(file))
    assert (made["file"], made["database"], made["schema"]) == (str(file), "sqlite", REVISION)
    assert (made["octets"], made["findings"]) == (file.stat().st_size, [])
    shutil.rmtree(office.folder / "state")
    (office.folder / "state").mkdir()
    done = office.json("db", "restore", str(file))
    assert (done["made_at"], done["unknown"], done["aside"], done["findings"]) == (made["made_at"], 0, [], [])
    assert office.json("message", "list") == before
    assert office.ok("db", "check") == "all is well\n"


def test_nothing_is_overwritten_without_force(office, firma):
    file = office.folder / "smsdialog.tar"
    office.ok("db", "backup", str(file))
    assert office.refused("db", "backup", str(file)) == f"{file} is there already (--force replaces it)"
    assert "is there already" in office.refused("db", "restore", str(file))
    office.ok("db", "backup", "--force", str(file))
    aside = office.json("db", "restore", "--force", str(file))["aside"]
    assert aside[0].startswith(f"{office.folder}/state/smsdialog.db.before-")


def test_what_is_no_backup_is_one_line(office):
    assert "is no backup of SMS-Dialog" in office.refused("db", "restore", str(office.config))
    assert "cannot be read" in office.refused("db", "restore", str(office.folder / "missing"))


def test_a_restore_by_the_program_leaves_the_log_of_acts_as_its_witness(office, firma):
    file = office.folder / "smsdialog.tar"
    assert office.program("db", "backup", str(file)).status == 0
    assert office.program("db", "restore", "--force", str(file)).status == 0
    assert "db.restore" in [act["act"] for act in office.json("audit", "list")]
