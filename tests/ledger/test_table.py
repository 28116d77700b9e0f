"""The table in the code, the one in the document, and what the store does are the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from smsdialog import faults
from smsdialog.core import ledger, letters
from smsdialog.core.ledger import IN, NEW, OUT, Step
from smsdialog.core.model import InboundSms
from smsdialog.store import Connection, Store, inbound, open_store, outbound
from smsdialog.store.schema import inbound as inbound_table
from smsdialog.store.schema import outbound as outbound_table
from tests.store.test_leases import account_id, claim

DOCUMENT = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text()
NOW = 1000.0
LEASED = 120.0
# What nobody need be told of, as long as nobody asked for receipts.
SILENT = ("lease", "was_taken", "was_delivered")
CODE = re.compile(r"`([a-z_-]+)`")


def section(heading: str) -> str:
    return DOCUMENT.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def documented(heading: str) -> tuple[Step, ...]:
    """The first table below a heading."""
    rows = [line.split("|")[1:-1] for line in section(heading).partition("| who |")[2].splitlines()[2:]]
    steps = []
    for cells in rows:
        if len(cells) != 4:
            break
        name, before, after = (tuple(CODE.findall(cell)) for cell in cells[:3])
        steps.append(Step(name[0], before or (NEW,), after))
    return tuple(steps)


def test_the_document_has_the_table_of_the_code() -> None:
    assert documented("An SMS on its way out") == OUT
    assert documented("An SMS on its way in") == IN


def test_the_document_says_what_a_crash_after_each_step_leaves_behind() -> None:
    crashes = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$", DOCUMENT, re.MULTILINE)
    assert crashes == [
        *(
            "claimed",
            "leased",
            "answered",
            "settled",
            "reported",
            "notice-leased",
            "notice-taken",
            "notice-sent",
            "receipt-applied",
        ),
        *("received", "mail-leased", "mail-taken", "mailed"),
    ]
    assert set(crashes) == set(faults.STEPS)


def test_every_state_can_be_reached_and_every_step_is_the_stores() -> None:
    for steps, module in ((OUT, outbound), (IN, inbound)):
        assert {state for step in steps for state in step.before} <= ledger.states(steps) | {NEW}
        assert all(callable(getattr(module, step.name)) for step in steps)


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Store:
    path = tmp_path / "smsdialog.db"
    path.write_bytes(migrated.read_bytes())
    return open_store(f"sqlite:///{path}")


def outgoing(tx: Connection, sms_id: int, after: str) -> dict[str, Callable[[], object]]:
    row = outbound.by_id(tx, sms_id)
    assert row
    return {
        "lease": lambda: outbound.lease(tx, sms_id, NOW, LEASED),
        "settle": lambda: outbound.settle(tx, row, state=after, now=NOW),
        "expire": lambda: outbound.expire(tx, NOW),
        "doubt": lambda: outbound.doubt(tx, letters.RESTORED, NOW),
        "was_taken": lambda: outbound.was_taken(tx, row, NOW),
        "was_delivered": lambda: outbound.was_delivered(tx, row, NOW),
        "was_not_delivered": lambda: outbound.was_not_delivered(tx, row, NOW, ""),
        "requeue": lambda: outbound.requeue(tx, sms_id, NOW),
        "withdraw": lambda: outbound.withdraw(tx, [sms_id], "the customer's number was removed", NOW),
    }


def incoming(tx: Connection, sms_id: int, account: int) -> dict[str, Callable[[], object]]:
    row = inbound.by_id(tx, sms_id)
    assert row
    return {
        "lease": lambda: inbound.lease(tx, sms_id, NOW, LEASED),
        "mailed": lambda: inbound.mailed(tx, sms_id, NOW),
        "give_back": lambda: inbound.give_back(tx, row, "sendmail ended with status 75"),
        "hold": lambda: inbound.hold(tx, account, "the key is disabled"),
        "release": lambda: inbound.release(tx, account),
    }


@pytest.mark.parametrize("step", OUT[1:], ids=lambda step: step.name)
@pytest.mark.parametrize("state", sorted(ledger.states(OUT)))
def test_a_step_of_an_sms_going_out_starts_from_its_states_only(store: Store, step: Step, state: str) -> None:
    for after in step.after:
        with store.transaction() as tx:
            sms_id = claim(tx, account_id(tx), "+4520123456", state=state)
            assert sms_id
            marked = update(outbound_table).where(outbound_table.c.id == sms_id)
            tx.execute(marked.values(leased_until=NOW - 1, reported=True, updated_at=1.0))
            outgoing(tx, sms_id, after)[step.name]()
            row = tx.execute(outbound_table.select()).one()
            if state in step.before:
                assert (row.state, row.updated_at) == (after, NOW)
                assert not row.reported or step.name in SILENT
            else:
                assert (row.state, row.updated_at, row.reported) == (state, 1.0, True)
            tx.rollback()


@pytest.mark.parametrize("step", IN[1:], ids=lambda step: step.name)
@pytest.mark.parametrize("state", sorted(ledger.states(IN)))
def test_a_step_of_an_sms_coming_in_starts_from_its_states_only(store: Store, step: Step, state: str) -> None:
    with store.transaction() as tx:
        account = account_id(tx)
        sms = InboundSms("main", "in-1", "+4520123456", "459192000000", "Hej")
        sms_id = inbound.add(tx, sms, account_id=account, dialog_id=None, state=state, reason="", now=NOW)
        assert sms_id
        before = tx.execute(inbound_table.select()).one()
        incoming(tx, sms_id, account)[step.name]()
        after = tx.execute(inbound_table.select()).one()
        assert after.state == (step.after[0] if state in step.before else state)
        assert (after == before) == (state not in step.before)
