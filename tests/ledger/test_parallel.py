"""The same at once, many times: one SMS, one account, and no number twice."""

from __future__ import annotations

from collections.abc import Callable

from smsdialog.store import accounts
from tests.ledger.office import CUSTOMERS, Office, Running, status

SUBSCRIBE = "subscribe@sendmailsms.dk"


def test_the_same_mail_twenty_times_at_once_is_one_sms_for_each_customer(office: Office) -> None:
    running = [office.pipe(1) for _ in range(20)]
    assert {status(process) for process in running} <= {0, 75}
    assert len(office.provider.seen) == len(CUSTOMERS)
    office.check(mails=1)


def test_one_address_that_subscribes_many_times_at_once_has_one_account(build: Callable[..., Office]) -> None:
    office = build(with_account=False)
    all_taken([lambda n=n: office.pipe(n, to=SUBSCRIBE, subject=office.secret) for n in range(10)])
    assert len(open_numbers(office)) == 1
    assert {str(mail["Subject"]) for mail in office.mails()} == {f"Your SMS number is {open_numbers(office)[0]}"}


def test_more_subscribers_than_numbers_are_as_many_accounts_as_numbers(build: Callable[..., Office]) -> None:
    office = build(with_account=False, numbers=(459192000000, 459192000007))
    people = [f"person{number}@firma.example" for number in range(12)]
    all_taken(
        [lambda n=n: office.pipe(n, sender=people[n], to=SUBSCRIBE, subject=office.secret) for n in range(len(people))]
    )
    assert sorted(open_numbers(office)) == [str(459192000000 + number) for number in range(8)]
    subjects = [str(mail["Subject"]) for person in people for mail in office.mails(person)]
    assert len(subjects) == 12
    assert sum(subject.startswith("Your SMS number is") for subject in subjects) == 8
    office.flushes()
    assert office.checks() == []


def all_taken(starts: list[Callable[[], Running]]) -> None:
    """Start them all at once; what ends with 75, because the machine is slow, once more."""
    ended = [status(process) for process in [start() for start in starts]]
    assert set(ended) <= {0, 75}
    for start, first in zip(starts, ended, strict=True):
        assert first == 0 or status(start()) == 0


def open_numbers(office: Office) -> list[str]:
    with office.service.store.reading() as tx:
        return [account.number for account in accounts.listing(tx) if account.closed_at is None]
