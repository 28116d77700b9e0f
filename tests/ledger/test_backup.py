"""A backup that is made while mails and SMS come in is a ledger of one moment, on either database."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from smsdialog import config as configuration
from smsdialog.dialog import restore
from smsdialog.dialog.service import Service, open_service
from smsdialog.store import open_store, outbound
from tests.ledger.office import CHECKOUT, CUSTOMERS, Office, status

BACKUPS = 3
# More than three backups take, on any machine; every mail is a process of its own.
MOST_MAILS = 200


@contextmanager
def busy(office: Office) -> Iterator[None]:
    """Two at a time, a mail to two customers and an SMS from one, for as long as this lasts."""
    enough = Event()
    ended: list[int] = []

    def work() -> None:
        for number in range(MOST_MAILS):
            if enough.is_set():
                return
            ended.extend(status(process) for process in (office.pipe(number), office.call(number)))

    worker = Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        enough.set()
        worker.join()
    assert 0 in ended
    assert set(ended) <= {0, 75}  # "later" is an answer, too, on a slow machine


def program(office: Office, *arguments: str) -> str:
    command = [sys.executable, str(CHECKOUT / "bin" / "smsdialog"), "--config", str(office.config), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout


def restored(office: Office, archive: Path, folder: Path, url: str) -> Service:
    """A new machine with nothing but the configuration and the backup."""
    folder.mkdir()
    place = url or f"sqlite:///{folder}/smsdialog.db"
    text = office.config.read_text().replace(f"{office.base}/state", str(folder))
    (folder / "smsdialog.toml").write_text(text.replace(str(office.service.config.database.url), place))
    config = configuration.load(folder / "smsdialog.toml")
    store = open_store(config.database.url)
    done = restore.restore(config, store, archive, restore.refuse, time.time())
    store.close()
    service = open_service(config)
    restore.doubt(service, str(done.manifest.made_at), done.doubtful)
    return service


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_backups_under_load_are_restored_to_clean_ledgers(
    database: str, build: Callable[..., Office], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    cluster = request.getfixturevalue("cluster") if database == "postgresql" else None
    office = build(url=cluster.fresh()) if cluster else build()
    archives = [tmp_path / f"{number}.tar" for number in range(BACKUPS)]
    program(office, "db", "check")
    with busy(office):
        for archive in archives:
            program(office, "db", "backup", str(archive))
    for archive in archives:
        url = cluster.fresh(template="template0") if cluster else ""
        service = restored(office, archive, archive.with_suffix(".state"), url)
        assert_whole(service, office)
        service.store.close()


def assert_whole(service: Service, office: Office) -> None:
    """Each mail of the moment has both its SMS, all that was under way is told, and nothing is left to do."""
    with service.store.reading() as tx:
        rows = outbound.listing(tx)
    assert len(rows) % len(CUSTOMERS) == 0
    assert not {row.state for row in rows} & {"queued", "sending"}
    moved, office.service = office.service, service
    office.flushes()
    assert office.checks() == []
    office.service = moved
