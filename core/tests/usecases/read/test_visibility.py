"""Who sees which commitment, and whose recipient's name."""

from dataclasses import replace
from typing import Any

import pytest

from ksbb.domain.errors import Forbidden, NotFound
from ksbb.domain.parties import CollaboratorClass
from ksbb.domain.rights import SYSTEM, Actor, Grant, Permission, Role
from ksbb.storage import tables
from ksbb.storage.rows import change
from ksbb.testing import Driven, Step, World
from ksbb.testing.databases import SETUP
from ksbb.usecases import parties
from ksbb.usecases.read.chain import CommitmentQuery, list_commitments
from ksbb.usecases.read.detail import commitment_detail
from ksbb.usecases.read.movements import handover_detail
from ksbb.usecases.read.paging import Asked
from ksbb.usecases.read.visibility import require_concerned, require_visible


async def _sees(world: World, actor: Actor, driven: Driven) -> bool:
    """Whether list and detail both show the commitment; they must agree."""
    async with world.platform.reading_desk(actor) as desk:
        listed = await list_commitments(desk, CommitmentQuery(), Asked())
        in_list = driven.commitment.id in {item.id for item in listed.items}
        try:
            await commitment_detail(desk, driven.commitment.id)
        except NotFound:
            assert not in_list
            return False
        assert in_list
        return True


def _as(role: Role, *, program: str | None = None, area: str | None = None, **more: Any) -> Actor:
    return Actor(account_id="x", name="x", grants=(Grant(role=role, program_id=program, area_code=area),), **more)


async def _organisation(world: World, name: str) -> str:
    made = await world.act(
        SETUP, parties.register_collaborator, name=name, collaborator_class=CollaboratorClass.COMMUNITY
    )
    return made.id


async def test_assessors_see_by_program_and_area(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    async with world.platform.desk(SYSTEM) as desk:
        await change(desk.unit.connection, tables.commitments, driven.commitment.id, area_code="31.71.06")
    for role in (Role.ASSESSOR, Role.SECRETARIAT, Role.AUDITOR):
        assert await _sees(world, _as(role), driven)
        assert await _sees(world, _as(role, program="pangan", area="31.71"), driven)
        assert await _sees(world, _as(role, area="31.71.06"), driven)
        # Wider than the grant: it may still be allocated inside
        assert await _sees(world, _as(role, area="31.71.06.1002"), driven)
        assert not await _sees(world, _as(role, program="umkm"), driven)
        assert not await _sees(world, _as(role, area="31.72"), driven)
        assert not await _sees(world, _as(role, area="31.71.07"), driven)


async def test_parties_see_their_own(world: World) -> None:
    driven = await world.drive(Step.DISPATCHED)
    other = await _organisation(world, "Pihak Lain")
    own = {
        Role.COLLABORATOR: world.collaborator_party.id,
        Role.AGGREGATOR: world.aggregator_party.id,
        Role.EXECUTOR: world.executor_party.id,
    }
    for role, party_id in own.items():
        assert await _sees(world, _as(role, party_id=party_id), driven)
        assert not await _sees(world, _as(role, party_id=party_id, program="umkm"), driven)
        assert not await _sees(world, _as(role, party_id=other), driven)
        assert not await _sees(world, _as(role), driven)


async def test_an_actor_without_organisation_sees_no_commitment_without_aggregator(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    async with world.platform.desk(SYSTEM) as desk:
        await change(desk.unit.connection, tables.commitments, driven.commitment.id, aggregator_id=None)
    assert not await _sees(world, _as(Role.AGGREGATOR), driven)


async def test_executor_witness_and_recipient_see_from_their_step_on(world: World) -> None:
    allocated = await world.drive(Step.ALLOCATED)
    dispatched = await world.drive(Step.DISPATCHED)
    first, second = world.targets["pangan"]
    assert await _sees(world, _as(Role.RECIPIENT, target_id=first.id), allocated)
    assert not await _sees(world, _as(Role.RECIPIENT, target_id=second.id), allocated)
    assert not await _sees(world, _as(Role.RECIPIENT), allocated)
    for area in (None, "31", "31.71.06", "31.71.06.1002"):
        assert not await _sees(world, _as(Role.WITNESS, area=area), allocated)
        assert await _sees(world, _as(Role.WITNESS, area=area), dispatched)
    assert not await _sees(world, _as(Role.WITNESS, area="31.71.06.1003"), dispatched)
    assert not await _sees(world, _as(Role.WITNESS, area="31.71.06.1002", program="umkm"), dispatched)


async def test_a_second_grant_adds_to_the_first(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    one = _as(Role.COLLABORATOR, party_id=await _organisation(world, "Pihak Lain"))
    assert not await _sees(world, one, driven)
    assert await _sees(world, replace(one, grants=(*one.grants, Grant(role=Role.ASSESSOR, area_code="31.71"))), driven)


async def test_who_reads_nothing_is_told_so_by_the_list_only(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    narrowed = replace(world.aggregator, scopes=frozenset({Permission.RECEIVE}))
    for actor in (world.admin, narrowed):
        async with world.platform.reading_desk(actor) as desk:
            with pytest.raises(Forbidden):
                await list_commitments(desk, CommitmentQuery(), Asked())
            with pytest.raises(NotFound):
                await commitment_detail(desk, driven.commitment.id)
    # A token without the right to read may still act on what its account sees
    async with world.platform.reading_desk(narrowed) as desk:
        await require_visible(desk, driven.commitment.id)


async def test_the_recipients_name_is_for_those_who_take_part(world: World) -> None:
    """Two handovers of one commitment: each one's people see its own recipient, not the other's."""
    driven = await world.drive(Step.APPROVED)
    first, second = world.targets["pangan"]
    carrier = await _organisation(world, "Pelaksana Lain")
    driven = await world.receive(await world.allocate(driven, quantity=4))
    one = await world.confirm(await world.attach(await world.record(await world.dispatch(driven, quantity=4))))
    other = replace(one, target=second, allocations=())
    other = await world.dispatch(await world.allocate(other, quantity=5), quantity=5)
    assert other.dispatch is not None
    async with world.platform.desk(SYSTEM) as desk:
        await change(desk.unit.connection, tables.dispatches, other.dispatch.id, executor_id=carrier)
    mover, world.executor = world.executor, await world.account(Role.EXECUTOR, party_id=carrier)
    other = await world.confirm(await world.attach(await world.record(other, recipient_name="Budi Contoh")))
    assert one.handover is not None
    assert other.handover is not None

    async def names(actor: Actor) -> list[str | None]:
        async with world.platform.reading_desk(actor) as desk:
            found = await commitment_detail(desk, driven.commitment.id)
            for handover in found.handovers:
                assert (await handover_detail(desk, handover.id)).recipient_name == handover.recipient_name
                if handover.recipient_name is None:
                    with pytest.raises(NotFound):
                        await require_concerned(desk, handover.id)
                else:
                    await require_concerned(desk, handover.id)
            return [handover.recipient_name for handover in found.handovers]

    both: list[str | None] = ["Siti Contoh", "Budi Contoh"]
    for actor in (
        world.collaborator,
        world.aggregator,
        world.assessor,
        world.secretariat,
        world.auditor,
        world.witness,
    ):
        assert await names(actor) == both
    assert await names(mover) == ["Siti Contoh", None]
    assert await names(world.executor) == [None, "Budi Contoh"]
    assert await names(_as(Role.RECIPIENT, target_id=first.id)) == ["Siti Contoh", None]
    assert await names(_as(Role.RECIPIENT, target_id=second.id)) == [None, "Budi Contoh"]
