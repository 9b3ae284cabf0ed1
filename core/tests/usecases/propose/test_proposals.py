"""A proposal's life: asked for, computed, edited, approved by people, carried out by the usual act."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ksbb.domain.allocation import AllocationRules
from ksbb.domain.errors import Conflict, Forbidden, InvalidInput, KsbbError, NotFound, StaleVersion
from ksbb.domain.proposals import DropStatus, ProposalStatus, Run, RunStatus
from ksbb.domain.rights import Role
from ksbb.storage import tables
from ksbb.storage.rows import change
from ksbb.testing import Step
from ksbb.usecases import allocate, needs
from ksbb.usecases.propose import compute, decide, runs
from ksbb.usecases.read import proposals as read
from ksbb.usecases.read.paging import Asked

from .conftest import STAPLE, Office


async def message_of(kind: type[KsbbError], act: Any) -> str:
    """What an act is refused with, in English."""
    with pytest.raises(kind) as caught:
        await act
    (problem,) = caught.value.problems
    return problem.message.en


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


async def test_above_the_threshold_two_people_approve(office: Office) -> None:
    office.rules(two_people_units=99)
    await office.aid(100)
    proposal = await office.proposed()
    once = await office.approve(proposal)
    assert (once.status, len(once.approved_by)) == (ProposalStatus.OPEN, 1)
    await decide.carry_out_all(office.world.platform, proposal.id)
    assert await office.rows("allocations") == []
    assert await message_of(Forbidden, office.approve(once)) == (
        "you approved this proposal already; the second approval must be another person's"
    )
    assert (await office.approve(once, office.second)).status is ProposalStatus.APPROVED


async def test_above_the_value_two_people_approve(office: Office) -> None:
    office.rules(two_people_rupiah=19_999_999)
    await office.aid(100)
    assert (await office.approve(await office.proposed())).status is ProposalStatus.OPEN


async def test_an_edit_needs_a_reason_and_a_new_approval(office: Office) -> None:
    office.rules(two_people_units=99)
    await office.aid(100)
    proposal = await office.proposed()
    first, second = await office.rows("proposal_drops", "target_id")
    approved = await office.approve(proposal)
    assert await message_of(InvalidInput, office.edit(approved, first, 10, reason=" ")) == "give the reason"
    edited = await office.edit(approved, first, first.quantity - 10)
    assert (edited.units, edited.edits, edited.approved_by, edited.after) == (90, 1, (), 11_000)
    moved = await office.edit(edited, second, second.quantity + 10)
    assert (moved.units, moved.edits, moved.drops) == (100, 2, 2)
    drop = (await office.rows("proposal_drops", "target_id"))[0]
    assert (drop.computed, drop.quantity, drop.why_id) == (
        first.quantity,
        first.quantity - 10,
        "RW ini kebanjiran semalam",
    )
    assert await office.objections(moved) == []
    out = await office.edit(moved, first, 0)
    assert (out.units, out.drops, out.targets) == (second.quantity + 10, 1, 1)


async def test_what_an_edit_may_not(office: Office) -> None:
    (driven,) = await office.aid(150)
    proposal = await office.proposed()
    first, second = await office.rows("proposal_drops", "target_id")
    left = 150 - second.quantity
    assert await message_of(InvalidInput, office.edit(proposal, first, 101)) == (
        f"the line has {left} left and the target still needs 100, given 101"
    )
    stranger = await office.world.drive(Step.APPROVED)
    assert (
        await message_of(NotFound, office.edit(proposal, first, 1, line_id=stranger.commitment.lines[0].id))
        == f"line in this proposal {stranger.commitment.lines[0].id} was not found"
    )
    with pytest.raises(StaleVersion):
        await office.edit(proposal, first, 1, expected_version=7)
    (elsewhere,) = [one for one in await office.rows("targets") if one.id == first.target_id]
    local = await office.world.account(Role.ASSESSOR, area_code="31.75")
    with pytest.raises(Forbidden):
        await office.world.act(
            local,
            decide.edit,
            proposal.id,
            line_id=first.line_id,
            target_id=elsewhere.id,
            quantity=1,
            reason="wilayah lain",
            expected_version=proposal.version,
        )
    assert driven.commitment.lines[0].id == first.line_id


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


async def test_a_drop_that_is_not_possible_any_more_fails_alone(office: Office) -> None:
    first, _ = await office.aid(60, 40)
    proposal = await office.proposed()
    await office.approve(proposal)
    drops = await office.rows("proposal_drops", "commitment_id")
    gone = next(drop for drop in drops if drop.commitment_id == first.commitment.id)
    async with office.world.platform.database.write() as connection:
        await change(connection, tables.commitments, gone.commitment_id, status="closed")
    await decide.carry_out_all(office.world.platform, proposal.id)
    for drop in await office.rows("proposal_drops"):
        if drop.commitment_id == gone.commitment_id:
            assert (drop.status, drop.allocation_id) == (DropStatus.FAILED, None)
            assert drop.failure == (
                f"komitmen {first.commitment.number} berstatus closed; tindakan allocate memerlukan status approved"
            )
        else:
            assert (drop.status, drop.failure) == (DropStatus.ALLOCATED, "")
    event = (await office.rows("events", "id"))[-1]
    failed = sum(drop.commitment_id == gone.commitment_id for drop in drops)
    assert (event.kind, event.payload) == (
        "proposal_carried_out",
        {"allocated": len(drops) - failed, "failed": failed},
    )


async def test_who_approved_must_still_be_active(office: Office) -> None:
    await office.aid(60)
    proposal = await office.proposed()
    await office.approve(proposal)
    async with office.world.platform.database.write() as connection:
        await change(connection, tables.accounts, office.world.assessor.account_id, active=False)
    assert await message_of(Forbidden, decide.carry_out_all(office.world.platform, proposal.id)) == (
        "the account that approved this proposal isn't active any more; somebody else must propose anew"
    )


async def test_a_proposal_is_rejected_with_a_reason(office: Office) -> None:
    await office.aid(60)
    proposal = await office.proposed()
    rejected = await office.world.act(
        office.world.assessor, decide.reject, proposal.id, reason="data lama", expected_version=proposal.version
    )
    assert rejected.status is ProposalStatus.REJECTED
    with pytest.raises(Conflict):
        await office.approve(rejected)


async def test_nothing_to_place_is_not_approved(office: Office) -> None:
    await office.aid(100, 100, 30)
    full = await office.proposed()
    await office.approve(full)
    await decide.carry_out_all(office.world.platform, full.id)
    empty = await office.proposed()
    assert (empty.drops, empty.supply, empty.need) == (0, 30, 0)
    assert await message_of(Conflict, office.approve(empty)) == "this proposal places nothing; reject it"
    async with office.world.platform.reading_desk(office.world.auditor) as desk:
        (remark,) = await read.remarks_of(desk, empty.id)
    assert (remark.quantity, remark.fault) == (30, False)
    assert (
        remark.message.en
        == "30 aren't needed: all needs that it may serve were promised or delivered before this plan."
    )


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


async def test_a_need_without_weight_is_named(office: Office) -> None:
    await office.aid(60)
    office.rules(tiers={"berat": 200})
    proposal = await office.proposed()
    assert (proposal.status, proposal.plan_sha256, proposal.drops) == (ProposalStatus.REFUSED, None, 0)
    async with office.world.platform.reading_desk(office.world.auditor) as desk:
        remarks = await read.remarks_of(desk, proposal.id)
    assert [(remark.fault, remark.target_code) for remark in remarks] == [
        (True, "31.71.06.1002-RW001"),
        (True, "31.71.06.1002-RW002"),
    ]
    assert remarks[0].message.en == (
        "the need of Sasaran contoh 1 (31.71.06.1002-RW001) has no weight: its tier 'normal' isn't in allocation.tiers (berat)"
    )
    assert await office.objections(proposal) == []
    with pytest.raises(Conflict):
        await office.approve(proposal)


async def test_an_unknown_aid_type_is_named(office: Office) -> None:
    message = await message_of(InvalidInput, office.world.act(office.world.assessor, runs.ask, "pangan", ["beras"]))
    assert message == (
        "program pangan has no aid type beras; it has: staple_food, ready_meal, eid_package, holiday_allowance"
    )


async def test_a_suspended_aggregator_holds_its_commitments_back(office: Office) -> None:
    (driven,) = await office.aid(60)
    async with office.world.platform.database.write() as connection:
        await change(connection, tables.parties, office.world.aggregator_party.id, aggregator_status="suspended")
    proposal = await office.proposed()
    assert (proposal.supply, proposal.drops) == (0, 0)
    async with office.world.platform.reading_desk(office.world.auditor) as desk:
        (remark,) = await read.remarks_of(desk, proposal.id)
    assert remark.commitment_number == driven.commitment.number
    assert remark.message.en == (
        f"commitment {driven.commitment.number} can't be placed: aggregator Lembaga Contoh Peduli isn't active, or holds no licence "
        "in force today for the area that the collaborator asks for"
    )


async def test_who_may_what(office: Office) -> None:
    await office.aid(60)
    proposal = await office.proposed()
    world = office.world
    elsewhere = await world.account(Role.ASSESSOR, program_id="pendidikan")
    for actor in (world.collaborator, world.aggregator, world.executor, world.witness, world.recipient, elsewhere):
        for act in (
            world.act(actor, runs.ask, "pangan"),
            world.act(actor, read.show_proposal, proposal.id),
            world.act(actor, read.find_drops, proposal.id, Asked()),
            world.act(actor, decide.approve, proposal.id, expected_version=proposal.version),
            world.act(actor, decide.reject, proposal.id, reason="x", expected_version=proposal.version),
        ):
            with pytest.raises(Forbidden):
                await act
    for actor in (world.auditor, world.secretariat):
        assert (await world.act(actor, read.show_proposal, proposal.id)) == proposal
        with pytest.raises(Forbidden):
            await office.approve(proposal, actor)
    with pytest.raises(Forbidden):
        await world.act(world.auditor, runs.ask, "pangan")
    asked = await world.act(elsewhere, runs.ask, "pendidikan")
    async with world.platform.reading_desk(elsewhere) as desk:
        assert [run.id for run in (await read.find_runs(desk, Asked())).items] == [asked.id]


async def test_why_a_target_gets_what_it_gets(office: Office) -> None:
    await office.aid(60)
    proposal = await office.proposed()
    world = office.world
    first, second = await world.serve("pangan")
    quantity = dict(await office.drops()).get(first.code, 0)
    answer = await world.act(world.recipient, read.why, proposal.id, first.id)
    assert (answer.target_code, answer.aid_type, answer.quantity) == (first.code, STAPLE, quantity)
    assert all(sentence.id and sentence.en for sentence in answer.sentences)
    with pytest.raises(Forbidden):
        await world.act(world.recipient, read.why, proposal.id, second.id)
    other, _ = await world.serve("pendidikan")
    with pytest.raises(NotFound):
        await world.act(world.assessor, read.why, proposal.id, other.id)


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
    await office.proposed()
    assert await office.drops() == [(second.code, 60)]
    await office.aid(100)
    await office.proposed()
    served = [code for code, _ in await office.drops()]
    assert first.code in served


async def test_a_changed_record_is_found(office: Office) -> None:
    await office.aid(60)
    proposal = await office.proposed()
    drop = (await office.rows("proposal_drops"))[0]
    table = tables.proposal_drops
    async with office.world.platform.database.write() as connection:
        await connection.execute(table.update().where(table.c.line_id == drop.line_id).values(quantity=1))
    objections = await office.objections(proposal)
    assert any("and nobody edited it" in objection for objection in objections)
    file = tables.files
    async with office.world.platform.database.write() as connection:
        (content,) = (await connection.execute(file.select().where(file.c.sha256 == proposal.problem_sha256))).all()
        bent = content.content.replace(b'"need":100', b'"need":101', 1)
        await connection.execute(file.update().where(file.c.sha256 == proposal.problem_sha256).values(content=bent))
    objections = await office.objections(proposal)
    assert f"the content of file {proposal.problem_sha256} is another than its name says" in objections


async def test_what_has_expired_is_not_placed(office: Office) -> None:
    await office.aid(60)
    office.world.clock.forward(timedelta(days=3650))
    async with office.world.platform.database.write() as connection:
        await change(connection, tables.licences, office.world.licence.id, valid_to=date(2099, 12, 31))
    proposal = await office.proposed()
    assert (proposal.supply, proposal.drops) == (60, 0)
    async with office.world.platform.reading_desk(office.world.auditor) as desk:
        (remark,) = await read.remarks_of(desk, proposal.id)
    assert remark.message.en.startswith("60 can't be shared out: it expired on ")


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
