"""The signs by which a machine's mail is known: one small test for each, over the `Evidence` of one mail.

`automatic` lists them as rules, with ids and verdicts; to add a sign, write its test here and a line there.
A test answers True where the sign is there, and raises nothing, whatever the mail holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from smsdialog.core.autosubject import looks_automatic
from smsdialog.core.lexical import ascii_lower, split, without_comments
from smsdialog.core.mailbox import address_list, local_parts
from smsdialog.core.model import Envelope, IncomingMail, Part

LOOP_HEADER = "X-SMSDialog-Loop"
# No mail to us passes that many servers; they themselves give up at 50 or 100 (RFC 5321 section 6.3).
MAX_RECEIVED = 30
# A mail may pass our own server again after a content filter, not over and over.
MAX_RECEIVED_BY_US = 3


@dataclass(frozen=True)
class Own:
    """What we know of ourselves, and of this mail: it answers one of ours (`reply`), as the caller found out.

    `domain` is the product's domain, `instance` the value of our loop header. `allow_machine` admits
    alerts (A-20): the key allows them, and the sender is proven local; the caller has checked both.
    """

    domain: str
    instance: str
    reply: bool = False
    allow_machine: bool = False


@dataclass(frozen=True)
class Evidence:
    """All that a rule may look at."""

    mail: IncomingMail
    envelope: Envelope
    own: Own

    def all(self, *names: str) -> list[str]:
        """Every value of the named headers, without the blanks around it."""
        return [value.strip() for name in names for value in self.mail.headers.all(name)]

    def words(self, *names: str) -> list[str]:
        """The first word of every value of the named headers, A-Z lowered, without comments and parameters."""
        return [_keyword(value) for value in self.all(*names)]

    @cached_property
    def outer_types(self) -> set[str]:
        """The types of the whole mail: declared, parsed, and below what a filter or a signature wrapped it in."""
        types = set(self.words("Content-Type"))
        part = self.mail.body
        types.add(ascii_lower(part.content_type))
        while part.children and ascii_lower(part.content_type) in ("multipart/mixed", "multipart/signed"):
            part = part.children[0]
            types.add(ascii_lower(part.content_type))
        return types


# mail without a sender, which nobody may answer (RFC 5321 section 4.5.5)


def null_sender(evidence: Evidence) -> bool:
    """The envelope has no sender."""
    return evidence.envelope.sender is not None and _is_null(evidence.envelope.sender)


def null_return_path(evidence: Evidence) -> bool:
    """The envelope was not handed over, and the topmost Return-Path has no sender."""
    # Only the topmost was written by our own server (RFC 7103 section 7.5.3).
    topmost = evidence.all("Return-Path")[:1]
    return evidence.envelope.sender is None and any(map(_is_null, topmost))


def _is_null(sender: str) -> bool:
    # Exim says nothing, Postfix says MAILER-DAEMON, <> or "<>", as configured.
    return ascii_lower(sender.strip(' \t"<>')).partition("@")[0] in ("", "mailer-daemon")


# machines that declare themselves (RFC 3834 section 5)


def auto_submitted(evidence: Evidence) -> bool:
    """An Auto-Submitted header has another keyword than `no`."""
    declared = {_keyword(value) for value in evidence.all("Auto-Submitted")} - {"no"}
    return bool(declared) and not _is_admitted_alert(evidence)


def _is_admitted_alert(evidence: Evidence) -> bool:
    """A-20: what cron and monitoring send is `auto-generated`; answers never are, whatever else they say."""
    declared = {_keyword(value) for value in evidence.all("Auto-Submitted")} - {"no"}
    return evidence.own.allow_machine and declared == {"auto-generated"}


# what is no letter: reports, fragments, answers to invitations

_REPORT_TYPES = {
    "multipart/report",
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "message/global-delivery-status",
    "message/global-disposition-notification",
}
_FRAGMENT_TYPES = {"message/partial", "message/external-body"}
_CALENDAR_ANSWER = re.compile(rb"^METHOD:(?:REPLY|COUNTER|DECLINECOUNTER|CANCEL)\s*$", re.IGNORECASE | re.MULTILINE)


def report(evidence: Evidence) -> bool:
    """The mail is a delivery report, a receipt or an abuse report."""
    return not _REPORT_TYPES.isdisjoint(evidence.outer_types)


def fragment(evidence: Evidence) -> bool:
    """The mail is a part of one, or a pointer to one."""
    return not _FRAGMENT_TYPES.isdisjoint(evidence.outer_types)


def calendar_answer(evidence: Evidence) -> bool:
    """The mail accepts, declines or cancels a meeting."""
    return any(_answers_invitation(part) for part in _parts(evidence.mail.body))


def _answers_invitation(part: Part) -> bool:
    if ascii_lower(part.content_type) != "text/calendar" or ascii_lower(part.disposition) == "attachment":
        return False
    method = next((value for name, value in part.params.items() if ascii_lower(name) == "method"), "")
    return bool(
        _CALENDAR_ANSWER.search(part.content) or _CALENDAR_ANSWER.match(b"METHOD:" + method.encode("ascii", "replace"))
    )


def _parts(body: Part) -> Iterator[Part]:
    """Every part of this mail, not of mails within it."""
    waiting = [body]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += part.children if ascii_lower(part.content_type).startswith("multipart/") else ()


# machines known by their names (RFC 2142 section 4)

MAIL_SERVERS = {"mailerdaemon", "mailerdeamon", "maildaemon", "postmaster", "doublebounce"}
_MACHINES = {*MAIL_SERVERS, "listserv", "majordomo"}
_MACHINE_NAME = re.compile(r"bounces?(?![a-z])|owner[-_]|.*[-_](?:request|bounces)(?:\+.*)?$")


def machine_sender(evidence: Evidence) -> bool:
    """From, Sender or Reply-To names a machine."""
    senders = [local for value in evidence.all("From", "Sender", "Reply-To") for local in local_parts(value)]
    return any(squeezed(local) in _MACHINES or _MACHINE_NAME.match(local) for local in senders)


def empty_from(evidence: Evidence) -> bool:
    """There is no From, or no address in it."""
    return not any(local for value in evidence.all("From") for local in local_parts(value))


def squeezed(local_part: str) -> str:
    """The local part without the dots and dashes that people put into no-reply and mailer-daemon."""
    return local_part.replace("-", "").replace("_", "").replace(".", "")


# mail in bulk


def precedence(evidence: Evidence) -> bool:
    """The mail was sent in bulk, to a list, or by an autoresponder."""
    bulk = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
    admitted = {"bulk"} if _is_admitted_alert(evidence) else set()
    declared = " ".join(evidence.words("Precedence", "X-Precedence")).replace(",", " ").split()
    return not (bulk - admitted).isdisjoint(declared)


# machines that declare themselves in their own ways

_MACHINE_HEADERS = frozenset(
    (
        "x-autoreply",
        "x-autorespond",
        "x-autoresponse",
        "x-autoresponder",
        "x-auto-reply",
        "x-autoreply-from",
        "x-mail-autoreply",
        "x-autogenerated",
        "x-vacation",
        "x-fc-machinegenerated",
        "x-ms-exchange-inbox-rules-loop",
        "x-failed-recipients",
    )
)
_MACHINE_VALUES = {
    "Delivered-To": "autoresponder",
    "X-Mailer": "vacation",
    "X-MS-Exchange-Generated-Message-Source": "mailbox rules agent",
}


def machine_header(evidence: Evidence) -> bool:
    """A header is there that only autoresponders, filters and bounces write."""
    written = evidence.mail.headers.any_of(_MACHINE_HEADERS)
    return written and any(word not in ("no", "false") for word in evidence.words(*_MACHINE_HEADERS))


def machine_value(evidence: Evidence) -> bool:
    """A header that people have too holds what only autoresponders write."""
    return any(
        ascii_lower(value).startswith(sign) for name, sign in _MACHINE_VALUES.items() for value in evidence.all(name)
    )


def cron(evidence: Evidence) -> bool:
    """The mail is the output of a cron job."""
    return bool(evidence.all("X-Cron-Env")) and not _is_admitted_alert(evidence)


# mailing lists (RFC 2369, RFC 2919, RFC 8058)

_LIST_HEADERS = frozenset(
    (
        "list-id",
        "list-post",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "list-help",
        "list-subscribe",
        "list-owner",
        "list-archive",
        "x-mailing-list",
        "mailing-list",
        "x-beenthere",
        "x-mailman-version",
    )
)


def mailing_list(evidence: Evidence) -> bool:
    """The mail went through a mailing list."""
    return evidence.mail.headers.any_of(_LIST_HEADERS)


# mail of our own that comes back, and mail that goes round

_BY_HOST = re.compile(r"(?:from\s+\S+\s+)?by\s+([^\s;]+)", re.IGNORECASE)


def own_loop_header(evidence: Evidence) -> bool:
    """The mail bears the loop header of this instance: it is one of ours."""
    return ascii_lower(evidence.own.instance) in map(ascii_lower, evidence.all(LOOP_HEADER))


def foreign_loop_header(evidence: Evidence) -> bool:
    """The mail bears a loop header: it comes from a gateway like this one."""
    return bool(evidence.all(LOOP_HEADER))


def own_message_id(evidence: Evidence) -> bool:
    """The Message-ID is one of ours."""
    return any(_domain(value) == ascii_lower(evidence.own.domain) for value in evidence.all("Message-ID"))


def own_address(evidence: Evidence) -> bool:
    """The From or the envelope sender is an address of ours."""
    written = [address for value in evidence.all("From") for address in address_list(value)]
    return ascii_lower(evidence.own.domain) in map(_domain, [*written, evidence.envelope.sender or ""])


def delivered_twice(evidence: Evidence) -> bool:
    """The mail was delivered to this recipient before."""
    # One Delivered-To may be our own server's, for the delivery that is going on.
    delivered = [ascii_lower(value.strip("<>")) for value in evidence.all("Delivered-To")]
    return any(delivered.count(ascii_lower(recipient)) > 1 for recipient in evidence.envelope.recipients)


def many_hops(evidence: Evidence) -> bool:
    """The mail passed more servers than any mail should."""
    return len(evidence.all("Received")) > MAX_RECEIVED


def many_hops_by_us(evidence: Evidence) -> bool:
    """The mail passed our own servers again and again."""
    ours = ascii_lower(evidence.own.domain)
    matches = [_BY_HOST.match((without_comments(value) or value).strip()) for value in evidence.all("Received")]
    hosts = [ascii_lower(match[1]) for match in matches if match]
    return sum(host == ours or host.endswith("." + ours) for host in hosts) > MAX_RECEIVED_BY_US


def _domain(address: str) -> str:
    return ascii_lower(address.rpartition("@")[2].strip(" \t<>"))


# machines known by their subjects


def machine_subject(evidence: Evidence) -> bool:
    """An answer to one of our mails has the subject of an autoresponder, a bounce or a receipt."""
    return evidence.own.reply and looks_automatic(evidence.mail.subject)


def _keyword(value: str) -> str:
    plain = split(value, ";")[0].partition("(")[0]
    return ascii_lower(plain.strip(' \t\r\n"'))
