"""Runs: asked for by an assessor or the night's schedule, computed by the engine, called off while they wait."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ksbb.domain.areas import AreaLevel
from ksbb.domain.commitments import CommitmentStatus
from ksbb.domain.errors import conflict, invalid, not_found, stale
from ksbb.domain.proposals import ProposalStatus, Run, RunStatus
from ksbb.domain.rights import Permission, Role, require, require_everywhere
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_one
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import plain
from ksbb.usecases.desk import Desk

ALLOCATION_RUNS = "allocation_runs"
"""The outbox consumer that computes runs."""
RUN = Text("proses alokasi", "allocation run")


async def ask(desk: Desk, program_id: str, aid_types: Sequence[str] = (), *, at_once: bool = False) -> Run:
    """Ask for proposals for some aid types of a program, all of them where none is named. The engine computes them, unless the
    asker does so itself (`at_once`).

    Raises InvalidInput for an aid type that the program hasn't, Unavailable while the program is away.
    """
    role = await _role_everywhere(desk, program_id)
    program = desk.programs.require(program_id).program
    known = [aid_type.id for aid_type in program.aid_types]
    unknown = sorted(set(aid_types) - set(known))
    if unknown:
        raise invalid(
            "aid_type_unknown",
            Text(
                f"program {program_id} tidak mengenal jenis bantuan {', '.join(unknown)}; yang dikenal: {', '.join(known)}",
                f"program {program_id} has no aid type {', '.join(unknown)}; it has: {', '.join(known)}",
            ),
            "/aid_types",
            known,
            unknown,
        )
    wanted = [aid_type for aid_type in known if not aid_types or aid_type in aid_types]
    year = desk.today.year
    sequence = await desk.unit.next_number(f"allocation:{program_id}:{year}")
    run = Run(
        id=new_id(),
        number=f"{program_id.upper().replace('_', '-')}-ALOKASI-{year}-{sequence:04}",
        program_id=program_id,
        aid_types=tuple(wanted),
        status=RunStatus.QUEUED,
        asked_by=desk.actor.account_id,
        asked_at=desk.now,
        ended_at=None,
        computed=0,
        version=1,
    )
    desk.unit.insert(tables.allocation_runs, run)
    event = await desk.unit.append(
        _stream(run.id),
        "allocation_asked",
        after=0,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload={**plain(run), "at_once": at_once},
    )
    if not at_once:
        desk.unit.post(event, program_id=program_id, consumer=ALLOCATION_RUNS, stage="", subject_id=run.id)
    return run


async def cancel(desk: Desk, run_id: str, *, reason: str, expected_version: int) -> Run:
    """Call a run off; what it proposed already stays. Raises Conflict for one that has ended."""
    run = await load_run(desk, run_id)
    role = await _role_everywhere(desk, run.program_id)
    if run.version != expected_version:
        raise stale(expected_version, run.version)
    if run.ended:
        raise conflict(
            "wrong_status",
            Text(f"{run.number} sudah berakhir ({run.status})", f"{run.number} has ended already ({run.status})"),
            "/status",
            [RunStatus.QUEUED, RunStatus.RUNNING],
            str(run.status),
        )
    return await _move(desk, run, "allocation_cancelled", role, reason, status=RunStatus.CANCELLED, ended_at=desk.now)


async def begin(desk: Desk, run_id: str) -> Run:
    """Machine step: the run is being computed, unless it has ended."""
    run = await load_run(desk, run_id)
    if run.status is not RunStatus.QUEUED:
        return run
    return await _move(desk, run, "allocation_begun", _machine(desk), status=RunStatus.RUNNING)


async def progress(desk: Desk, run: Run, computed: int) -> Run:
    """Machine step: so many aid types are computed; the run is done with the last one."""
    if computed < len(run.aid_types):
        return await _move(desk, run, "allocation_computed", _machine(desk), computed=computed)
    done: dict[str, Any] = {"status": RunStatus.DONE, "ended_at": desk.now}
    return await _move(desk, run, "allocation_done", _machine(desk), computed=computed, **done)


async def load_run(desk: Desk, run_id: str) -> Run:
    """The run, locked until the unit ends unless the unit only reads. Raises NotFound."""
    query = select(tables.allocation_runs).where(tables.allocation_runs.c.id == run_id)
    if not desk.unit.reads_only:
        query = query.with_for_update()
    found = await fetch_one(desk.unit.connection, query, Run)
    if found is None:
        raise not_found(RUN, run_id)
    return found


async def waiting(desk: Desk, program_id: str) -> list[str]:
    """The aid types of a program of which approved aid isn't placed and a need is open, and whose open proposal, where there is one,
    nobody has edited or approved: what people are at work on stays as it is.
    """
    line, commitment, need = tables.commitment_lines, tables.commitments, tables.needs
    query = (
        select(line.c.aid_type)
        .distinct()
        .join(commitment, commitment.c.id == line.c.commitment_id)
        .join(need, (need.c.program_id == commitment.c.program_id) & (need.c.aid_type == line.c.aid_type))
        .where(
            commitment.c.program_id == program_id,
            commitment.c.status == CommitmentStatus.APPROVED,
            line.c.committed > line.c.cancelled + line.c.written_off + line.c.allocated,
            need.c.quantity > need.c.promised + need.c.accepted,
        )
        .order_by(line.c.aid_type)
    )
    proposal = tables.proposals
    open_ones = select(proposal.c.aid_type, proposal.c.edits, proposal.c.approved_by).where(
        proposal.c.program_id == program_id, proposal.c.status == ProposalStatus.OPEN
    )
    in_hand = {row.aid_type for row in await desk.unit.connection.execute(open_ones) if row.edits or row.approved_by}
    found = (await desk.unit.connection.execute(query)).scalars()
    return [aid_type for aid_type in found if aid_type not in in_hand]


async def _role_everywhere(desk: Desk, program_id: str) -> Role:
    """The role by which the actor may propose in every area: a plan has no borders. Raises Forbidden."""
    table = tables.areas
    provinces = select(table.c.code).where(table.c.level == AreaLevel.PROVINCE)
    areas = (await desk.unit.connection.execute(provinces)).scalars().all()
    return require_everywhere(desk.actor, Permission.PROPOSE, program_id, areas)


async def _move(desk: Desk, run: Run, kind: str, role: Role, reason: str = "", **changes: Any) -> Run:
    event = await desk.unit.append(
        _stream(run.id),
        kind,
        after=run.version,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload=plain({name: _said(value) for name, value in changes.items()}),
        reason=reason,
    )
    desk.unit.change(tables.allocation_runs, {"id": run.id}, version=event.sequence, **changes)
    return replace(run, version=event.sequence, **changes)


def _said(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _stream(run_id: str) -> str:
    return f"allocation_run:{run_id}"


def _machine(desk: Desk) -> Role:
    return require(desk.actor, Permission.MACHINE_STEP)
