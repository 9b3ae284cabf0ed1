"""A proposal's life: asked for, computed, carried out by the usual act."""

from dataclasses import replace

import pytest

from ksbb.domain.allocation import AllocationRules
from ksbb.domain.errors import Conflict
from ksbb.domain.proposals import ProposalStatus, Run, RunStatus
from ksbb.usecases import allocate, needs
from ksbb.usecases.propose import compute, decide, runs
from ksbb.usecases.read import proposals as read

from .conftest import STAPLE, Office, message_of


async def test_aid_is_proposed_approved_and_allocated(office: Office) -> None:
    await office.aid(60, 40)
    run = await office.propose()
    assert (run.number, run.status, run.computed) == ("PANGAN-ALOKASI-2026-0001", RunStatus.DONE, 1)
    proposal = await office.proposal(run)
    assert (proposal.status, proposal.supply, proposal.need, proposal.units) == (ProposalStatus.OPEN, 100, 200, 100)
    assert (proposal.before, proposal.after, proposal.value) == (20_000, 10_000, 20_000_000)
    assert await office.objections(proposal) == []
    assert await office.rows("allocations") == []
    approved = await office.approve(proposal)
    assert (approved.status, approved.approved_by) == (ProposalStatus.APPROVED, (office.world.assessor.account_id,))
    await decide.carry_out_all(office.world.platform, proposal.id)
    done = await office.proposal(run)
    assert done.status is ProposalStatus.CARRIED_OUT
    drops = await office.rows("proposal_drops", "allocation_id")
    allocations = await office.rows("allocations", "id")
    assert [(row.line_id, row.target_id, row.quantity, row.why_id) for row in drops] == [
        (row.line_id, row.target_id, row.quantity, row.reason) for row in allocations
    ]
    assert sum(row.promised for row in await office.rows("needs") if row.aid_type == STAPLE) == 100
    await decide.carry_out_all(office.world.platform, proposal.id)
    assert await office.rows("allocations", "id") == allocations


async def test_everything_stands_in_the_record(office: Office) -> None:
    await office.aid(60)
    proposal = await office.proposed()
    await office.approve(proposal)
    await decide.carry_out_all(office.world.platform, proposal.id)
    events = [row for row in await office.rows("events", "id") if row.stream.startswith(("proposal", "allocation_run"))]
    assessor, machine = office.world.assessor.account_id, "system"
    assert [(row.kind, row.account_id, row.role) for row in events] == [
        ("allocation_asked", assessor, "assessor"),
        ("allocation_begun", machine, "system"),
        *sorted(
            [("proposed", machine, "system"), ("allocation_done", machine, "system")],
            key=lambda one: one[0] != "proposed",
        ),
        ("proposal_approved", assessor, "assessor"),
        ("proposal_carried_out", assessor, "assessor"),
    ]


async def test_a_newer_proposal_takes_the_place_of_the_open_one(office: Office) -> None:
    await office.aid(60)
    older = await office.proposed()
    await office.aid(20)
    newer = await office.proposed()
    assert (newer.supply, newer.units) == (80, 80)
    standing = {row.id: row.status for row in await office.rows("proposals")}
    assert standing == {older.id: "superseded", newer.id: "open"}
    assert await message_of(Conflict, office.approve(replace(older, version=older.version + 1))) == (
        "this proposal is superseded; only an open one can be edited or decided"
    )


async def test_what_is_approved_stays_and_counts(office: Office) -> None:
    """Neither is offered twice: what is about to be allocated, nor what is allocated."""
    await office.aid(150)
    first = await office.proposed()
    await office.approve(first)
    assert first.units == 150
    waiting = await office.propose()
    async with office.world.platform.reading_desk(office.world.auditor) as desk:
        assert (await read.show_run(desk, waiting.id)).proposals == []
    await office.aid(80)
    second = await office.proposed()
    assert (second.supply, second.need, second.units) == (80, 50, 50)
    await decide.carry_out_all(office.world.platform, first.id)
    third = await office.proposed()
    assert (third.supply, third.need, third.units) == (80, 50, 50)


