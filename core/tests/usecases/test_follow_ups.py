"""Follow-ups: opened once, overdue when their day has passed, completed by their owner."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ksbb.domain.errors import Conflict, Forbidden, KsbbError, NotFound, StaleVersion
from ksbb.domain.follow_ups import FollowUp, FollowUpStatus
from ksbb.domain.rights import SYSTEM, Role
from ksbb.domain.text import Text
from ksbb.program import FollowUpPlan
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.testing import Driven, Step, World
from ksbb.usecases import follow_ups

DUE = date(2026, 8, 10)


async def opened(world: World, driven: Driven, owner: Role = Role.COLLABORATOR, **given: Any) -> bool:
    plan = FollowUpPlan(kind="check", due_on=DUE, owner=owner, title=Text("Periksa", "Check"))
    subject = driven.commitment.id
    return await world.act(
        SYSTEM,
        follow_ups.open_follow_up,
        plan,
        program_id="pangan",
        subject_id=subject,
        commitment=driven.commitment,
        **given,
    )


async def stored(world: World) -> list[FollowUp]:
    async with world.platform.database.read() as connection:
        return await fetch_all(connection, select(tables.follow_ups), FollowUp)


@pytest.fixture
async def driven(world: World) -> Driven:
    return await world.drive(Step.APPROVED)


async def test_opened_once(world: World, driven: Driven) -> None:
    assert [await opened(world, driven), await opened(world, driven)] == [True, False]
    (found,) = await stored(world)
    assert (found.status, found.due_on, found.owner_role, found.owner_party_id, found.title_en, found.version) == (
        FollowUpStatus.OPEN,
        DUE,
        Role.COLLABORATOR,
        world.collaborator_party.id,
        "Check",
        1,
    )


@pytest.mark.parametrize("owner", [Role.COLLABORATOR, Role.AGGREGATOR, Role.EXECUTOR, Role.ASSESSOR])
async def test_the_owner_is_the_commitments(world: World, driven: Driven, owner: Role) -> None:
    await opened(world, driven, owner, executor_id=world.executor_party.id)
    (found,) = await stored(world)
    assert found.owner_party_id == {
        Role.COLLABORATOR: world.collaborator_party.id,
        Role.AGGREGATOR: world.aggregator_party.id,
        Role.EXECUTOR: world.executor_party.id,
    }.get(owner)


async def test_only_the_machine_opens(world: World, driven: Driven) -> None:
    plan = FollowUpPlan(kind="check", due_on=DUE, owner=Role.ASSESSOR, title=Text("Periksa", "Check"))
    given: dict[str, Any] = {"program_id": "pangan", "subject_id": "s", "commitment": driven.commitment}
    with pytest.raises(Forbidden):
        await world.act(world.assessor, follow_ups.open_follow_up, plan, **given)
    assert await stored(world) == []


async def test_overdue_when_the_day_has_passed(world: World, driven: Driven) -> None:
    await opened(world, driven)
    late = [
        await world.act(SYSTEM, follow_ups.mark_overdue, day)
        for day in (DUE, DUE + timedelta(days=1), DUE + timedelta(days=2))
    ]
    assert late == [0, 1, 0]
    (found,) = await stored(world)
    assert (found.status, found.version) == (FollowUpStatus.OVERDUE, 2)
    with pytest.raises(Forbidden):
        await world.act(world.admin, follow_ups.mark_overdue, DUE)


async def test_completed_by_its_owner_even_when_overdue(world: World, driven: Driven) -> None:
    await opened(world, driven)
    await world.act(SYSTEM, follow_ups.mark_overdue, DUE + timedelta(days=1))
    (found,) = await stored(world)
    done = await world.act(
        world.collaborator, follow_ups.complete, found.id, result={"kg": 12.5}, expected_version=found.version
    )
    assert (done.status, done.result, done.completed_at, done.completed_by, done.version) == (
        FollowUpStatus.COMPLETED,
        {"kg": 12.5},
        world.clock.now(),
        world.collaborator.account_id,
        3,
    )
    assert await stored(world) == [done]


async def test_who_may_not_complete(world: World, driven: Driven) -> None:
    await opened(world, driven)
    (found,) = await stored(world)
    refusals: list[tuple[Any, type[KsbbError], str]] = [
        (world.aggregator, Forbidden, "not_own"),
        (world.executor, Forbidden, "not_own"),
        (world.auditor, Forbidden, "right_missing"),
        (world.witness, Forbidden, "right_missing"),
        (await world.account(Role.ASSESSOR, program_id="umkm"), Forbidden, "right_missing"),
    ]
    for actor, kind, code in refusals:
        with pytest.raises(kind) as caught:
            await world.act(actor, follow_ups.complete, found.id, result={}, expected_version=1)
        assert caught.value.problems[0].code == code
    assert await stored(world) == [found]
    done = await world.act(world.secretariat, follow_ups.complete, found.id, result={}, expected_version=1)
    assert done.status is FollowUpStatus.COMPLETED


async def test_completed_once(world: World, driven: Driven) -> None:
    await opened(world, driven)
    (found,) = await stored(world)
    with pytest.raises(StaleVersion):
        await world.act(world.collaborator, follow_ups.complete, found.id, result={}, expected_version=2)
    with pytest.raises(NotFound):
        await world.act(world.collaborator, follow_ups.complete, "unknown", result={}, expected_version=1)
    done = await world.act(world.collaborator, follow_ups.complete, found.id, result={"a": 1}, expected_version=1)
    with pytest.raises(Conflict) as caught:
        await world.act(world.collaborator, follow_ups.complete, found.id, result={}, expected_version=2)
    assert caught.value.problems[0].message.en == "this follow-up is completed already"
    assert await world.act(SYSTEM, follow_ups.mark_overdue, DUE + timedelta(days=1)) == 0
    assert await stored(world) == [done]
