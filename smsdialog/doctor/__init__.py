"""Is the installation well? Everything around the product that it hangs on, looked at from outside, changing nothing.

    finding.py         what is said: findings of named kinds, and what could not be looked at
    examine.py         the whole examination, and the part of it that a web page may show
    place.py           what is examined            mail_server.py     which mail server stands in front
    person.py          what a user may do          programs.py, commands.py, interpreter.py, fetch.py

One module for each subject: configuration, credentials, state, database, waiting, sendmail, postfix_route,
postfix_pipe, postfix_alias, exim_pipe, forged, dns, gateways, web, clock, resident, loop. Each makes its kinds at its
top, and yields findings; to add one, add a kind there, a row in docs/doctor.md, and a fault in tests/doctor/.
"""

from smsdialog.doctor.examine import Report, at_a_glance, examine
from smsdialog.doctor.finding import ERROR, KINDS, WARNING, Finding, Kind, Unchecked

__all__ = ["ERROR", "KINDS", "WARNING", "Finding", "Kind", "Report", "Unchecked", "at_a_glance", "examine"]
