"""Two residents over one PostgreSQL, each in a PID namespace of its own: neither can see whether the other's lives."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.daemons import LOOPBACK
from tests.ledger.office import Office
from tests.ledger.provider import Provider
from tests.server.resident import Resident, wait_until
from tests.store.conftest import Cluster, cluster  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("postgresql"), pytest.mark.needs("unshare")]
APART = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
# Leases are a twentieth: an SMS that a dead machine had in hand is nobody's after six seconds.
HASTE = {"SMSDIALOG_HASTE": "20"}


class Machine(Resident):
    """One of the two; all of its processes end with the first."""

    launcher = APART

    def dies(self) -> None:
        """The power goes."""
        assert self.process
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()

    stop = dies


@pytest.fixture
def machines(cluster: Cluster, provider: Provider, tmp_path: Path) -> Iterator[list[Machine]]:  # noqa: F811
    url = str(cluster.fresh())
    offices: list[Office] = []
    for name in ("one", "two"):
        (tmp_path / name / "state").mkdir(parents=True)
        if offices:
            shutil.copy(tmp_path / "one" / "state" / "secret", tmp_path / name / "state")
        offices.append(Office(tmp_path / name, provider, url=url))
    offices[0].open()
    offices[1].key_address = offices[0].key_address
    running = [Machine(office, flush_seconds=1) for office in offices]
    for machine in running:
        machine.start(HASTE)
    yield running
    for machine in running:
        machine.stop()
        machine.office.service.store.close()


def test_the_same_mail_to_both_is_one_sms_for_each_customer(machines: list[Machine]) -> None:
    first, second = machines
    answers: list[str] = []

    def deliver(machine: Machine) -> None:
        answers.extend(machine.delivers(first.office.mail(1), first.office.key_address))

    threads = [threading.Thread(target=deliver, args=(machine,)) for machine in (first, second) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer[:3] for answer in answers} <= {"250", "451"}
    assert sorted(row.peer for row in first.office.sms_out()) == ["+4520123456", "+4530123456"]
    assert set(first.office.provider.seen.values()) == {1}


def test_what_a_dead_machine_had_in_hand_is_told_by_the_other_and_not_sent_again(machines: list[Machine]) -> None:
    first, second = machines
    office = first.office
    office.provider.manner = "late"
    mail = office.mail(1, subject="20123456")
    threading.Thread(target=lambda: _ignoring_errors(first, mail, office.key_address), daemon=True).start()
    wait_until(lambda: first.sms() == 1)
    first.dies()
    office.provider.manner = "accept"
    wait_until(lambda: second.delivers(mail, office.key_address)[0][:3] == "250", 40)
    wait_until(lambda: [row.state for row in office.sms_out()] == ["unknown"], 40)
    assert first.sms() == 1
    assert second.delivers(office.mail(2, subject="30123456"), office.key_address) == ["250 2.0.0 Ok"]


def test_either_endpoint_takes_an_sms_and_knows_it_again(machines: list[Machine]) -> None:
    first, second = machines
    for machine in (first, second, first):
        url = f"http://{LOOPBACK}:{machine.http_port}/inbound/main?token=inbound&from=%2B4520123456&to=459192000001"
        with urllib.request.urlopen(f"{url}&text=Ja&id=7", timeout=20) as answer:
            assert answer.status == 200
    assert len(first.office.mails()) + len(second.office.mails()) == 1


def test_a_reply_may_come_through_the_other_machine(machines: list[Machine]) -> None:
    """The two have one secret, so a reply address is good at both."""
    first, second = machines
    url = f"http://{LOOPBACK}:{first.http_port}/inbound/main?token=inbound&from=%2B4520123456&to=459192000001"
    urllib.request.urlopen(f"{url}&text=Ja&id=7", timeout=20).close()
    (mail,) = first.office.mails()
    to = mail["Reply-To"].addresses[0].addr_spec
    assert second.delivers(second.office.mail(5, to=to, subject="SV: SMS"), to) == ["250 2.0.0 Ok"]
    assert [row.peer for row in first.office.sms_out()] == ["+4520123456"]


def _ignoring_errors(machine: Machine, mail: bytes, to: str) -> None:
    try:
        machine.delivers(mail, to)
    except OSError:
        return
