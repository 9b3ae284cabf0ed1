"""Runs and proposals as assessors, the secretariat and auditors see them; and what a target is told of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import select

from ksbb.allocation.refusals import why_nothing
from ksbb.allocation.stored import plan_from
from ksbb.domain.errors import not_found
from ksbb.domain.proposals import DropStatus, Proposal, ProposalStatus, Remark, Run
from ksbb.domain.rights import PERMISSIONS, Permission, require
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all, fetch_one
from ksbb.usecases.desk import Desk
from ksbb.usecases.evidence import content_of
from ksbb.usecases.propose.store import COLUMNS, load_problem, load_proposal
from ksbb.usecases.read.paging import Asked, Page, fetch_page


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run, with its proposals."""

    run: Run
    proposals: Sequence[Proposal]


@dataclass(frozen=True, slots=True, kw_only=True)
class DropView:
    """One drop: what target, of which commitment, how much was computed and stands now, and why."""

    line_id: str
    commitment_id: str
    commitment_number: str
    target_id: str
    target_code: str
    target_name: str
    area_code: str
    synthetic: bool
    computed: int
    quantity: int
    why: dict[str, Any] | None
    why_id: str
    why_en: str
    edited_by: str | None
    status: DropStatus
    allocation_id: str | None
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkView:
    """Why so much of a line isn't placed, or what is wrong with a line or a target (`fault`)."""

    commitment_id: str | None
    commitment_number: str | None
    line_id: str | None
    target_id: str | None
    target_code: str | None
    quantity: int
    fault: bool
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a target gets of a proposal, and why: a sentence for each drop, or one for nothing."""

    proposal_id: str
    status: ProposalStatus
    program_id: str
    aid_type: str
    target_id: str
    target_code: str
    target_name: str
    quantity: int
    sentences: Sequence[Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of a proposal: who did what, in which role, when and why."""

    kind: str
    at: datetime
    role: str
    account_id: str
    name: str
    reason: str
    details: dict[str, Any]


_TOLD = (ProposalStatus.OPEN, ProposalStatus.APPROVED, ProposalStatus.CARRIED_OUT)
_REFUSED = Text(
    "Belum ada rencana: masukannya keliru, dan harus diperbaiki dahulu.",
    "There is no plan yet: its input is wrong, and must be put right first.",
)


async def find_runs(desk: Desk, asked: Asked, *, program_id: str | None = None) -> Page[Run]:
    """A page of runs, the newest first. Raises Forbidden for those who don't read proposals."""
    require(desk.actor, Permission.READ_PROPOSALS, program_id)
    table = tables.allocation_runs
    query = select(table).where(table.c.program_id == program_id) if program_id else select(table)
    granted = {g.program_id for g in desk.actor.grants if Permission.READ_PROPOSALS in PERMISSIONS[g.role]}
    if None not in granted:
        query = query.where(table.c.program_id.in_(granted))
    newest = Asked(limit=asked.limit, cursor=asked.cursor, sort=asked.sort or "-asked_at")
    return await fetch_page(
        desk.unit.connection, query, newest, Run, keys={"asked_at": table.c.asked_at}, identity=table.c.id
    )


async def show_run(desk: Desk, id_or_number: str) -> RunView:
    """A run, by its id or number, with its proposals. Raises NotFound, Forbidden for those who don't read its program's."""
    table = tables.allocation_runs
    query = select(table).where((table.c.id == id_or_number) | (table.c.number == id_or_number))
    run = await fetch_one(desk.unit.connection, query, Run)
    if run is None:
        raise not_found(Text("proses alokasi", "allocation run"), id_or_number)
    require(desk.actor, Permission.READ_PROPOSALS, run.program_id)
    of_run = select(*COLUMNS).where(tables.proposals.c.run_id == run.id).order_by(tables.proposals.c.aid_type)
    return RunView(run=run, proposals=await fetch_all(desk.unit.connection, of_run, Proposal))


