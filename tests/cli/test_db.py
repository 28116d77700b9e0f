"""`smsdialog db`: the schema is made and kept, and the ledger is held against its promises."""

from __future__ import annotations

from sqlalchemy import update

from smsdialog.store.schema import REVISION, outbound


def test_the_schema_is_made_once(bare):
    assert bare.ok("db", "upgrade") == f"schema none -> {REVISION}\n"
    assert bare.ok("db", "upgrade") == f"the schema is up to date ({REVISION})\n"
    assert bare.ok("db", "upgrade") == f"the schema is up to date ({REVISION})\n"


def test_an_upgrade_keeps_what_is_there(office, firma):
    before = office.json("account", "list")
    office.ok("db", "upgrade")
    assert office.json("account", "list") == before


def test_without_a_schema_every_command_names_the_remedy(bare):
    (bare.folder / "state").mkdir()
    for command in (["key", "list"], ["account", "list"], ["message", "list"], ["flush"], ["db", "check"]):
        assert "run 'smsdialog db upgrade'" in bare.refused(*command)


def test_the_folder_of_the_database_is_made_and_one_that_cannot_be_is_named(bare):
    (bare.folder / "state").write_text("a file, no folder")
    assert "cannot be made: File exists" in bare.refused("db", "upgrade")


def test_without_the_folder_nothing_works_and_the_folder_is_named(bare):
    assert str(bare.folder / "state") in bare.refused("key", "list")


def test_a_file_that_is_no_database_is_one_line(bare):
    (bare.folder / "state").mkdir()
    (bare.folder / "state" / "smsdialog.db").write_bytes(b"no database" * 1000)
    assert "the database did not answer as it should" in bare.refused("db", "upgrade")
    assert "the database did not answer as it should" in bare.refused("key", "list")


def test_all_is_well(office, firma):
    office.anna_writes(f"{firma}@sms.firma.example", "20123456")
    assert office.ok("db", "check") == "all is well\n"
    assert office.json("db", "check") == []


def test_what_is_amiss_is_listed_with_status_1(office, firma):
    office.anna_writes(f"{firma}@sms.firma.example", "20123456")
    with office.service.store.transaction() as tx:
        tx.execute(update(outbound).values(state="queued", updated_at=0.0))
    result = office.run("db", "check", "--json")
    assert result.status == 1
    waiting = "1 SMS have waited for more than 2 hours to be sent (o1): run 'smsdialog flush'"
    assert result.json == [{"finding": waiting}]
    assert "run 'smsdialog flush'" in office.run("db", "check").out
    assert office.ok("flush").startswith("1 SMS tried")
    assert office.ok("db", "check") == "all is well\n"


def test_a_configuration_that_is_wrong_is_one_line_that_names_the_key(office):
    office.configure(top="langauge = 'da'")
    said = office.refused("db", "check")
    assert said.startswith(f"{office.config}: unknown key 'langauge'")
    office.configure(top="language = 'xx'")
    assert office.refused("db", "check") == f"{office.config}: 'language' is wrong; expected one of da, en"
    office.configure(tables="[gateways.main]\ntype = 'pigeon'")
    assert "'gateways.main.type' is 'pigeon'" in office.refused("db", "check")


def test_a_configuration_that_is_missing_is_one_line(bare):
    bare.config.unlink()
    assert bare.refused("key", "list") == f"{bare.config}: cannot be read: No such file or directory"


def test_the_program_does_it_too(bare):
    assert bare.program("db", "upgrade").out == f"schema none -> {REVISION}\n"
    assert bare.program("db", "check").out == "all is well\n"
    bare.configure(top="domian = 'x'")
    broken = bare.program("db", "check")
    assert (broken.status, broken.out) == (1, "")
    assert broken.err.startswith(f"smsdialog: {bare.config}: unknown key 'domian'")
    assert broken.err.count("\n") == 1
