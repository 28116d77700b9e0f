"""Deputies of accounts, customers who said STOP, names, groups and templates of keys, SMS for later, and rounds."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns, tables and indexes."""
    op.add_column("keys", sa.Column("stop_words", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("accounts", sa.Column("forward_until", sa.Double()))
    op.add_column("deliveries", sa.Column("proof", sa.Text(), nullable=False, server_default=""))
    op.add_column("mails", sa.Column("deputy", sa.Text(), nullable=False, server_default=""))
    op.add_column("outbound", sa.Column("not_before", sa.Double(), nullable=False, server_default="0"))
    op.add_column("outbound", sa.Column("taken_at", sa.Double()))
    op.add_column("gateway_minutes", sa.Column("seconds", sa.Double(), nullable=False, server_default="0"))
    _deputies()
    _of_keys()
    _rounds()


def _deputies() -> None:
    _create(
        "deputies", _owned("accounts"), _words("email"), sa.Column("receives", sa.Boolean(), nullable=False), _time()
    )
    op.create_index("deputies_account_email", "deputies", ["account_id", "email"], unique=True)
    op.create_index("deputies_email", "deputies", ["email"])


def _of_keys() -> None:
    _create("stops", _owned("keys"), _words("peer"), _time("stopped_at"))
    _create("contacts", _owned("keys"), _words("peer"), _words("name"))
    _create("groups", _owned("keys"), _words("name"), _time())
    _create("group_members", _owned("groups"), _words("peer"))
    _create("templates", _owned("keys"), _words("name"), _words("text"))
    op.create_index("group_members_peer", "group_members", ["group_id", "peer"], unique=True)
    for table, what in (("stops", "peer"), ("contacts", "peer"), ("groups", "name"), ("templates", "name")):
        op.create_index(f"{table}_key_{what}", table, ["key_id", what], unique=True)


def _rounds() -> None:
    _create(
        "rounds", _words("name"), _time("done_at"), sa.Column("memory", sa.Text(), nullable=False, server_default="")
    )
    op.create_index("rounds_name", "rounds", ["name"], unique=True)


def _create(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(table, sa.Column("id", _id(), primary_key=True), *columns)


def _owned(by: str) -> sa.Column[object]:
    return sa.Column(f"{by[:-1]}_id", _id(), sa.ForeignKey(f"{by}.id"), nullable=False)


def _words(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str = "created_at") -> sa.Column[object]:
    return sa.Column(name, sa.Double(), nullable=False)


def _id() -> sa.types.TypeEngine[object]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
