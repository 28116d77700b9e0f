"""Texts of keys that want none kept (`texts = "until-delivered"`) are removed as soon as they are where they belong.

Each of these runs in the transaction that notes where they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from smsdialog.core.model import Account, Key, Texts
from smsdialog.dialog.service import Service
from smsdialog.store import Connection, forget
from smsdialog.store.outbound import OutboundRow


def keeps_texts(service: Service, whose: Key | Account | OutboundRow) -> bool:
    """Whether texts of a key, an account or an SMS of it are kept, so that something may be learned from them."""
    return (whose.texts or service.config.retention.texts) == Texts.KEPT.value


def of_mail(service: Service, tx: Connection, mail_id: int) -> None:
    """Remove what a mail and its SMS said, as far as nothing is to come. Writes."""
    configured, telling = service.config.retention.texts, service.gateways.telling
    forget.of_mail(tx, mail_id, configured=configured, telling=telling)


def where_wanted(service: Service, tx: Connection, mail_id: int, whose: Key | Account | OutboundRow) -> None:
    """`of_mail`, where the key of those whose mail it is wants that. Writes."""
    if not keeps_texts(service, whose):
        of_mail(service, tx, mail_id)


def of_nobody(service: Service, tx: Connection, mail_id: int) -> None:
    """Remove what a mail said that is no account's, as the configuration wants. Writes."""
    if service.config.retention.texts != Texts.KEPT.value:
        of_mail(service, tx, mail_id)


def mailed(service: Service, tx: Connection, sms_id: int, whose: Account) -> None:
    """Remove what an SMS said that sendmail has, where the key of its account wants that. Writes."""
    if not keeps_texts(service, whose):
        forget.mailed(tx, sms_id, configured=service.config.retention.texts)


def posted(service: Service, tx: Connection, notice_ids: Sequence[int]) -> None:
    """Remove what mails of ours said that sendmail has. Writes."""
    forget.posted(tx, notice_ids, configured=service.config.retention.texts)


def thoroughly(service: Service) -> None:
    """Leave nothing of it in the database's files either, where any key wants that. Writes."""
    with service.store.reading() as tx:
        wanted = forget.wanted(tx, configured=service.config.retention.texts)
    if wanted:
        service.store.scrub()