async def show_proposal(desk: Desk, proposal_id: str) -> Proposal:
    """One proposal. Raises NotFound, Forbidden for those who don't read its program's."""
    found = await load_proposal(desk, proposal_id)
    require(desk.actor, Permission.READ_PROPOSALS, found.program_id)
    return found


async def stored_file(desk: Desk, proposal_id: str, what: Literal["inputs", "plan"]) -> tuple[Proposal, bytes]:
    """What a proposal was computed from, or the plan as it was computed, byte by byte. Raises NotFound for a refused one's plan."""
    found = await show_proposal(desk, proposal_id)
    digest = found.problem_sha256 if what == "inputs" else found.plan_sha256
    if digest is None:
        raise not_found(Text("rencana dari usulan yang ditolak sistem", "plan of a refused proposal"), proposal_id)
    return found, (await content_of(desk, digest))[1]


async def find_drops(
    desk: Desk, proposal_id: str, asked: Asked, *, target_id: str | None = None, status: DropStatus | None = None
) -> Page[DropView]:
    """A page of a proposal's drops, by target."""
    await show_proposal(desk, proposal_id)
    drop, target, commitment = tables.proposal_drops, tables.targets, tables.commitments
    query = (
        select(drop, target.c.code.label("target_code"), target.c.name.label("target_name"), target.c.area_code)
        .add_columns(target.c.synthetic, commitment.c.number.label("commitment_number"))
        .join(target, target.c.id == drop.c.target_id)
        .join(commitment, commitment.c.id == drop.c.commitment_id)
        .where(drop.c.proposal_id == proposal_id)
    )
    for column, value in ((drop.c.target_id, target_id), (drop.c.status, status)):
        if value is not None:
            query = query.where(column == value)
    # A line stands once for each target, so that both together are unique
    identity = drop.c.target_id + drop.c.line_id
    keys = {"target_code": target.c.code, "quantity": drop.c.quantity}
    return await fetch_page(desk.unit.connection, query, asked, DropView, keys=keys, identity=identity)


async def remarks_of(desk: Desk, proposal_id: str) -> list[RemarkView]:
    """What wasn't placed of each commitment and why; or why there is no plan."""
    await show_proposal(desk, proposal_id)
    table = tables.proposals
    stored = (await desk.unit.connection.execute(select(table.c.remarks).where(table.c.id == proposal_id))).scalar_one()
    remarks = msgspec.convert(stored, list[Remark])
    numbers = await _numbers(desk, {remark.line_id for remark in remarks})
    codes = await _codes(desk, {remark.target_id for remark in remarks})
    return [
        RemarkView(
            commitment_id=numbers.get(remark.line_id, (None, None))[0],
            commitment_number=numbers.get(remark.line_id, (None, None))[1],
            line_id=remark.line_id or None,
            target_id=remark.target_id or None,
            target_code=codes.get(remark.target_id, (None, None))[0],
            quantity=remark.quantity,
            fault=remark.fault,
            message=remark.message,
        )
        for remark in remarks
    ]


async def why(desk: Desk, proposal_id: str, target_id: str) -> Answer:
    """Why a target gets what it gets of a proposal, or nothing. Also for the target's own representative.

    Raises NotFound for a target that has no such need.
    """
    proposal = await load_proposal(desk, proposal_id)
    _require_told(desk, proposal.program_id, target_id)
    answer = await answer_of(desk, proposal, target_id)
    if answer is None:
        raise not_found(Text("sasaran dalam usulan ini", "target in this proposal"), target_id, "/target_id")
    return answer


