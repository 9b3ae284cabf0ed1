"""One commitment in full: its lines and their balances, its assessments, its goods, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from ksbb.domain.commitments import AssessmentState, Commitment, CommitmentLine, CommitmentStatus
from ksbb.domain.errors import not_found
from ksbb.domain.parties import FundSource
from ksbb.domain.quantities import Fulfilment
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import as_record, fetch_all
from ksbb.usecases import assess
from ksbb.usecases.assess import Assessment
from ksbb.usecases.chain import COMMITMENT
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.chain import PartyName, aid_names, lines_of
from ksbb.usecases.read.movements import (
    DispatchDetail,
    HandoverDetail,
    TargetedAllocation,
    allocations_of,
    dispatches_of,
    handovers_of,
    receipts_of,
)
from ksbb.usecases.read.paging import Asked, Page, fetch_page
from ksbb.usecases.read.visibility import may_read, visible_commitments
from ksbb.usecases.receive import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailedLine:
    """A line with the names that were kept with its schema."""

    line: CommitmentLine
    name: Text
    unit: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentDetail:
    """A commitment with everything that happened to it."""

    id: str
    number: str
    program_id: str
    collaborator: PartyName
    aggregator: PartyName | None
    status: CommitmentStatus
    assessment: AssessmentState
    fund_source: FundSource
    area_code: str
    area_name: str
    target_kind: TargetKind | None
    planned_handover_on: date
    note: str
    synthetic: bool
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    closed_at: datetime | None
    version: int
    fulfilment: Fulfilment
    lines: tuple[DetailedLine, ...]
    latest_assessment: Assessment | None
    allocations: tuple[TargetedAllocation, ...]
    receipts: tuple[Receipt, ...]
    dispatches: tuple[DispatchDetail, ...]
    handovers: tuple[HandoverDetail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One event: by which role of which organisation (None: staff or the platform), what, when and why."""

    sequence: int
    kind: str
    at: datetime
    account_id: str
    role: str
    organisation: str | None
    reason: str
    payload: dict[str, Any]
    hash: str


async def load_commitment(desk: Desk, commitment_id: str) -> Commitment:
    """The bare commitment with its lines, not locked. Raises NotFound unless the actor sees it."""
    table = tables.commitments
    query = select(table).where(table.c.id == commitment_id, visible_commitments(desk.actor))
    row = (await desk.unit.connection.execute(query)).mappings().first()
    if row is None or not may_read(desk.actor):
        raise not_found(COMMITMENT, commitment_id)
    return as_record(dict(row) | {"lines": (await lines_of(desk, [commitment_id]))[commitment_id]}, Commitment)


async def commitment_detail(desk: Desk, commitment_id: str) -> CommitmentDetail:
    """A commitment in full. Raises NotFound unless the actor sees it."""
    found = await load_commitment(desk, commitment_id)
    names = await aid_names(desk, found.lines)
    parties = await _parties(desk, found.collaborator_id, found.aggregator_id)
    area = await desk.unit.connection.execute(select(tables.areas.c.name).where(tables.areas.c.code == found.area_code))
    assessments = await assess.history(desk, commitment_id)
    return CommitmentDetail(
        id=found.id,
        number=found.number,
        program_id=found.program_id,
        collaborator=parties[found.collaborator_id],
        aggregator=parties[found.aggregator_id] if found.aggregator_id else None,
        status=found.status,
        assessment=found.assessment,
        fund_source=found.fund_source,
        area_code=found.area_code,
        area_name=area.scalar_one(),
        target_kind=found.target_kind,
        planned_handover_on=found.planned_handover_on,
        note=found.note,
        synthetic=found.synthetic,
        created_at=found.created_at,
        submitted_at=found.submitted_at,
        approved_at=found.approved_at,
        closed_at=found.closed_at,
        version=found.version,
        fulfilment=found.fulfilment,
        lines=tuple(DetailedLine(line=line, name=names[line.id][0], unit=names[line.id][1]) for line in found.lines),
        latest_assessment=assessments[0] if assessments else None,
        allocations=await allocations_of(desk, commitment_id),
        receipts=await receipts_of(desk, commitment_id),
        dispatches=await dispatches_of(desk, commitment_id),
        handovers=await handovers_of(desk, commitment_id),
    )


async def assessments_of(desk: Desk, commitment_id: str) -> Sequence[Assessment]:
    """All runs of the rules over a commitment, the newest first. Raises NotFound unless the actor sees it."""
    await load_commitment(desk, commitment_id)
    return await assess.history(desk, commitment_id)


async def history_of(desk: Desk, commitment_id: str, asked: Asked) -> Page[HistoryEntry]:
    """The events of a commitment, the oldest first; sort key: sequence. Raises NotFound unless the actor sees it."""
    await load_commitment(desk, commitment_id)
    events, accounts, parties = tables.events, tables.accounts, tables.parties
    query = (
        select(events, parties.c.name.label("organisation"))
        .join(accounts, accounts.c.id == events.c.account_id, isouter=True)
        .join(parties, parties.c.id == accounts.c.party_id, isouter=True)
        .where(events.c.stream == f"commitment:{commitment_id}")
    )
    keys = {"sequence": events.c.sequence}
    return await fetch_page(desk.unit.connection, query, asked, HistoryEntry, keys=keys, identity=events.c.id)


async def _parties(desk: Desk, *ids: str | None) -> dict[str, PartyName]:
    table = tables.parties
    query = select(table.c.id, table.c.name).where(table.c.id.in_([one for one in ids if one]))
    return {party.id: party for party in await fetch_all(desk.unit.connection, query, PartyName)}
