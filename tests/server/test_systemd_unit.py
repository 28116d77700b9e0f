"""The shipped unit, as systemd reads it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e.shipped import shipped


@pytest.mark.needs("systemd-analyze")
def test_the_unit_has_nothing_that_systemd_does_not_know(tmp_path: Path) -> None:
    unit = tmp_path / "smsdialog.service"
    here = {"/usr/bin/smsdialog serve": "/bin/true", "Documentation=man:smsdialog(1)\n": ""}
    unit.write_text(shipped("systemd/smsdialog.service", here))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert "smsdialog.service" not in done.stderr, done.stderr
    assert done.returncode == 0