async def explanations(desk: Desk, target_id: str) -> list[Answer]:
    """What the latest proposal for each of a target's needs brings it, and why. Also for the target's own representative."""
    _require_told(desk, None, target_id)
    need, proposal = tables.needs, tables.proposals
    of_needs = (
        select(*COLUMNS)
        .join(need, (need.c.program_id == proposal.c.program_id) & (need.c.aid_type == proposal.c.aid_type))
        .where(need.c.target_id == target_id, proposal.c.status.in_(_TOLD))
        .order_by(proposal.c.created_at, proposal.c.id)
    )
    found = await fetch_all(desk.unit.connection, of_needs, Proposal)
    latest = {(one.program_id, one.aid_type): one for one in found}
    for program_id in {program_id for program_id, _ in latest}:
        _require_told(desk, program_id, target_id)
    answers = [await answer_of(desk, one, target_id) for _, one in sorted(latest.items())]
    return [answer for answer in answers if answer is not None]


async def answer_of(desk: Desk, proposal: Proposal, target_id: str) -> Answer | None:
    """What a target gets of a proposal, and why; None where it has no such need. The caller asks whether the actor may know."""
    codes = await _codes(desk, {target_id})
    problem = await load_problem(desk, proposal)
    if target_id not in codes or all(demand.target_id != target_id for demand in problem.demands):
        return None
    table = tables.proposal_drops
    query = select(table).where(table.c.proposal_id == proposal.id, table.c.target_id == target_id)
    rows = (await desk.unit.connection.execute(query.order_by(table.c.line_id))).all()
    sentences = [Text(row.why_id, row.why_en) for row in rows]
    if proposal.plan_sha256 is None:
        sentences = [_REFUSED]
    elif not rows:
        plan = plan_from((await content_of(desk, proposal.plan_sha256))[1])
        sentences = [why_nothing(problem, plan, target_id)]
    code, name = codes[target_id]
    return Answer(
        proposal_id=proposal.id,
        status=proposal.status,
        program_id=proposal.program_id,
        aid_type=proposal.aid_type,
        target_id=target_id,
        target_code=code,
        target_name=name,
        quantity=sum(row.quantity for row in rows),
        sentences=sentences,
    )


async def history(desk: Desk, proposal_id: str) -> list[Entry]:
    """Who did what to a proposal, when and why, the oldest first."""
    await show_proposal(desk, proposal_id)
    event, account = tables.events, tables.accounts
    query = (
        select(event.c.kind, event.c.at, event.c.role, event.c.account_id, account.c.name, event.c.reason)
        .add_columns(event.c.payload)
        .outerjoin(account, account.c.id == event.c.account_id)
        .where(event.c.stream == f"proposal:{proposal_id}")
        .order_by(event.c.sequence)
    )
    return [
        Entry(
            kind=row.kind,
            at=row.at,
            role=row.role,
            account_id=row.account_id,
            name=row.name or "KSBB",
            reason=row.reason,
            # What was proposed stands in the drops
            details={} if row.kind == "proposed" else row.payload,
        )
        for row in await desk.unit.connection.execute(query)
    ]


def _require_told(desk: Desk, program_id: str | None, target_id: str) -> None:
    if desk.actor.target_id != target_id:
        require(desk.actor, Permission.READ_PROPOSALS, program_id)


async def target_id_of(desk: Desk, code: str) -> str:
    """The id of the target with this code. Raises NotFound."""
    query = select(tables.targets.c.id).where(tables.targets.c.code == code)
    found: str | None = (await desk.unit.connection.execute(query)).scalar_one_or_none()
    if found is None:
        raise not_found(Text("sasaran", "target"), code)
    return found


async def _numbers(desk: Desk, line_ids: set[str]) -> dict[str, tuple[str, str]]:
    line, commitment = tables.commitment_lines, tables.commitments
    query = (
        select(line.c.id, commitment.c.id, commitment.c.number)
        .join(commitment, commitment.c.id == line.c.commitment_id)
        .where(line.c.id.in_(line_ids))
    )
    return {row[0]: (row[1], row[2]) for row in await desk.unit.connection.execute(query)}


async def _codes(desk: Desk, target_ids: set[str]) -> dict[str, tuple[str, str]]:
    table = tables.targets
    query = select(table.c.id, table.c.code, table.c.name).where(table.c.id.in_(target_ids))
    return {row.id: (row.code, row.name) for row in await desk.unit.connection.execute(query)}
