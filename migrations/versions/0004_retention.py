"""For how long a key's texts, numbers and records are kept, and what it takes to delete quickly."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns and indexes."""
    op.add_column("keys", sa.Column("texts", sa.Text(), nullable=False, server_default=""))
    for name in ("texts_days", "numbers_days", "records_days"):
        op.add_column("keys", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_index("endings_mail", "endings", ["mail_id"])
    for table in ("mails", "notices"):
        known = sa.text("account_id IS NOT NULL")
        op.create_index(f"{table}_account", table, ["account_id"], sqlite_where=known, postgresql_where=known)
