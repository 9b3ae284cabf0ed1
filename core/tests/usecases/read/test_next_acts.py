"""What each role may do at each step: the acts that are offered, and no other."""

from datetime import timedelta

from ksbb.domain.rights import Actor
from ksbb.testing import Driven, Step, World
from ksbb.usecases.read.acts import Act, NextAct, next_acts
from ksbb.usecases.read.detail import commitment_detail
from ksbb.usecases.read.visibility import require_visible

PEOPLE = ("collaborator", "aggregator", "assessor", "executor", "witness", "recipient", "secretariat", "auditor")

OFFERED: dict[Step, dict[str, list[Act]]] = {
    Step.DRAFTED: {"collaborator": [Act.REVISE, Act.SUBMIT, Act.WITHDRAW]},
    Step.SUBMITTED: {"collaborator": [Act.WITHDRAW], "assessor": [Act.REQUEST_REVISION, Act.REJECT]},
    Step.ASSESSED: {"collaborator": [Act.WITHDRAW], "assessor": [Act.APPROVE, Act.REQUEST_REVISION, Act.REJECT]},
    Step.APPROVED: {
        "collaborator": [Act.CANCEL],
        "assessor": [Act.CANCEL, Act.ALLOCATE],
        "aggregator": [Act.RECEIVE],
    },
    Step.ALLOCATED: {
        "assessor": [Act.RELEASE, Act.REFUSE_OFFER],
        "aggregator": [Act.RECEIVE],
        "recipient": [Act.REFUSE_OFFER],
    },
    Step.RECEIVED: {
        "assessor": [Act.RELEASE, Act.REFUSE_OFFER],
        "aggregator": [Act.DISPATCH],
        "recipient": [Act.REFUSE_OFFER],
    },
    Step.DISPATCHED: {"executor": [Act.RECORD_HANDOVER]},
    Step.RECORDED: {"executor": [Act.ATTACH_EVIDENCE], "witness": [Act.ATTACH_EVIDENCE, Act.REFUSE_HANDOVER]},
    Step.EVIDENCED: {
        "executor": [Act.ATTACH_EVIDENCE],
        "witness": [Act.ATTACH_EVIDENCE, Act.CONFIRM_HANDOVER, Act.REFUSE_HANDOVER],
    },
    Step.CONFIRMED: {"collaborator": [Act.CLOSE], "assessor": [Act.CLOSE]},
    Step.CLOSED: {},
}


async def _acts(world: World, actor: Actor, driven: Driven) -> tuple[NextAct, ...]:
    async with world.platform.reading_desk(actor) as desk:
        # What is offered doesn't depend on who looks, only on who acts: read as the auditor, ask as the actor
        async with world.platform.reading_desk(world.auditor) as reader:
            found = await commitment_detail(reader, driven.commitment.id)
        return await next_acts(desk, found)


async def test_each_role_at_each_step(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    for step, offered in OFFERED.items():
        driven = await world.advance(driven, step)
        found = {name: [one.act for one in await _acts(world, getattr(world, name), driven)] for name in PEOPLE}
        assert {name: acts for name, acts in found.items() if acts} == offered, step


async def test_acts_name_what_they_are_about(world: World) -> None:
    driven = await world.drive(Step.RECEIVED)
    (allocation,) = driven.allocations
    assert await _acts(world, world.aggregator, driven) == (NextAct(Act.DISPATCH, allocation.id),)
    driven = await world.advance(driven, Step.EVIDENCED)
    assert driven.handover is not None
    assert {one.subject_id for one in await _acts(world, world.witness, driven)} == {driven.handover.id}


async def test_goods_that_nobody_was_promised_may_be_written_off(world: World) -> None:
    driven = await world.receive(await world.drive(Step.APPROVED))
    assert await _acts(world, world.aggregator, driven) == (NextAct(Act.WRITE_OFF),)


async def test_without_a_licence_in_force_no_goods_move(world: World) -> None:
    driven = await world.drive(Step.RECEIVED)
    dispatched = await world.drive(Step.DISPATCHED)
    world.clock.forward(timedelta(days=400))
    assert await _acts(world, world.aggregator, driven) == ()
    assert await _acts(world, world.executor, dispatched) == ()
    async with world.platform.reading_desk(world.executor) as desk:
        await require_visible(desk, dispatched.commitment.id)


async def test_nobody_judges_their_own(world: World) -> None:
    driven = await world.drive(Step.ASSESSED)
    own = Actor(account_id="x", name="x", party_id=world.collaborator_party.id, grants=world.assessor.grants)
    assert await _acts(world, own, driven) == ()
