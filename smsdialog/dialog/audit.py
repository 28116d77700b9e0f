"""Does the ledger keep its promises? Nothing vanishes: all that waits too long, or was not told of, is listed."""

from __future__ import annotations

from smsdialog.dialog.service import Service
from smsdialog.store import audit as queries

# What waits longer than this waits for somebody to look at it.
PATIENCE_SECONDS = 2 * 3600


def audit(service: Service) -> list[str]:
    """What is amiss, in words; an empty list when all is well. Reads."""
    before = service.now() - PATIENCE_SECONDS
    hours = PATIENCE_SECONDS // 3600
    with service.store.reading() as tx:
        counts = {
            "mails have no decision on any recipient": queries.undecided_mails(tx),
            f"SMS have waited for more than {hours} hours to be sent: run 'smsdialog flush'": (
                queries.overdue_outbound(tx, before)
            ),
            "SMS went wrong and nobody was told: run 'smsdialog flush'": queries.untold_outbound(tx, before),
            f"SMS have waited for more than {hours} hours to be mailed: run 'smsdialog flush'": (
                queries.overdue_inbound(tx, before)
            ),
            f"notices have waited for more than {hours} hours to be mailed: run 'smsdialog flush'": (
                queries.overdue_notices(tx, before)
            ),
        }
        damage = [f"the database file is damaged: {line}" for line in queries.damage(tx)]
        shared = [f"more than one open account has the number {number}" for number in queries.shared_numbers(tx)]
    return [*damage, *shared, *(f"{count} {what}" for what, count in counts.items() if count)]
