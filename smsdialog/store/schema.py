"""The tables. `migrations/` makes them; a test holds the two together.

Times are seconds since the epoch (UTC). The indexes, and with them what is unique, are in `indexes`.
"""

from __future__ import annotations

import sqlalchemy
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Double,
    ForeignKey,
    FromClause,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    literal_column,
)

# The Alembic revision that these tables are; the pipe compares it without loading Alembic.
REVISION = "0005"

metadata = MetaData()


class Words(TypeDecorator[str]):
    """Any text at all. Neither database takes a lone surrogate, and PostgreSQL no NUL; mails and SMS have both."""

    impl = sqlalchemy.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text without its NULs, and with a question mark for each lone surrogate."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


_Id = BigInteger().with_variant(Integer, "sqlite")

keys = Table(
    "keys",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("public_id", Words, nullable=False, unique=True),
    Column("label", Words, nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    # The secret before the last rotation, and until when it is still good.
    Column("previous_hash", String(64), nullable=False, default=""),
    Column("previous_until", Double, nullable=False, default=0.0),
    Column("enabled", Boolean, nullable=False),
    # What this key wants otherwise than the configuration; empty: as the configuration says.
    Column("cut", Words, nullable=False, default=""),
    Column("overlong", Words, nullable=False, default=""),
    Column("require", Words, nullable=False, default=""),
    # Domains that its employees write from, separated by blanks; empty: any.
    Column("domains", Words, nullable=False, default=""),
    Column("machine_mail", Boolean, nullable=False, default=False),
    # Which receipts its employees are told of: `failed`, `all` or `none`; an account may want otherwise.
    Column("receipts", Words, nullable=False, default="", server_default=""),
    # How many SMS it may send, otherwise than the configuration says; 0: as that says.
    Column("sms_per_account_per_hour", Integer, nullable=False, default=0, server_default="0"),
    Column("sms_per_day", Integer, nullable=False, default=0, server_default="0"),
    # Whether texts are kept at all, and for how many days texts, numbers and records are, otherwise than the
    # configuration says; empty, or 0: as that says.
    Column("texts", Words, nullable=False, default="", server_default=""),
    Column("texts_days", Integer, nullable=False, default=0, server_default="0"),
    Column("numbers_days", Integer, nullable=False, default=0, server_default="0"),
    Column("records_days", Integer, nullable=False, default=0, server_default="0"),
    # Whether customers may end what they get with STOP.
    Column("stop_words", Boolean, nullable=False, default=False, server_default=sqlalchemy.false()),
    Column("created_at", Double, nullable=False),
    Column("deleted_at", Double),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key_id", _Id, ForeignKey("keys.id"), nullable=False),
    Column("email", Words, nullable=False),
    Column("number", Words, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("closed_at", Double),
    # Since when SMS are held because the mailbox kept refusing mails.
    Column("suspended_at", Double),
    Column("receipts", Words, nullable=False, default="", server_default=""),
    # Until when SMS to a closed account's number still become mails.
    Column("forward_until", Double),
)

# Other addresses of an account: those that get its SMS (instead of its own), and those that may only answer as it.
deputies = Table(
    "deputies",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("account_id", _Id, ForeignKey("accounts.id"), nullable=False),
    Column("email", Words, nullable=False),
    Column("receives", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
)

# Customers who want nothing more from a key's accounts.
stops = Table(
    "stops",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key_id", _Id, ForeignKey("keys.id"), nullable=False),
    Column("peer", Words, nullable=False),
    Column("stopped_at", Double, nullable=False),
)

# What a key's employees call its customers.
contacts = Table(
    "contacts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key_id", _Id, ForeignKey("keys.id"), nullable=False),
    Column("peer", Words, nullable=False),
    Column("name", Words, nullable=False),
)

# Several customers under one address, `gruppe-NAME@`.
groups = Table(
    "groups",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key_id", _Id, ForeignKey("keys.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("created_at", Double, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("group_id", _Id, ForeignKey("groups.id"), nullable=False),
    Column("peer", Words, nullable=False),
)

# Texts that a key's employees send again and again, under one address each.
templates = Table(
    "templates",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key_id", _Id, ForeignKey("keys.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("text", Words, nullable=False),
)

# Bounces of SMS mails: what they count, see `dialog.bounce`.
bounces = Table(
    "bounces",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("account_id", _Id, ForeignKey("accounts.id"), nullable=False),
    Column("inbound_id", _Id, nullable=False),
    Column("points", Double, nullable=False),
    Column("bounced_at", Double, nullable=False),
)

# Deliveries that ended in an unexpected error, by a digest of queue id and recipients.
failures = Table(
    "failures",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("count", Integer, nullable=False),
    Column("failed_at", Double, nullable=False),
)

# What the product knows to be an account's e-mail signature, and cuts from its mails.
signatures = Table(
    "signatures",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("account_id", _Id, ForeignKey("accounts.id"), nullable=False),
    Column("text", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("created_at", Double, nullable=False),
)

# How the last mails of an account ended, to see a signature in what they have in common.
endings = Table(
    "endings",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("account_id", _Id, ForeignKey("accounts.id"), nullable=False),
    Column("mail_id", _Id, ForeignKey("mails.id"), nullable=False),
    Column("text", Words, nullable=False),
)

number_ranges = Table(
    "number_ranges",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("created_at", Double, nullable=False),
)

dialogs = Table(
    "dialogs",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("account_id", _Id, ForeignKey("accounts.id"), nullable=False),
    Column("peer", Words, nullable=False),
    Column("last_mail_id", Words, nullable=False, default=""),
    Column("used_at", Double, nullable=False),
)

# One row a mail, however often and for however many recipients the MTA hands it over.
mails = Table(
    "mails",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("account_id", _Id, ForeignKey("accounts.id")),
    # Who wrote it, where it was another than the account's own employee.
    Column("deputy", Words, nullable=False, default="", server_default=""),
    Column("message_id", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("received_at", Double, nullable=False),
)

# One row for each recipient of a mail: what became of it there. `recipient` is redacted.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("mail_id", _Id, ForeignKey("mails.id"), nullable=False),
    Column("recipient", Words, nullable=False),
    Column("queue_id", Words, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("reason", Words, nullable=False),
    # What proved who wrote it, a key of `core.reasons.PROOFS`; empty: nothing.
    Column("proof", Words, nullable=False, default="", server_default=""),
    Column("created_at", Double, nullable=False),
)

outbound = Table(
    "outbound",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("mail_id", _Id, ForeignKey("mails.id"), nullable=False),
    Column("account_id", _Id, ForeignKey("accounts.id"), nullable=False),
    Column("dialog_id", _Id, ForeignKey("dialogs.id"), nullable=False),
    Column("peer", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("encoding", Words, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("state", Words, nullable=False),
    Column("gateway", Words, nullable=False),
    Column("gateway_id", Words, nullable=False),
    Column("reference", Words, nullable=False, unique=True),
    Column("reason", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Not to be tried before this time by those who look for what waits.
    Column("due_at", Double, nullable=False, default=0.0, server_default="0"),
    # Not to be sent before this time by anybody, as its author wants it; 0: at once.
    Column("not_before", Double, nullable=False, default=0.0, server_default="0"),
    # When a gateway took it.
    Column("taken_at", Double),
    # What the gateway said last, in its own words, for the operator.
    Column("answer", Words, nullable=False, default="", server_default=""),
    # Which receipts the employee is told of.
    Column("receipts", Words, nullable=False, default="failed", server_default="failed"),
    Column("leased_until", Double, nullable=False),
    Column("owner", Words, nullable=False, default=""),
    Column("reported", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
)

# What gateways said of each part of an SMS afterwards; `part` is empty where a receipt is of the whole.
receipts = Table(
    "receipts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("outbound_id", _Id, ForeignKey("outbound.id"), nullable=False),
    Column("part", Words, nullable=False),
    Column("delivery", Words, nullable=False),
    Column("reason", Words, nullable=False),
    # When the provider says that it happened.
    Column("happened_at", Double),
    Column("received_at", Double, nullable=False),
)

# How the calls of each gateway went, by the minute.
gateway_minutes = Table(
    "gateway_minutes",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("gateway", Words, nullable=False),
    Column("minute", BigInteger, nullable=False),
    Column("tried", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    # What the calls took together.
    Column("seconds", Double, nullable=False, default=0.0, server_default="0"),
)

# Gateways that are passed over, until when, and why; a row with `down_since` empty is one that is well again.
gateway_states = Table(
    "gateway_states",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("gateway", Words, nullable=False, unique=True),
    Column("down_since", Double),
    Column("down_until", Double, nullable=False),
    Column("pauses", Integer, nullable=False),
    Column("kind", Words, nullable=False),
    Column("reason", Words, nullable=False),
)

# Parts of long SMS, until the last has come; joined ones are kept a while, to know a repeated part by.
segments = Table(
    "segments",
    metadata,
    Column("id", _Id, primary_key=True),
    # Sender, receiver, reference and number of parts: what makes parts one SMS.
    Column("group_digest", String(64), nullable=False),
    Column("part", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("gateway", Words, nullable=False),
    Column("gateway_id", Words, nullable=False),
    Column("sender", Words, nullable=False),
    Column("number", Words, nullable=False),
    Column("total", Integer, nullable=False),
    Column("text", Words, nullable=False),
    Column("sent_at", Double),
    Column("received_at", Double, nullable=False),
    Column("joined", Boolean, nullable=False),
)

inbound = Table(
    "inbound",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("gateway", Words, nullable=False),
    Column("gateway_id", Words, nullable=False),
    # With the gateway's id, what makes two calls the same SMS: an id that is used again is no reason to lose a text.
    Column("digest", String(64), nullable=False),
    Column("sender", Words, nullable=False),
    Column("number", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("account_id", _Id, ForeignKey("accounts.id")),
    Column("dialog_id", _Id, ForeignKey("dialogs.id")),
    Column("state", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("sent_at", Double),
    Column("received_at", Double, nullable=False),
    Column("mailed_at", Double),
    Column("leased_until", Double, nullable=False),
    Column("owner", Words, nullable=False, default=""),
    Column("attempts", Integer, nullable=False),
)

# Mails of ours to employees and the operator: written first, handed to sendmail after the commit.
notices = Table(
    "notices",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("mail_id", _Id, ForeignKey("mails.id")),
    Column("account_id", _Id, ForeignKey("accounts.id")),
    Column("recipient", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("in_reply_to", Words, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("owner", Words, nullable=False, default=""),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", Double),
)

# Who may sign in to the web pages. A higher `generation` ends every session of a lower one.
users = Table(
    "users",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("role", Words, nullable=False),
    Column("password_hash", Words, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("disabled_at", Double),
)

# The keys of those users who see some of them only.
key_managers = Table(
    "key_managers",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key_id", _Id, ForeignKey("keys.id"), nullable=False),
    Column("user_id", _Id, ForeignKey("users.id"), nullable=False),
)

# Every change that somebody made, and every look at a text: written with it, in its transaction.
acts = Table(
    "acts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("happened_at", Double, nullable=False),
    Column("who", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("act", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("details", Words, nullable=False),
)

# Sign-ins that failed, or are being looked at; `name` is a digest, as people type passwords there, too.
failed_sign_ins = Table(
    "failed_sign_ins",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("address", Words, nullable=False),
    Column("tried_at", Double, nullable=False),
)

# What happens once in a while: the digest, the heartbeat; when it last did, and what it has to remember.
rounds = Table(
    "rounds",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", Words, nullable=False),
    Column("done_at", Double, nullable=False),
    Column("memory", Words, nullable=False, default="", server_default=""),
)


def in_state(table: FromClause, *states: str) -> ColumnElement[bool]:
    """Whether a row is in one of these states, which stand in the statement itself.

    Neither database uses a partial index where the state is a parameter, and those indexes keep what
    waits apart from the millions that do not; and SQLite plans such a statement anew for every value.
    """
    wanted: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in states]  # words of `core.ledger`
    return table.c.state == wanted[0] if len(wanted) == 1 else table.c.state.in_(wanted)
