"""STOP, AFMELD and START: a customer ends what he gets from a key's accounts, where the key lets him.

His SMS becomes a mail as any other, which says what it means. What waits for him is withdrawn, and what is sent to him
from then on is refused, each with its reason; the other customers of such a mail get theirs. He is sent no answer: it
would cost something, and he asked for silence.
"""

from __future__ import annotations

from collections.abc import Sequence

from smsdialog.core import letters, phone, stopword
from smsdialog.core.address import message_id_tag
from smsdialog.core.model import Account, InboundSms
from smsdialog.core.personal import REMOVED
from smsdialog.core.stopword import Wish
from smsdialog.dialog import post, report
from smsdialog.dialog.service import Service
from smsdialog.store import Connection, inbound, outbound, stops
from smsdialog.store.stops import Stop


def heed(service: Service, tx: Connection, account: Account, sms: InboundSms) -> list[int]:
    """Do as an SMS asks that has just come in; returns the mails of which something was withdrawn. Writes."""
    wish = _wish(service, account, sms.gateway, sms.sender, sms.text)
    if wish is Wish.STOP:
        return begin(service, tx, account.key_id, sms.sender)
    if wish is Wish.START:
        end(service, tx, account.key_id, sms.sender)
    return []


def begin(service: Service, tx: Connection, key_id: int, peer: str) -> list[int]:
    """Note that a customer wants no more, and withdraw what waits for him; returns the mails that it came from."""
    if not stops.among(tx, key_id, _names(service, peer)):
        stops.add(tx, key_id, peer, service.now())
    waiting = stops.waiting(tx, key_id, peer)
    outbound.withdraw(tx, [sms_id for sms_id, _ in waiting], letters.STOPPED, service.now())
    return sorted({mail_id for _, mail_id in waiting})


def end(service: Service, tx: Connection, key_id: int, peer: str) -> None:
    """Note that a customer wants SMS again, if he did not. Writes."""
    stops.remove(tx, key_id, _names(service, peer))


def of(service: Service, tx: Connection, key_id: int, peer: str) -> Stop | None:
    """What is noted of a customer, if he wants no more. Reads."""
    names = _names(service, peer)
    return next((one for one in stops.listing(tx, key_id) if one.peer in names), None)


def wants_no_more(service: Service, tx: Connection, account: Account, peer: str) -> bool:
    """Whether a customer wants no more SMS from an account. Reads only where its key heeds that."""
    return account.stop_words and bool(stops.among(tx, account.key_id, _names(service, peer)))


def refuse(service: Service, tx: Connection, account: Account, claimed: Sequence[int]) -> None:
    """Withdraw those of these SMS, claimed just now, whose customers want no more. Writes."""
    if not account.stop_words:
        return
    rows = outbound.by_ids(tx, claimed)
    ids = [row.id for row in rows if wants_no_more(service, tx, account, row.peer)]
    outbound.withdraw(tx, ids, letters.STOPPED, service.now())


def tell(service: Service, mail_ids: Sequence[int]) -> None:
    """Tell employees what of their mails was withdrawn. Writes."""
    for mail_id in mail_ids:
        report.tell(service, mail_id)
        post.notices_of(service, mail_id)


def explanation(service: Service, row: inbound.InboundRow, account: Account) -> str:
    """What the mail of an SMS says beside its text where that is STOP or START; empty for any other."""
    wish = _wish(service, account, row.gateway, row.sender, row.text)
    return service.translate(letters.WISHES[wish]) if wish else ""


def keep_without_number(service: Service, tx: Connection, number: str) -> None:
    """Keep a customer's wish when all that names him goes: as a digest that only our secret makes. Writes."""
    stops.rename(tx, number, _names(service, number)[1])


def _wish(service: Service, account: Account, gateway: str, sender: str, text: str) -> Wish | None:
    if not account.stop_words or not phone.can_be_answered(sender):
        return None
    return stopword.meaning(service.gateways.said(gateway, account.number, text))


def _names(service: Service, number: str) -> list[str]:
    """How a customer may be kept: as his number, or as a digest of it under a secret of ours, the current one first."""
    return [number, *(f"{REMOVED}{message_id_tag(secret, 'stop', number)}" for secret in service.secrets)]
