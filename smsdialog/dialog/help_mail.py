"""help@: how the service is used.

An open account's address is answered without further proof: the answer says nothing secret and goes
nowhere but to that account. Anybody else must be a colleague whom the MTA knows, or name an enabled key.
"""

from __future__ import annotations

from smsdialog.core import letters
from smsdialog.dialog import notify
from smsdialog.dialog.authorise import accepts
from smsdialog.dialog.case import Case, Fate, key_in
from smsdialog.dialog.service import Service
from smsdialog.store import Connection


def decide(service: Service, tx: Connection, case: Case, mail_id: int) -> Fate:
    """Write the help mail. Writes."""
    key = key_in(service, tx, case.mail.subject)
    if not case.admitted or not (case.accounts or case.proof.local or (key and key.enabled and accepts(key, case))):
        return Fate("ignored", "not-proven")
    numbers = [account.number for account in case.accounts]
    letter = letters.help_letter(service.translate, service.config.domain, numbers)
    notify.answer(service, tx, case, mail_id, case.sender, "help", letter)
    return Fate("helped")
