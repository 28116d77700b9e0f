"""Signing in at its real cost, many at once, and on every database."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from smsdialog.core.roles import Role
from smsdialog.dialog import password, signin, user
from smsdialog.dialog.signin import PER_NAME_AND_ADDRESS
from smsdialog.errors import Conflict, Declined
from tests.admin.visitor import PASSWORD
from tests.dialog.stage import Stage


@pytest.fixture
def real_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the product has, not what the other tests have."""
    monkeypatch.setattr(password, "LOG2_COST", 15)


@pytest.mark.usefixtures("real_cost")
def test_a_password_costs_32_mib_and_some_time_and_is_never_kept_twice_alike() -> None:
    began = time.perf_counter()
    kept = password.hashed(PASSWORD)
    assert time.perf_counter() - began > 0.05
    assert kept.startswith("scrypt$15$8$3$")
    assert kept != password.hashed(PASSWORD)
    assert password.matches(PASSWORD, kept)
    assert not password.matches(PASSWORD + "x", kept)


def test_a_password_kept_at_another_cost_is_still_good(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = password.hashed(PASSWORD)
    monkeypatch.setattr(password, "LOG2_COST", 6)
    assert password.matches(PASSWORD, kept)


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert password.matches("a\u030angstro\u0308m er en enhed", password.hashed("ångström er en enhed"))


@pytest.mark.parametrize("text", ["", "kort", "x" * 11, "x" * 1001])
def test_what_is_too_short_or_endless_is_no_password(text: str) -> None:
    with pytest.raises(Conflict):
        password.hashed(text)


def test_nobodys_password_is_matched_by_nothing() -> None:
    assert not any(password.matches(text, password.nobodys()) for text in ("", "x", PASSWORD))


def test_an_endless_password_is_refused_without_being_looked_at_whole() -> None:
    assert not password.matches("x" * 10_000_000, password.hashed("x" * 1000))


def test_many_tries_at_once_do_not_slip_through(installation: Stage) -> None:
    user.create(installation.service, "admin", Role.ADMINISTRATOR, PASSWORD)
    said: Counter[str] = Counter()
    start = threading.Barrier(12)

    def guess(number: int) -> None:
        start.wait()
        try:
            signin.sign_in(installation.service, "admin", f"gæt nummer {number}", "192.0.2.9")
        except Declined as error:
            said[type(error).__name__] += 1

    guessers = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for guesser in guessers:
        guesser.start()
    for guesser in guessers:
        guesser.join()
    assert said == {"SignInRefused": PER_NAME_AND_ADDRESS, "TooManySignIns": 12 - PER_NAME_AND_ADDRESS}


def test_a_right_password_forgets_the_wrong_ones_before_it(installation: Stage) -> None:
    user.create(installation.service, "admin", Role.ADMINISTRATOR, PASSWORD)
    for _ in range(3):
        for _ in range(PER_NAME_AND_ADDRESS - 1):
            with pytest.raises(Declined):
                signin.sign_in(installation.service, "admin", "forkert ord her", "192.0.2.9")
        assert signin.sign_in(installation.service, "admin", PASSWORD, "192.0.2.9").name == "admin"


def test_every_form_that_changes_something_leaves_one_record(people: Callable, installation: Stage) -> None:
    """As the commands do: see `tests/cli/test_audit.py`."""
    from smsdialog.dialog import audit
    from smsdialog.dialog import key as keys

    admin = people("admin")
    number = installation.administrator.opens_account(installation.anna).number
    firma = keys.show(installation.service, "Firma").public_id
    token, replacing = admin.token(), keys.fingerprint(installation.service, firma)
    acts = {
        "/admin/keys/": ({"label": "Ny"}, "key.create"),
        f"/admin/keys/{firma}/": ({"label": "Firma"}, "key.edit"),
        f"/admin/keys/{firma}/disable": ({}, "key.disable"),
        f"/admin/keys/{firma}/enable": ({}, "key.enable"),
        f"/admin/keys/{firma}/rotate": ({"days": "7", "replacing": replacing}, "key.rotate"),
        "/admin/accounts/new": ({"email": "bo@firma.example", "key": firma}, "account.create"),
        f"/admin/accounts/{number}/": ({"email": "anna@firma.example", "key": firma}, "account.edit"),
        f"/admin/accounts/{number}/resume": ({}, "account.edit"),
        f"/admin/accounts/{number}/forget": ({}, "account.edit"),
        f"/admin/accounts/{number}/close": ({}, "account.close"),
    }
    for path, (fields, act) in acts.items():
        before = len(audit.listing(installation.service))
        assert admin.posts(path, {"form": token, **fields}).status == 200, path
        newest, *rest = audit.listing(installation.service)
        assert (newest.act, newest.who, newest.origin, len(rest)) == (act, "admin", "web 192.0.2.7", before), path