async def test_a_run_is_called_off(office: Office) -> None:
    await office.aid(60)
    world = office.world
    run = await world.act(world.assessor, runs.ask, "pangan", at_once=True)
    cancelled = await world.act(world.assessor, runs.cancel, run.id, reason="salah hari", expected_version=1)
    assert cancelled.status is RunStatus.CANCELLED
    assert (await compute.compute(world.platform, run.id)).computed == 0
    assert await office.rows("proposals") == []
    assert (
        await message_of(Conflict, world.act(world.assessor, runs.cancel, run.id, reason="lagi", expected_version=2))
        == "PANGAN-ALOKASI-2026-0001 has ended already (cancelled)"
    )


class BrokenOffError(Exception):
    """The machine that computed a run was lost."""


async def test_a_run_that_broke_off_goes_on_where_it_stopped(office: Office) -> None:
    await office.aid(60)
    world = office.world
    run = await world.act(world.assessor, runs.ask, "pangan", at_once=True)

    def break_off(now: Run) -> None:
        if now.computed == 1:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        await compute.compute(world.platform, run.id, break_off)
    before = await office.rows("proposals")
    heard: list[int] = []
    done = await compute.compute(world.platform, run.id, lambda now: heard.append(now.computed))
    assert (done.status, heard) == (RunStatus.DONE, [2, 3, 4])
    assert await office.rows("proposals") == before


async def test_a_run_called_off_between_two_aid_types_keeps_what_it_proposed(office: Office) -> None:
    await office.aid(60)
    world = office.world
    run = await world.act(world.assessor, runs.ask, "pangan", at_once=True)

    def break_off(_now: Run) -> None:
        raise BrokenOffError

    with pytest.raises(BrokenOffError):
        await compute.compute(world.platform, run.id, break_off)
    standing = (await office.rows("allocation_runs"))[0]
    await world.act(world.assessor, runs.cancel, run.id, reason="cukup", expected_version=standing.version)
    ended = await compute.compute(world.platform, run.id)
    assert (ended.status, ended.computed) == (RunStatus.CANCELLED, 1)
    assert [row.status for row in await office.rows("proposals")] == ["open"]


async def test_the_machine_computes_what_was_asked_once(office: Office) -> None:
    await office.aid(60)
    run = await office.propose()
    again = await compute.compute(office.world.platform, run.id)
    assert again == run
    assert len(await office.rows("proposals")) == 1


async def test_whoever_refused_is_not_asked_again(office: Office) -> None:
    """A target that refused keeps its need and its place; only this line goes elsewhere."""
    (driven,) = await office.aid(60)
    world = office.world
    first, second = await world.serve("pangan")
    done, made = await world.act(
        world.assessor,
        allocate.allocate,
        driven.commitment.id,
        line_id=driven.commitment.lines[0].id,
        target_id=first.id,
        quantity=60,
        expected_version=driven.commitment.version,
    )
    await world.act(
        world.assessor,
        allocate.release,
        driven.commitment.id,
        made.id,
        quantity=60,
        expected_version=done.version,
        reason="RW menolak",
    )
    alone = await office.proposed()
    assert (alone.units, await office.drops()) == (60, [(second.code, 60)])
    await office.aid(100)
    await office.proposed()
    assert (await office.drops())[1:] == [(second.code, 60), (first.code, 75), (second.code, 25)]


def test_the_rules_have_defaults() -> None:
    rules = AllocationRules()
    assert dict(rules.tiers) == {"normal": 100, "vulnerable": 150, "high": 200, "extreme": 300}
    assert (rules.off_area, rules.two_people_units, rules.two_people_rupiah) == (20, 1_000, 100_000_000)


async def test_needs_may_change_between_runs(office: Office) -> None:
    await office.aid(60)
    first = await office.proposed()
    target = (await office.world.serve("pangan"))[0]
    need = needs.NeedInput(
        target_id=target.id,
        program_id="pangan",
        aid_type=STAPLE,
        quantity=500,
        source="Data contoh",
        as_of=office.world.clock.now().date(),
    )
    await office.world.act(office.world.assessor, needs.set_need, need, expected_version=1)
    second = await office.proposed()
    assert (first.need, second.need) == (200, 600)
