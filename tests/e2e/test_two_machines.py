"""Two machines, each with Postfix and the resident, over one PostgreSQL: either takes what the other would have."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.daemons import base_directory, wait_for
from tests.e2e.lan import Lan
from tests.e2e.pair import ANNA, NUMBER, Pair, Site

pytestmark = [pytest.mark.needs(what) for what in ("root", "postfix", "postgresql", "iproute2", "own networks")]
CUSTOMERS = itertools.count(4520100001)


@pytest.fixture(scope="module")
def pair(programs: Path) -> Iterator[Pair]:
    with base_directory("pair") as base:
        running = Pair(base, programs, Lan())
        try:
            running.start()
            yield running
        finally:
            running.stop()


class Stream(threading.Thread):
    """Mail after mail, each to a customer of its own, to either machine in turn; one that was silent comes last."""

    def __init__(self, pair: Pair) -> None:
        super().__init__(daemon=True)
        self.pair = pair
        self.taken: dict[str, Site] = {}
        """Who took the mail, by customer."""
        self.untaken: list[str] = []
        self._avoided: Site | None = None
        self._enough = threading.Event()

    def run(self) -> None:
        for turn in itertools.cycle((1, -1)):
            if self._enough.wait(0.05):
                return
            self._sends(str(next(CUSTOMERS)), self.pair.sites[::turn])

    def ends(self) -> None:
        """After the mail that is in hand."""
        self._enough.set()
        self.join(120)
        assert not self.is_alive()

    def by(self, site: Site) -> set[str]:
        """The customers of the mails that a machine took."""
        return {customer for customer, taker in list(self.taken.items()) if taker is site}

    def _sends(self, customer: str, sites: list[Site]) -> None:
        octets = mail(self.pair, customer)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for site in sorted(sites, key=lambda one: one is self._avoided):
                if site.takes(octets, self.pair.key):
                    self.taken[customer] = site
                    return
                self._avoided = site
        self.untaken.append(customer)


def mail(pair: Pair, customer: str) -> bytes:
    """Anna's mail to a customer, whose number is in its Message-ID."""
    head = f"From: {ANNA}\r\nTo: {pair.key}\r\nSubject: {customer[2:]}\r\nMessage-ID: <{customer}@firma.example>"
    return f"{head}\r\nDate: Sun, 22 Nov 2026 09:00:00 +0100\r\n\r\nHej\r\n".encode()


def test_the_same_mail_to_both_is_one_sms(pair: Pair) -> None:
    customers = {str(next(CUSTOMERS)) for _ in range(5)}
    taken: list[bool] = []

    def hands_over(site: Site) -> None:
        taken.extend(site.takes(mail(pair, customer), pair.key) for customer in sorted(customers))

    threads = [threading.Thread(target=hands_over, args=(site,)) for site in pair.sites]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [True] * 10
    pair.settles()
    times = pair.sites[0].sent + pair.sites[1].sent
    assert {customer: times[customer] for customer in customers} == dict.fromkeys(customers, 1)


def test_either_may_be_killed_and_every_sms_goes_out_once(pair: Pair) -> None:
    """Each in its turn, in the middle of a stream of mails.

    What its gateway had not answered then nobody can know: it is told to the employee, and not sent again.
    """
    streams, in_hand = [], set()
    for dying, living in (pair.sites, pair.sites[::-1]):
        stream = Stream(pair)
        streams.append(stream)
        stream.start()
        unsent = kill_amid(stream, dying)
        in_hand |= {sms["peer"] for sms in pair.sms() if sms["state"] in ("sending", "unknown")}
        before = len(stream.by(living))
        wait_for(lambda: len(stream.by(living)) >= before + 10, "mails to the other", 120, living.postfix.tail)  # noqa: B023
        stream.ends()
        assert not unsent & dying.sent.keys()
        dying.comes_back()
        wait_for(lambda: dying.sent.keys() & unsent, "what it had accepted", 60, dying.postfix.tail)  # noqa: B023
    pair.settles()

    unknown = {sms["peer"] for sms in pair.sms(state="unknown")}
    assert unknown <= in_hand
    times = pair.sites[0].sent + pair.sites[1].sent
    assert max(times.values()) == 1
    for stream in streams:
        assert stream.untaken == []
        assert {customer for customer in stream.taken if f"+{customer}" not in unknown} <= times.keys()
    if unknown:
        wait_for(lambda: any(names(pair, unknown)), "a word to the employee", 60)
    assert pair.checks()


def kill_amid(stream: Stream, dying: Site) -> set[str]:
    """Kill a machine that sends, has SMS in hand and mails in its queue; whose mails it had not begun to send."""
    wait_for(lambda: len(dying.sent.keys() & stream.by(dying)) >= 3, "SMS", 60, dying.postfix.tail)
    dying.served.gateway.manner = "hang"
    wait_for(lambda: len(stream.by(dying) - dying.sent.keys()) >= 10, "mails that wait", 60, dying.postfix.tail)
    dying.dies()
    dying.served.gateway.manner = "accept"
    return stream.by(dying) - dying.sent.keys()


def names(pair: Pair, customers: set[str]) -> Iterator[bool]:
    """Whether each of Anna's mails names one of these customers."""
    for one in pair.mails(ANNA):
        body = one.get_body(("plain",))
        words = re.sub(r"\s", "", body.get_content() if body else "")
        yield any(customer[3:] in words for customer in customers)


def test_either_endpoint_takes_an_sms_and_knows_it_again(pair: Pair) -> None:
    """The gateway did not hear our answer, and its next call goes to the other machine."""
    before = len(pair.mails(ANNA))
    for site in (*pair.sites, pair.sites[0]):
        assert site.is_called("/inbound/main", **{"from": "+4520123456"}, to=NUMBER, text="Ja tak", id="7") == "200"
    assert pair.sites[1].is_called("/inbound/main", **{"from": "+4520123456"}, to=NUMBER, text="Nej", id="8") == "200"
    wait_for(lambda: len(pair.mails(ANNA)) >= before + 2, "mails", 60, pair.sites[0].postfix.tail)
    pair.settles()
    assert len(pair.mails(ANNA)) == before + 2


def test_either_endpoint_takes_a_receipt_for_an_sms_that_the_other_sent(pair: Pair) -> None:
    customers = [str(next(CUSTOMERS)) for _ in pair.sites]
    for site, customer in zip(pair.sites, customers, strict=True):
        assert site.takes(mail(pair, customer), pair.key)
    pair.settles()
    assert [site.sent[customer] for site, customer in zip(pair.sites, customers, strict=True)] == [1, 1]

    references = {sms["peer"]: sms["reference"] for sms in pair.sms(state="sent")}
    for other, customer in zip(pair.sites[::-1], customers, strict=True):
        fields = {"reference": references[f"+{customer}"], "status": "1", "reply": "", "id": "f1"}
        assert other.is_called("/receipt/main", **fields) == "200"
    assert {sms["peer"] for sms in pair.sms(state="delivered")} == {f"+{customer}" for customer in customers}
    assert pair.checks()
