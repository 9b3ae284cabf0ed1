"""Decide on a proposal: edit, approve, reject; and carry out what was approved, by the usual act."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import and_, func, select

from ksbb.allocation.problem import Problem
from ksbb.domain.errors import Forbidden, KsbbError, Unavailable, conflict, invalid, not_found
from ksbb.domain.errors import Problem as Refusal
from ksbb.domain.proposals import DropStatus, Proposal, ProposalStatus, ProposedDrop
from ksbb.domain.rights import SYSTEM, Permission, Role, require, require_everywhere
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import columns_of, fetch_all
from ksbb.usecases.accounts import load_actor
from ksbb.usecases.allocate import allocate
from ksbb.usecases.assess import require_reason
from ksbb.usecases.chain import load_target
from ksbb.usecases.desk import Desk
from ksbb.usecases.platform import Platform
from ksbb.usecases.propose.store import change, load_drops, load_problem, load_proposal, summed

CARRY_OUT = "approved_allocations"
"""The outbox consumer that makes the allocations of approved proposals."""


async def edit(
    desk: Desk,
    proposal_id: str,
    *,
    line_id: str,
    target_id: str,
    quantity: int,
    reason: str,
    expected_version: int,
) -> Proposal:
    """Change how much of a line a target would get; 0 takes the drop out, a pair that isn't proposed is added. Whoever approved
    before must approve again.

    Raises InvalidInput without a reason, for a line or target that isn't part of the proposal, and beyond what the line has or the
    target still needs; Conflict where the line's restrictions forbid it or the proposal isn't open.
    """
    proposal = await load_proposal(desk, proposal_id, expected_version=expected_version)
    target = await load_target(desk, target_id)
    role = require(desk.actor, Permission.ALLOCATE, proposal.program_id, target.area_code)
    proposal.require_open()
    require_reason(reason)
    problem = await load_problem(desk, proposal)
    drops = {(drop.line_id, drop.target_id): drop for drop in await load_drops(desk, proposal_id)}
    _check_edit(problem, drops, line_id, target_id, quantity)
    lines = await _lines(desk, {key[0] for key in drops} | {line_id})
    was = drops.get((line_id, target_id))
    now = ProposedDrop(
        proposal_id=proposal_id,
        line_id=line_id,
        target_id=target_id,
        commitment_id=lines[line_id][0],
        computed=was.computed if was else 0,
        quantity=quantity,
        why=None,
        why_id=reason,
        why_en=reason,
        edited_by=desk.actor.account_id,
        status=DropStatus.PROPOSED,
        allocation_id=None,
        failure="",
    )
    drops[line_id, target_id] = now
    if was is None:
        desk.unit.insert(tables.proposal_drops, now)
    else:
        row = columns_of(tables.proposal_drops, now)
        desk.unit.change(tables.proposal_drops, {name: row.pop(name) for name in _KEY}, **row)
    after = summed(proposal, drops.values(), problem, {line: value for line, (_, value) in lines.items()})
    names = ("units", "drops", "targets", "value", "after")
    sums = {name: getattr(after, name) for name in names}
    said = {"line_id": line_id, "target_id": target_id, "was": was.quantity if was else 0, "quantity": quantity}
    edited, _ = await change(
        desk,
        proposal,
        "proposal_edited",
        role=role,
        payload=said,
        reason=reason,
        edits=proposal.edits + 1,
        approved_by=(),
        **sums,
    )
    return edited


_KEY = ("proposal_id", "line_id", "target_id")


def _check_edit(
    problem: Problem, drops: Mapping[tuple[str, str], ProposedDrop], line_id: str, target_id: str, quantity: int
) -> None:
    offer = next((offer for offer in problem.offers if offer.line_id == line_id), None)
    if offer is None:
        raise not_found(Text("baris komitmen dalam usulan ini", "line in this proposal"), line_id, "/line_id")
    demand = next((demand for demand in problem.demands if demand.target_id == target_id), None)
    if demand is None:
        raise not_found(Text("sasaran dalam usulan ini", "target in this proposal"), target_id, "/target_id")
    if quantity and (offer.expired(problem.today) or not offer.may_serve(demand)):
        raise conflict(
            "not_allowed",
            Text(
                "bantuan ini tidak boleh untuk sasaran itu: di luar wilayah atau jenis sasarannya, kedaluwarsa, atau sudah pernah "
                "ditawarkan kepadanya",
                "this aid may not go to that target: outside its areas or kinds of target, expired, or offered to it before",
            ),
            "/target_id",
        )
    others = [drop for key, drop in drops.items() if key != (line_id, target_id)]
    left = offer.quantity - sum(drop.quantity for drop in others if drop.line_id == line_id)
    needed = demand.open - sum(drop.quantity for drop in others if drop.target_id == target_id)
    if not 0 <= quantity <= min(left, needed):
        raise invalid(
            "over_quantity",
            Text(
                f"baris ini masih mempunyai {left} dan sasaran masih memerlukan {needed}, diberikan {quantity}",
                f"the line has {left} left and the target still needs {needed}, given {quantity}",
            ),
            "/quantity",
            {"minimum": 0, "maximum": min(left, needed)},
            quantity,
        )


async def _lines(desk: Desk, line_ids: set[str]) -> dict[str, tuple[str, int | None]]:
    """Commitment and unit value of each line."""
    table = tables.commitment_lines
    query = select(table.c.id, table.c.commitment_id, table.c.unit_value).where(table.c.id.in_(line_ids))
    return {row.id: (row.commitment_id, row.unit_value) for row in await desk.unit.connection.execute(query)}


async def approve(desk: Desk, proposal_id: str, *, expected_version: int) -> Proposal:
    """Approve a proposal; above the configured thresholds a second person must approve, too. Then its allocations are made.

    Raises Conflict when it isn't open, or there is nothing in it, Forbidden for who approved it already, or may not allocate to all
    of its targets.
    """
    proposal = await load_proposal(desk, proposal_id, expected_version=expected_version)
    role = await _role_over_all(desk, proposal)
    proposal.require_open()
    if not proposal.drops:
        raise conflict(
            "nothing_proposed",
            Text("usulan ini tidak berisi satu pun pembagian; tolak saja", "this proposal places nothing; reject it"),
            "/drops",
            {"minimum": 1},
            0,
        )
    approved_by = proposal.approved(desk.actor.account_id)
    rules = desk.rules
    needed = proposal.approvals_needed(units=rules.two_people_units, value=rules.two_people_rupiah)
    changes: dict[str, Any] = {"approved_by": approved_by}
    if len(approved_by) >= needed:
        changes |= {"status": ProposalStatus.APPROVED, "decided_at": desk.now}
    said = {"approvals": len(approved_by), "needed": needed, "units": proposal.units, "value": proposal.value}
    changed, event = await change(desk, proposal, "proposal_approved", role=role, payload=said, **changes)
    if changed.status is ProposalStatus.APPROVED:
        desk.unit.post(event, program_id=proposal.program_id, consumer=CARRY_OUT, stage="", subject_id=proposal.id)
    return changed


async def reject(desk: Desk, proposal_id: str, *, reason: str, expected_version: int) -> Proposal:
    """Reject a proposal, with the reason.

    Raises Conflict when it isn't open, Forbidden for who may not allocate to all of its targets.
    """
    proposal = await load_proposal(desk, proposal_id, expected_version=expected_version)
    role = await _role_over_all(desk, proposal)
    proposal.require_open()
    require_reason(reason)
    changes = {"status": ProposalStatus.REJECTED, "decided_at": desk.now}
    rejected, _ = await change(desk, proposal, "proposal_rejected", role=role, payload={}, reason=reason, **changes)
    return rejected


async def _role_over_all(desk: Desk, proposal: Proposal) -> Role:
    """The role by which the actor may allocate to every target of a proposal. Raises Forbidden."""
    drop, target = tables.proposal_drops, tables.targets
    query = (
        select(target.c.area_code)
        .join(drop, drop.c.target_id == target.c.id)
        .where(drop.c.proposal_id == proposal.id, drop.c.quantity > 0)
        .distinct()
    )
    areas = (await desk.unit.connection.execute(query)).scalars().all()
    return require_everywhere(desk.actor, Permission.ALLOCATE, proposal.program_id, areas)


async def carry_out(desk: Desk, proposal_id: str) -> bool:
    """Make the allocations of one more commitment of an approved proposal; whether there may be more. The actor is the one whose
    approval was the last.

    A drop that isn't possible any more fails with the reason, and the others go on. Repeating it does no harm.

    Raises Unavailable while the program is away.
    """
    proposal = await load_proposal(desk, proposal_id)
    if proposal.status is not ProposalStatus.APPROVED:
        return False
    role = require(desk.actor, Permission.ALLOCATE, proposal.program_id)
    drops = await _next_drops(desk, proposal_id)
    known = await _promised_to(desk, {drop.commitment_id for drop in drops}, proposal.aid_type)
    for drop in drops:
        where = {name: getattr(drop, name) for name in _KEY}
        if drop.target_id in known:
            failure = "sasaran ini sementara itu sudah ditawari bagian dari komitmen yang sama"
            desk.unit.change(tables.proposal_drops, where, status=DropStatus.FAILED, failure=failure)
            continue
        try:
            _, made = await allocate(
                desk,
                drop.commitment_id,
                line_id=drop.line_id,
                target_id=drop.target_id,
                quantity=drop.quantity,
                expected_version=None,
                reason=drop.why_id,
            )
        except Unavailable:  # The program is away, which passes: nothing of this commitment is stored
            raise
        except KsbbError as error:  # Raised before anything is stored: the act checks first
            failure = " ".join(problem.message.id for problem in error.problems)
            desk.unit.change(tables.proposal_drops, where, status=DropStatus.FAILED, failure=failure)
        else:
            desk.unit.change(tables.proposal_drops, where, status=DropStatus.ALLOCATED, allocation_id=made.id)
    if drops:
        return True
    counts = await _counts(desk, proposal_id)
    await change(desk, proposal, "proposal_carried_out", role=role, payload=counts, status=ProposalStatus.CARRIED_OUT)
    return False


async def _next_drops(desk: Desk, proposal_id: str) -> list[ProposedDrop]:
    """What is to be allocated of the next commitment. By target, so that two units can't lock each other out of their needs."""
    table = tables.proposal_drops
    waiting = and_(table.c.proposal_id == proposal_id, table.c.status == DropStatus.PROPOSED, table.c.quantity > 0)
    following = select(func.min(table.c.commitment_id)).where(waiting).scalar_subquery()
    query = (
        select(table).where(waiting, table.c.commitment_id == following).order_by(table.c.target_id, table.c.line_id)
    )
    return await fetch_all(desk.unit.connection, query, ProposedDrop)


