"""The chain from commitment to handover, with its conservation laws as constraints."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ksbb.storage.tables.base import Code, Id, Json, Name, UtcTime, identity, metadata, quantity

aid_schemas = Table(
    "aid_schemas",
    metadata,
    Column("program_id", Code, primary_key=True),
    Column("aid_type", Code, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name_id", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("unit_en", Text, nullable=False),
    Column("schema", Json, nullable=False),
)
"""Every schema version that validated a line, never changed, so that its record stays readable without its program."""

program_names = Table(
    "program_names",
    metadata,
    Column("program_id", Code, primary_key=True),
    Column("name_id", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("agency_id", Text, nullable=False),
    Column("agency_en", Text, nullable=False),
)
"""What each program that took commitments calls itself and its lead agency, for lists and documents while it is away."""


def _partial(name: str, where: str, *columns: str) -> Index:
    """An index of the commitments that fulfil a condition."""
    return Index(f"ix_commitments_{name}", *columns, sqlite_where=text(where), postgresql_where=text(where))


commitments = Table(
    "commitments",
    metadata,
    identity(),
    Column("number", Code, nullable=False, unique=True),
    Column("program_id", Code, nullable=False),
    Column("collaborator_id", ForeignKey("parties.id"), nullable=False),
    Column("aggregator_id", ForeignKey("parties.id")),
    Column("status", String(20), nullable=False),
    Column("assessment", String(20), nullable=False),
    Column("fund_source", Code, nullable=False),
    Column("area_code", ForeignKey("areas.code"), nullable=False),
    Column("area_only", Boolean, nullable=False, server_default=text("false")),
    Column("target_kind", Code),
    Column("target_kind_only", Boolean, nullable=False, server_default=text("false")),
    Column("planned_handover_on", Date, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("synthetic", Boolean, nullable=False, default=False),
    Column("created_by", Id, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("submitted_at", UtcTime),
    Column("approved_at", UtcTime),
    Column("closed_at", UtcTime),
    Column("allocated", String(20), nullable=False, server_default=text("'none'")),
    Column("received", String(20), nullable=False, server_default=text("'none'")),
    Column("handed_over", String(20), nullable=False, server_default=text("'none'")),
    Column("version", Integer, nullable=False, default=1),
    Index(None, "created_at"),
    Index(None, "planned_handover_on"),
    Index(None, "collaborator_id", "created_at"),
    Index(None, "collaborator_id", "planned_handover_on"),
    Index(None, "aggregator_id", "created_at"),
    Index(None, "program_id", "created_at"),
    Index(None, "program_id", "target_kind", "created_at"),
    Index(None, "synthetic", "created_at"),
    Index(None, "area_code"),
    CheckConstraint("target_kind IS NOT NULL OR NOT target_kind_only", "target_kind_only"),
    _partial("handed_in", "submitted_at IS NOT NULL", "status", "created_at"),
    _partial("handed_in_planned", "submitted_at IS NOT NULL", "status", "planned_handover_on"),
    _partial("to_assess", "submitted_at IS NOT NULL AND assessment <> 'passed'", "assessment", "created_at"),
    _partial("partly_allocated", "allocated = 'partial'", "created_at"),
    _partial("partly_received", "received = 'partial'", "created_at"),
    _partial("partly_handed_over", "handed_over = 'partial'", "created_at"),
)
"""`allocated`, `received` and `handed_over` are the degrees that follow from the lines (`Fulfilment`), stored wherever those change.

