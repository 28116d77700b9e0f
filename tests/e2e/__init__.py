"""The product with a real Postfix or Exim, Kannel and PostgreSQL around it; `daemons.py` says how they are kept.

Run as root, on a machine that has them; what is missing is skipped with a plain word. Switches:

- `SMSDIALOG_REQUIRE_ALL=1`: what is missing is a failure.
- `SMSDIALOG_KEEP=1`: the folders below /tmp, with all logs, stay.
- `SMSDIALOG_PROGRAMS=DIR`: use the commands installed there, rather than `pip install` the checkout first.

Of the machine, this is touched: a system user `smsdialog` is made when there is none; one line of /etc/postfix/main.cf
names our folder while Postfix runs, and two files of /etc/exim4 while Exim runs (on a machine that has no Exim of its
own).
"""

import pytest

pytest.register_assert_rewrite("tests.e2e.people", "tests.e2e.recorder")
