"""The record and what leaves it: events, outbox, idempotency keys, accounts, statistics."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from ksbb.storage.tables.base import Code, Id, Json, Name, Stream, UtcTime, identity, metadata, quantity

events = Table(
    "events",
    metadata,
    identity(),
    Column("stream", Stream, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("kind", Code, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("account_id", Id, nullable=False),
    Column("role", Code, nullable=False),
    Column("reason", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("stream", "sequence"),
)

outbox = Table(
    "outbox",
    metadata,
    identity(),
    Column("program_id", Code, nullable=False),
    Column("consumer", Code, nullable=False),
    Column("stage", Code, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("event_id", Id, nullable=False),
    Column("status", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("available_at", UtcTime, nullable=False),
    Column("batch_id", Id),
    Column("begun_at", UtcTime),
    Column("claimed_until", UtcTime),
    Column("losses", Integer, nullable=False, server_default=text("0")),
    Column("reason", Text, nullable=False, default=""),
    Column("created_at", UtcTime, nullable=False),
    Column("done_at", UtcTime),
    Column("trace", String(55)),
    Index(
        "ix_outbox_due",
        "program_id",
        "consumer",
        "available_at",
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
    Index(
        "ix_outbox_claimed",
        "claimed_until",
        sqlite_where=text("status = 'pending' AND claimed_until IS NOT NULL"),
        postgresql_where=text("status = 'pending' AND claimed_until IS NOT NULL"),
    ),
    Index(
        "ix_outbox_undone",
        "status",
        "program_id",
        sqlite_where=text("status <> 'done'"),
        postgresql_where=text("status <> 'done'"),
    ),
)
"""Work that an event caused: `consumer` is the flow that does it; status pending, done, parked or dropped.

A pending row with `claimed_until` belongs to a batch: `batch_id` names it, `begun_at` says since when a worker is at it. Without
`claimed_until` both are history. `losses` counts the workers that ended in the middle of it. `trace` is the W3C traceparent of
the request that caused it.
"""

idempotency = Table(
    "idempotency",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("key", Name, primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
)

accounts = Table(
    "accounts",
    metadata,
    identity(),
    Column("email", Name, nullable=False, unique=True),
    Column("name", Name, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("party_id", ForeignKey("parties.id")),
    Column("target_id", ForeignKey("targets.id")),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)

grants = Table(
    "grants",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("role", Code, nullable=False),
    Column("program_id", Code),
    Column("area_code", ForeignKey("areas.code")),
)

tokens = Table(
    "tokens",
    metadata,
    identity(),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("kind", Code, nullable=False),
    Column("name", Name, nullable=False),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("scopes", Json),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)
"""Refresh tokens of people and API tokens of systems; only the hash of a secret is kept."""

statistics_daily = Table(
    "statistics_daily",
    metadata,
    Column("day", Date, primary_key=True),
    Column("program_id", Code, primary_key=True),
    Column("measure", Code, primary_key=True),
    Column("city", Code, primary_key=True),
    Column("donor_class", Code, primary_key=True),
    Column("target_kind", Code, primary_key=True),
    Column("aid_type", Code, primary_key=True),
    Column("synthetic", Boolean, primary_key=True),
    Column("slot", Integer, primary_key=True),
    quantity("count"),
    quantity("quantity"),
    quantity("value"),
    Index("ix_statistics_daily_fresh", "day", sqlite_where=text("slot >= 0"), postgresql_where=text("slot >= 0")),
)
"""Sums per day (Asia/Jakarta), kept in the transaction of each act; `value` in whole rupiah at reference values.

A sum is spread over slots and is to be added up: in one row, all acts of a program would wait for each other. When its day is
over, it is folded into the one row of slot -1 (`ksbb.statistics.folding`).
"""

statistics_folded = Table(
    "statistics_folded",
    metadata,
    Column("breakdown", Code, primary_key=True),
    Column("span", Code, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("program_id", Code, primary_key=True),
    Column("measure", Code, primary_key=True),
    Column("city", Code, primary_key=True),
    Column("donor_class", Code, primary_key=True),
    Column("target_kind", Code, primary_key=True),
    Column("aid_type", Code, primary_key=True),
    Column("synthetic", Boolean, primary_key=True),
    quantity("count"),
    quantity("quantity"),
    quantity("value"),
    Index(None, "breakdown", "span", "program_id", "since"),
)
"""The rows of slot -1 added up: by what `breakdown` names (other dimensions are empty), over the `span` (day, month or year) that
starts on the day `since`. Written where those rows are written, in the same transaction.
"""

participants = Table(
    "participants",
    metadata,
    Column("program_id", Code, primary_key=True),
    Column("role", Code, primary_key=True),
    Column("party_id", ForeignKey("parties.id"), primary_key=True),
    Column("since", Date, nullable=False),
)
"""Parties that really took part: collaborators with an approved commitment, aggregators that received aid."""

reached = Table(
    "reached",
    metadata,
    Column("program_id", Code, primary_key=True),
    Column("aid_type", Code, primary_key=True),
    Column("target_id", ForeignKey("targets.id"), primary_key=True),
    Column("since", Date, nullable=False),
    Index(None, "program_id", "aid_type", "since"),
)
"""Targets that accepted aid of a type."""
