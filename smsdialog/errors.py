"""Every error of the product: its exit status, its enhanced status code, and what people are told.

    SmsDialogError
     ├─ TemporaryError            try again later: exit 75
     │   ├─ ConfigError           the configuration file
     │   ├─ StoreUnavailable      the database
     │   │   └─ SchemaOutdated    `smsdialog db upgrade` is wanted
     │   ├─ SendmailFailed        sendmail did not take a mail
     │   └─ DeadlineExceeded      a run took too long
     ├─ TooCostly                 a mail that takes more than any mail should: 75, and put aside at its third try
     ├─ Unauthentic               an HTTP call without its credential: 403
     ├─ BadCall                   an HTTP call that makes no sense: 400
     ├─ SetupRefused              a mail server is not set up, and left as it was: CLI exit 1
     ├─ BackupRefused             a backup cannot be made, or not be put back: CLI exit 1
     ├─ Declined                  what an administrator asked for is not done: CLI exit 1
     │   ├─ NotFound, Conflict    it is not there, or collides with what is
     │   ├─ Forbidden             his role does not let him
     │   └─ SignInRefused, TooManySignIns
     └─ Refusal                   this mail will not become an SMS, and why; exit 0

A `Refusal` is for the employee: its `message` is an English text, translated where the notice is
written, with `details` filled in. Codes are those of RFC 3463; exit statuses those of sysexits(3).
"""

from __future__ import annotations

from typing import ClassVar

EXIT_OK = 0
EXIT_UNKNOWN_RECIPIENT = 67
EXIT_TEMPORARY = 75
EXIT_NO_PERMISSION = 77


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


class SmsDialogError(Exception):
    """The root: anything that we raise on purpose."""

    exit_status: ClassVar[int] = EXIT_TEMPORARY
    status_code: ClassVar[str] = "4.3.0"
    # One ASCII line for the MTA; it holds no path, number or secret.
    public_line: ClassVar[str] = "temporary failure, please try again later"


class TemporaryError(SmsDialogError):
    """Nothing is decided; the same mail may be handed over again."""


class ConfigError(TemporaryError):
    """The configuration is missing or wrong; the message names key, file and expectation."""

    status_code = "4.3.5"
    public_line = "configuration error; the operator runs 'smsdialog db check' to see it"


class StoreUnavailable(TemporaryError):
    """The database cannot be reached, is locked, full or read-only."""

    public_line = "database unavailable, please try again later"


class SchemaOutdated(StoreUnavailable):
    """The database has no schema, or one of another version."""

    status_code = "4.3.5"
    public_line = "database schema missing or outdated; the operator runs 'smsdialog db upgrade'"


class SendmailFailed(TemporaryError):
    """The sendmail binary is missing, hung, or refused a mail."""

    public_line = "cannot hand over a mail, please try again later"


class DeadlineExceeded(TemporaryError):
    """A run of the pipe came to the end of its time."""

    public_line = "out of time, please try again later"


class TooCostly(SmsDialogError):
    """A mail took more processor time than any mail should; it may be the mail, so this counts against it."""


class Unauthentic(SmsDialogError):
    """An HTTP call without the credential that its gateway type asks for."""


class BadCall(SmsDialogError):
    """An HTTP call that cannot be understood."""


class SetupRefused(SmsDialogError):
    """A mail server cannot be set up as asked; nothing was changed, or all of it was put back."""


class BackupRefused(SmsDialogError):
    """A backup cannot be made, or is none that can be put back here."""


class Declined(SmsDialogError):
    """What an administrator asked for is not done; `message` is an English text, `details` are filled in.

    The command line says it in English, the web pages in the reader's language.
    """

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message % details if details else message)
        self.message = message
        self.details = details


class NotFound(Declined):
    """What an administrator named does not exist."""


class Conflict(Declined):
    """What an administrator asked for collides with what is there."""


class Forbidden(Declined):
    """Who asks may not do that."""


class SignInRefused(Declined):
    """No such user, another password, or a user who is disabled: which of them is nobody's business."""


class TooManySignIns(Declined):
    """There were too many wrong passwords of late."""


class Refusal(SmsDialogError):
    """A mail that will not become an SMS. `kind` names the reason in the ledger and in logs."""

    exit_status = EXIT_OK
    status_code = "5.7.1"
    kind: ClassVar[str] = "refused"
    message: ClassVar[str] = _("The mail was refused.")

    # The subject of the mail that tells of it.
    subject: ClassVar[str] = _("SMS not sent")

    def __init__(self, **details: str) -> None:
        super().__init__(self.kind)
        self.details = details

    @property
    def topic(self) -> str:
        """What nobody is told twice within an hour; two wrong numbers are two topics."""
        return self.kind


