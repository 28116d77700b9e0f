"""Who gets the mails of an account's SMS: its own employee, or those who are named in his place.

Each of them gets a mail of his own, under the same Message-ID, and may answer as the account: see `dialog.authorise`.
Where there are several, a bounce names the one whose mailbox refuses, as the others still get theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smsdialog.core.model import Account
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict
from smsdialog.store import Connection, deputies, keys
from smsdialog.store.deputies import Deputy
from smsdialog.store.inbound import InboundRow

MOST = 20


@dataclass(frozen=True)
class Reader:
    """Somebody who gets an SMS, and what a bounce of his mail brings back."""

    email: str
    bounce_payload: str


def readers(tx: Connection, row: InboundRow) -> list[Reader]:
    """Who gets an SMS. Reads only where others than the account's own employee do."""
    if row.account_id is None or not row.deputised:
        return [Reader(row.email, str(row.id))]
    receiving = [one for one in deputies.of_account(tx, row.account_id) if one.receives]
    if len(receiving) > 1:
        return [Reader(one.email, f"{row.id}-{one.id}") for one in receiving]
    return [Reader(one.email, str(row.id)) for one in receiving]


def appoint(
    service: Service,
    tx: Connection,
    account: Account,
    deliver_to: Sequence[str] | None,
    members: Sequence[str] | None,
) -> dict[str, object]:
    """Name who gets an account's SMS, and who else may answer as it; None leaves them, an empty one takes them away.

    Returns what is different for the log of acts. Raises Conflict. Writes.
    """
    before = deputies.of_account(tx, account.id)
    wanted = dict.fromkeys(emails(before, receives=False) if members is None else members, False)
    wanted |= dict.fromkeys(emails(before, receives=True) if deliver_to is None else deliver_to, True)
    _check(tx, account, wanted)
    deputies.replace(tx, account.id, wanted, service.now())
    given = {"deliver_to": deliver_to, "members": members}
    return {name: " ".join(addresses) for name, addresses in given.items() if addresses is not None}


def emails(named: Sequence[Deputy], *, receives: bool) -> list[str]:
    """The addresses of those that get an account's SMS, or of the others."""
    return [one.email for one in named if one.receives is receives]


def _check(tx: Connection, account: Account, wanted: Mapping[str, bool]) -> None:
    """Answers from outside the key's domains would be refused, and nobody would know why."""
    if len(wanted) > MOST:
        raise Conflict("an account has %(most)s deputies at most", most=MOST)
    key = keys.by_id(tx, account.key_id)
    for email in wanted:
        if not key.admits(email):
            raise Conflict("'%(email)s' is in none of the domains of the key '%(label)s'", email=email, label=key.label)
