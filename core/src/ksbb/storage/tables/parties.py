"""Areas, parties, licences, targets and needs."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ksbb.domain.suppression import SMALL
from ksbb.storage.tables.base import Code, Id, Json, Name, UtcTime, identity, metadata, quantity

areas = Table(
    "areas",
    metadata,
    Column("code", Code, primary_key=True),
    Column("level", Code, nullable=False, index=True),
    Column("name", Name, nullable=False),
    Column("parent_code", ForeignKey("areas.code")),
    Column("bps_code", Code),
)

parties = Table(
    "parties",
    metadata,
    identity(),
    Column("name", Name, nullable=False, unique=True),
    Column("address", Text, nullable=False, default=""),
    Column("contact_office", Name, nullable=False, default=""),
    Column("collaborator_class", Code),
    Column("aggregator_status", Code),
    Column("legal_form", Name, nullable=False, default=""),
    Column("status_reason", Text, nullable=False, default=""),
    Column("synthetic", Boolean, nullable=False, default=False),
    Column("created_at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)
"""An organisation or person; a collaborator where `collaborator_class` is set, an aggregator where `aggregator_status` is."""

licences = Table(
    "licences",
    metadata,
    identity(),
    Column("aggregator_id", ForeignKey("parties.id"), nullable=False, index=True),
    Column("kind", Code, nullable=False),
    Column("number", Name, nullable=False),
    Column("issuer", Name, nullable=False),
    Column("area_code", ForeignKey("areas.code"), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False, index=True),
    Column("synthetic", Boolean, nullable=False, default=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("kind", "number"),
    CheckConstraint("valid_from <= valid_to", "validity"),
)

targets = Table(
    "targets",
    metadata,
    identity(),
    Column("code", Code, nullable=False, unique=True),
    Column("kind", Code, nullable=False),
    Column("name", Name, nullable=False),
    Column("area_code", ForeignKey("areas.code"), nullable=False),
    Column("households", Integer),
    Column("contact_office", Name, nullable=False, default=""),
    Column("ziswaf_entitled", Boolean, nullable=False, default=False),
    Column("synthetic", Boolean, nullable=False, default=False),
    Column("created_at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Index(None, "area_code", "kind"),
    Index(None, "name"),
    Index(None, "created_at", "id"),
    Index(
        "ix_targets_synthetic", "area_code", sqlite_where=text("synthetic"), postgresql_where=text("synthetic IS TRUE")
    ),
)

_SMALL_NEED = " OR ".join(
    f"{figure} BETWEEN {min(SMALL)} AND {max(SMALL)}"
    for figure in ("quantity", "promised", "accepted", "carried", "(quantity - promised - accepted)")
)

needs = Table(
    "needs",
    metadata,
    identity(),
    Column("target_id", ForeignKey("targets.id"), nullable=False),
    Column("program_id", Code, nullable=False),
    Column("aid_type", Code, nullable=False),
    quantity("quantity"),
    quantity("promised"),
    quantity("accepted"),
    Column("source", Name, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("tier", Code, nullable=False, default="normal"),
    Column("period", Code, nullable=False, default=""),
    quantity("carried"),
    Column("version", Integer, nullable=False, default=1),
    UniqueConstraint("target_id", "program_id", "aid_type"),
    CheckConstraint("quantity >= 0 AND promised >= 0 AND accepted >= 0", "not_negative"),
    CheckConstraint("promised + accepted <= quantity", "not_over_served"),
    Index(None, "program_id", "aid_type"),
    Index(None, "quantity"),
    Index(None, "as_of"),
    Index(None, "period"),
    Index("ix_needs_open", text("(quantity - promised - accepted)")),
    Index(
        "ix_needs_small",
        "program_id",
        "aid_type",
        "target_id",
        sqlite_where=text(_SMALL_NEED),
        postgresql_where=text(_SMALL_NEED),
    ),
)
"""The public sees no small figures, so that each of its lists asks for the needs that have one: an index of their own."""

need_periods = Table(
    "need_periods",
    metadata,
    identity(),
    Column("need_id", ForeignKey("needs.id"), nullable=False),
    Column("period", Code, nullable=False),
    Column("state", Code, nullable=False),
    quantity("quantity"),
    quantity("accepted"),
    Column("tier", Code, nullable=False),
    Column("source", Name, nullable=False),
    Column("as_of", Date, nullable=False),
    CheckConstraint("quantity >= 0 AND accepted >= 0", "not_negative"),
    Index(None, "need_id", "period"),
    Index(
        "ix_need_periods_planned",
        "period",
        sqlite_where=text("state = 'planned'"),
        postgresql_where=text("state = 'planned'"),
    ),
)
"""A need in periods that aren't the present one, which `needs` holds: planned, or past."""

coverage = Table(
    "coverage",
    metadata,
    Column("program_id", Code, primary_key=True),
    Column("aid_type", Code, primary_key=True),
    Column("area_code", Code, primary_key=True),
    quantity("targets"),
    quantity("need"),
    quantity("pledged"),
    quantity("promised"),
    quantity("accepted"),
)
"""Sums of the needs per sub-district, kept in the transaction that changes a need. `pledged` is what is handed in for this very
sub-district and not yet promised to a target.
"""

pledged_wider = Table(
    "pledged_wider",
    metadata,
    Column("program_id", Code, primary_key=True),
    Column("aid_type", Code, primary_key=True),
    Column("area_code", Code, primary_key=True),
    Column("slot", Integer, primary_key=True),
    quantity("pledged"),
)
"""What is handed in for an area wider than a sub-district and not yet promised to a target, kept in the transaction that changes it.

Most wish for the whole province. So a sum lies in several slots, as daily sums do, and is to be added up: in one row, all who
hand in would wait for each other.
"""

follow_ups = Table(
    "follow_ups",
    metadata,
    identity(),
    Column("program_id", Code, nullable=False),
    Column("kind", Code, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("commitment_id", Id, index=True),
    Column("due_on", Date, nullable=False),
    Column("owner_role", Code, nullable=False),
    Column("owner_party_id", ForeignKey("parties.id")),
    Column("title_id", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("result", Json, nullable=False, default=dict),
    Column("created_at", UtcTime, nullable=False),
    Column("completed_at", UtcTime),
    Column("completed_by", Id),
    Column("version", Integer, nullable=False, default=1),
    UniqueConstraint("program_id", "kind", "subject_id", "due_on"),
    Index(None, "status", "due_on"),
    Index(None, "due_on"),
    Index(None, "created_at"),
    Index(None, "owner_party_id", "due_on"),
)
