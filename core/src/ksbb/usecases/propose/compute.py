"""Compute a run: one aid type after the other, each stored as a proposal in a transaction of its own."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from ksbb.allocation.plan import Plan
from ksbb.allocation.problem import Demand, Problem, faults
from ksbb.allocation.reasons import reasons, told
from ksbb.allocation.refusals import unplaced
from ksbb.allocation.stored import plan_to_json, problem_to_json
from ksbb.domain.errors import Conflict
from ksbb.domain.proposals import DropStatus, Proposal, ProposalStatus, ProposedDrop, Remark, Run, RunStatus
from ksbb.domain.rights import SYSTEM, Permission, require
from ksbb.program import AidType
from ksbb.storage import tables
from ksbb.storage.rows import columns_of
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import plain
from ksbb.usecases.desk import Desk
from ksbb.usecases.evidence import keep_file
from ksbb.usecases.platform import Platform
from ksbb.usecases.propose import runs
from ksbb.usecases.propose.gather import Gathered, gather
from ksbb.usecases.propose.store import append, decided, shortfall, summed, supersede

JSON = "application/json"
_MOST_FAULTS = 200
"""What is wrong is told of so many lines and targets: they seldom have more than one cause."""
_log = structlog.get_logger("ksbb.allocation")


async def compute(platform: Platform, run_id: str, heard: Callable[[Run], None] = lambda _run: None) -> Run:
    """Compute what is left of a run; `heard` hears of each aid type that is done. A run that was called off ends before its next
    aid type. Repeating it does no harm.

    Raises NotFound for an unknown run, Unavailable while the program is away.
    """
    async with platform.desk(SYSTEM) as desk:
        run = await runs.begin(desk, run_id)
    program = platform.programs.require(run.program_id).program
    while run.status is RunStatus.RUNNING:
        aid_type = program.aid_type(run.aid_types[run.computed])
        made, before = await _proposed(platform, run, aid_type) if aid_type else (None, 0)
        try:
            kept = await _kept(platform, run, made, before)
        except Conflict:  # Another run stored the same aid type's first: this one is newer
            kept = None
        if kept is None:
            _log.info("overtaken", run=run.number)
            continue
        run = kept
        heard(run)
    return run


async def _kept(platform: Platform, run: Run, made: "Made | None", decided_before: int) -> Run | None:
    """The run after its proposal was stored; as somebody else left it, and nothing stored, where it has moved on meanwhile. None, and
    nothing stored, where another proposal for the aid type was approved meanwhile, which the plan doesn't know.
    """
    async with platform.desk(SYSTEM) as desk:
        standing = await runs.load_run(desk, run.id)
        if standing.version != run.version:
            return standing
        if made is not None:
            if await decided(desk, run.program_id, made[0].aid_type) != decided_before:
                return None
            await _store(desk, *made)
        return await runs.progress(desk, standing, run.computed + 1)


Made = tuple[Proposal, list[ProposedDrop], list[Remark], bytes, bytes | None]
"""A proposal with its drops and remarks, its problem, and its plan unless it is refused."""


async def _proposed(platform: Platform, run: Run, aid_type: AidType) -> tuple[Made | None, int]:
    """The proposal for an aid type, None where nothing of it is left to place; and how many were approved by then."""
    async with platform.reading_desk(SYSTEM) as desk:
        decided_before = await decided(desk, run.program_id, aid_type.id)
        gathered = await gather(desk, run.program_id, aid_type)
        at = desk.now
    if not gathered.lines:
        return None, decided_before
    # In a thread, so that whoever else is served by this process doesn't wait
    return await asyncio.to_thread(_planned, run, gathered, at), decided_before


def _planned(run: Run, gathered: Gathered, at: datetime) -> Made:
    problem = gathered.problem
    wrong = [
        Remark(message=fault.message, fault=True, line_id=fault.where)
        if fault.where in gathered.lines
        else Remark(message=fault.message, fault=True, target_id=fault.where)
        for fault in faults(problem)
    ]
    remarks = [*gathered.remarks, *wrong]
    inputs = problem_to_json(problem)
    refused = any(remark.fault for remark in remarks)
    proposal = Proposal(
        id=new_id(),
        run_id=run.id,
        program_id=run.program_id,
        aid_type=problem.aid_type,
        status=ProposalStatus.REFUSED if refused else ProposalStatus.OPEN,
        supply=sum(offer.quantity for offer in problem.offers),
        need=sum(demand.open for demand in problem.demands),
        before=shortfall(problem, {}),
        after=shortfall(problem, {}),
        problem_sha256=hashlib.sha256(inputs).hexdigest(),
        created_at=at,
    )
    if refused:
        return proposal, [], [remark for remark in remarks if remark.fault][:_MOST_FAULTS], inputs, None
    from ksbb.allocation.solve import allocate  # noqa: PLC0415 - the solver is heavy, and only runs need it

    plan = allocate(problem)
    drops = _drops(proposal.id, gathered, plan)
    remarks += [
        Remark(message=left.message, line_id=left.line_id, quantity=left.quantity) for left in unplaced(problem, plan)
    ]
    output = plan_to_json(plan)
    proposal = replace(
        summed(proposal, drops, problem, {line_id: line.unit_value for line_id, line in gathered.lines.items()}),
        plan_sha256=hashlib.sha256(output).hexdigest(),
        of_optimum=_of_optimum(problem, plan),
    )
    return proposal, drops, remarks, inputs, output


def _of_optimum(problem: Problem, plan: Plan) -> int | None:
    """The weighted shortfall that a plan meets, in hundredths of a percent of what the fair shares would; None without any."""
    made: Counter[str] = Counter()
    for drop in plan.drops:
        made[drop.target_id] += drop.quantity
    met = fair_met = 0.0
    for demand, share in zip(problem.demands, plan.fair.totals(len(problem.demands)), strict=True):
        fair_met += _met(demand, share)
        met += _met(demand, made[demand.target_id])
    return round(10_000 * met / fair_met) if fair_met else None


def _met(demand: Demand, units: int) -> float:
    """What so many units take from a target's weighted shortfall, w·n·(1−c)²."""
    return demand.weight * (demand.open**2 - (demand.open - units) ** 2) / demand.need