Lists are read in the order of an index until the page is full; the id, which settles ties, is in none of them: ties are
few, and each index would be three times as large. The partial ones are for what is looked for among many others.
"""

commitment_lines = Table(
    "commitment_lines",
    metadata,
    identity(),
    Column("commitment_id", ForeignKey("commitments.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("aid_type", Code, nullable=False),
    Column("unit", Code, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("unit_value", BigInteger),
    Column("lot", BigInteger),
    quantity("committed"),
    quantity("cancelled"),
    quantity("received"),
    quantity("written_off"),
    quantity("allocated"),
    quantity("dispatched"),
    quantity("accepted"),
    quantity("rejected"),
    quantity("lost"),
    UniqueConstraint("commitment_id", "position"),
    CheckConstraint("committed >= 1", "committed"),
    CheckConstraint("lot >= 1 AND lot <= committed", "lot"),
    CheckConstraint(
        "cancelled >= 0 AND received >= 0 AND written_off >= 0 AND allocated >= 0 AND dispatched >= 0 "
        "AND accepted >= 0 AND rejected >= 0 AND lost >= 0",
        "not_negative",
    ),
    CheckConstraint("cancelled + received <= committed", "received"),
    CheckConstraint("dispatched + written_off <= received", "custody"),
    CheckConstraint("accepted + rejected + lost <= dispatched", "transit"),
    CheckConstraint("allocated + cancelled + written_off <= committed", "allocated"),
    CheckConstraint("dispatched <= allocated", "promised"),
    Index(
        "ix_commitment_lines_in_custody",
        "aid_type",
        sqlite_where=text("received > dispatched + written_off"),
        postgresql_where=text("received > dispatched + written_off"),
    ),
)

line_identifiers = Table(
    "line_identifiers",
    metadata,
    Column("line_id", ForeignKey("commitment_lines.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Code, primary_key=True),
    Column("value", Name, primary_key=True),
    Index(None, "kind", "value"),
)
"""What identifies single items across the platform (IMEIs)."""

assessments = Table(
    "assessments",
    metadata,
    identity(),
    Column("commitment_id", ForeignKey("commitments.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("findings", Json, nullable=False),
)

allocations = Table(
    "allocations",
    metadata,
    identity(),
    Column("commitment_id", ForeignKey("commitments.id"), nullable=False, index=True),
    Column("line_id", ForeignKey("commitment_lines.id"), nullable=False),
    Column("target_id", ForeignKey("targets.id"), nullable=False, index=True),
    Column("need_id", ForeignKey("needs.id"), nullable=False),
    quantity("quantity"),
    quantity("released"),
    quantity("dispatched"),
    quantity("accepted"),
    quantity("rejected"),
    quantity("lost"),
    Column("reason", Text, nullable=False, default=""),
    Column("at", UtcTime, nullable=False),
    CheckConstraint("quantity >= 1", "quantity"),
    CheckConstraint(
        "released >= 0 AND dispatched >= 0 AND accepted >= 0 AND rejected >= 0 AND lost >= 0", "not_negative"
    ),
    CheckConstraint("released + dispatched <= quantity", "dispatched"),
    CheckConstraint("accepted + rejected + lost <= dispatched", "transit"),
)

receipts = Table(
    "receipts",
    metadata,
    identity(),
    Column("commitment_id", ForeignKey("commitments.id"), nullable=False, index=True),
    Column("aggregator_id", ForeignKey("parties.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("note", Text, nullable=False, default=""),
)
"""Goods into custody (`kind` receipt) and spoilt goods out of it (`kind` write_off)."""

receipt_lines = Table(
    "receipt_lines",
    metadata,
    Column("receipt_id", ForeignKey("receipts.id"), primary_key=True),
    Column("line_id", ForeignKey("commitment_lines.id"), primary_key=True),
    quantity("quantity"),
    CheckConstraint("quantity >= 1", "quantity"),
)

dispatches = Table(
    "dispatches",
    metadata,
    identity(),
    Column("number", Name, nullable=False, unique=True),
    Column("commitment_id", ForeignKey("commitments.id"), nullable=False, index=True),
    Column("aggregator_id", ForeignKey("parties.id"), nullable=False),
    Column("executor_id", ForeignKey("parties.id"), nullable=False),
    Column("target_id", ForeignKey("targets.id"), nullable=False),
    Column("vehicle", Name, nullable=False, default=""),
    Column("at", UtcTime, nullable=False),
    Index(None, "executor_id", "commitment_id"),
    Index(None, "target_id", "commitment_id"),
)
"""What an executor and a witness see of the commitments is told by the indexes alone."""

dispatch_lines = Table(
    "dispatch_lines",
    metadata,
    identity(),
    Column("dispatch_id", ForeignKey("dispatches.id"), nullable=False, index=True),
    Column("allocation_id", ForeignKey("allocations.id"), nullable=False),
    Column("line_id", ForeignKey("commitment_lines.id"), nullable=False),
    quantity("quantity"),
    quantity("accepted"),
    quantity("rejected"),
    quantity("lost"),
    UniqueConstraint("dispatch_id", "allocation_id"),
    CheckConstraint("quantity >= 1 AND accepted >= 0 AND rejected >= 0 AND lost >= 0", "not_negative"),
    CheckConstraint("accepted + rejected + lost <= quantity", "transit"),
)

handovers = Table(
    "handovers",
    metadata,
    identity(),
    Column("dispatch_id", ForeignKey("dispatches.id"), nullable=False),
    Column("commitment_id", ForeignKey("commitments.id"), nullable=False, index=True),
    Column("target_id", ForeignKey("targets.id"), nullable=False, index=True),
    Column("status", String(20), nullable=False),
    Column("recipient_name", Name, nullable=False),
    Column("recipient_office", Name, nullable=False),
    Column("witness_account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("recorded_by", ForeignKey("accounts.id"), nullable=False),
    Column("place", Name, nullable=False),
    Column("handed_over_at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("decided_at", UtcTime),
    Column("decision_note", Text, nullable=False, default=""),
    Index(
        "uq_handovers_one_pending",
        "dispatch_id",
        unique=True,
        sqlite_where=text("status = 'recorded'"),
        postgresql_where=text("status = 'recorded'"),
    ),
)

handover_lines = Table(
    "handover_lines",
    metadata,
    Column("handover_id", ForeignKey("handovers.id"), primary_key=True),
    Column("dispatch_line_id", ForeignKey("dispatch_lines.id"), primary_key=True),
    quantity("delivered"),
    quantity("accepted"),
    quantity("rejected"),
    quantity("lost"),
    Column("reason", Text, nullable=False, default=""),
    Column("condition", Name, nullable=False, default=""),
    CheckConstraint("delivered >= 1 AND accepted >= 0 AND rejected >= 0 AND lost >= 0", "not_negative"),
    CheckConstraint("delivered = accepted + rejected + lost", "sum"),
    CheckConstraint("rejected + lost = 0 OR reason <> ''", "reason"),
)

files = Table(
    "files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", Code, nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""Evidence and documents, kept in the database so that an act and its proof are stored together or not at all."""

