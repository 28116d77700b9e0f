"""What somebody means by an id: whatever a log, a mail, a provider or a listing calls a message.

4XyZ1234567             a mail, as the mail server calls it
3f2a9c01b7de            a trace, and what begins with one: the reference of an SMS
m7, o7, i7              as `smsdialog message list` has it
<…@…>                   a Message-ID, of a mail to us or of one of ours
gw-17                   an SMS, as its provider calls it
20123456, anna@…        a customer or an employee: the newest few messages
"""

from __future__ import annotations

import re

from smsdialog.core import trace
from smsdialog.dialog import messages
from smsdialog.dialog.service import Service
from smsdialog.store import Connection
from smsdialog.store import story as stored

# Of somebody's messages so many are told, the newest.
NEWEST = 3
_LISTED = re.compile(r"([moi])([0-9]{1,18})", re.ASCII)
_NUMBER = re.compile(r"[0-9+(][0-9 ().+-]{6,}[0-9]", re.ASCII)
_OURS = re.compile(r"(in|notice)\.([0-9]{1,18})\.[0-9a-f]+@.*", re.ASCII)


def meant(service: Service, typed: str) -> list[str]:
    """The mails (`m7`) and the SMS that came in (`i7`) that an id stands for, oldest kind of id first. Reads."""
    with service.store.reading() as tx:
        found = _listed(tx, typed) + _by_mail_server(tx, typed) + _by_trace(tx, typed)
        found += _by_provider(service, tx, typed)
    return list(dict.fromkeys(found)) or _of_somebody(service, typed)


def whole(tx: Connection, message_id: str) -> str:
    """The story that a message belongs to: that of its mail, for an SMS that goes out. Reads."""
    return next(iter(_listed(tx, message_id)), message_id)


def _listed(tx: Connection, typed: str) -> list[str]:
    match = _LISTED.fullmatch(typed)
    if not match:
        return []
    return _mails(stored.mail_of_sms(tx, int(match[2]))) if match[1] == "o" else [typed]


def _by_mail_server(tx: Connection, typed: str) -> list[str]:
    """By queue id or Message-ID."""
    bare = typed.strip("<> ")
    ours = _OURS.fullmatch(bare)
    if ours:
        row_id = int(ours[2])
        return [f"i{row_id}"] if ours[1] == "in" else _mails(stored.mail_of_notice(tx, row_id))
    found = stored.mails_of_queue_id(tx, typed)
    return _mails([*found, *(stored.mails_of_message_id(tx, f"<{bare}>") if "@" in bare else [])])


def _by_trace(tx: Connection, typed: str) -> list[str]:
    if not trace.is_trace(typed):
        return []
    row_id = trace.inbound_id(typed) if len(typed) < 2 * trace.LENGTH else 0
    sms = stored.received(tx, row_id) if 0 < row_id < 10**18 else None
    came_in = [f"i{sms.id}"] if sms and trace.of_inbound(sms.digest, sms.id) == typed else []
    return [*_mails(stored.mails_of_trace(tx, typed)), *came_in]


def _by_provider(service: Service, tx: Connection, typed: str) -> list[str]:
    names = tuple(service.config.gateways)
    out = stored.mails_of_gateway_id(tx, names, typed)
    return [*_mails(out), *(f"i{row_id}" for row_id in stored.received_by_gateway_id(tx, names, typed))]


def _of_somebody(service: Service, typed: str) -> list[str]:
    """The newest messages of a customer or an employee, oldest first; nothing for what is no number and no address."""
    if "@" not in typed and not _NUMBER.fullmatch(typed.strip()):
        return []
    page = messages.page(service, messages.Search(text=typed.strip()), "", NEWEST)
    found = [message.mail or message.id for message in reversed(page.messages)]
    return list(dict.fromkeys(found))


def _mails(ids: list[int]) -> list[str]:
    return [f"m{mail_id}" for mail_id in ids]
