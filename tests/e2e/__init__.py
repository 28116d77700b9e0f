"""The product with a real Postfix, Kannel and PostgreSQL around it; `daemons.py` says how they are kept.

Run as root, on a machine that has them; what is missing is skipped with a plain word. Switches:

- `SMSDIALOG_REQUIRE_ALL=1`: what is missing is a failure.
- `SMSDIALOG_KEEP=1`: the folders below /tmp, with all logs, stay.
- `SMSDIALOG_PROGRAMS=DIR`: use the commands installed there, rather than `pip install` the checkout first.

Two things of the machine are touched: a system user `smsdialog` is made when there is none, and one line of
/etc/postfix/main.cf names our folder while Postfix runs.
"""

import pytest

pytest.register_assert_rewrite("tests.e2e.people", "tests.e2e.recorder")
