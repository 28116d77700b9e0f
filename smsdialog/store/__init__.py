"""The ledger: everything that must survive a crash, behind named queries.

This package is the only importer of SQLAlchemy and Alembic. A caller opens a `Store`, begins a
`transaction()` (writing) or a `reading()`, and hands the connection to the named queries in the
modules beside this one, one module for each noun.
"""

from smsdialog.store.engine import Clash, Connection, Store, open_store

__all__ = ["Clash", "Connection", "Store", "open_store"]
