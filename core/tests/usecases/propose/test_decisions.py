"""What people decide: edits with reasons, approvals by one or two, rejections; and drops that fail."""

from dataclasses import replace

import pytest

from ksbb.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, StaleVersion, Unavailable
from ksbb.domain.proposals import DropStatus, ProposalStatus
from ksbb.domain.rights import Role
from ksbb.programs import host_of
from ksbb.storage import tables
from ksbb.storage.rows import change
from ksbb.testing import Step
from ksbb.usecases import allocate
from ksbb.usecases.propose import decide, runs
from ksbb.usecases.read import proposals as read

from .conftest import Office, message_of


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


async def test_who_decides_may_allocate_to_every_target(office: Office) -> None:
    """An assessor of another area can't approve what isn't theirs to allocate, nor throw it out, nor call its run off."""
    await office.aid(60)
    world = office.world
    run = await office.propose()
    proposal = await office.proposal(run)
    local = await world.account(Role.ASSESSOR, area_code="31.75")
    for act in (
        office.approve(proposal, local),
        world.act(local, decide.reject, proposal.id, reason="bukan wilayah saya", expected_version=proposal.version),
        world.act(local, runs.ask, "pangan"),
        world.act(local, runs.cancel, run.id, reason="bukan wilayah saya", expected_version=run.version),
    ):
        with pytest.raises(Forbidden):
            await act
    here = await world.account(Role.ASSESSOR, program_id="pangan", area_code="31.71")
    assert (await office.approve(proposal, here)).status is ProposalStatus.APPROVED


async def test_a_target_that_was_promised_its_part_by_hand_meanwhile_gets_no_second(office: Office) -> None:
    (driven,) = await office.aid(60)
    proposal = await office.proposed()
    await office.approve(proposal)
    drop = (await office.rows("proposal_drops", "target_id"))[0]
    await office.world.act(
        office.world.assessor,
        allocate.allocate,
        driven.commitment.id,
        line_id=drop.line_id,
        target_id=drop.target_id,
        quantity=1,
        expected_version=driven.commitment.version,
    )
    await decide.carry_out_all(office.world.platform, proposal.id)
    standing = (await office.rows("proposal_drops", "target_id"))[0]
    assert (standing.status, standing.failure) == (
        DropStatus.FAILED,
        "sasaran ini sementara itu sudah ditawari bagian dari komitmen yang sama",
    )


async def test_the_history_names_who_decided_and_why(office: Office) -> None:
    office.rules(two_people_units=50)
    await office.aid(60)
    world = office.world
    proposal = await office.proposed()
    drop = (await office.rows("proposal_drops", "target_id"))[0]
    edited = await office.edit(proposal, drop, drop.quantity - 1)
    await office.approve(await office.approve(edited), office.second)
    async with world.platform.reading_desk(world.auditor) as desk:
        entries = await read.history(desk, proposal.id)
    assert [(entry.kind, entry.account_id, entry.reason) for entry in entries] == [
        ("proposed", "system", ""),
        ("proposal_edited", world.assessor.account_id, "RW ini kebanjiran semalam"),
        ("proposal_approved", world.assessor.account_id, ""),
        ("proposal_approved", office.second.account_id, ""),
    ]
    assert entries[1].details == {
        "line_id": drop.line_id,
        "target_id": drop.target_id,
        "was": drop.quantity,
        "quantity": drop.quantity - 1,
    }
    with pytest.raises(Forbidden):
        await world.act(world.collaborator, read.history, proposal.id)


async def test_what_was_approved_waits_for_a_program_that_is_away(office: Office) -> None:
    await office.aid(60)
    proposal = await office.proposed()
    await office.approve(proposal)
    platform = office.world.platform
    with pytest.raises(Unavailable):
        await decide.carry_out_all(replace(platform, programs=host_of((), {})), proposal.id)
    assert {row.status for row in await office.rows("proposal_drops")} == {DropStatus.PROPOSED}
    await decide.carry_out_all(platform, proposal.id)
    assert {row.status for row in await office.rows("proposal_drops")} == {DropStatus.ALLOCATED}
