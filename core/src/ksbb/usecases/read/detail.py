"""One commitment in full: its lines and their balances, its assessments, its goods, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from ksbb.domain.commitments import Commitment, CommitmentLine
from ksbb.domain.errors import not_found
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import as_record
from ksbb.usecases import assess
from ksbb.usecases.assess import Assessment
from ksbb.usecases.chain import COMMITMENT
from ksbb.usecases.desk import Desk, running
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
    """A line with the names that were kept with its schema.

    `newest_version` is that of its schema which the program has now: None while the program is away or doesn't take such aid any
    more. A draft is carried over to it when it is revised or submitted; what was submitted stays as it is.
    """

    line: CommitmentLine
    name: Text
    unit: Text
    newest_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentDetail:
    """A commitment with everything that happened to it; `lines` are its lines with their names."""

    commitment: Commitment
    collaborator: PartyName
    aggregator: PartyName | None
    area_name: str
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
    named = await _names(desk, found)
    assessments = await assess.history(desk, commitment_id)
    active = running(desk.programs, found.program_id)
    newest = {aid_type.id: aid_type.schema_version for aid_type in active.program.aid_types} if active else {}
    return CommitmentDetail(
        commitment=found,
        collaborator=PartyName(id=found.collaborator_id, name=named.collaborator),
        aggregator=PartyName(id=found.aggregator_id, name=named.aggregator) if found.aggregator_id else None,
        area_name=named.area,
        lines=tuple(
            DetailedLine(
                line=line, name=names[line.id][0], unit=names[line.id][1], newest_version=newest.get(line.aid_type)
            )
            for line in found.lines
        ),
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


async def _names(desk: Desk, commitment: Commitment) -> Row[Any]:
    """The names of its collaborator, its aggregator and its area."""
    areas, collaborators = tables.areas, tables.parties
    aggregators = tables.parties.alias("aggregators")
    query = (
        select(
            collaborators.c.name.label("collaborator"),
            aggregators.c.name.label("aggregator"),
            areas.c.name.label("area"),
        )
        .select_from(collaborators)
        .join(areas, areas.c.code == commitment.area_code)
        .outerjoin(aggregators, aggregators.c.id == commitment.aggregator_id)
        .where(collaborators.c.id == commitment.collaborator_id)
    )
    return (await desk.unit.connection.execute(query)).one()
