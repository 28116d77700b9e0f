"""How customers are called: by the name that the account's key has for them, and always by number."""

from __future__ import annotations

from collections.abc import Sequence

from smsdialog.core import letters, phone
from smsdialog.core.personal import is_removed
from smsdialog.dialog.service import Service
from smsdialog.store import Connection, contacts


def customers(service: Service, tx: Connection, account_id: int, peers: Sequence[str]) -> dict[str, str]:
    """Customers as a notice names them, by their numbers as the ledger has them. Reads."""
    names = contacts.names_for(tx, account_id, peers)
    removed = service.translate(letters.REMOVED_CUSTOMER)
    return {peer: removed if is_removed(peer) else called(names.get(peer, ""), peer) for peer in peers}


def called(name: str, peer: str) -> str:
    """A customer as people read him.

    >>> called("Jens Hansen", "+4520123456"), called("", "+4520123456")
    ('Jens Hansen (+45 20 12 34 56)', '+45 20 12 34 56')
    """
    number = phone.international(peer)
    return f"{name} ({number})" if name else number
