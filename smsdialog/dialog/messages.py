"""What went out, what came in, and mails that became no SMS, as an administrator looks at them.

An id begins with its kind: `o7` went out, `i7` came in, `m7` is a mail. A page ends with a cursor, from which the next
one goes on; it costs the same however much there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smsdialog.core import ledger, letters, phone, sms
from smsdialog.dialog import audit, flush, post, report
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, Forbidden, NotFound, NumberRefused
from smsdialog.store import Connection, accounts, directory, inbound, mails, outbound, receipts, recent
from smsdialog.store.receipts import Heard

# More than any database counts to.
_END = 10**18 - 1
# An installation has no more accounts that a search could mean; a database takes no more parameters than 32,766.
_ACCOUNTS_FOUND = 30_000
_CURSOR = re.compile(r"([1-9][0-9]{0,17})-([1-9][0-9]{0,17})-([1-9][0-9]{0,17})", re.ASCII)
_ID = re.compile(r"([oim])([0-9]{1,18})", re.ASCII)
DIRECTIONS = ("", "in", "out")
RESENDABLE = ledger.before(ledger.OUT, "requeue")
CANCELLABLE = ledger.before(ledger.OUT, "withdraw")


@dataclass(frozen=True)
class Message:
    """One SMS, or a mail that became none. `account` is an e-mail address, empty where there is none; `peer` is the
    customer; `time` in seconds since the epoch, and so is `not_before`, 0 where its author wants it sent at once;
    `answer` is what the provider said last, in its own words.
    """

    id: str
    direction: str
    account: str
    account_id: int | None
    peer: str
    text: str
    parts: int
    encoding: str
    state: str
    gateway: str
    reference: str
    gateway_id: str
    reason: str
    mail: str
    time: float
    answer: str = ""
    not_before: float = 0.0

    @property
    def forced_by(self) -> tuple[str, ...]:
        """The characters that make it UCS-2."""
        return sms.compose(self.text).forced_by

    @property
    def may_be_sent_again(self) -> bool:
        """Whether somebody may ask for it to be sent once more."""
        return self.id.startswith("o") and self.state in RESENDABLE and bool(self.text)


@dataclass(frozen=True)
class Result:
    """What one recipient of a mail, or the receiver of an SMS, came to: an outcome or a state of the ledger."""

    recipient: str
    outcome: str
    message: Message


@dataclass(frozen=True)
class Search:
    """What is looked for: a direction (one of DIRECTIONS), only what needs attention, an account or a customer."""

    direction: str = ""
    attention: bool = False
    text: str = ""


@dataclass(frozen=True)
class Page:
    """Some messages, newest first; `following` is the cursor of the next page, empty on the last."""

    messages: Sequence[Message]
    following: str


def page(service: Service, search: Search, cursor: str, size: int) -> Page:
    """One page of the messages that are there for who acts. Reads."""
    before = _read_cursor(cursor)
    with service.store.reading() as tx:
        chosen = _chosen(service, tx, search)
        if chosen is None:
            return Page((), "")
        found = _newest(tx, chosen, search.direction, before, size + 1)
    found.sort(key=lambda entry: (entry[0].time, entry[1]), reverse=True)
    shown = found[:size]
    for message, row_id in shown:
        before[message.id[0]] = row_id
    following = "-".join(str(before[kind]) for kind in "oim") if len(found) > size else ""
    return Page([message for message, _ in shown], following)


def everything(service: Service, *, all_mails: bool) -> list[Message]:
    """Every SMS, and every mail that was meant to become one, oldest first; or those of machines, too. Reads."""
    with service.store.reading() as tx:
        found = [(row.id, of_outbound(row)) for row in outbound.listing(tx)]
        found += [(row.id, of_inbound(row)) for row in inbound.listing(tx)]
        found += [(row.mail_id, of_mail(row)) for row in without_sms(mails.listing(tx), everything=all_mails)]
    return [message for _, message in sorted(found, key=lambda entry: (entry[1].time, entry[0]))]


def find(service: Service, message_id: str) -> Message:
    """One message. Raises NotFound, also when it is not there for who acts. Reads."""
    message = _within_reach(service, message_id)
    if message is None:
        raise NotFound("there is no message '%(id)s'", id=message_id)
    return message


def look(service: Service, message_id: str) -> Message:
    """One message with its text, where the configuration shows texts. Raises Forbidden. Writes: looks are recorded."""
    if not service.config.admin.show_texts:
        raise Forbidden("the configuration does not show texts")
    message = find(service, message_id)
    with service.store.transaction() as tx:
        audit.noted(service, tx, "message.look", message.id, account=message.account)
    return message


def resend(service: Service, message_id: str) -> Message:
    """Send a held, failed or unknown SMS once more, because somebody asked. Raises NotFound, Conflict. Writes."""
    message = _within_reach(service, message_id)
    if message is not None and message.id.startswith("o") and message.state in RESENDABLE and not message.text:
        raise Conflict("the text of '%(id)s' was removed; the employee has to write it again", id=message_id)
    if message is None or not message.may_be_sent_again or not flush.resend(service, int(message_id[1:])):
        raise NotFound("'%(id)s' is no SMS that is held, failed or unknown", id=message_id)
    return find(service, message_id)


def cancel(service: Service, message_id: str) -> list[Message]:
    """Take back an SMS that waits or is held, or all of a mail's, and tell its author. Raises NotFound. Writes."""
    message = _within_reach(service, message_id)
    with service.store.transaction() as tx:
        waiting = [row for row in _sms_of(tx, message) if row.state in CANCELLABLE] if message else []
        if not outbound.withdraw(tx, [row.id for row in waiting], letters.TAKEN_BACK, service.now()):
            raise NotFound("'%(id)s' is no SMS that waits or is held", id=message_id)
        audit.changed(service, tx, "message.cancel", message_id, account=waiting[0].email)
    report.tell(service, waiting[0].mail_id)
    post.notices_of(service, waiting[0].mail_id)
    return [find(service, f"o{row.id}") for row in waiting]


