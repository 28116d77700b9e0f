"""The ranges that numbers are drawn from, as administrators see and widen them."""

from __future__ import annotations

from smsdialog.config import parse_range
from smsdialog.dialog import account, audit
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict
from smsdialog.store import numbers
from smsdialog.store.numbers import Range


def listing(service: Service) -> list[Range]:
    """The ranges, and how many numbers are left in each. Reads."""
    with service.store.reading() as tx:
        spans = account.ranges(service, tx)
        return [numbers.describe(tx, first, last, service.resting_since) for first, last in spans]


def add(service: Service, text: str) -> Range:
    """Add a range such as 459193000000-459193999999 beside those of the configuration. Raises Conflict. Writes."""
    try:
        first, last = parse_range(text)
    except ValueError as error:
        raise Conflict("'%(text)s' is no range such as 459193000000-459193999999", text=text) from error
    with service.store.transaction() as tx:
        numbers.add_range(tx, first, last, service.now())
        audit.changed(service, tx, "number.add", f"{first}-{last}")
        return numbers.describe(tx, first, last, service.resting_since)
