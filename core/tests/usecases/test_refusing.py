"""A target refuses what is offered to it, and loses nothing by it."""

from typing import Any

import pytest
from sqlalchemy import select

from ksbb.domain.errors import Conflict, Forbidden, InvalidInput, KsbbError
from ksbb.domain.rights import Actor, Role
from ksbb.storage import tables
from ksbb.testing import Driven, Step, World
from ksbb.usecases import allocate
from ksbb.usecases.read.acts import Act, NextAct, next_acts
from ksbb.usecases.read.chain import CommitmentQuery, list_commitments
from ksbb.usecases.read.detail import commitment_detail
from ksbb.usecases.read.paging import Asked


async def rows(world: World, table: Any, *conditions: Any) -> list[dict[str, Any]]:
    """The rows of a table, as they are stored."""
    async with world.platform.reading_desk(world.auditor) as desk:
        found = await desk.unit.connection.execute(select(table).where(*conditions))
        return sorted((dict(row) for row in found.mappings()), key=repr)


async def refuse(world: World, actor: Actor, driven: Driven, quantity: int, reason: str = "gudang penuh") -> Any:
    return await world.act(
        actor,
        allocate.refuse,
        driven.commitment.id,
        driven.allocations[0].id,
        quantity=quantity,
        reason=reason,
        expected_version=driven.commitment.version,
    )


async def test_a_target_refuses_without_penalty(world: World) -> None:
    """After all of it is refused, targets, needs and coverage stand as before it was offered; a part may be refused, too."""
    driven = await world.drive(Step.APPROVED)
    kept = (tables.targets, tables.needs, tables.coverage, tables.commitment_lines)
    before = [await rows(world, table) for table in kept]
    driven = await world.allocate(driven)
    assert [await rows(world, table) for table in kept] != before
    version = driven.commitment.version
    commitment, allocation = await refuse(world, world.recipient, driven, 4)
    assert (allocation.quantity, allocation.released, allocation.open) == (10, 4, 6)
    assert (commitment.version, commitment.lines[0].balance.unallocated) == (version + 1, 4)
    driven = await world.reload(driven)
    assert driven.commitment == commitment
    commitment, allocation = await refuse(world, world.recipient, driven, 6)
    assert (allocation.released, allocation.open) == (10, 0)
    assert [await rows(world, table) for table in kept] == before
    (stored,) = await rows(world, tables.allocations)
    assert (stored["line_id"], stored["target_id"], stored["quantity"], stored["released"]) == (
        driven.commitment.lines[0].id,
        driven.target.id,
        10,
        10,
    )
    events = await rows(world, tables.events, tables.events.c.kind == "refused")
    assert [
        (one["role"], one["reason"], one["payload"]) for one in sorted(events, key=lambda one: int(one["sequence"]))
    ] == [("recipient", "gudang penuh", {"allocation_id": allocation.id, "quantity": quantity}) for quantity in (4, 6)]
    again = await world.allocate(await world.reload(driven), quantity=10)
    assert again.commitment.lines[0].allocated == 10, "a person may offer it anew"


async def test_the_assessor_refuses_on_its_behalf(world: World) -> None:
    driven = await world.drive(Step.RECEIVED)
    commitment, allocation = await refuse(world, world.assessor, driven, 10)
    assert (allocation.open, commitment.lines[0].balance.free) == (0, 10)


async def test_only_the_target_concerned_refuses(world: World) -> None:
    """Both targets are offered a part, so that both see the commitment; each refuses its own only."""
    driven = await world.allocate(await world.drive(Step.APPROVED), quantity=4)
    first, second = world.targets["pangan"]
    other = await world.account(Role.RECIPIENT, target_id=second.id)

    async def refused(
        actor: Actor, reason: str = "gudang penuh", quantity: int = 1
    ) -> tuple[type[KsbbError], str, str]:
        with pytest.raises(KsbbError) as caught:
            await refuse(world, actor, driven, quantity, reason)
        (problem,) = caught.value.problems
        return type(caught.value), problem.code, problem.message.en

    assert await refused(other) == (
        Forbidden,
        "not_own",
        f"only the representative of target {first.code} can refuse this offer",
    )
    for actor in (world.collaborator, world.aggregator, world.executor, world.witness, world.auditor, world.admin):
        assert await refused(actor) == (
            Forbidden,
            "right_missing",
            "refuse_offer at pangan, 31.71.06.1002 needs the role assessor / recipient",
        )
    own = await world.account(Role.ASSESSOR, party_id=world.collaborator_party.id)
    assert (await refused(own))[:2] == (Forbidden, "own_commitment")
    assert await refused(world.recipient, reason=" ") == (InvalidInput, "reason_missing", "give the reason")
    assert await refused(world.recipient, quantity=5) == (
        InvalidInput,
        "over_quantity",
        "4 of this allocation is open, given 5",
    )
    assert (await refused(world.recipient, quantity=0))[:2] == (InvalidInput, "not_positive")
    driven = await world.drive(Step.CLOSED)
    assert (await refused(world.recipient))[:2] == (Conflict, "wrong_status")


async def test_a_recipient_sees_what_was_offered_to_it_and_nothing_else(world: World) -> None:
    """It still does when it has refused; then nothing is left for it to do."""
    offered = await world.allocate(await world.drive(Step.APPROVED), quantity=4)
    _, second = world.targets["pangan"]
    await world.drive(Step.ALLOCATED, target=second)
    await world.drive(Step.APPROVED)

    async def seen() -> tuple[list[str], tuple[NextAct, ...]]:
        async with world.platform.reading_desk(world.recipient) as desk:
            listed = [one.id for one in (await list_commitments(desk, CommitmentQuery(), Asked())).items]
            return listed, await next_acts(desk, await commitment_detail(desk, offered.commitment.id))

    only = [offered.commitment.id]
    assert await seen() == (only, (NextAct(Act.REFUSE_OFFER, offered.allocations[0].id),))
    await refuse(world, world.recipient, offered, 4)
    assert await seen() == (only, ())
