# ruff: noqa: E501, PLR0915 - one statement per table, constraints as one text
"""Initial. The way back is the backup: there is no downgrade."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables and indexes."""
    op.create_table(
        "aid_schemas",
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aid_type",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_id", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("unit_en", sa.Text(), nullable=False),
        sa.Column("schema", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("program_id", "aid_type", "version", name=op.f("pk_aid_schemas")),
    )
    op.create_table(
        "allocation_runs",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("aid_types", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column(
            "asked_by",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("computed", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_runs")),
        sa.UniqueConstraint("number", name=op.f("uq_allocation_runs_number")),
    )
    op.create_index(op.f("ix_allocation_runs_asked_at"), "allocation_runs", ["asked_at"], unique=False)
    op.create_index(
        op.f("ix_allocation_runs_program_id_asked_at"), "allocation_runs", ["program_id", "asked_at"], unique=False
    )
    op.create_table(
        "areas",
        sa.Column(
            "code", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "level",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "parent_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "bps_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["parent_code"], ["areas.code"], name=op.f("fk_areas_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_areas")),
    )
    op.create_index(op.f("ix_areas_level"), "areas", ["level"], unique=False)
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "coverage",
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aid_type",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "area_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("targets", sa.BigInteger(), nullable=False),
        sa.Column("need", sa.BigInteger(), nullable=False),
        sa.Column("pledged", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("program_id", "aid_type", "area_code", name=op.f("pk_coverage")),
    )
    op.create_table(
        "events",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "stream",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "account_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "role", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("stream", "sequence", name=op.f("uq_events_stream_sequence")),
    )
    op.create_table(
        "files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "media_type",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_files")),
    )
    op.create_table(
        "idempotency",
        sa.Column(
            "account_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "consumer",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "subject_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "event_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "batch_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("losses", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trace", sa.String(length=55), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_claimed",
        "outbox",
        ["claimed_until"],
        unique=False,
        sqlite_where=sa.text("status = 'pending' AND claimed_until IS NOT NULL"),
        postgresql_where=sa.text("status = 'pending' AND claimed_until IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["program_id", "consumer", "available_at"],
        unique=False,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_outbox_undone",
        "outbox",
        ["status", "program_id"],
        unique=False,
        sqlite_where=sa.text("status <> 'done'"),
        postgresql_where=sa.text("status <> 'done'"),
    )
    op.create_table(
        "parties",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("contact_office", sa.String(length=200), nullable=False),
        sa.Column(
            "collaborator_class",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "aggregator_status",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("legal_form", sa.String(length=200), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
        sa.UniqueConstraint("name", name=op.f("uq_parties_name")),
    )
    op.create_table(
        "pledged_wider",
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aid_type",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "area_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("pledged", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("program_id", "aid_type", "area_code", "slot", name=op.f("pk_pledged_wider")),
    )
    op.create_table(
        "program_names",
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name_id", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("agency_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("program_id", name=op.f("pk_program_names")),
    )
    op.create_table(
        "statistics_daily",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "measure",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "city", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "donor_class",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "target_kind",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aid_type",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day",
            "program_id",
            "measure",
            "city",
            "donor_class",
            "target_kind",
            "aid_type",
            "synthetic",
            "slot",
            name=op.f("pk_statistics_daily"),
        ),
    )
    op.create_index(
        "ix_statistics_daily_fresh",
        "statistics_daily",
        ["day"],
        unique=False,
        sqlite_where=sa.text("slot >= 0"),
        postgresql_where=sa.text("slot >= 0"),
    )
    op.create_table(
        "statistics_folded",
        sa.Column(
            "breakdown",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "span", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "measure",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "city", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "donor_class",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "target_kind",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aid_type",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "breakdown",
            "span",
            "since",
            "program_id",
            "measure",
            "city",
            "donor_class",
            "target_kind",
            "aid_type",
            "synthetic",
            name=op.f("pk_statistics_folded"),
        ),
    )
    op.create_index(
        op.f("ix_statistics_folded_breakdown_span_program_id_since"),
        "statistics_folded",
        ["breakdown", "span", "program_id", "since"],
        unique=False,
    )
    op.create_table(
        "commitments",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "number",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "collaborator_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aggregator_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("assessment", sa.String(length=20), nullable=False),
        sa.Column(
            "fund_source",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "area_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("area_only", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column(
            "target_kind",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("target_kind_only", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("planned_handover_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column(
            "created_by",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("allocated", sa.String(length=20), server_default=sa.text("'none'"), nullable=False),
        sa.Column("received", sa.String(length=20), server_default=sa.text("'none'"), nullable=False),
        sa.Column("handed_over", sa.String(length=20), server_default=sa.text("'none'"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "target_kind IS NOT NULL OR NOT target_kind_only", name=op.f("ck_commitments_target_kind_only")
        ),
        sa.ForeignKeyConstraint(["aggregator_id"], ["parties.id"], name=op.f("fk_commitments_aggregator_id")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_commitments_area_code")),
        sa.ForeignKeyConstraint(["collaborator_id"], ["parties.id"], name=op.f("fk_commitments_collaborator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.UniqueConstraint("number", name=op.f("uq_commitments_number")),
    )
    op.create_index(
        op.f("ix_commitments_aggregator_id_created_at"), "commitments", ["aggregator_id", "created_at"], unique=False
    )
    op.create_index(op.f("ix_commitments_area_code"), "commitments", ["area_code"], unique=False)
    op.create_index(
        op.f("ix_commitments_collaborator_id_created_at"),
        "commitments",
        ["collaborator_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_commitments_collaborator_id_planned_handover_on"),
        "commitments",
        ["collaborator_id", "planned_handover_on"],
        unique=False,
    )
    op.create_index(op.f("ix_commitments_created_at"), "commitments", ["created_at"], unique=False)
    op.create_index(
        "ix_commitments_handed_in",
        "commitments",
        ["status", "created_at"],
        unique=False,
        sqlite_where=sa.text("submitted_at IS NOT NULL"),
        postgresql_where=sa.text("submitted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_commitments_handed_in_planned",
        "commitments",
        ["status", "planned_handover_on"],
        unique=False,
        sqlite_where=sa.text("submitted_at IS NOT NULL"),
        postgresql_where=sa.text("submitted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_commitments_partly_allocated",
        "commitments",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("allocated = 'partial'"),
        postgresql_where=sa.text("allocated = 'partial'"),
    )
    op.create_index(
        "ix_commitments_partly_handed_over",
        "commitments",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("handed_over = 'partial'"),
        postgresql_where=sa.text("handed_over = 'partial'"),
    )
    op.create_index(
        "ix_commitments_partly_received",
        "commitments",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("received = 'partial'"),
        postgresql_where=sa.text("received = 'partial'"),
    )
    op.create_index(op.f("ix_commitments_planned_handover_on"), "commitments", ["planned_handover_on"], unique=False)
    op.create_index(
        op.f("ix_commitments_program_id_created_at"), "commitments", ["program_id", "created_at"], unique=False
    )
    op.create_index(
        op.f("ix_commitments_program_id_target_kind_created_at"),
        "commitments",
        ["program_id", "target_kind", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_commitments_synthetic_created_at"), "commitments", ["synthetic", "created_at"], unique=False
    )
    op.create_index(
        "ix_commitments_to_assess",
        "commitments",
        ["assessment", "created_at"],
        unique=False,
        sqlite_where=sa.text("submitted_at IS NOT NULL AND assessment <> 'passed'"),
        postgresql_where=sa.text("submitted_at IS NOT NULL AND assessment <> 'passed'"),
    )
    op.create_table(
        "follow_ups",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "kind", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "subject_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "commitment_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "owner_role",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "owner_party_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("title_id", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "completed_by",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_party_id"], ["parties.id"], name=op.f("fk_follow_ups_owner_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint(
            "program_id", "kind", "subject_id", "due_on", name=op.f("uq_follow_ups_program_id_kind_subject_id_due_on")
        ),
    )
    op.create_index(op.f("ix_follow_ups_commitment_id"), "follow_ups", ["commitment_id"], unique=False)
    op.create_index(op.f("ix_follow_ups_created_at"), "follow_ups", ["created_at"], unique=False)
    op.create_index(op.f("ix_follow_ups_due_on"), "follow_ups", ["due_on"], unique=False)
    op.create_index(
        op.f("ix_follow_ups_owner_party_id_due_on"), "follow_ups", ["owner_party_id", "due_on"], unique=False
    )
    op.create_index(op.f("ix_follow_ups_status_due_on"), "follow_ups", ["status", "due_on"], unique=False)
    op.create_table(
        "licences",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "aggregator_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "kind", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_licences_validity")),
        sa.ForeignKeyConstraint(["aggregator_id"], ["parties.id"], name=op.f("fk_licences_aggregator_id")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_licences_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licences")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_licences_kind_number")),
    )
    op.create_index(op.f("ix_licences_aggregator_id"), "licences", ["aggregator_id"], unique=False)
    op.create_index(op.f("ix_licences_valid_to"), "licences", ["valid_to"], unique=False)
    op.create_table(
        "participants",
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "role", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "party_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_participants_party_id")),
        sa.PrimaryKeyConstraint("program_id", "role", "party_id", name=op.f("pk_participants")),
    )
    op.create_table(
        "proposals",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "run_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aid_type",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("supply", sa.BigInteger(), nullable=False),
        sa.Column("need", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("drops", sa.Integer(), nullable=False),
        sa.Column("targets", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("of_optimum", sa.Integer(), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("problem_sha256", sa.String(length=64), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=True),
        sa.Column("remarks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("approved_by", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_sha256"], ["files.sha256"], name=op.f("fk_proposals_plan_sha256")),
        sa.ForeignKeyConstraint(["problem_sha256"], ["files.sha256"], name=op.f("fk_proposals_problem_sha256")),
        sa.ForeignKeyConstraint(["run_id"], ["allocation_runs.id"], name=op.f("fk_proposals_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_run_id"), "proposals", ["run_id"], unique=False)
    op.create_index(
        "uq_proposals_one_open",
        "proposals",
        ["program_id", "aid_type"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "targets",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "code", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "kind", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("contact_office", sa.String(length=200), nullable=False),
        sa.Column("ziswaf_entitled", sa.Boolean(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_targets_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint("code", name=op.f("uq_targets_code")),
    )
    op.create_index(op.f("ix_targets_area_code_kind"), "targets", ["area_code", "kind"], unique=False)
    op.create_index(op.f("ix_targets_created_at_id"), "targets", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_targets_name"), "targets", ["name"], unique=False)
    op.create_index(
        "ix_targets_synthetic",
        "targets",
        ["area_code"],
        unique=False,
        sqlite_where=sa.text("synthetic"),
        postgresql_where=sa.text("synthetic IS TRUE"),
    )
    op.create_table(
        "accounts",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "party_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "target_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_accounts_party_id")),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_accounts_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "assessments",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "commitment_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_assessments_commitment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index(op.f("ix_assessments_commitment_id"), "assessments", ["commitment_id"], unique=False)
    op.create_table(
        "commitment_lines",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "commitment_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "aid_type",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "unit", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("attributes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("unit_value", sa.BigInteger(), nullable=True),
        sa.Column("lot", sa.BigInteger(), nullable=True),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("written_off", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("dispatched", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("accepted + rejected + lost <= dispatched", name=op.f("ck_commitment_lines_transit")),
        sa.CheckConstraint(
            "allocated + cancelled + written_off <= committed", name=op.f("ck_commitment_lines_allocated")
        ),
        sa.CheckConstraint("cancelled + received <= committed", name=op.f("ck_commitment_lines_received")),
        sa.CheckConstraint(
            "cancelled >= 0 AND received >= 0 AND written_off >= 0 AND allocated >= 0 AND dispatched >= 0 AND accepted >= 0 AND rejected >= 0 AND lost >= 0",
            name=op.f("ck_commitment_lines_not_negative"),
        ),
        sa.CheckConstraint("committed >= 1", name=op.f("ck_commitment_lines_committed")),
        sa.CheckConstraint("dispatched + written_off <= received", name=op.f("ck_commitment_lines_custody")),
        sa.CheckConstraint("dispatched <= allocated", name=op.f("ck_commitment_lines_promised")),
        sa.CheckConstraint("lot >= 1 AND lot <= committed", name=op.f("ck_commitment_lines_lot")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_commitment_lines_commitment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_lines")),
        sa.UniqueConstraint("commitment_id", "position", name=op.f("uq_commitment_lines_commitment_id_position")),
    )
    op.create_index(
        "ix_commitment_lines_in_custody",
        "commitment_lines",
        ["aid_type"],
        unique=False,
        sqlite_where=sa.text("received > dispatched + written_off"),
        postgresql_where=sa.text("received > dispatched + written_off"),
    )
    op.create_table(
        "dispatches",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column(
            "commitment_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aggregator_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "executor_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "target_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("vehicle", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["aggregator_id"], ["parties.id"], name=op.f("fk_dispatches_aggregator_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_dispatches_commitment_id")),
        sa.ForeignKeyConstraint(["executor_id"], ["parties.id"], name=op.f("fk_dispatches_executor_id")),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_dispatches_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
        sa.UniqueConstraint("number", name=op.f("uq_dispatches_number")),
    )
    op.create_index(op.f("ix_dispatches_commitment_id"), "dispatches", ["commitment_id"], unique=False)
    op.create_index(
        op.f("ix_dispatches_executor_id_commitment_id"), "dispatches", ["executor_id", "commitment_id"], unique=False
    )
    op.create_index(
        op.f("ix_dispatches_target_id_commitment_id"), "dispatches", ["target_id", "commitment_id"], unique=False
    )
    op.create_table(
        "needs",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "target_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aid_type",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column(
            "tier", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "period",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("carried", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("promised + accepted <= quantity", name=op.f("ck_needs_not_over_served")),
        sa.CheckConstraint("quantity >= 0 AND promised >= 0 AND accepted >= 0", name=op.f("ck_needs_not_negative")),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_needs_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
        sa.UniqueConstraint("target_id", "program_id", "aid_type", name=op.f("uq_needs_target_id_program_id_aid_type")),
    )
    op.create_index(op.f("ix_needs_as_of"), "needs", ["as_of"], unique=False)
    op.create_index(op.f("ix_needs_period"), "needs", ["period"], unique=False)
    op.create_index(op.f("ix_needs_program_id_aid_type"), "needs", ["program_id", "aid_type"], unique=False)
    op.create_index(op.f("ix_needs_quantity"), "needs", ["quantity"], unique=False)
    op.create_index(
        "ix_needs_small",
        "needs",
        ["program_id", "aid_type", "target_id"],
        unique=False,
        sqlite_where=sa.text(
            "quantity BETWEEN 1 AND 4 OR promised BETWEEN 1 AND 4 OR accepted BETWEEN 1 AND 4 OR carried BETWEEN 1 AND 4 OR (quantity - promised - accepted) BETWEEN 1 AND 4"
        ),
        postgresql_where=sa.text(
            "quantity BETWEEN 1 AND 4 OR promised BETWEEN 1 AND 4 OR accepted BETWEEN 1 AND 4 OR carried BETWEEN 1 AND 4 OR (quantity - promised - accepted) BETWEEN 1 AND 4"
        ),
    )
    op.create_table(
        "reached",
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aid_type",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "target_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_reached_target_id")),
        sa.PrimaryKeyConstraint("program_id", "aid_type", "target_id", name=op.f("pk_reached")),
    )
    op.create_index(
        op.f("ix_reached_program_id_aid_type_since"), "reached", ["program_id", "aid_type", "since"], unique=False
    )
    op.create_table(
        "receipts",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "commitment_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "aggregator_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["aggregator_id"], ["parties.id"], name=op.f("fk_receipts_aggregator_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_receipts_commitment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_commitment_id"), "receipts", ["commitment_id"], unique=False)
    op.create_table(
        "allocations",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "commitment_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "line_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "target_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "need_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=False),
        sa.Column("dispatched", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("accepted + rejected + lost <= dispatched", name=op.f("ck_allocations_transit")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_allocations_quantity")),
        sa.CheckConstraint("released + dispatched <= quantity", name=op.f("ck_allocations_dispatched")),
        sa.CheckConstraint(
            "released >= 0 AND dispatched >= 0 AND accepted >= 0 AND rejected >= 0 AND lost >= 0",
            name=op.f("ck_allocations_not_negative"),
        ),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_allocations_commitment_id")),
        sa.ForeignKeyConstraint(["line_id"], ["commitment_lines.id"], name=op.f("fk_allocations_line_id")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_allocations_need_id")),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_allocations_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
    )
    op.create_index(op.f("ix_allocations_commitment_id"), "allocations", ["commitment_id"], unique=False)
    op.create_index(op.f("ix_allocations_target_id"), "allocations", ["target_id"], unique=False)
    op.create_table(
        "grants",
        sa.Column(
            "account_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "role", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "area_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_grants_account_id")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_grants_area_code")),
        sa.PrimaryKeyConstraint("account_id", "position", name=op.f("pk_grants")),
    )
    op.create_table(
        "handovers",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "dispatch_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "commitment_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "target_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("recipient_name", sa.String(length=200), nullable=False),
        sa.Column("recipient_office", sa.String(length=200), nullable=False),
        sa.Column(
            "witness_account_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "recorded_by",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_handovers_commitment_id")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatches.id"], name=op.f("fk_handovers_dispatch_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["accounts.id"], name=op.f("fk_handovers_recorded_by")),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_handovers_target_id")),
        sa.ForeignKeyConstraint(["witness_account_id"], ["accounts.id"], name=op.f("fk_handovers_witness_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index(op.f("ix_handovers_commitment_id"), "handovers", ["commitment_id"], unique=False)
    op.create_index(op.f("ix_handovers_target_id"), "handovers", ["target_id"], unique=False)
    op.create_index(op.f("ix_handovers_witness_account_id"), "handovers", ["witness_account_id"], unique=False)
    op.create_index(
        "uq_handovers_one_pending",
        "handovers",
        ["dispatch_id"],
        unique=True,
        sqlite_where=sa.text("status = 'recorded'"),
        postgresql_where=sa.text("status = 'recorded'"),
    )
    op.create_table(
        "line_identifiers",
        sa.Column(
            "line_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "kind", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["commitment_lines.id"], name=op.f("fk_line_identifiers_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("line_id", "kind", "value", name=op.f("pk_line_identifiers")),
    )
    op.create_index(op.f("ix_line_identifiers_kind_value"), "line_identifiers", ["kind", "value"], unique=False)
    op.create_table(
        "need_periods",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "need_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "period",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column(
            "tier", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.CheckConstraint("quantity >= 0 AND accepted >= 0", name=op.f("ck_need_periods_not_negative")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_periods_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_periods")),
    )
    op.create_index(op.f("ix_need_periods_need_id_period"), "need_periods", ["need_id", "period"], unique=False)
    op.create_index(
        "ix_need_periods_planned",
        "need_periods",
        ["period"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_table(
        "receipt_lines",
        sa.Column(
            "receipt_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "line_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_receipt_lines_quantity")),
        sa.ForeignKeyConstraint(["line_id"], ["commitment_lines.id"], name=op.f("fk_receipt_lines_line_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name=op.f("fk_receipt_lines_receipt_id")),
        sa.PrimaryKeyConstraint("receipt_id", "line_id", name=op.f("pk_receipt_lines")),
    )
    op.create_table(
        "tokens",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "account_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "kind", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_tokens_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_tokens_secret_sha256")),
    )
    op.create_index(op.f("ix_tokens_account_id"), "tokens", ["account_id"], unique=False)
    op.create_table(
        "dispatch_lines",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "dispatch_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "allocation_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "line_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("accepted + rejected + lost <= quantity", name=op.f("ck_dispatch_lines_transit")),
        sa.CheckConstraint(
            "quantity >= 1 AND accepted >= 0 AND rejected >= 0 AND lost >= 0",
            name=op.f("ck_dispatch_lines_not_negative"),
        ),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocations.id"], name=op.f("fk_dispatch_lines_allocation_id")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatches.id"], name=op.f("fk_dispatch_lines_dispatch_id")),
        sa.ForeignKeyConstraint(["line_id"], ["commitment_lines.id"], name=op.f("fk_dispatch_lines_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_lines")),
        sa.UniqueConstraint("dispatch_id", "allocation_id", name=op.f("uq_dispatch_lines_dispatch_id_allocation_id")),
    )
    op.create_index(op.f("ix_dispatch_lines_dispatch_id"), "dispatch_lines", ["dispatch_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "handover_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column(
            "added_by",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_sha256"], ["files.sha256"], name=op.f("fk_evidence_file_sha256")),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_evidence_handover_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("handover_id", "file_sha256", name=op.f("uq_evidence_handover_id_file_sha256")),
    )
    op.create_index(op.f("ix_evidence_handover_id"), "evidence", ["handover_id"], unique=False)
    op.create_table(
        "proposal_drops",
        sa.Column(
            "proposal_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "line_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "target_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "commitment_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("computed", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("why_id", sa.Text(), nullable=False),
        sa.Column("why_en", sa.Text(), nullable=False),
        sa.Column(
            "edited_by",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column(
            "allocation_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.CheckConstraint("computed >= 0 AND quantity >= 0", name=op.f("ck_proposal_drops_not_negative")),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocations.id"], name=op.f("fk_proposal_drops_allocation_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_proposal_drops_commitment_id")),
        sa.ForeignKeyConstraint(["line_id"], ["commitment_lines.id"], name=op.f("fk_proposal_drops_line_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_drops_proposal_id")),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_proposal_drops_target_id")),
        sa.PrimaryKeyConstraint("proposal_id", "line_id", "target_id", name=op.f("pk_proposal_drops")),
    )
    op.create_index(
        op.f("ix_proposal_drops_proposal_id_target_id"), "proposal_drops", ["proposal_id", "target_id"], unique=False
    )
    op.create_table(
        "reports",
        sa.Column(
            "id", sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "handover_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "program_id",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column(
            "verify_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("program_name", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("sections", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(["file_sha256"], ["files.sha256"], name=op.f("fk_reports_file_sha256")),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_reports_handover_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("handover_id", name=op.f("uq_reports_handover_id")),
        sa.UniqueConstraint("number", name=op.f("uq_reports_number")),
        sa.UniqueConstraint("program_id", "year", "sequence", name=op.f("uq_reports_program_id_year_sequence")),
        sa.UniqueConstraint("verify_code", name=op.f("uq_reports_verify_code")),
    )
    op.create_table(
        "handover_lines",
        sa.Column(
            "handover_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "dispatch_line_id",
            sa.String(length=36).with_variant(sa.String(length=36, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("condition", sa.String(length=200), nullable=False),
        sa.CheckConstraint("rejected + lost = 0 OR reason <> ''", name=op.f("ck_handover_lines_reason")),
        sa.CheckConstraint("delivered = accepted + rejected + lost", name=op.f("ck_handover_lines_sum")),
        sa.CheckConstraint(
            "delivered >= 1 AND accepted >= 0 AND rejected >= 0 AND lost >= 0",
            name=op.f("ck_handover_lines_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["dispatch_line_id"], ["dispatch_lines.id"], name=op.f("fk_handover_lines_dispatch_line_id")
        ),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_handover_lines_handover_id")),
        sa.PrimaryKeyConstraint("handover_id", "dispatch_line_id", name=op.f("pk_handover_lines")),
    )
    op.create_index("ix_needs_open", "needs", [sa.literal_column("(quantity - promised - accepted)")], unique=False)
