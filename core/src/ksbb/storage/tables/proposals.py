"""Runs of the allocation and what they propose."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from ksbb.storage.tables.base import Code, Id, Json, Name, UtcTime, identity, metadata, quantity

allocation_runs = Table(
    "allocation_runs",
    metadata,
    identity(),
    Column("number", Name, nullable=False, unique=True),
    Column("program_id", Code, nullable=False),
    Column("aid_types", Json, nullable=False),
    Column("status", String(20), nullable=False),
    Column("asked_by", Id, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("computed", Integer, nullable=False, default=0),
    Column("version", Integer, nullable=False, default=1),
    Index(None, "program_id", "asked_at"),
    Index(None, "asked_at"),
)
"""Each asking for proposals: one program, some of its aid types."""

proposals = Table(
    "proposals",
    metadata,
    identity(),
    Column("run_id", ForeignKey("allocation_runs.id"), nullable=False, index=True),
    Column("program_id", Code, nullable=False),
    Column("aid_type", Code, nullable=False),
    Column("status", String(20), nullable=False),
    quantity("supply"),
    quantity("need"),
    quantity("units"),
    Column("drops", Integer, nullable=False, default=0),
    Column("targets", Integer, nullable=False, default=0),
    Column("value", BigInteger),
    quantity("before"),
    quantity("after"),
    Column("of_optimum", Integer),
    Column("edits", Integer, nullable=False, default=0),
    Column("problem_sha256", ForeignKey("files.sha256"), nullable=False),
    Column("plan_sha256", ForeignKey("files.sha256")),
    Column("remarks", Json, nullable=False, default=list),
    Column("approved_by", Json, nullable=False, default=list),
    Column("created_at", UtcTime, nullable=False),
    Column("decided_at", UtcTime),
    Column("version", Integer, nullable=False, default=1),
    Index(
        "uq_proposals_one_open",
        "program_id",
        "aid_type",
        unique=True,
        sqlite_where=text("status = 'open'"),
        postgresql_where=text("status = 'open'"),
    ),
)
"""The plan for one aid type of a run. Its inputs and the plan as it was computed are kept as files, by their digests."""

proposal_drops = Table(
    "proposal_drops",
    metadata,
    Column("proposal_id", ForeignKey("proposals.id"), primary_key=True),
    Column("line_id", ForeignKey("commitment_lines.id"), primary_key=True),
    Column("target_id", ForeignKey("targets.id"), primary_key=True),
    Column("commitment_id", ForeignKey("commitments.id"), nullable=False),
    quantity("computed"),
    quantity("quantity"),
    Column("why", Json),
    Column("why_id", Text, nullable=False),
    Column("why_en", Text, nullable=False),
    Column("edited_by", Id),
    Column("status", String(20), nullable=False),
    Column("allocation_id", ForeignKey("allocations.id")),
    Column("failure", Text, nullable=False, default=""),
    CheckConstraint("computed >= 0 AND quantity >= 0", "not_negative"),
    Index(None, "proposal_id", "target_id"),
)
