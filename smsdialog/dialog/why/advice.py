"""What an administrator can do now: the command or the setting that changes what became of a message.

Nothing is advised where nothing is wrong, or where only the employee or the customer can do something that he knows.
"""

from __future__ import annotations

from smsdialog.core import letters
from smsdialog.dialog.why.telling import Reader
from smsdialog.store.story import Decision, Mail, Received, Sms


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


_RESEND = _("'smsdialog message resend %(id)s' sends it.")
_RESEND_TWICE = _(
    "'smsdialog message resend %(id)s' sends it again; the customer may get it twice. A receipt may still settle it."
)
_TEXT_GONE = _("The text of %(id)s was removed: the employee has to write it again.")
_FLUSH = _("'smsdialog flush' tries at once; 'smsdialog gateway status' says how the gateways fare.")
_LATER = _("'smsdialog message cancel %(id)s' takes it back.")
_LIMITS = _("'limits' in the configuration and 'smsdialog key edit %(key)s' say how many SMS are allowed.")
_ENABLE = _("'smsdialog key enable %(key)s' ends that.")
_ENABLE_DELIVERS = _("'smsdialog key enable %(key)s' ends that, and mails what is held.")
_STOPPED = _("The customer ends that with START, or 'smsdialog stop remove %(customer)s --key %(key)s' does.")
_RESUME = _("'smsdialog account edit %(email)s --resume' ends that, and mails what is held.")
_READ = _("'smsdialog message show %(id)s' shows it: no account has this number now that it could be mailed to.")
_FLUSH_MAILS = _("'smsdialog flush' tries at once; the mail server's log says why sendmail does not take mails.")
# Of mails; the keys are reasons of refusals, or of what was not even refused.
_OF_DECISIONS = {
    "paused": _ENABLE,
    "no-account": _("'smsdialog account create EMAIL --key KEY' opens an account; so does a mail to subscribe@."),
    "no-key": _("'smsdialog key list' shows the keys; 'smsdialog key rotate KEY' gives one a new secret."),
    "not-proven": _(
        "'smsdialog account list' has the addresses from which people may write. Beside that a key, a reply address or "
        "the mail server's word is wanted: see 'auth' in the configuration."
    ),
    "no-numbers-left": _("'smsdialog number add FIRST-LAST' adds numbers."),
    "too-long": _("'limits.parts_per_sms' says how long a text may be; 'smsdialog key edit KEY --overlong cut' cuts."),
    "too-big": _("'mail.max_bytes' says how big a mail may be."),
    "too-many-recipients": _("'limits.recipients_per_mail' says how many numbers a mail may name."),
    "wrong-number": _("'limits.countries' says where SMS may go; what is no number, the employee was told."),
    "no-group": _("'smsdialog group list' shows the groups."),
    "empty-group": _("'smsdialog group list' shows the groups."),
    "no-template": _("'smsdialog template list' shows the templates."),
}
_MACHINE = _("'smsdialog key edit KEY --machine-mail' lets monitoring mails of proven senders through.")
_STRANGE = _("help@ answers how the service is used; addresses of the service are listed there.")
_QUARANTINED = _("'smsdialog preview FILE' looks at that file again. What went wrong is in the log of the mail server.")


def of_decision(reader: Reader, one: Decision, mail: Mail) -> list[str]:
    """What helps where a recipient of a mail was refused, ignored, dropped or put aside."""
    if one.outcome == "quarantined":
        return [reader.says(_QUARANTINED)]
    if one.outcome == "unknown-recipient":
        return [reader.says(_STRANGE)]
    if one.outcome == "dropped":
        return [reader.says(_MACHINE)] if one.reason.endswith(("auto-submitted", "cron", "machine-header")) else []
    code = one.reason.split()[0] if one.reason else ""
    return [reader.says(_OF_DECISIONS[code], key=mail.label or "KEY")] if code in _OF_DECISIONS else []


def of_sms(reader: Reader, sms: Sms) -> list[str]:
    """What helps an SMS that is not where it should be."""
    return [reader.says(text, **_details(sms)) for text in _for_sms(sms)]


def of_received(reader: Reader, sms: Received) -> list[str]:
    """What helps an SMS that came in and is not mailed."""
    text = _for_received(sms)
    return [reader.says(text, id=f"i{sms.id}", email=sms.email, key=sms.label)] if text else []


def _for_sms(sms: Sms) -> list[str]:
    if sms.state == "queued":
        return [_LATER if sms.not_before > sms.created_at and not sms.attempts else _FLUSH]
    if sms.state not in ("held", "failed", "unknown") or sms.reason == letters.ERASED:
        return []
    mends = {letters.STOPPED: _STOPPED, "the key is disabled": _ENABLE}.get(sms.reason, "")
    if sms.reason in ("account-per-hour", "key-per-day", "new-customers"):
        mends = _LIMITS
    again = _TEXT_GONE if not sms.has_text else _RESEND_TWICE if sms.state == "unknown" else _RESEND
    return [mends, again] if mends else [again]


def _for_received(sms: Received) -> str:
    if sms.state == "received":
        return _FLUSH_MAILS if sms.attempts else ""
    if sms.state != "held":
        return ""
    return {"the key is disabled": _ENABLE_DELIVERS, "its mailbox refuses mails": _RESUME}.get(sms.reason, _READ)


def _details(sms: Sms) -> dict[str, str]:
    return {"id": f"o{sms.id}", "key": sms.label, "customer": sms.peer}
