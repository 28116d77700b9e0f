"""One mail from the MTA, and what becomes of each of its recipients.

Order: is it from a machine? who sent it? then each recipient for itself. What was decided is committed
before anything is sent; a retry by the MTA finds the decision and goes on from there. The answer is 0
(taken care of), 75 (hand it over again), or, for a submitter that the MTA proved local, 67 or 77. The pipe has
one for the whole run, LMTP one for each recipient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smsdialog import log
from smsdialog.core import automatic, ledger, mailparse, trace
from smsdialog.core.address import BounceAddress, Command, ReplyAddress, TakeBackAddress
from smsdialog.core.letters import NO_ANSWER_WANTED
from smsdialog.core.model import Envelope
from smsdialog.dialog import bounce, dispatch, forget, help_mail, loop_mail, post, report, send, subscribe, unsubscribe
from smsdialog.dialog.case import Case, Fate, Recipient, open_case
from smsdialog.dialog.dispatch import Progress
from smsdialog.dialog.service import Service
from smsdialog.errors import EXIT_NO_PERMISSION, EXIT_OK, EXIT_TEMPORARY, EXIT_UNKNOWN_RECIPIENT
from smsdialog.faults import step
from smsdialog.store import Connection, mails, notices, outbound


@dataclass(frozen=True)
class Answer:
    """What the MTA hears: an exit status and, unless it is 0, one ASCII line."""

    exit_status: int = EXIT_OK
    line: str = ""


OK = Answer()
AGAIN = Answer(EXIT_TEMPORARY, "4.3.0 not everything could be done yet, please try again later")
UNKNOWN = Answer(EXIT_UNKNOWN_RECIPIENT, "5.1.1 no such address; write to help@ to see how the service is used")
NO_ACCOUNT = Answer(EXIT_NO_PERMISSION, "5.7.1 no SMS account for this sender; write to help@ to see how to get one")


def _status(service: Service, tx: Connection, case: Case, mail_id: int) -> Fate:
    from smsdialog.dialog import status_mail  # what it looks through, few mails ask for

    return status_mail.decide(service, tx, case, mail_id)


def _take_back(service: Service, tx: Connection, case: Case, mail_id: int, meaning: TakeBackAddress) -> Fate:
    from smsdialog.dialog import later  # as above

    return later.take_back(service, tx, case, mail_id, meaning)


_COMMANDS = {
    "subscribe": subscribe.decide,
    "unsubscribe": unsubscribe.decide,
    "help": help_mail.decide,
    "status": _status,
}


def handle(service: Service, raw: bytes, envelope: Envelope, *, deadline: float) -> Answer:
    """Take care of one mail: one answer that speaks of all its recipients at once, see `handle_each`."""
    return together(handle_each(service, raw, envelope, deadline=deadline))


def together(answers: tuple[Answer, ...]) -> Answer:
    """The one answer of a run with these answers; 67 and 77 say of a whole run that it failed."""
    if len(answers) == 1:
        return answers[0]
    return AGAIN if AGAIN in answers else OK


def handle_each(service: Service, raw: bytes, envelope: Envelope, *, deadline: float) -> tuple[Answer, ...]:
    """Take care of one mail: one answer for each of its recipients, in their order.

    `deadline` (seconds since the epoch): no gateway is called after it.
    """
    mail = mailparse.parse(raw[: service.config.mail.max_bytes])
    case = open_case(service, mail, envelope, too_big=len(raw) > service.config.mail.max_bytes)
    with log.about(queue=envelope.queue_id, trace=trace.of_mail(case.digest)):
        return _take_care(service, case, deadline)


def _take_care(service: Service, case: Case, deadline: float) -> tuple[Answer, ...]:
    verdict = automatic.judge(case.mail, case.envelope, _own(service, case))
    if verdict is not None:
        _drop(service, case, verdict)
        return (OK,) * len(case.to_us)
    mail_id, fates, first = _decide(service, case)
    step("claimed")
    progress = _send(service, case, mail_id, fates, first, deadline)
    if not (progress is Progress.SENT and _are_sms(case, fates)) and not _tell(service, mail_id):
        return (AGAIN,) * len(case.to_us)
    return tuple(_answer(service, case, fates.get(to), progress) for to in case.to_us)


def _own(service: Service, case: Case) -> automatic.Own:
    answered = " ".join(case.mail.headers.all("In-Reply-To"))
    reply = f"@{service.config.domain}>" in answered or any(isinstance(to.meaning, ReplyAddress) for to in case.to_us)
    machines = case.proof.local and any(key.machine_mail and key.enabled for key in case.keys.values())
    return automatic.Own(service.config.domain, service.instance, reply=reply, allow_machine=machines)


def _drop(service: Service, case: Case, verdict: automatic.Verdict) -> None:
    """Note that a mail is from a machine, and do nothing else; a bounce of a mail of ours is counted."""
    with service.store.transaction() as tx:
        mail_id = _enter(service, tx, case)
        for to in case.to_us:
            if isinstance(to.meaning, BounceAddress) and verdict.rule in bounce.RULES:
                bounce.count(service, tx, mail_id, case.mail, to.meaning)
            _settle(service, tx, case, mail_id, to, Fate("dropped", loop_mail.told(service, case) or verdict.shown))
        forget.of_mail(service, tx, mail_id)
    if any(isinstance(to.meaning, BounceAddress) for to in case.to_us):
        post.notices_of(service, mail_id)


def _decide(service: Service, case: Case) -> tuple[int, dict[Recipient, Fate], dispatch.Leased | None]:
    """Decide, in one transaction, on every recipient that was not decided on at an earlier try.

    With it the first SMS is leased, if any goes now.
    """
    with service.store.transaction() as tx:
        mail_id = _enter(service, tx, case)
        fresh = [to for to in case.to_us if not mails.is_settled(tx, mail_id, to.shown)]
        fates: dict[Recipient, Fate] = {}
        for to in fresh:
            if isinstance(to.meaning, Command):
                fates[to] = _COMMANDS[to.meaning.name](service, tx, case, mail_id)
            if isinstance(to.meaning, TakeBackAddress):
                fates[to] = _take_back(service, tx, case, mail_id, to.meaning)
        fates |= send.decide(service, tx, case, mail_id, [to for to in fresh if to not in fates])
        fates = {to: _unless_silent(case, fate) for to, fate in fates.items()}
        for to, fate in fates.items():
            _settle(service, tx, case, mail_id, to, fate)
        forget.of_nobody(service, tx, mail_id)
        goes_at_once = service.store.is_file and len(fates) == len(set(case.to_us))
        return mail_id, fates, dispatch.lease_first(service, tx, _claimed(fates)) if goes_at_once else None


def _claimed(fates: Mapping[Recipient, Fate]) -> list[int]:
    """The SMS that were claimed for all these recipients; several of one account stand for the same."""
    return list(dict.fromkeys(sms_id for fate in fates.values() for sms_id in fate.claimed))


def _unless_silent(case: Case, fate: Fate) -> Fate:
    """What is refused is told, unless the mail asks for silence; then the ledger says that."""
    if fate.outcome not in ("refused", "helped") or automatic.may_be_answered(case.mail):
        return fate
    return Fate(fate.outcome, f"{fate.reason} {NO_ANSWER_WANTED}".strip())


def _send(
    service: Service,
    case: Case,
    mail_id: int,
    fates: Mapping[Recipient, Fate],
    first: dispatch.Leased | None,
    deadline: float,
) -> Progress:
    """Send what was claimed."""
    mine = _claimed(fates)
    if len(fates) < len(set(case.to_us)):  # an earlier try claimed the rest
        with service.store.reading() as tx:
            mine = [row.id for row in outbound.of_mail(tx, mail_id) if row.not_before <= service.now()]
    return dispatch.send(service, mine, deadline, first)


def _are_sms(case: Case, fates: Mapping[Recipient, Fate]) -> bool:
    """Whether every recipient became SMS just now: of those that are sent there is nothing to tell."""
    return len(fates) == len(set(case.to_us)) and all(fate.outcome == "sms" and fate.claimed for fate in fates.values())


def _tell(service: Service, mail_id: int) -> bool:
    """Report and post what is due; False when sendmail refused a mail of ours."""
    with service.store.reading() as tx:
        if not outbound.mails_to_report(tx, service.now(), mail_id=mail_id) and not notices.waits(tx, mail_id):
            return True
    report.tell(service, mail_id)
    post.notices_of(service, mail_id)
    with service.store.reading() as tx:
        return not notices.unsent(tx, mail_id)


def _answer(service: Service, case: Case, fate: Fate | None, progress: Progress) -> Answer:
    """What the MTA hears of one recipient; a `fate` of None was decided at an earlier try."""
    if progress is Progress.UNDER_WAY and _waits(service, fate):
        return AGAIN
    if fate is None or not case.proof.local or case.accounts:
        return OK
    if fate.outcome == "unknown-recipient":
        return UNKNOWN
    if fate.outcome == "ignored" and case.proof.by == "sasl":
        return NO_ACCOUNT
    return OK


def _waits(service: Service, fate: Fate | None) -> bool:
    if fate is None:
        return True
    with service.store.reading() as tx:
        return bool(outbound.states(tx, fate.claimed) & set(ledger.UNDER_WAY))


def _enter(service: Service, tx: Connection, case: Case) -> int:
    message_id = case.mail.message_id[:250]
    return mails.enter(tx, digest=case.digest, message_id=message_id, subject=case.subject, now=service.now())


def _settle(service: Service, tx: Connection, case: Case, mail_id: int, to: Recipient, fate: Fate) -> None:
    queue_id, proof = case.envelope.queue_id, _proof(case, to, fate)
    decided = {"outcome": fate.outcome, "reason": fate.reason, "proof": proof}
    mails.settle(tx, mail_id, to.shown, queue_id=queue_id, now=service.now(), **decided)
    log.event(fate.outcome, recipient=to.shown, reason=fate.reason, proof=proof, sms=len(fate.claimed) or "")


def _proof(case: Case, to: Recipient, fate: Fate) -> str:
    """What proved who wrote: the MTA's word, else the key or the reply address that was good enough; or why nothing."""
    if case.proof.failed:
        return "forged"
    if case.proof.by or fate.outcome in ("ignored", "unknown-recipient", "dropped"):
        return case.proof.by
    if isinstance(to.meaning, ReplyAddress):
        return "reply"
    if case.keys or fate.outcome in ("subscribed", "unsubscribed"):
        return "key"
    return "reply" if fate.outcome == "sms" else ""  # a group or a template in an answer
