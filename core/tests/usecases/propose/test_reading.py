"""Who reads proposals, what they say of targets and lines, and what shows that somebody bent them."""

from datetime import date, timedelta

import pytest

from ksbb.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from ksbb.domain.proposals import ProposalStatus
from ksbb.domain.rights import Role
from ksbb.storage import tables
from ksbb.storage.rows import change
from ksbb.testing import Step
from ksbb.usecases.propose import decide, runs
from ksbb.usecases.read import proposals as read
from ksbb.usecases.read.paging import Asked

from .conftest import STAPLE, Office, message_of


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


async def test_a_target_is_told_of_its_latest_proposals(office: Office) -> None:
    await office.aid(60)
    world = office.world
    first, second = await world.serve("pangan")
    assert await world.act(world.recipient, read.explanations, first.id) == []
    with pytest.raises(Forbidden):
        await world.act(world.collaborator, read.explanations, first.id)
    proposal = await office.proposed()
    (told,) = await world.act(world.recipient, read.explanations, first.id)
    assert (told.proposal_id, told.status, told.program_id, told.aid_type) == (
        proposal.id,
        ProposalStatus.OPEN,
        "pangan",
        STAPLE,
    )
    assert told == await world.act(world.recipient, read.why, proposal.id, first.id)
    for actor in (world.recipient, world.collaborator):
        with pytest.raises(Forbidden):
            await world.act(actor, read.explanations, second.id)
    assert len(await world.act(world.assessor, read.explanations, second.id)) == 1


async def test_two_lines_of_a_commitment_never_meet_at_a_target(office: Office) -> None:
    world = office.world
    lines = [*world.lines("pangan", quantity=60), *world.lines("pangan", quantity=50)]
    driven = await world.drive(Step.APPROVED, lines=lines)
    proposal = await office.proposed()
    assert (proposal.supply, proposal.units) == (60, 60)
    async with world.platform.reading_desk(world.auditor) as desk:
        (remark,) = await read.remarks_of(desk, proposal.id)
    assert (remark.line_id, remark.quantity) == (driven.commitment.lines[1].id, 50)
    assert remark.message.en == (
        f"another line of commitment {driven.commitment.number} with the same aid type is shared out first, so that no target gets "
        "two drops; this line follows in the next plan"
    )
    await office.approve(proposal)
    await decide.carry_out_all(world.platform, proposal.id)
    served = {row.target_id for row in await office.rows("allocations")}
    following = await office.proposed()
    assert following.supply == 50
    later = {row.target_id for row in await office.rows("proposal_drops") if row.proposal_id == following.id}
    assert not served & later
