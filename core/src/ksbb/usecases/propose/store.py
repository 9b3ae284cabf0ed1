"""Proposals as they are stored: loaded under their lock, changed with their event, summed up anew."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select, update

from ksbb.allocation.problem import Problem
from ksbb.allocation.stored import problem_from
from ksbb.domain.errors import not_found, stale
from ksbb.domain.events import Event
from ksbb.domain.proposals import Proposal, ProposalStatus, ProposedDrop
from ksbb.domain.rights import Role
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all, fetch_one
from ksbb.usecases.desk import Desk
from ksbb.usecases.evidence import content_of

COLUMNS = [column for column in tables.proposals.columns if column.name != "remarks"]
"""There may be hundreds of remarks, which few ask for."""
PROPOSAL = Text("usulan alokasi", "allocation proposal")


async def load_proposal(desk: Desk, proposal_id: str, *, expected_version: int | None = None) -> Proposal:
    """The proposal, locked until the unit ends unless the unit only reads.

    Raises NotFound, and StaleVersion when it isn't at `expected_version`.
    """
    query = select(*COLUMNS).where(tables.proposals.c.id == proposal_id)
    if not desk.unit.reads_only:
        query = query.with_for_update()
    found = await fetch_one(desk.unit.connection, query, Proposal)
    if found is None:
        raise not_found(PROPOSAL, proposal_id)
    if expected_version is not None and found.version != expected_version:
        raise stale(expected_version, found.version)
    return found


async def load_problem(desk: Desk, proposal: Proposal) -> Problem:
    """The inputs that the proposal was computed from."""
    return problem_from((await content_of(desk, proposal.problem_sha256))[1])


async def load_drops(desk: Desk, proposal_id: str) -> list[ProposedDrop]:
    """All drops of a proposal, those that were edited away included, by target."""
    table = tables.proposal_drops
    query = select(table).where(table.c.proposal_id == proposal_id).order_by(table.c.target_id, table.c.line_id)
    return await fetch_all(desk.unit.connection, query, ProposedDrop)


def summed(
    proposal: Proposal, drops: Iterable[ProposedDrop], problem: Problem, unit_values: Mapping[str, int | None]
) -> Proposal:
    """The proposal with the sums over its drops as they stand."""
    kept = [drop for drop in drops if drop.quantity]
    got: dict[str, int] = {}
    for drop in kept:
        got[drop.target_id] = got.get(drop.target_id, 0) + drop.quantity
    values = [unit_values[drop.line_id] for drop in kept]
    known = [drop.quantity * value for drop, value in zip(kept, values, strict=True) if value is not None]
    return replace(
        proposal,
        units=sum(got.values()),
        drops=len(kept),
        targets=len(got),
        value=sum(known) if known else None,
        before=shortfall(problem, {}),
        after=shortfall(problem, got),
    )


def shortfall(problem: Problem, got: Mapping[str, int]) -> int:
    """What is short over all targets when each gets so much, in hundredths of weighted units."""
    return sum(demand.weight * (demand.open - got.get(demand.target_id, 0)) for demand in problem.demands)


async def decided(desk: Desk, program_id: str, aid_type: str) -> int:
    """How many proposals for an aid type were approved so far: whether one was meanwhile."""
    table = tables.proposals
    query = select(func.count()).where(
        table.c.program_id == program_id,
        table.c.aid_type == aid_type,
        table.c.status.in_((ProposalStatus.APPROVED, ProposalStatus.CARRIED_OUT)),
    )
    found: int = (await desk.unit.connection.execute(query)).scalar_one()
    return found


async def supersede(desk: Desk, role: Role, newer: Proposal) -> None:
    """Close the open proposal for the same aid type, where there is one: what was only proposed may move."""
    table = tables.proposals
    query = select(*COLUMNS).where(
        table.c.program_id == newer.program_id,
        table.c.aid_type == newer.aid_type,
        table.c.status == ProposalStatus.OPEN,
    )
    older = await fetch_one(desk.unit.connection, query.with_for_update(), Proposal)
    if older is None:
        return
    changes: dict[str, Any] = {"status": ProposalStatus.SUPERSEDED, "decided_at": desk.now}
    event = await append(desk, older, "proposal_superseded", role=role, payload={"by": newer.id})
    # At once: the database allows one open proposal, and the newer one is inserted first
    await desk.unit.connection.execute(
        update(table).where(table.c.id == older.id).values(version=event.sequence, **changes)
    )


async def append(
    desk: Desk, proposal: Proposal, kind: str, *, role: Role, payload: dict[str, Any], reason: str = ""
) -> Event:
    """Append an event to a proposal's stream."""
    return await desk.unit.append(
        f"proposal:{proposal.id}",
        kind,
        after=proposal.version,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload=payload,
        reason=reason,
    )


async def change(
    desk: Desk,
    proposal: Proposal,
    kind: str,
    *,
    role: Role,
    payload: dict[str, Any],
    reason: str = "",
    **changes: Any,
) -> tuple[Proposal, Event]:
    """Append an event to a proposal and store the `changes` of its row; the proposal as it is now."""
    event = await append(desk, proposal, kind, role=role, payload=payload, reason=reason)
    desk.unit.change(tables.proposals, {"id": proposal.id}, version=event.sequence, **changes)
    return replace(proposal, version=event.sequence, **changes), event
