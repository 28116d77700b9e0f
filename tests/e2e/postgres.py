"""A PostgreSQL of our own, with one empty database, on a loopback port; or on a port of a network of our own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.e2e.daemons import LOOPBACK, Daemon, as_user, free_port, own, wait_for
from tests.needs import find

ADMIN = "postgres"


class Postgres:
    """One cluster below `base`; trusts whoever comes over loopback, or from the network of its address."""

    def __init__(self, base: Path, address: str = LOOPBACK, network: str = f"{LOOPBACK}/32") -> None:
        initdb = find("/usr/lib/postgresql/*/bin/initdb")
        assert initdb, "the marker needs('postgresql') comes first"
        self.programs = Path(initdb).parent
        self.base = base
        self.address, self.network = address, network
        self.port = free_port()
        self.data = base / "data"
        server = [str(self.programs / "postgres"), "-D", str(self.data), "-p", str(self.port), "-k", str(base)]
        self.daemon = Daemon([*server, "-c", f"listen_addresses={LOOPBACK},{address}"], base / "postgres.log", ADMIN)

    @property
    def url(self) -> str:
        """The database as the product's configuration has it."""
        return self.url_of("smsdialog")

    def url_of(self, database: str) -> str:
        """Another database of the same server."""
        return f"postgresql+psycopg://{ADMIN}@{self.address}:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster, start it, and make the database."""
        own(self.base, ADMIN)
        self._run("initdb", "-A", "trust", "-N", "-D", str(self.data), "-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8")
        with (self.data / "pg_hba.conf").open("a") as admitted:
            admitted.write(f"host all all {self.network} trust\n")
        self.daemon.start(self.port)
        wait_for(self._is_ready, "PostgreSQL", explain=self.daemon.tail)
        self.create("smsdialog")

    def create(self, database: str) -> None:
        """Make an empty database."""
        self._run("createdb", "-h", LOOPBACK, "-p", str(self.port), "-U", ADMIN, database)

    def restart(self) -> None:
        """As an administrator does it: everybody is thrown out at once, and may come again."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")
        self.daemon.start(self.port)
        wait_for(self._is_ready, "PostgreSQL", explain=self.daemon.tail)

    def stop(self) -> None:
        """Stop it, whatever is connected."""
        self.daemon.stop()

    def _is_ready(self) -> bool:
        command = [str(self.programs / "pg_isready"), "-h", LOOPBACK, "-p", str(self.port)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        user = as_user(ADMIN)
        result = subprocess.run(
            [str(self.programs / program), *arguments],
            capture_output=True, text=True, check=False, cwd="/",
            user=user.name, group=user.group, extra_groups=user.groups,
        )  # fmt: skip
        assert result.returncode == 0, f"{program}: {result.stderr}"
