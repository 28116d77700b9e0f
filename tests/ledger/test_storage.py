"""A full disk, a folder without rights, a database that is locked, restarted or mute: 75, and later all is well."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from smsdialog.store import migrate, open_store
from tests.e2e.daemons import as_user, base_directory, product_user, wait_for
from tests.e2e.postgres import Postgres
from tests.ledger.office import CHECKOUT, CUSTOMERS, Office, is_root, status
from tests.ledger.provider import Provider
from tests.needs import needs

Build = Callable[..., Office]
SCRIPT = CHECKOUT / "bin" / "smsdialog-deliver"
FILE = 'type = "file"'


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    needs("root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> Path:
    """Leave no octet free."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 512):
                pass
        except OSError:
            return ballast


def test_a_full_disk_under_the_database(build: Build, small_disk: Path) -> None:
    office = build()
    shutil.copytree(office.base / "state", small_disk / "state")
    office.config.write_text(office.config.read_text().replace(f"{office.base}/state", f"{small_disk}/state"))
    ballast = fill(small_disk)
    running = office.pipe(1)
    assert status(running) == 75
    assert office.provider.seen == {}
    ballast.unlink()
    assert status(office.pipe(1)) == 0
    assert set(office.provider.seen.values()) == {1}


def test_a_full_disk_under_the_file_gateway(build: Build) -> None:
    office = build(gateway='type = "file"\npath = "/dev/full"')
    assert status(office.pipe(1)) == 75
    assert {row.state for row in office.sms_out()} == {"queued"}


def test_a_disk_that_fills_up_leaves_whole_lines_only(build: Build, small_disk: Path) -> None:
    outbox = small_disk / "outbox.jsonl"
    office = build(gateway=f'type = "file"\npath = "{outbox}"')
    assert status(office.pipe(1)) == 0
    ballast = fill(small_disk)
    assert any(status(office.pipe(number)) == 75 for number in range(2, 40))
    ballast.unlink()
    office.flushes()
    lines = [json.loads(line) for line in outbox.read_text().splitlines()]
    assert len({(line["to"], line["text"]) for line in lines}) == len(lines) == len(office.sms_out())
    assert office.checks() == []


@pytest.mark.parametrize("mode", [0o555, 0o000], ids=["read-only", "unreadable"])
def test_a_folder_that_cannot_be_used(office: Office, mode: int) -> None:
    """As an ordinary user: root may write anywhere."""
    with base_directory("folder") as base:
        who, user = product_user() if is_root() else None, as_user(product_user() if is_root() else None)
        folder, outbox = base / "state", base / "out"
        shutil.copytree(office.base / "state", folder)
        outbox.mkdir()
        config = base / "smsdialog.toml"
        text = office.config.read_text().replace(f"{office.base}/state", str(folder))
        config.write_text(text.partition("[gateways.main]")[0] + f'[gateways.main]\npath = "{outbox}/jsonl"\n' + FILE)
        for path in (folder, outbox, *folder.iterdir()) if who else ():
            shutil.chown(path, who)

        def pipe(number: int) -> subprocess.CompletedProcess[bytes]:
            return subprocess.run(
                ["/usr/bin/python3", str(SCRIPT), "--config", str(config), "--", office.key_address],
                input=office.mail(number), capture_output=True, env={}, cwd="/",
                user=user.name, group=user.group, extra_groups=user.groups,
            )  # fmt: skip

        assert pipe(1).returncode == 0
        folder.chmod(mode)
        for path in folder.iterdir():
            path.chmod(0o444)
        done = pipe(2)
        assert (done.returncode, done.stderr, done.stdout.count(b"\n")) == (75, b"", 1)
        assert b"/" not in done.stdout
        folder.chmod(0o755)
        for path in folder.iterdir():
            path.chmod(0o644)
        assert pipe(2).returncode == 0
        assert len((outbox / "jsonl").read_text().splitlines()) == 2 * len(CUSTOMERS)


@pytest.mark.parametrize("seconds", [1.0, 6.0], ids=["shorter-than-our-patience", "longer"])
def test_a_database_that_somebody_has_locked(office: Office, seconds: float) -> None:
    """Our patience is 3 s here: a tenth."""
    other = sqlite3.connect(office.base / "state" / "smsdialog.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(seconds, other.execute, ["ROLLBACK"])
    timer.start()
    running = [office.pipe(number, SMSDIALOG_HASTE="10") for number in range(3)]
    statuses = {status(process) for process in running}
    assert statuses <= ({0, 75} if seconds < 3 else {75})
    timer.join()
    other.close()
    assert [office.retries(number) for number in range(3)] == [0, 0, 0]
    office.check(mails=3)


def test_a_postgresql_that_is_restarted_in_mid_run(tmp_path: Path, provider: Provider) -> None:
    needs("postgresql")
    if is_root():
        needs("root")
    with base_directory("restart") as base:
        postgres = Postgres(base)
        try:
            postgres.start()
            store = open_store(postgres.url)
            migrate.upgrade(store)
            store.close()
            office = Office(tmp_path, provider, url=postgres.url)
            office.open()
            running = [office.pipe(number) for number in range(8)] + [office.call(100)]
            time.sleep(1.0)
            office.service.store.close()
            postgres.restart()
            statuses = [status(process) for process in running]
            assert set(statuses) <= {0, 75}
            assert [office.retries(number) for number in range(8)] == [0] * 8
            assert status(office.call(100)) == 0
            office.flushes()
            office.check(mails=8)
            assert office.texts_in() == ["Ja 100"]
            office.service.store.close()
        finally:
            postgres.stop()


def test_a_postgresql_that_has_stopped_answering_ends_a_run_in_time(tmp_path: Path, provider: Provider) -> None:
    """Its processes are halted, and the connections stay open: nothing comes back, not even an error."""
    needs("postgresql")
    if is_root():
        needs("root")
    with base_directory("halted") as base:
        postgres = Postgres(base)
        try:
            postgres.start()
            store = open_store(postgres.url)
            migrate.upgrade(store)
            store.close()
            office = Office(tmp_path, provider, url=postgres.url)
            office.open()
            office.service.store.close()
            provider.manner = "hang"
            began = time.monotonic()
            running = office.pipe(1, SMSDIALOG_HASTE="10")
            wait_for(lambda: provider.seen, "a call of the gateway")
            with halted(postgres):
                assert status(running) == 75
            assert time.monotonic() - began < 100 / 10 + 20
            provider.manner = "accept"
            assert office.retries(1) == 0
            office.check(mails=1)
            office.service.store.close()
        finally:
            postgres.stop()


@contextmanager
def halted(postgres: Postgres) -> Iterator[None]:
    """The server and all its processes stand still."""
    server = postgres.daemon.process
    assert server
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    everyone = [server.pid, *map(int, children)]
    for pid in everyone:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in everyone:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
