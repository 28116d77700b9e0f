"""Does the ledger keep its promises? Nothing vanishes: all that waits too long, or was not told of, is listed.

Every mail that was taken ends as sent, refused and reported, held and reported, or dropped by a named rule; every
SMS that came in is mailed or held. What breaks this is listed by its id, as `smsdialog message` has it.
"""

from __future__ import annotations

from collections.abc import Sequence

from smsdialog.dialog.service import Service
from smsdialog.faults import patience
from smsdialog.store import check as queries

# What waits longer than this waits for somebody to look at it.
PATIENCE_SECONDS = patience(2 * 3600)
HOURS = "for more than 2 hours"
FLUSH = ": run 'smsdialog flush'"
# So many ids are listed of each finding.
LISTED = 20


def check(service: Service) -> list[str]:
    """What is amiss, in words; an empty list when all is well. Reads."""
    before = service.now() - PATIENCE_SECONDS
    with service.store.reading() as tx:
        findings = [
            _finding("m", queries.undecided_mails(tx), "mails have no decision on any recipient"),
            _finding("m", queries.oddly_decided_mails(tx), "mails were dropped by no rule that has a name"),
            _finding("m", queries.mails_without_sms(tx), "mails were to become SMS and have none"),
            _finding("m", queries.mails_without_answer(tx), "mails were refused or answered, and no notice says so"),
            _finding("o", queries.overdue_outbound(tx, before), f"SMS have waited {HOURS} to be sent", FLUSH),
            _finding("o", queries.untold_outbound(tx, before), "SMS went wrong and nobody was told", FLUSH),
            _finding("o", queries.unwritten_reports(tx), "SMS went wrong, and no notice says so"),
            _finding("o", queries.strange_outbound(tx), "SMS are in a state that there is not"),
            _finding("i", queries.overdue_inbound(tx, before), f"SMS have waited {HOURS} to be mailed", FLUSH),
            _finding("i", queries.strange_inbound(tx), "SMS are in a state that there is not, or are nobody's"),
            _finding("n", queries.overdue_notices(tx, before), f"notices have waited {HOURS} to be mailed", FLUSH),
        ]
        damage = [f"the database is damaged: {line}" for line in queries.damage(tx)]
        shared = [f"more than one open account has the number {number}" for number in queries.shared_numbers(tx)]
    return [*damage, *shared, *filter(None, findings)]


def _finding(letter: str, ids: Sequence[int], what: str, remedy: str = "") -> str:
    """One line: how many, what is amiss with them, which; empty when there are none."""
    shown = ", ".join(f"{letter}{row_id}" for row_id in ids[:LISTED])
    return f"{len(ids)} {what} ({shown}{', …' if len(ids) > LISTED else ''}){remedy}" if ids else ""
