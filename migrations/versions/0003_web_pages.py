"""Users of the web pages, what they and the command line did, limits of keys, and the indexes of the listings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, columns and indexes."""
    for limit in ("sms_per_account_per_hour", "sms_per_day"):
        op.add_column("keys", sa.Column(limit, sa.Integer(), nullable=False, server_default="0"))
    _users()
    _acts()
    _sign_ins()
    _listings()


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("disabled_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "key_managers",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("key_managers_user_key", "key_managers", ["user_id", "key_id"], unique=True)
    op.create_index("key_managers_key", "key_managers", ["key_id"])


def _acts() -> None:
    op.create_table(
        "acts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("happened_at", sa.Double(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _sign_ins() -> None:
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("tried_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("failed_sign_ins_name", "failed_sign_ins", ["name", "tried_at"])
    op.create_index("failed_sign_ins_address", "failed_sign_ins", ["address", "tried_at"])
    op.create_index("failed_sign_ins_tried", "failed_sign_ins", ["tried_at"])


def _listings() -> None:
    op.create_index("outbound_account", "outbound", ["account_id", "id"])
    op.create_index("inbound_account", "inbound", ["account_id", "id"])
    op.create_index("dialogs_peer", "dialogs", ["peer"])
    _partial("outbound_held", "outbound", "account_id", "state = 'held'")
    _partial("outbound_wrong", "outbound", "id", "state IN ('failed', 'unknown', 'held')")
    _partial("inbound_stopped", "inbound", "id", "state = 'held'")
    _partial("deliveries_failed", "deliveries", "id", "outcome IN ('refused', 'ignored', 'unknown-recipient')")


def _partial(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
