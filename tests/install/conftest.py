from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from smsdialog import __version__
from tests.e2e.daemons import CHECKOUT
from tests.needs import needs

# A package that was built before, for whoever tries the tests again and again.
BUILT_BEFORE = "SMSDIALOG_DEB"
# On a busy machine; it is a minute of a processor's work.
BUILD_SECONDS = 1200


@pytest.fixture(scope="session", autouse=True)
def _overlays(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing here can be tried where root may not mount an overlay; that is the machine's, and nothing to install."""
    folder = tmp_path_factory.mktemp("overlay")
    over = "lowerdir=/,upperdir=$PWD/upper,workdir=$PWD/work"
    tried = f"mount -t tmpfs tmpfs $PWD && cd $PWD && mkdir upper work root && mount -t overlay overlay -o {over} root"
    done = subprocess.run(["unshare", "--mount", "bash", "-c", tried], cwd=folder, capture_output=True, check=False)
    if os.geteuid() == 0 and done.returncode:
        pytest.skip(f"no throwaway machine can be made here: {done.stderr.decode().strip()}")


@pytest.fixture(scope="session")
def package() -> Path:
    """The Debian package of this checkout, as `make deb` makes it."""
    needs("debhelper")
    if given := os.environ.get(BUILT_BEFORE):
        return Path(given)
    command = ["make", "-C", str(CHECKOUT), "deb"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS)
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    (built,) = (CHECKOUT / "dist").glob(f"smsdialog_{__version__}_*.deb")
    return built
