"""The indexes. A unique one is what makes a promise true, whatever processes do at once:

one open account per (key, address), one open account per number, one SMS per (mail, customer), one
inbound SMS per gateway id. Only migrations load this module: a condition for a dialect loads that
dialect, which a pipe need not pay for.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlalchemy import Index, text

from smsdialog.store import schema
from smsdialog.store.schema import metadata

__all__ = ["metadata"]


def _index(name: str, table: sqlalchemy.Table, *columns: str, unique: bool = False, where: str = "") -> None:
    # SQLite has no booleans, and takes an index only where a query says its condition in the same words.
    on_sqlite = where.replace("NOT reported", "reported = 0").replace("NOT joined", "joined = 0")
    only: dict[str, Any] = {"sqlite_where": text(on_sqlite), "postgresql_where": text(where)} if where else {}
    Index(name, *(table.c[column] for column in columns), unique=unique, **only)


_index("keys_label", schema.keys, "label", unique=True, where="deleted_at IS NULL")
_index("accounts_open_email", schema.accounts, "key_id", "email", unique=True, where="closed_at IS NULL")
_index("accounts_open_number", schema.accounts, "number", unique=True, where="closed_at IS NULL")
_index("accounts_key", schema.accounts, "key_id")
_index("accounts_email", schema.accounts, "email")
_index("accounts_number", schema.accounts, "number")
_index("bounces_account", schema.bounces, "account_id", "inbound_id", unique=True)
_index("keys_previous_hash", schema.keys, "previous_hash")
_index("signatures_account", schema.signatures, "account_id")
_index("endings_account_mail", schema.endings, "account_id", "mail_id", unique=True)
_index("dialogs_account_peer", schema.dialogs, "account_id", "peer", unique=True)
_index("deliveries_mail_recipient", schema.deliveries, "mail_id", "recipient", unique=True)
_index("deliveries_queue_id", schema.deliveries, "queue_id")
_index("outbound_mail_peer", schema.outbound, "mail_id", "peer", unique=True)
_index("outbound_account_created", schema.outbound, "account_id", "created_at", "state")
_index("outbound_dialog_created", schema.outbound, "dialog_id", "created_at")
_index("outbound_gateway_id", schema.outbound, "gateway", "gateway_id")
_index("outbound_queued", schema.outbound, "id", where="state = 'queued'")
_index("outbound_sending", schema.outbound, "leased_until", where="state = 'sending'")
_index(
    "outbound_unreported",
    schema.outbound,
    "mail_id",
    where="NOT reported AND state IN ('failed', 'unknown', 'held', 'delivered')",
)
_index("receipts_outbound_part", schema.receipts, "outbound_id", "part", unique=True)
_index("gateway_minutes_minute", schema.gateway_minutes, "gateway", "minute", unique=True)
_index("segments_part", schema.segments, "group_digest", "part", "digest", unique=True)
_index("segments_waiting", schema.segments, "received_at", where="NOT joined")
_index("inbound_gateway_id", schema.inbound, "gateway", "gateway_id", "digest", unique=True, where="gateway_id <> ''")
_index("inbound_dialog", schema.inbound, "dialog_id", "id")
_index("inbound_waiting", schema.inbound, "account_id", "id", where="state = 'received'")
_index("inbound_held", schema.inbound, "account_id", where="state = 'held'")
_index("notices_mail_kind", schema.notices, "mail_id", "recipient", "kind")
_index("notices_sent", schema.notices, "recipient", "kind", "sent_at")
_index("notices_recipient", schema.notices, "recipient", "sent_at")
_index("notices_waiting", schema.notices, "id", where="sent_at IS NULL")
_index("outbound_account", schema.outbound, "account_id", "id")
_index("outbound_held", schema.outbound, "account_id", where="state = 'held'")
_index("outbound_wrong", schema.outbound, "id", where="state IN ('failed', 'unknown', 'held')")
_index("inbound_account", schema.inbound, "account_id", "id")
_index("inbound_stopped", schema.inbound, "id", where="state = 'held'")
_index("deliveries_failed", schema.deliveries, "id", where="outcome IN ('refused', 'ignored', 'unknown-recipient')")
_index("dialogs_peer", schema.dialogs, "peer")
# Without these, to delete a mail or an account is to look through all that could refer to it.
_index("endings_mail", schema.endings, "mail_id")
_index("mails_account", schema.mails, "account_id", where="account_id IS NOT NULL")
_index("notices_account", schema.notices, "account_id", where="account_id IS NOT NULL")
_index("key_managers_user_key", schema.key_managers, "user_id", "key_id", unique=True)
_index("key_managers_key", schema.key_managers, "key_id")
_index("failed_sign_ins_name", schema.failed_sign_ins, "name", "tried_at")
_index("failed_sign_ins_address", schema.failed_sign_ins, "address", "tried_at")
_index("failed_sign_ins_tried", schema.failed_sign_ins, "tried_at")
_index("deputies_account_email", schema.deputies, "account_id", "email", unique=True)
_index("deputies_email", schema.deputies, "email")
_index("stops_key_peer", schema.stops, "key_id", "peer", unique=True)
_index("contacts_key_peer", schema.contacts, "key_id", "peer", unique=True)
_index("groups_key_name", schema.groups, "key_id", "name", unique=True)
_index("group_members_peer", schema.group_members, "group_id", "peer", unique=True)
_index("templates_key_name", schema.templates, "key_id", "name", unique=True)
_index("rounds_name", schema.rounds, "name", unique=True)
