"""Is this mail from a machine? Which rule says so?

`RULES` is the whole list, in the order in which it is asked: rules that drop, by envelope, headers and
structure; then rules that hold, the subject last. A dropped mail is never texted, never changes an
account, and is never answered; a held one waits for a human. Machines declare themselves in the ways of
RFC 3834, RFC 5230, RFC 2369 and RFC 8098, and in many of their own.

Two things are no sign of a machine: the presence of `Auto-Submitted: no`, in whatever spelling, and
`X-Auto-Response-Suppress`, which people's mail carries too. The latter is a wish that
`may_be_answered` grants. An In-Reply-To that names one of our mails is what every answer has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from smsdialog.core import autosigns as signs
from smsdialog.core.autosigns import LOOP_HEADER, Evidence, Own
from smsdialog.core.autosubject import looks_automatic
from smsdialog.core.mailbox import local_parts
from smsdialog.core.model import Envelope, IncomingMail

__all__ = [
    "LOOP_HEADER",
    "RULES",
    "Own",
    "Rule",
    "Verdict",
    "is_from_mail_server",
    "judge",
    "may_be_answered",
]

Action = Literal["drop", "hold"]


@dataclass(frozen=True)
class Rule:
    """One sign of a machine: its id and name in the log, what follows, and how to see it."""

    id: str
    name: str
    verdict: Action
    test: Callable[[Evidence], bool]


@dataclass(frozen=True)
class Verdict:
    """The rule that a mail met, and what happens to the mail."""

    rule: str
    name: str
    action: Action

    @property
    def shown(self) -> str:
        """As it stands in the ledger."""
        return f"{self.rule} {self.name}"


def judge(mail: IncomingMail, envelope: Envelope, own: Own) -> Verdict | None:
    """The verdict of the first rule that the mail meets; None if it seems to come from a human."""
    evidence = Evidence(mail, envelope, own)
    met = next((rule for rule in RULES if rule.test(evidence)), None)
    return Verdict(met.id, met.name, met.verdict) if met else None


def may_be_answered(mail: IncomingMail) -> bool:
    """Whether a notice may go back: not where silence is asked for, where nobody reads it, or to a machine's subject.

    The SMS itself is not in question (A-14, A-15).
    """
    silent = mail.headers.all("X-Auto-Response-Suppress") + mail.headers.all("Feedback-ID")
    senders = [local for value in mail.headers.all("From") for local in local_parts(value)]
    unread = any(signs.squeezed(local).startswith(("noreply", "donotreply")) for local in senders)
    return not (silent or unread or looks_automatic(mail.subject))


def is_from_mail_server(mail: IncomingMail) -> bool:
    """Whether From is a name under which mail servers write bounces, or nobody."""
    senders = [local for value in mail.headers.all("From") for local in local_parts(value)]
    return not any(senders) or any(signs.squeezed(local) in signs.MAIL_SERVERS for local in senders)


RULES: tuple[Rule, ...] = (
    Rule("A-01", "null-sender", "drop", signs.null_sender),
    Rule("A-02", "null-return-path", "drop", signs.null_return_path),
    Rule("A-09", "own-loop-header", "drop", signs.own_loop_header),
    Rule("A-09", "own-message-id", "drop", signs.own_message_id),
    Rule("A-09", "own-address", "drop", signs.own_address),
    Rule("A-09", "delivered-twice", "drop", signs.delivered_twice),
    Rule("A-09", "many-hops", "drop", signs.many_hops),
    Rule("A-09", "many-hops-by-us", "drop", signs.many_hops_by_us),
    Rule("A-03", "auto-submitted", "drop", signs.auto_submitted),
    Rule("A-04", "report", "drop", signs.report),
    Rule("A-05", "machine-sender", "drop", signs.machine_sender),
    Rule("A-05", "empty-from", "drop", signs.empty_from),
    Rule("A-06", "precedence", "drop", signs.precedence),
    Rule("A-07", "machine-header", "drop", signs.machine_header),
    Rule("A-07", "machine-value", "drop", signs.machine_value),
    Rule("A-07", "cron", "drop", signs.cron),
    Rule("A-08", "mailing-list", "drop", signs.mailing_list),
    Rule("A-10", "calendar-answer", "drop", signs.calendar_answer),
    Rule("A-10", "fragment", "drop", signs.fragment),
    Rule("A-09", "foreign-loop-header", "hold", signs.foreign_loop_header),
    Rule("A-11", "machine-subject", "hold", signs.machine_subject),
)
