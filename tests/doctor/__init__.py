"""Faults that are planted in a healthy installation, each of which the doctor must find, and say how it is mended."""

import pytest

pytest.register_assert_rewrite("tests.doctor.ward")
