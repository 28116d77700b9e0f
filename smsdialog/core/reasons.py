"""Why something was held, refused, dropped or went wrong: every reason of the ledger, in words.

Those of mails are all ours. That of an SMS may be a provider's own words, with or without some of ours and a colon
before them: they are left as they are, and are not mistaken for ours.
"""

from __future__ import annotations

from smsdialog.core import letters
from smsdialog.core.letters import NO_ANSWER_WANTED, Translate


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


# The kinds of `errors.Refusal`.
_REFUSALS = {
    "refused": _("the mail was refused"),
    "wrong-number": _("a number in the mail is wrong"),
    "no-number": _("the mail names no number"),
    "too-many-recipients": _("the mail names too many numbers"),
    "empty": _("the mail holds no text"),
    "attachment-only": _("the mail holds nothing but attachments"),
    "encrypted": _("the mail is encrypted"),
    "signed-opaque": _("the mail is signed in a way that hides its text"),
    "tnef": _("the mail is in Outlook's own format"),
    "too-long": _("the text is too long"),
    "too-big": _("the mail is too big"),
    "paused": _("the key is disabled"),
    "closed": _("the sender's account is closed"),
    "forwarded": _("the account is closed, and SMS to its number are only forwarded"),
    "over-limit": _("the sender has sent as many SMS as he may"),
    "no-account": _("the sender has no account"),
    "unknown-recipient": _("there is no such address"),
    "not-answerable": _("the sender of the SMS cannot be answered"),
    "no-key": _("the mail holds no valid API key"),
    "no-numbers-left": _("no numbers are free"),
    "no-group": _("the key has no group of that name"),
    "empty-group": _("the group has no members"),
    "no-template": _("the key has no template of that name"),
    "several-templates": _("the mail names several templates"),
    "line-missing": _("the template wants more lines than the mail has"),
    "wrong-time": _("the time at the start of the subject cannot be understood"),
    "time-past": _("the time at the start of the subject is over"),
    "time-too-far": _("the time at the start of the subject is too far ahead"),
}
# The names of `automatic.RULES`.
MACHINES = {
    "null-sender": _("it has no sender, as bounces have none"),
    "null-return-path": _("its Return-Path is empty, as that of bounces is"),
    "own-loop-header": _("it is one of our own mails, come back"),
    "own-message-id": _("it bears the Message-ID of one of our own mails"),
    "own-address": _("it is from an address of this service"),
    "delivered-twice": _("it was delivered here before, and goes in circles"),
    "many-hops": _("it has passed too many mail servers, and goes in circles"),
    "many-hops-by-us": _("it has passed our own mail server too often, and goes in circles"),
    "auto-submitted": _("it says of itself that no human wrote it (Auto-Submitted)"),
    "report": _("it is a delivery report or a receipt"),
    "machine-sender": _("its sender is a program, by its name"),
    "empty-from": _("it names no sender in From"),
    "precedence": _("it was sent in bulk, to a list, or by an autoresponder (Precedence)"),
    "machine-header": _("it bears a header that only programs write"),
    "machine-value": _("a header of it says what only programs write"),
    "cron": _("it is the output of a cron job"),
    "mailing-list": _("it came by a mailing list"),
    "calendar-answer": _("it answers an invitation to a meeting"),
    "fragment": _("it is a part of a mail, and not whole"),
    "foreign-loop-header": _("it comes from a gateway like this one"),
    "machine-subject": _("its subject is that of an automatic answer"),
}
# What `dialog.loop_mail` notes.
_LOOP_MAILS = {
    "loop-mail": _("it is the trial mail of 'smsdialog doctor'"),
    "forged-results": _("the forged Authentication-Results that it bore are still in it"),
    "sender-changed": _("its envelope sender was changed on the way"),
}
_OTHERS = {
    "not-proven": _("nothing proves who wrote it"),
    "nothing waits": _("nothing of it waits any more"),
}
# What proved who wrote a mail, or did not.
PROOFS = {
    "sasl": _("he was signed in to the mail server"),
    "network": _("he wrote in a trusted network"),
    "dmarc": _("the mail server vouches for his domain (DMARC)"),
    "dkim": _("the mail server vouches for his domain's signature (DKIM)"),
    "key": _("the mail held the API key"),
    "reply": _("the mail went to a reply address of the account"),
    "forged": _("the mail server says that the sender is forged (DMARC)"),
    "": _("nothing proves it"),
}
# What a receipt says; the values of `model.Delivery`.
DELIVERIES = {
    "delivered": _("delivered"),
    "failed": _("failed"),
    "expired": _("the phone was not reached in time"),
    "on its way": _("on its way"),
}
_OF_ACCOUNTS = {
    "the account is closed": _("the account is closed"),
    "the key is disabled": _("the key is disabled"),
    "its mailbox refuses mails": _("its mailbox refuses mails"),
    "no account has this number": _("no account has this number"),
}
_OF_SENDING = {
    "interrupted": _("the program was interrupted while sending"),
    "no time was left to try a gateway": _("no time was left to try a gateway"),
    "failed": _("the gateway says so, and not why"),
}
OF_MAILS = {**_REFUSALS, **MACHINES, **_LOOP_MAILS, **_OTHERS}
OF_SMS = {
    **{words: words for words in (*letters.OUR_REASONS, *letters.OF_THE_NETWORK)},
    **_OF_ACCOUNTS,
    **_OF_SENDING,
    **letters.HELD_REASONS,
}


def of_mail(translate: Translate, reason: str) -> str:
    """Why something became of a mail; one code, or several behind the number of a rule.

    >>> of_mail(str, "wrong-number (no answer wanted)"), of_mail(str, "A-03 auto-submitted")
    ('a number in the mail is wrong', 'it says of itself that no human wrote it (Auto-Submitted)')
    """
    ours = reason.removesuffix(NO_ANSWER_WANTED).strip()
    codes = [ours] if ours in OF_MAILS else [code for code in ours.split() if not code.startswith("A-")]
    return ", ".join(translate(OF_MAILS[code]) if code in OF_MAILS else code for code in codes)


def of_sms(translate: Translate, reason: str) -> str:
    """Why something became of an SMS.

    >>> of_sms(str, "stale"), of_sms(str, "given up: no connection to the gateway: refused"), of_sms(str, "error 17")
    ('the mail was under way for more than 12 hours', 'given up: no connection to the gateway: refused', 'error 17')
    """
    ours, colon, rest = (reason, "", "") if reason in OF_SMS else reason.partition(": ")
    if ours not in OF_SMS:
        return reason
    return f"{translate(OF_SMS[ours])}{colon}{of_sms(translate, rest)}"


def asks_for_silence(reason: str) -> bool:
    """Whether nobody was told of it because the mail itself asks for no answer."""
    return reason.endswith(NO_ANSWER_WANTED)