async def _promised_to(desk: Desk, commitment_ids: set[str], aid_type: str) -> set[str]:
    """The targets that aid of a type was promised to already by these commitments, also where they refused."""
    table, line = tables.allocations, tables.commitment_lines
    query = (
        select(table.c.target_id)
        .join(line, line.c.id == table.c.line_id)
        .where(table.c.commitment_id.in_(commitment_ids), line.c.aid_type == aid_type)
    )
    return set((await desk.unit.connection.execute(query)).scalars())


async def _counts(desk: Desk, proposal_id: str) -> dict[str, int]:
    table = tables.proposal_drops
    query = select(table.c.status, func.count()).where(table.c.proposal_id == proposal_id).group_by(table.c.status)
    found = {str(status): count for status, count in await desk.unit.connection.execute(query)}
    return {status: found.get(status, 0) for status in (DropStatus.ALLOCATED, DropStatus.FAILED)}


async def carry_out_all(platform: Platform, proposal_id: str, heard: Callable[[], None] = lambda: None) -> None:
    """Make all allocations of an approved proposal, each commitment in a transaction of its own; `heard` hears of each. Nothing for
    a proposal that isn't approved, or carried out already.

    Raises Forbidden when the account that approved it last isn't active any more, Unavailable while the program is away.
    """
    async with platform.reading_desk(SYSTEM) as desk:
        proposal = await load_proposal(desk, proposal_id)
        if proposal.status is not ProposalStatus.APPROVED:
            return
        actor = await load_actor(desk.unit.link, proposal.approved_by[-1])
    if actor is None:
        raise Forbidden(
            Refusal(
                code="approver_gone",
                message=Text(
                    "akun yang menyetujui usulan ini tidak aktif lagi; orang lain harus memproses ulang alokasinya",
                    "the account that approved this proposal isn't active any more; somebody else must propose anew",
                ),
            )
        )
    more = True
    while more:
        async with platform.desk(actor) as desk:
            more = await carry_out(desk, proposal_id)
        heard()
