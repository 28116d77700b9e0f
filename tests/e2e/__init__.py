"""The product with a real Postfix, Kannel and PostgreSQL around it; `daemons.py` says how they are kept."""

import pytest

pytest.register_assert_rewrite("tests.e2e.people", "tests.e2e.recorder")
