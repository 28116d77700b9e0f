"""`smsdialog preview`: what a mail would become, sending nothing."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from smsdialog import config as configuration
from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.config import Config
from smsdialog.core import address, automatic, mailparse, schedule, sms, text
from smsdialog.core.address import GroupAddress, KeyAddress, Meaning, PhoneAddress, ReplyAddress, TemplateAddress
from smsdialog.core.customers import Rules, customers, subject_numbers
from smsdialog.core.mailbox import address_list
from smsdialog.core.model import Account, Cut, Envelope, IncomingMail, PhoneNumber
from smsdialog.core.phone import service_number
from smsdialog.dialog import account as use_cases
from smsdialog.dialog import later
from smsdialog.errors import NUMBER_REASONS, NoNumber, Refusal, TooLong, WrongNumbers
from smsdialog.store import accounts, inbound, keys

_ANY_INSTALLATION = Config(domain="sendmailsms.dk")


def register(group: click.Group) -> None:
    """Hang the command on the root."""
    group.add_command(preview)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--cut", type=click.Choice([cut.value for cut in Cut]), help="Cut at this level.")
@click.option("--account", metavar="ACCOUNT", help="Cut what is known of this account's mails, too.")
@as_json
@installation
def preview(here: Installation, files: tuple[Path, ...], cut: str | None, account: str | None, as_json: bool) -> None:
    """Show what would be sent of each mail, to whom, and in how many parts. Nothing is sent.

    With --json, one JSON object a line. Exit code 1 when a file cannot be read.
    """
    config = _config(here)
    found = _account(here, account) if account else None
    unread = 0
    for file in files:
        try:
            raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as error:
            click.echo(f"smsdialog: {output.printable(str(file))}: {error.strerror}", err=True)
            unread += 1
            continue
        mail = mailparse.parse(raw)
        when, mail, wrong = _when(config, mail)
        recipients, refused = _recipients(config, mail)
        refused = wrong or refused
        refused = _automatic(config, mail) or refused
        wishes = _wishes(here, found, recipients) if found else Wishes()
        wishes = replace(wishes, cut=cut or wishes.cut or config.text.cut)
        seen = {"file": output.printable(str(file)), **judge(config, mail, wishes, recipients, refused), "when": when}
        click.echo(json.dumps(seen, ensure_ascii=False) if as_json else _for_people(seen))
    sys.exit(1 if unread else 0)


@dataclass(frozen=True)
class Wishes:
    """How mails are to be cut: what an account and its key say, and what is known of its mails."""

    cut: str = ""
    overlong: str = ""
    known: text.Known = field(default_factory=text.Known)


def judge(config: Config, mail: IncomingMail, wishes: Wishes, recipients: list[str], refused: str) -> dict[str, Any]:
    """What a mail would become: `text` is what its author wrote, `sms` what goes out of it."""
    words = text.own_words(mail, cut=Cut(wishes.cut), known=wishes.known)
    message = sms.compose(words.text, transliterate=config.text.transliterate)
    if words.problem:
        refused = refused or words.problem
    elif (wishes.overlong or config.text.overlong) == "cut":
        message = sms.shorten(message, config.limits.parts_per_sms)
    elif not refused and len(message.parts) > config.limits.parts_per_sms:
        refused = TooLong.kind
    return {
        "text": words.text,
        "sms": message.text,
        "encoding": message.encoding.value,
        "parts": len(message.parts),
        "units": message.units,
        "recipients": recipients,
        "refused": refused or None,
        "forced_by": list(message.forced_by),
    }


def _when(config: Config, mail: IncomingMail) -> tuple[str | None, IncomingMail, str]:
    """The time that a subject begins with, the mail without it, and what is wrong with it."""
    wish = schedule.split(mail.subject)
    if not wish.words:
        return None, mail, ""
    without_it = replace(mail, subject=wish.subject)
    try:
        moment = later.moment(config, time.time(), wish.words, mail.headers)
    except Refusal as error:
        return None, without_it, error.kind
    return later.in_zone(config, moment).isoformat(timespec="minutes"), without_it, ""


def _recipients(config: Config, mail: IncomingMail) -> tuple[list[str], str]:
    """The customers that a mail names, as far as can be told without its sender's account; and what is wrong."""
    found = (address.split_address(a) for name in ("To", "Cc") for v in mail.headers.all(name) for a in address_list(v))
    meanings = [address.read(local) for local, domain in found if address.same_domain(domain, config.domain)]
    by_subject = [m for m in meanings if isinstance(m, KeyAddress | TemplateAddress) or _is_service_number(config, m)]
    typed: list[str] = [m.typed for m in meanings if isinstance(m, PhoneAddress) and m not in by_subject]
    typed += [PhoneNumber(f"+{m.peer}") for m in meanings if isinstance(m, ReplyAddress)]
    groups = [f"gruppe-{m.name}" for m in meanings if isinstance(m, GroupAddress)]
    if by_subject:
        typed += subject_numbers(mail.subject, lenient=bool(typed or groups))
    rules = Rules(config.country, config.limits.countries, config.limits.recipients_per_mail)
    if groups and not typed:
        return groups, ""
    try:
        return [*groups, *customers(typed, (), rules)], ""
    except WrongNumbers as error:
        return [], "; ".join(f"{e.typed}: {NUMBER_REASONS[e.reason]}" for e in error.refused)
    except NoNumber as error:
        return [], error.kind if meanings else ""
    except Refusal as error:
        return [], error.kind


def _is_service_number(config: Config, meaning: Meaning) -> bool:
    """Whether an address is a number that an account could have: then the customers stand in the subject."""
    number = service_number(meaning.typed.removeprefix("p")) if isinstance(meaning, PhoneAddress) else ""
    return bool(number) and any(first <= int(number) <= last for first, last in config.number_ranges)


def _automatic(config: Config, mail: IncomingMail) -> str:
    """The rule by which a mail is a machine's, and would be dropped; empty for a human's, and for a bare text."""
    if mail.headers.first("From") is None:
        return ""
    nowhere = Envelope(sender=None, recipients=())
    verdict = automatic.judge(mail, nowhere, automatic.Own(config.domain, instance=""))
    return f"{verdict.rule} {verdict.name}" if verdict else ""


def _config(here: Installation) -> Config:
    """The configuration; where there is none at all, the defaults do to look at a mail."""
    path = configuration.config_path(here.path)
    if path == configuration.DEFAULT_PATH and not path.exists():
        return _ANY_INSTALLATION
    return here.config


def _account(here: Installation, name: str) -> Account:
    with here.service.store.reading() as tx:
        return use_cases.find(here.service, tx, name)


def _wishes(here: Installation, account: Account, peers: list[str]) -> Wishes:
    with here.service.store.reading() as tx:
        key = keys.by_id(tx, account.key_id)
        signatures, quoted = accounts.signatures_of(tx, account.id), inbound.recent_texts(tx, account.id, peers)
        return Wishes(key.cut, key.overlong, text.Known(signatures=signatures, quoted=quoted))


def _for_people(seen: dict[str, Any]) -> str:
    lines = [
        f"{seen['file']}",
        f"  to        {', '.join(seen['recipients']) or '-'}",
        f"  SMS       {seen['parts']} ({seen['encoding']}, {seen['units']} units)",
    ]
    if seen["when"]:
        lines.append(f"  when      {seen['when']}")
    if seen["forced_by"]:
        lines.append(f"  because   {' '.join(seen['forced_by'])}")
    if seen["refused"]:
        lines.append(f"  refused   {seen['refused']}")
    return "\n".join([*lines, *(f"  | {line}" for line in output.printable(seen["sms"]).split("\n"))])
