"""A mail that `smsdialog doctor` sends round is noted with its looks, becomes nothing, and cannot be forged."""

from __future__ import annotations

import pytest

from smsdialog.core import address
from smsdialog.core.model import Envelope
from smsdialog.dialog.handle import handle
from smsdialog.dialog.loop_mail import ARRIVED, FORGED, RENAMED
from tests.dialog.stage import DOMAIN, Network, Stage

NAME = "abcdefghij"
MAIL = """\
{results}From: {to}
To: {to}
Message-ID: <loop@elsewhere.example>
Auto-Submitted: auto-generated

round
"""


def reason(stage: Stage, to: str, *, sender: str, results: str = "") -> str:
    """What the ledger says of such a mail."""
    raw = MAIL.format(to=to, results=f"Authentication-Results: {results}\n" if results else "").encode()
    answer = handle(stage.service, raw, Envelope(sender, (to,), "4XyZ"), deadline=stage.clock() + 60)
    assert answer.exit_status == 0
    return stage.administrator.decisions()[-1].reason


@pytest.fixture
def to(stage: Stage) -> str:
    return f"{address.loop_local_part(stage.service.secrets[0], NAME)}@{DOMAIN}"


def test_it_is_noted_and_becomes_nothing(stage: Stage, to: str, network: Network) -> None:
    assert reason(stage, to, sender=to) == ARRIVED
    assert network.tried == []
    assert stage.post.taken() == []


def test_results_that_name_it_are_noted(stage: Stage, to: str) -> None:
    forged = f"mx.firma.example; dmarc=pass header.from={NAME}.invalid"
    assert reason(stage, to, sender=to, results=forged) == f"{ARRIVED} {FORGED}"


def test_results_of_the_mail_server_itself_are_not_forged(stage: Stage, to: str) -> None:
    assert reason(stage, to, sender=to, results="mx.firma.example; dmarc=none") == ARRIVED


def test_another_envelope_sender_is_noted(stage: Stage, to: str) -> None:
    assert reason(stage, to, sender="www-data@mx.firma.example") == f"{ARRIVED} {RENAMED}"


def test_a_bounce_of_it_has_not_arrived(stage: Stage, to: str) -> None:
    assert reason(stage, to, sender="") == "A-01 null-sender"


def test_nobody_else_can_make_one(stage: Stage) -> None:
    to = f"doctor-{NAME}.aaaaaaaaaaaaaaaa@{DOMAIN}"
    assert reason(stage, to, sender=to).startswith("A-")
