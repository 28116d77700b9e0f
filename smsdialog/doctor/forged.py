"""Forged Authentication-Results, and how a mail server is told to take them out (RFC 8601, 5)."""

from __future__ import annotations

from smsdialog.doctor.exim import APPLY
from smsdialog.doctor.finding import error, quoted
from smsdialog.doctor.place import Place
from smsdialog.doctor.postfix import Postfix

FORGED = error(
    "forged-results",
    "Whoever writes such a header is believed to be whom he says, and texts customers in an employee's name.",
)
# Debian's configuration uses neither of these two; what a filter of Exim's own adds comes later, and stays.
EXIM_STRIP = (
    r"printf '%s\n' 'acl_smsdialog_strip:' '  warn remove_header = Authentication-Results' '  accept'"
    " > /etc/exim4/conf.d/acl/60_smsdialog_strip"
    r" && printf '%s\n' 'acl_not_smtp = acl_smsdialog_strip' 'acl_smtp_predata = acl_smsdialog_strip'"
    f" > /etc/exim4/conf.d/main/60_smsdialog_strip && {APPLY}"
)


def strip(place: Place) -> str:
    """The command that has the mail server take forged results out."""
    if not isinstance(place.server, Postfix):
        return EXIM_STRIP
    ids = "|".join(name.replace(".", "[.]") for name in place.config.auth.trusted_authserv_ids)
    table = place.server.file("header_checks")
    line = f"/^Authentication-Results:[[:space:]]*({ids})[[:space:]]*(;|$)/ IGNORE"
    tables = ", ".join(dict.fromkeys([*place.server.words("header_checks"), f"regexp:{table}"]))
    write = f"install -d {quoted(table.parent)} && {quoted('echo', line)} >> {quoted(table)}"
    return f"{write} && {place.server.change(f'header_checks = {tables}')}"