class NumberRefused(Refusal):
    """One text that cannot be texted as a number; `reason` is a key of `NUMBER_REASONS`."""

    kind = "wrong-number"
    status_code = "5.1.3"
    message = _("“%(typed)s” is not a number that can be texted: %(reason)s")

    def __init__(self, typed: str, reason: str) -> None:
        super().__init__(typed=typed, reason=reason)
        self.typed = typed
        self.reason = reason


class WrongNumbers(Refusal):
    """At least one number of a mail is wrong, so nothing is sent."""

    kind = "wrong-number"
    status_code = "5.1.3"
    message = _("Nothing was sent to anybody, because not every number is right:")

    def __init__(self, refused: tuple[NumberRefused, ...]) -> None:
        super().__init__()
        self.refused = refused

    @property
    def topic(self) -> str:
        """These very numbers."""
        return f"{self.kind} {'|'.join(sorted(error.typed for error in self.refused))[:200]}"


class NoNumber(Refusal):
    """The mail names no customer."""

    kind = "no-number"
    status_code = "5.1.3"
    message = _(
        "The mail names no mobile number. Write the number in the subject, several numbers with commas between them."
    )


class TooManyRecipients(Refusal):
    """More customers than `limits.recipients_per_mail`."""

    kind = "too-many-recipients"
    status_code = "5.5.3"
    message = _("The mail names %(count)s mobile numbers; at most %(limit)s are allowed in one mail.")


class EmptyText(Refusal):
    """There is no text of the employee's own in the mail."""

    kind = "empty"
    status_code = "5.6.0"
    message = _("The mail holds no text to send.")


class AttachmentOnly(Refusal):
    """There is nothing but attachments."""

    kind = "attachment-only"
    status_code = "5.6.1"
    message = _("The mail holds attachments but no text. Attachments cannot be sent as an SMS.")


class Encrypted(Refusal):
    """An encrypted mail (S/MIME, PGP)."""

    kind = "encrypted"
    status_code = "5.6.1"
    message = _("The mail is encrypted, so its text cannot be read. Send it without encryption.")


class SignedOpaque(Refusal):
    """An S/MIME mail whose text is wrapped inside its signature."""

    kind = "signed-opaque"
    status_code = "5.6.1"
    message = _("The mail is signed in a way that hides its text. Send it without a digital signature.")


class TnefOnly(Refusal):
    """Outlook's own format (winmail.dat) and nothing else."""

    kind = "tnef"
    status_code = "5.6.1"
    message = _("The mail came in Outlook's own format (winmail.dat). Send it as plain text or HTML.")


class TooLong(Refusal):
    """More parts than `limits.parts_per_sms`."""

    kind = "too-long"
    status_code = "5.2.3"
    message = _("The text is too long: it would take %(parts)s SMS, and at most %(limit)s are allowed.")


class TooBig(Refusal):
    """More octets than `mail.max_bytes`."""

    kind = "too-big"
    status_code = "5.3.4"
    message = _("The mail is too big. At most %(limit)s MB are allowed; leave attachments out.")


class AccountPaused(Refusal):
    """The account's key is disabled."""

    kind = "paused"
    status_code = "5.7.1"
    subject = _("Your account is paused")
    message = _("Your account is paused, because its API key has been disabled. Ask your administrator.")


class AccountClosed(Refusal):
    """Every account of the sender is closed; said at the door only."""

    kind = "closed"
    message = _(
        "Your SMS account is closed. To get a new one, write to subscribe@%(domain)s, your API key in the subject."
    )


class AccountForwarded(Refusal):
    """An answer of the former employee of an account that is closed, and whose SMS still come to him for a time."""

    kind = "forwarded"
    subject = _("Your account is closed")
    message = _("Your SMS account is closed. SMS to its number still come to you for a time, but cannot be answered.")


class OverLimit(Refusal):
    """The sender has sent what `limits` allow; said at the door only, as what was taken is held instead."""

    kind = "over-limit"
    status_code = "4.7.1"
    message = _("You have sent as many SMS as you may for now. Try again later.")


