"""`message list` accounts for every SMS and every mail that went through Exim; the last module to run."""

from __future__ import annotations

import pytest

from tests.e2e.test_whole_ledger import (  # noqa: F401
    _one_dialog,
    test_every_sms_from_a_phone_is_mailed_or_held,
    test_every_sms_on_a_phone_stands_in_the_ledger_once,
    test_receipts_make_messages_delivered,
)

pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("exim"), pytest.mark.needs("kannel")]
