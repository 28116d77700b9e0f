"""Receipts by part, parts of long SMS, and how the gateways fare."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and columns."""
    op.add_column("keys", sa.Column("receipts", sa.Text(), nullable=False, server_default=""))
    op.add_column("accounts", sa.Column("receipts", sa.Text(), nullable=False, server_default=""))
    op.add_column("outbound", sa.Column("due_at", sa.Double(), nullable=False, server_default="0"))
    op.add_column("outbound", sa.Column("answer", sa.Text(), nullable=False, server_default=""))
    op.add_column("outbound", sa.Column("receipts", sa.Text(), nullable=False, server_default="failed"))
    _receipts()
    _gateways()
    _segments()
    _told_of_what_was_delivered()


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("outbound_id", _ID, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.Double(), nullable=True),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["outbound_id"], ["outbound.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("receipts_outbound_part", "receipts", ["outbound_id", "part"], unique=True)


def _gateways() -> None:
    op.create_table(
        "gateway_minutes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gateway_minutes_minute", "gateway_minutes", ["gateway", "minute"], unique=True)
    op.create_table(
        "gateway_states",
        sa.Column("id", _ID, nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("down_since", sa.Double(), nullable=True),
        sa.Column("down_until", sa.Double(), nullable=False),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("gateway"),
    )


def _segments() -> None:
    op.create_table(
        "segments",
        sa.Column("id", _ID, nullable=False),
        sa.Column("group_digest", sa.String(64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("gateway_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.Double(), nullable=True),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("segments_part", "segments", ["group_digest", "part", "digest"], unique=True)
    op.create_index(
        "segments_waiting",
        "segments",
        ["received_at"],
        sqlite_where=sa.text("joined = 0"),
        postgresql_where=sa.text("NOT joined"),
    )


def _told_of_what_was_delivered() -> None:
    """Up to now nobody was told of a delivered SMS, and nobody shall hear of old ones."""
    op.execute("UPDATE outbound SET reported = TRUE WHERE state = 'delivered'")
    op.drop_index("outbound_unreported", "outbound")
    states = "state IN ('failed', 'unknown', 'held', 'delivered')"
    op.create_index(
        "outbound_unreported",
        "outbound",
        ["mail_id"],
        sqlite_where=sa.text(f"reported = 0 AND {states}"),
        postgresql_where=sa.text(f"NOT reported AND {states}"),
    )