class NoAccount(Refusal):
    """An enabled key, but the sender has no account on it."""

    kind = "no-account"
    status_code = "5.7.1"
    subject = _("No account yet")
    message = _(
        "You have no account yet. Write a mail to subscribe@%(domain)s with your API key in the subject, "
        "then send your message again."
    )


class UnknownRecipient(Refusal):
    """A local part that means nothing here."""

    kind = "unknown-recipient"
    status_code = "5.1.1"
    message = _("There is no address “%(recipient)s” here. Write to help@%(domain)s to see how the service is used.")

    @property
    def topic(self) -> str:
        """This very address."""
        return f"{self.kind} {self.details['recipient']}"


class NotAnswerable(Refusal):
    """A reply to an SMS from a sender that is no phone number."""

    kind = "not-answerable"
    status_code = "5.1.3"
    message = _("The SMS that you answered came from a sender that cannot be answered.")


class GroupUnknown(Refusal):
    """The sender's key has no group of this name."""

    kind = "no-group"
    status_code = "5.1.1"
    message = _("There is no group “%(name)s”, so nothing was sent to anybody. Your groups: %(known)s")

    @property
    def topic(self) -> str:
        """This very name."""
        return f"{self.kind} {self.details['name']}"


class GroupEmpty(Refusal):
    """A group without members."""

    kind = "empty-group"
    status_code = "5.1.1"
    message = _("The group “%(name)s” has no members, so nothing was sent to anybody.")

    @property
    def topic(self) -> str:
        """This very name."""
        return f"{self.kind} {self.details['name']}"


class TemplateUnknown(Refusal):
    """The sender's key has no template of this name."""

    kind = "no-template"
    status_code = "5.1.1"
    message = _("There is no template “%(name)s”, so nothing was sent. Your templates: %(known)s")

    @property
    def topic(self) -> str:
        """This very name."""
        return f"{self.kind} {self.details['name']}"


class SeveralTemplates(Refusal):
    """A mail has one text, and so one template at most."""

    kind = "several-templates"
    status_code = "5.1.3"
    message = _("The mail names several templates, so nothing was sent. Write to one template at a time.")


class LineMissing(Refusal):
    """A template has a field for a line that the mail does not have."""

    kind = "line-missing"
    status_code = "5.6.0"
    message = _("The template “%(name)s” takes at least %(lines)s lines of text, and the mail has fewer.")


class TimeUnreadable(Refusal):
    """Brackets at the start of the subject that look like a time and are none."""

    kind = "wrong-time"
    status_code = "5.6.0"
    message = _(
        "Nothing was sent, because the time “%(words)s” at the start of the subject cannot be understood. Write it as "
        "[kl. 14:30], [i morgen kl. 8], [mandag kl. 8] or [25/12 kl. 9]."
    )

    @property
    def topic(self) -> str:
        """These very words."""
        return f"{self.kind} {self.details['words']}"


class TimePast(Refusal):
    """A day and time that are over."""

    kind = "time-past"
    status_code = "5.6.0"
    message = _("Nothing was sent, because the time at the start of the subject is over.")


class TimeTooFar(Refusal):
    """Later than `limits.days_ahead` allows."""

    kind = "time-too-far"
    status_code = "5.6.0"
    message = _("Nothing was sent: an SMS can wait for %(days)s days at most, and the time in the subject is later.")


class KeyMissing(Refusal):
    """A subscribe or unsubscribe mail without a usable key."""

    kind = "no-key"
    status_code = "5.7.1"
    subject = _("No valid API key")
    message = _("The mail holds no valid API key. Write the API key in the subject. Ask your administrator for it.")


class NumbersExhausted(Refusal):
    """Every number of the ranges is in use or rests."""

    kind = "no-numbers-left"
    status_code = "4.5.0"
    subject = _("No free numbers")
    message = _("There are no free numbers left just now. Your administrator has been told.")


# Why a text cannot be texted as a number, in words for the employee.
NUMBER_REASONS = {
    "empty": _("there is no number."),
    "letters": _("it contains letters."),
    "extension": _("it has an extension; an SMS cannot be sent to an extension."),
    "characters": _("it contains characters that do not belong in a number."),
    "too-short": _("it has too few digits."),
    "too-long": _("it has too many digits."),
    "invalid": _("no such number exists. Write foreign numbers with their country code, such as +46."),
    "emergency": _("it is an emergency number."),
    "short-code": _("it is a short number, which cannot be texted from here."),
    "premium": _("it is a premium-rate number."),
    "country": _("SMS to that country are not allowed here."),
}
