"""Tests mirror the modules of the product; `tests/e2e/` runs it with real daemons."""
