"""The ledger's promises, on SQLite and on PostgreSQL."""