def _drops(proposal_id: str, gathered: Gathered, plan: Plan) -> list[ProposedDrop]:
    problem, names = gathered.problem, gathered.names
    made = []
    for why in reasons(problem, plan):
        said = told(why, names[why.drop.target_id], names.get(why.next_target_id or "", ""), gathered.unit)
        made.append(
            ProposedDrop(
                proposal_id=proposal_id,
                line_id=why.drop.line_id,
                target_id=why.drop.target_id,
                commitment_id=gathered.lines[why.drop.line_id].commitment_id,
                computed=why.drop.quantity,
                quantity=why.drop.quantity,
                why={name: value for name, value in plain(why).items() if name != "drop"},
                why_id=said.id,
                why_en=said.en,
                edited_by=None,
                status=DropStatus.PROPOSED,
                allocation_id=None,
                failure="",
            )
        )
    return made


async def _store(
    desk: Desk,
    proposal: Proposal,
    drops: list[ProposedDrop],
    remarks: list[Remark],
    inputs: bytes,
    output: bytes | None,
) -> None:
    role = require(desk.actor, Permission.MACHINE_STEP)
    for content in filter(None, (inputs, output)):
        keep_file(desk.unit, content, JSON)
    if proposal.status is ProposalStatus.OPEN:
        await supersede(desk, role, proposal)
    event = await append(desk, proposal, "proposed", role=role, payload={**plain(proposal), "drops": plain(drops)})
    row = columns_of(tables.proposals, proposal)
    desk.unit.insert_row(tables.proposals, {**row, "version": event.sequence, "remarks": plain(remarks)})
    for drop in drops:
        desk.unit.insert(tables.proposal_drops, drop)