def _sms_of(tx: Connection, message: Message) -> list[outbound.OutboundRow]:
    """The SMS that an id means: one, or those of a mail; one that came in is none."""
    row_id = int(message.id[1:])
    if message.id.startswith("m"):
        return outbound.of_mail(tx, row_id)
    return outbound.by_ids(tx, [row_id]) if message.id.startswith("o") else []


def of_story(service: Service, story_id: str) -> list[Result]:
    """What a mail (`m7`) came to, or an SMS that came in (`i7`); nothing for any other id. Reads."""
    if not _ID.fullmatch(story_id):
        return []
    row_id = int(story_id[1:])
    with service.store.reading() as tx:
        if story_id.startswith("i"):
            row = inbound.by_id(tx, row_id)
            return [Result(row.number, row.state, of_inbound(row))] if row else []
        decided = [one for one in mails.of_mail(tx, row_id) if one.outcome != "sms"]
        sent = outbound.of_mail(tx, row_id)
    refused = [Result(one.recipient, one.outcome, of_mail(one)) for one in decided]
    return [*refused, *(Result(one.peer, one.state, of_outbound(one)) for one in sent)]


def of_outbound(row: outbound.OutboundRow) -> Message:
    """An SMS that went out."""
    return Message(
        id=f"o{row.id}",
        direction="out",
        account=row.email,
        account_id=row.account_id,
        peer=row.peer,
        text=row.text,
        parts=row.parts,
        encoding=row.encoding,
        state=row.state,
        gateway=row.gateway,
        reference=row.reference,
        gateway_id=row.gateway_id,
        reason=row.reason,
        mail=f"m{row.mail_id}",
        time=row.created_at,
        answer=row.answer,
        not_before=row.not_before,
    )


def heard(service: Service, message: Message) -> list[Heard]:
    """What the gateway said of each part of an SMS after it took it. Reads."""
    if not message.id.startswith("o"):
        return []
    with service.store.reading() as tx:
        return receipts.of(tx, int(message.id[1:]))