evidence = Table(
    "evidence",
    metadata,
    identity(),
    Column("handover_id", ForeignKey("handovers.id"), nullable=False, index=True),
    Column("file_sha256", ForeignKey("files.sha256"), nullable=False),
    Column("file_name", Name, nullable=False),
    Column("added_by", Id, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    UniqueConstraint("handover_id", "file_sha256"),
)

reports = Table(
    "reports",
    metadata,
    identity(),
    Column("handover_id", ForeignKey("handovers.id"), nullable=False, unique=True),
    Column("program_id", Code, nullable=False),
    Column("year", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("number", Name, nullable=False, unique=True),
    Column("verify_code", Code, nullable=False, unique=True),
    Column("status", String(20), nullable=False),
    Column("issued_at", UtcTime, nullable=False),
    Column("program_name", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("file_sha256", ForeignKey("files.sha256")),
    Column("sections", Json),
    UniqueConstraint("program_id", "year", "sequence"),
)
"""The handover reports (BAST): the number is given in the transaction of the confirmation, the PDF follows.

Program and agency are kept as they were called then, and `sections` as the program gave them when the PDF was made: the
report's digest is printed, and must be the same for ever, whatever becomes of the program.
"""

counters = Table(
    "counters",
    metadata,
    Column("name", Name, primary_key=True),
    Column("value", Integer, nullable=False),
)
"""Gap-free counters: counted in the transaction that uses the number, under the row's lock."""
