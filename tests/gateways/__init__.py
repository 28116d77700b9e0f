"""Gateway types: one contract for all, and a table and its own tests for each."""