def of_inbound(row: inbound.InboundRow) -> Message:
    """An SMS that came in."""
    composed = sms.compose(row.text)
    return Message(
        id=f"i{row.id}",
        direction="in",
        account=row.email,
        account_id=row.account_id,
        peer=row.sender,
        text=row.text,
        parts=max(1, len(composed.parts)),
        encoding=composed.encoding.value,
        state=row.state,
        gateway=row.gateway,
        reference=row.gateway_id,
        gateway_id=row.gateway_id,
        reason=row.reason,
        mail="",
        time=row.received_at,
    )


def of_mail(row: mails.DeliveryRow) -> Message:
    """A mail that became no SMS."""
    return Message(
        id=f"m{row.mail_id}",
        direction="out",
        account=row.account,
        account_id=row.account_id,
        peer="",
        text="",
        parts=0,
        encoding="",
        state="failed" if row.outcome in recent.FAILED else row.outcome,
        gateway="",
        reference="",
        gateway_id="",
        reason=row.reason or row.outcome,
        mail=f"m{row.mail_id}",
        time=row.created_at,
    )


def without_sms(found: Iterable[mails.DeliveryRow], *, everything: bool) -> Iterable[mails.DeliveryRow]:
    """The mails that became no SMS, each once, with the outcome that says most: those come first in `FAILED`."""
    failed = recent.FAILED
    shown = [row for row in found if row.outcome in failed or (everything and row.outcome != "sms")]
    shown.sort(key=lambda row: failed.index(row.outcome) if row.outcome in failed else len(failed), reverse=True)
    return {row.mail_id: row for row in shown}.values()


def _newest(
    tx: Connection, chosen: recent.Chosen, direction: str, before: dict[str, int], limit: int
) -> list[tuple[Message, int]]:
    """A page's worth of each kind, with the ids that the cursor counts them by."""
    found: list[tuple[Message, int]] = []
    if direction != "in":
        ids = recent.outbound_ids(tx, chosen, before["o"], limit)
        found += [(of_outbound(row), row.id) for row in outbound.by_ids(tx, ids)]
        refused = {mail_id: row_id for row_id, mail_id in recent.refused(tx, chosen, before["m"], limit)}
        rows = without_sms((row for mail_id in refused for row in mails.of_mail(tx, mail_id)), everything=False)
        found += [(of_mail(row), refused[row.mail_id]) for row in rows]
    if direction != "out":
        ids = recent.inbound_ids(tx, chosen, before["i"], limit)
        found += [(of_inbound(row), row.id) for row in inbound.by_ids(tx, ids)]
    return found


def _chosen(service: Service, tx: Connection, search: Search) -> recent.Chosen | None:
    """What the search means; None when it can find nothing."""
    keys = service.actor.keys
    if not search.text:
        return recent.Chosen(keys, attention=search.attention)
    found = directory.matching(tx, search.text, keys, _ACCOUNTS_FOUND)
    if found:
        return recent.Chosen(keys, found, attention=search.attention)
    try:
        peer = phone.parse(search.text, service.config.country)
    except NumberRefused:
        return None
    return recent.Chosen(keys, peer=peer, attention=search.attention)


def _within_reach(service: Service, message_id: str) -> Message | None:
    with service.store.reading() as tx:
        message = _find(tx, message_id)
        return message if message is not None and _reaches(service, tx, message) else None


def _find(tx: Connection, message_id: str) -> Message | None:
    match = _ID.fullmatch(message_id)
    if not match:
        return None
    number = int(match[2])
    if match[1] == "o":
        row_out = outbound.by_id(tx, number)
        return of_outbound(row_out) if row_out else None
    if match[1] == "i":
        row_in = inbound.by_id(tx, number)
        return of_inbound(row_in) if row_in else None
    found = mails.of_mail(tx, number)
    return of_mail(found[0]) if found else None


def _reaches(service: Service, tx: Connection, message: Message) -> bool:
    if service.actor.keys is None:
        return True
    return message.account_id is not None and service.actor.reaches(accounts.by_id(tx, message.account_id).key_id)


def _read_cursor(text: str) -> dict[str, int]:
    """The ids that a page lies below: of SMS out, SMS in, and decisions on mails."""
    match = _CURSOR.fullmatch(text)
    return dict(zip("oim", map(int, match.groups()), strict=True)) if match else dict.fromkeys("oim", _END)
