"""What needs the program is refused with the reason, what doesn't goes on, and its flows hear of it when it is back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import ksbb_pangan
from ksbb.domain.commitments import CommitmentStatus
from ksbb.domain.errors import InvalidInput, KsbbError, Unavailable
from ksbb.domain.handovers import HandoverStatus
from ksbb.flows.claims import Claims
from ksbb.program import ProgramFlow, Stage, Text
from ksbb.programs import host_of
from ksbb.storage import tables
from ksbb.testing import Driven, Step, World
from ksbb.usecases import allocate, assess, close, commit, hand_over, needs, receive
from ksbb.usecases.platform import Platform

from .conftest import WAYS, why

Act = Callable[[World, Driven], Awaitable[Any]]


def told(error: KsbbError) -> list[tuple[str, str, str, Any, Any]]:
    """The problems of an error."""
    return [(one.code, one.pointer, one.message.en, one.expected, one.given) for one in error.problems]


async def revise(world: World, driven: Driven) -> Any:
    """The collaborator revises."""
    (line,) = driven.commitment.lines
    given = commit.CommitmentInput(
        program_id="pangan",
        lines=[commit.LineInput(aid_type=line.aid_type, quantity=3, attributes=line.attributes)],
        planned_handover_on=driven.commitment.planned_handover_on,
        aggregator_id=driven.commitment.aggregator_id,
    )
    version = driven.commitment.version
    return await world.act(world.collaborator, commit.revise, driven.commitment.id, given, expected_version=version)


async def submit(world: World, driven: Driven) -> Any:
    """The collaborator submits."""
    return await world.submit(driven)


async def approve(world: World, driven: Driven) -> Any:
    """The assessor approves."""
    return await world.approve(driven)


async def promise(world: World, driven: Driven) -> Any:
    """The assessor allocates."""
    return await world.allocate(driven)


@pytest.mark.parametrize("way", WAYS)
async def test_what_needs_the_program_says_why_it_waits(world: World, without: Any, way: str) -> None:
    away = without(way)
    needing: dict[Step, list[Act]] = {
        Step.DRAFTED: [revise, submit],
        Step.ASSESSED: [approve],
        Step.APPROVED: [promise],
    }
    driven = await world.drive(Step.DRAFTED)
    for step, acts in needing.items():
        driven = await world.advance(driven, step)
        for act in acts:
            with pytest.raises(Unavailable) as caught:
                await act(away, driven)
            assert told(caught.value) == why(way), (step, act)
            assert await world.reload(driven) == driven


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_new_is_taken_on(world: World, without: Any, way: str) -> None:
    away = without(way)
    given = commit.CommitmentInput(
        program_id="pangan", lines=world.lines("pangan"), planned_handover_on=world.clock.now().date()
    )
    need = needs.NeedInput(
        target_id=world.targets["pangan"][0].id,
        program_id="pangan",
        aid_type="staple_food",
        quantity=7,
        source="a test",
        as_of=world.clock.now().date(),
    )
    kind: type[KsbbError] = Unavailable
    ((code, pointer, message, expected, state),) = why(way)
    problem: tuple[str, str, str, Any, Any] = (code, pointer, message, expected, state)
    if way == "uninstalled":
        # Of a program that nobody knows any more nothing new can be written: the id may as well be a slip
        message = "program pangan is not known; known are: -"
        kind, problem = InvalidInput, ("program_unknown", pointer, message, [], "pangan")
    with pytest.raises(kind) as caught:
        await away.act(world.collaborator, commit.draft, given)
    assert told(caught.value) == [problem]
    with pytest.raises(kind) as caught:
        await away.act(world.secretariat, needs.set_need, need, expected_version=1)
    assert told(caught.value) == [problem]
    table = "target_code,program_id,aid_type,quantity,source,as_of\n"
    row = f"{world.targets['pangan'][0].code},pangan,staple_food,7,a test,2026-08-03\n"
    with pytest.raises(InvalidInput) as refused:
        await away.act(world.secretariat, needs.import_needs, (table + row).encode())
    assert told(refused.value) == [("cell", "/rows/1/program_id", f"row 1, column program_id: {message}", *problem[3:])]


@pytest.mark.parametrize("way", WAYS)
async def test_a_case_may_come_to_its_end_meanwhile(world: World, without: Any, way: str) -> None:
    away = without(way)
    drafted, submitted, assessed, approved, allocated = [
        await world.drive(step) for step in (Step.DRAFTED, Step.SUBMITTED, Step.ASSESSED, Step.APPROVED, Step.ALLOCATED)
    ]

    async def does(actor: Any, act: Any, driven: Driven, **given: Any) -> Any:
        version = driven.commitment.version
        done = await away.act(actor, act, driven.commitment.id, expected_version=version, **given)
        return done[0] if isinstance(done, tuple) else done

    withdrawn = await does(world.collaborator, commit.withdraw, drafted, reason="")
    back = await does(world.assessor, assess.request_revision, submitted, reason="unclear")
    rejected = await does(world.assessor, assess.reject, assessed, reason="unfit")
    everything = [receive.LineQuantity(line_id=line.id, quantity=10) for line in approved.commitment.lines]
    cancelled = await does(world.collaborator, close.cancel, approved, lines=everything, reason="not to be had")
    (promised,) = allocated.allocations
    released = await does(
        world.assessor, allocate.release, allocated, allocation_id=promised.id, quantity=10, reason="elsewhere"
    )
    assert [one.status for one in (withdrawn, back, rejected, cancelled, released)] == [
        CommitmentStatus.WITHDRAWN,
        CommitmentStatus.REVISION_REQUESTED,
        CommitmentStatus.REJECTED,
        CommitmentStatus.APPROVED,
        CommitmentStatus.APPROVED,
    ]
    received = await away.receive(replace(allocated, commitment=released))
    off = [receive.LineQuantity(line_id=line.id, quantity=1) for line in received.commitment.lines]
    spoilt = await does(world.aggregator, receive.write_off, received, lines=off, reason="wet")
    assert (spoilt.lines[0].received, spoilt.lines[0].written_off) == (10, 1)


@pytest.mark.parametrize("way", WAYS)
async def test_goods_on_their_way_arrive_and_the_flows_hear_of_it_later(world: World, without: Any, way: str) -> None:
    flows = {
        stage: ProgramFlow(name=f"on-{stage}", entrypoint="x:y", title=Text("a", "a"), stage=stage)
        for stage in Stage
        if stage is not Stage.SUBMITTED
    }
    watchful = replace(ksbb_pangan.PROGRAM, flows=(*ksbb_pangan.PROGRAM.flows, *flows.values()))
    here = replace(world, platform=Platform(world.platform.database, host_of((watchful,), {}), world.clock))
    away = without(way)
    driven = await here.drive(Step.ALLOCATED)
    refused = await away.record(await away.dispatch(await away.receive(driven)))
    assert refused.handover is not None
    commitment, handover = await away.act(
        world.witness,
        hand_over.refuse,
        refused.handover.id,
        reason="one box",
        expected_version=refused.commitment.version,
    )
    assert handover.status is HandoverStatus.REFUSED
    again = await away.record(replace(refused, commitment=commitment))
    closed = await away.close(await away.confirm(await away.attach(again)))
    assert closed.commitment.status is CommitmentStatus.CLOSED
    assert closed.report is not None
    assert (closed.report.program_name, closed.report.agency) == (
        ksbb_pangan.PROGRAM.name.id,
        ksbb_pangan.PROGRAM.lead_agency.id,
    )
    ids = {
        "received": closed.receipt.id if closed.receipt else "",
        "dispatched": closed.dispatch.id if closed.dispatch else "",
        "handed_over": closed.report.handover_id,
        "closed": closed.commitment.id,
    }
    early = [(stage, f"on-{stage}", closed.commitment.id, "pending") for stage in ("approved", "allocated")]
    early += [("submitted", "pangan-assess", closed.commitment.id, "pending")]
    report = ("handed_over", "handover_report", closed.report.handover_id, "pending")
    waiting = [(stage, "*", subject, "pending") for stage, subject in ids.items()]
    assert await work(world) == sorted([*early, report, *waiting])
    claims = [Claims(one.platform, 100, timedelta(seconds=60)) for one in (away, here)]
    assert await claims[0].consumers() == [("pangan", "handover_report")]
    assert await work(world) == sorted([*early, report, *waiting])
    names = sorted([consumer for _, consumer, _, _ in early] + ["handover_report", *(f"on-{stage}" for stage in ids)])
    for _ in range(2):
        assert await claims[1].consumers() == [("pangan", name) for name in names]
        shared = [(stage, f"on-{stage}", subject, "pending") for stage, subject in ids.items()]
        done = [(stage, "*", subject, "done") for stage, subject in ids.items()]
        assert await work(world) == sorted([*early, report, *shared, *done])
    events = await rows(world, tables.events)
    kinds = {row["id"]: row["kind"] for row in events}
    for row in await rows(world, tables.outbox):
        assert kinds[row["event_id"]] == row["stage"]
        assert (row["attempts"], row["reason"], row["program_id"]) == (0, "", "pangan")


async def rows(world: World, table: Any) -> list[dict[str, Any]]:
    """The rows of a table."""
    async with world.platform.database.read() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def work(world: World) -> list[tuple[str, str, str, str]]:
    """Stage, consumer, subject and status of all work."""
    found = await rows(world, tables.outbox)
    return sorted((row["stage"], row["consumer"], row["subject_id"], row["status"]) for row in found)


@pytest.mark.parametrize("way", WAYS)
async def test_a_case_stopped_at_any_step_goes_on_when_the_program_is_back(
    world: World, without: Any, way: str
) -> None:
    away = without(way)
    stopped = [await world.drive(step) for step in Step if step is not Step.CLOSED]
    for driven in stopped:
        assert (await away.reload(driven)).commitment == driven.commitment
        closed = await world.advance(driven, Step.CLOSED)
        assert closed.commitment.status is CommitmentStatus.CLOSED, driven.step
