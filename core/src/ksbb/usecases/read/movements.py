"""What happened to the goods of a commitment: allocations, receipts, dispatches and handovers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from ksbb.domain.errors import not_found
from ksbb.domain.handovers import HandoverStatus, OutcomeInput, Report
from ksbb.domain.targets import TargetKind
from ksbb.storage import tables
from ksbb.storage.rows import as_record, fetch_all
from ksbb.usecases.allocate import Allocation
from ksbb.usecases.desk import Desk
from ksbb.usecases.dispatch import DispatchLine
from ksbb.usecases.read.chain import PartyName
from ksbb.usecases.read.visibility import DISPATCH, HANDOVER, concerned_handovers, may_read, visible_commitments
from ksbb.usecases.receive import LineQuantity, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetName:
    """A target as the chain shows it."""

    id: str
    code: str
    kind: TargetKind
    name: str
    area_code: str
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetedAllocation:
    """An allocation and its target."""

    allocation: Allocation
    target: TargetName


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchDetail:
    """A dispatch with its people, its target and its lines. `version` is the commitment's, which acts on it expect."""

    id: str
    number: str
    commitment_id: str
    commitment_number: str
    program_id: str
    version: int
    aggregator: PartyName
    executor: PartyName
    target: TargetName
    vehicle: str
    at: datetime
    lines: tuple[DispatchLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDetail:
    """A handover, its evidence's count and its report.

    `recipient_name` is personal data: None for those who take no part in this handover. `version` is the commitment's.
    """

    id: str
    dispatch_id: str
    commitment_id: str
    commitment_number: str
    program_id: str
    version: int
    target: TargetName
    status: HandoverStatus
    recipient_name: str | None
    recipient_office: str
    witness_account_id: str
    recorded_by: str
    place: str
    handed_over_at: datetime
    recorded_at: datetime
    decided_at: datetime | None
    decision_note: str
    lines: tuple[OutcomeInput, ...]
    evidence_count: int
    report: Report | None


_TARGETS = tuple(field.name for field in fields(TargetName))
_TARGET = tuple(tables.targets.c[name].label(f"of_target_{name}") for name in _TARGETS)


async def allocations_of(desk: Desk, commitment_id: str) -> tuple[TargetedAllocation, ...]:
    """The allocations of a commitment, the oldest first."""
    table, targets = tables.allocations, tables.targets
    query = (
        select(table, *_TARGET)
        .select_from(table)
        .join(targets, targets.c.id == table.c.target_id)
        .where(table.c.commitment_id == commitment_id)
        .order_by(table.c.id)
    )
    rows = (await desk.unit.connection.execute(query)).mappings()
    return tuple(TargetedAllocation(allocation=as_record(row, Allocation), target=_target(row)) for row in rows)


async def receipts_of(desk: Desk, commitment_id: str) -> tuple[Receipt, ...]:
    """The receipts and write-offs of a commitment with their lines, the oldest first."""
    table, lines = tables.receipts, tables.receipt_lines
    rows = await _rows(desk, table, table.c.commitment_id == commitment_id)
    query = select(lines).where(lines.c.receipt_id.in_([row["id"] for row in rows])).order_by(lines.c.line_id)
    booked = _grouped((await desk.unit.connection.execute(query)).mappings(), "receipt_id", LineQuantity)
    return tuple(as_record(row | {"lines": booked.get(row["id"], ())}, Receipt) for row in rows)


async def dispatch_detail(desk: Desk, dispatch_id: str) -> DispatchDetail:
    """A dispatch. Raises NotFound unless the actor sees its commitment."""
    found = await _dispatches(desk, tables.dispatches.c.id == dispatch_id, visible_commitments(desk.actor))
    if not found or not may_read(desk.actor):
        raise not_found(DISPATCH, dispatch_id)
    return found[0]


async def dispatches_of(desk: Desk, commitment_id: str) -> tuple[DispatchDetail, ...]:
    """The dispatches of a commitment that the actor sees, the oldest first."""
    return await _dispatches(desk, tables.dispatches.c.commitment_id == commitment_id)


async def handover_detail(desk: Desk, handover_id: str) -> HandoverDetail:
    """A handover. Raises NotFound unless the actor sees its commitment."""
    found = await _handovers(desk, tables.handovers.c.id == handover_id, visible_commitments(desk.actor))
    if not found or not may_read(desk.actor):
        raise not_found(HANDOVER, handover_id)
    return found[0]


async def handovers_of(desk: Desk, commitment_id: str) -> tuple[HandoverDetail, ...]:
    """The handovers of a commitment that the actor sees, the oldest first."""
    return await _handovers(desk, tables.handovers.c.commitment_id == commitment_id)


async def _dispatches(desk: Desk, *conditions: ColumnElement[bool]) -> tuple[DispatchDetail, ...]:
    table, commitments, lines = tables.dispatches, tables.commitments, tables.dispatch_lines
    aggregators, executors = tables.parties.alias("aggregators"), tables.parties.alias("executors")
    query = (
        select(
            table,
            commitments.c.number.label("commitment_number"),
            commitments.c.program_id,
            commitments.c.version,
            aggregators.c.name.label("aggregator_name"),
            executors.c.name.label("executor_name"),
            *_TARGET,
        )
        .select_from(table)
        .join(tables.targets, tables.targets.c.id == table.c.target_id)
        .join(commitments, commitments.c.id == table.c.commitment_id)
        .join(aggregators, aggregators.c.id == table.c.aggregator_id)
        .join(executors, executors.c.id == table.c.executor_id)
        .where(*conditions)
        .order_by(table.c.id)
    )
    rows = [dict(row) for row in (await desk.unit.connection.execute(query)).mappings()]
    found = await desk.unit.connection.execute(
        select(lines).where(lines.c.dispatch_id.in_([row["id"] for row in rows])).order_by(lines.c.id)
    )
    sent = _grouped(found.mappings(), "dispatch_id", DispatchLine)
    return tuple(
        as_record(
            row
            | {
                "aggregator": PartyName(id=row["aggregator_id"], name=row["aggregator_name"]),
                "executor": PartyName(id=row["executor_id"], name=row["executor_name"]),
                "target": _target(row),
                "lines": sent.get(row["id"], ()),
            },
            DispatchDetail,
        )
        for row in rows
    )


async def _handovers(desk: Desk, *conditions: ColumnElement[bool]) -> tuple[HandoverDetail, ...]:
    table, commitments, lines = tables.handovers, tables.commitments, tables.handover_lines
    evidence = tables.evidence
    attached = select(func.count()).where(evidence.c.handover_id == table.c.id).correlate(table).scalar_subquery()
    query = (
        select(
            table,
            commitments.c.number.label("commitment_number"),
            commitments.c.program_id,
            commitments.c.version,
            attached.label("evidence_count"),
            concerned_handovers(desk.actor).label("concerned"),
            *_TARGET,
        )
        .select_from(table)
        .join(commitments, commitments.c.id == table.c.commitment_id)
        .join(tables.dispatches, tables.dispatches.c.id == table.c.dispatch_id)
        .join(tables.targets, tables.targets.c.id == table.c.target_id)
        .where(*conditions)
        .order_by(table.c.id)
    )
    connection = desk.unit.connection
    rows = [dict(row) for row in (await connection.execute(query)).mappings()]
    ids = [row["id"] for row in rows]
    found = await connection.execute(
        select(lines).where(lines.c.handover_id.in_(ids)).order_by(lines.c.handover_id, lines.c.dispatch_line_id)
    )
    outcomes = _grouped(found.mappings(), "handover_id", OutcomeInput)
    reports = {
        report.handover_id: report
        for report in await fetch_all(
            connection, select(tables.reports).where(tables.reports.c.handover_id.in_(ids)), Report
        )
    }
    return tuple(
        as_record(
            row
            | {
                "recipient_name": row["recipient_name"] if row["concerned"] else None,
                "target": _target(row),
                "lines": outcomes.get(row["id"], ()),
                "report": reports.get(row["id"]),
            },
            HandoverDetail,
        )
        for row in rows
    )


def _target(row: Mapping[Any, Any]) -> TargetName:
    """The target of a row of a query that takes `_TARGET` in."""
    return as_record({name: row[f"of_target_{name}"] for name in _TARGETS}, TargetName)


async def _rows(desk: Desk, table: Any, condition: ColumnElement[bool]) -> Sequence[dict[str, Any]]:
    query = select(table).where(condition).order_by(table.c.id)
    return [dict(row) for row in (await desk.unit.connection.execute(query)).mappings()]


def _grouped(rows: Iterable[Any], owner: str, kind: type[Any]) -> dict[str, tuple[Any, ...]]:
    groups: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        groups[row[owner]] = (*groups.get(row[owner], ()), as_record(row, kind))
    return groups
