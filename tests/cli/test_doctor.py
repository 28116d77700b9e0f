"""`smsdialog doctor`: what is printed, where, and how it ends; what is found is tests/doctor's business."""

from __future__ import annotations

import json


def test_what_is_wrong_is_said_with_its_reason_and_its_remedy(office):
    office.configure(tables='[auth]\ntrusted_networks = ["0.0.0.0/0"]')
    result = office.run("doctor")
    assert result.status == 1
    line = office.config.read_text().splitlines().index('trusted_networks = ["0.0.0.0/0"]') + 1
    assert result.out.startswith(
        "error: 'auth.trusted_networks' has 0.0.0.0/0: 4294967296 addresses [networks-too-wide]\n"
    )
    assert "\n  From anywhere in there, everybody who writes an employee's From texts in that name.\n" in result.out
    assert f"\n  mend: editor +{line} {office.config}\n" in result.out


def test_json_has_the_findings_and_nothing_else(office):
    office.configure(tables='[auth]\ntrusted_networks = ["0.0.0.0/0"]')
    result = office.run("doctor", "--json")
    (row,) = json.loads(result.out)
    assert (row["severity"], row["code"]) == ("error", "networks-too-wide")
    assert set(row) == {"severity", "code", "what", "why", "mend"}
    assert "not checked: mail server: " in result.err


def test_a_well_installation_is_said_to_be_well_and_what_was_not_seen_is_said(office):
    result = office.run("doctor")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("all is well\nnot checked: ")


def test_a_warning_is_no_failure(office):
    (office.folder / "state").chmod(0o755)
    result = office.run("doctor")
    assert result.status == 0
    assert result.out.startswith("warning: everybody may look into ")


def test_without_a_configuration_there_is_one_finding(bare):
    bare.config.unlink()
    result = bare.run("doctor")
    assert result.status == 1
    assert "[config-missing]" in result.out


def test_nothing_is_changed(office):
    def seen():
        return {path: path.stat().st_mtime_ns for path in sorted(office.folder.rglob("*")) if path.is_file()}

    before = seen()
    office.run("doctor")
    assert seen() == before
