"""Work of programs that are away waits for them, unharmed; work of a flow that a program hasn't any more says what to do."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select

import ksbb_pangan
from ksbb.domain.errors import Unavailable
from ksbb.flows.bench import MAX_ATTEMPTS
from ksbb.flows.catalog import FlowGone
from ksbb.flows.claims import Batch, Claims
from ksbb.flows.context import EngineContext
from ksbb.flows.dispatcher import Dispatcher
from ksbb.flows.elsewhere import EngineElsewhere
from ksbb.flows.work import AWAY_WAIT, work_off
from ksbb.program import Program, ProgramFlow, Stage, Text
from ksbb.programs import host_of
from ksbb.storage import tables
from ksbb.testing import Driven, Step, World
from ksbb.usecases import engine
from ksbb.usecases.platform import Platform

LEASE = timedelta(seconds=60)
FOOD = ksbb_pangan.PROGRAM
GONE = (
    "program pangan has no flow pangan-assess any more; install a version of the program that has it and retry this work, or drop it "
    "with the reason; an assessment goes to the program's present flow when it is retried"
)
RENAMED = replace(
    FOOD,
    flows=(ProgramFlow(name="judge", entrypoint="x:y", title=Text("Nilai", "Judge"), stage=Stage.SUBMITTED),),
)


def engine_of(world: World, *programs: Program) -> tuple[EngineContext, Claims]:
    """The context of an engine whose process runs these programs."""
    host = host_of(programs, {})
    platform = Platform(world.platform.database, host, world.clock)
    context = EngineContext(platform=platform, host=host, public_url="https://ksbb.example", lease=LEASE)
    return context, Claims(platform, 100, LEASE)


async def standing(world: World, driven: Driven) -> dict[str, Any]:
    """How the work of the assessment stands."""
    table = tables.outbox
    columns = (
        table.c.consumer,
        table.c.status,
        table.c.attempts,
        table.c.reason,
        table.c.claimed_until,
        table.c.losses,
    )
    async with world.platform.database.read() as connection:
        row = (await connection.execute(select(*columns).where(table.c.subject_id == driven.commitment.id))).one()
        return dict(row._mapping)


UNTOUCHED = {
    "consumer": "pangan-assess",
    "status": "pending",
    "attempts": 0,
    "reason": "",
    "claimed_until": None,
    "losses": 0,
}


async def never(_flow: Any, _items: Sequence[str]) -> Any:
    """A run that nobody may ask for."""
    raise AssertionError("no flow runs")


async def test_work_of_a_program_that_is_away_is_not_even_claimed(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    away, back = engine_of(world)[1], engine_of(world, FOOD)[1]
    for _ in range(3):
        assert await away.consumers() == []
        world.clock.forward(timedelta(days=30))
    assert await standing(world, driven) == UNTOUCHED
    assert await back.consumers() == [("pangan", "pangan-assess")]
    (batch,) = await back.take("pangan", "pangan-assess", begun=True)
    assert len(batch.items) == 1


async def test_a_batch_whose_program_went_away_is_given_back(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    _, here = engine_of(world, FOOD)
    context, _ = engine_of(world)
    (batch,) = await here.take("pangan", "pangan-assess", begun=False)
    # Away at the dispatcher: it returns before it needs Prefect's client
    await Dispatcher(context)._hand_over(cast("Any", None), batch)
    assert await standing(world, driven) == UNTOUCHED
    # Away at a worker
    (batch,) = await here.take("pangan", "pangan-assess", begun=True)
    failure = await work_off(context, here, batch, never)
    assert isinstance(failure, Unavailable)
    assert [(one.code, one.given) for one in failure.problems] == [("program_missing", "missing")]
    assert await standing(world, driven) == UNTOUCHED
    assert await here.take("pangan", "pangan-assess", begun=True) == []
    world.clock.forward(AWAY_WAIT)
    assert len(await here.take("pangan", "pangan-assess", begun=True)) == 1


async def test_a_batch_that_waited_for_a_worker_until_its_program_went(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    _, here = engine_of(world, FOOD)
    context, away = engine_of(world)
    await here.take("pangan", "pangan-assess", begun=False)
    world.clock.forward(2 * LEASE)
    (waited,) = (await away.expired()).waiting
    await Dispatcher(context)._hand_over(cast("Any", None), waited)
    assert await standing(world, driven) == UNTOUCHED


async def test_nobody_waits_for_the_work_of_a_program_that_is_away(world: World) -> None:
    await world.drive(Step.SUBMITTED)
    context, _ = engine_of(world)
    assert await asyncio.wait_for(EngineElsewhere(context).drain(), 5) == 0
    context, _ = engine_of(world, FOOD)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(EngineElsewhere(context).drain(), 0.5)


async def try_it(context: EngineContext, claims: Claims, consumer: str) -> Exception | None:
    """Take the work and work it off; why it failed."""
    (batch,) = await claims.take("pangan", consumer, begun=True)
    return await work_off(context, claims, batch, never)


async def test_the_work_of_a_flow_that_was_removed_is_parked_and_says_what_to_do(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    context, claims = engine_of(world, RENAMED)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        failure = await try_it(context, claims, "pangan-assess")
        assert isinstance(failure, FlowGone)
        parked = attempt == MAX_ATTEMPTS
        assert await standing(world, driven) == {
            **UNTOUCHED,
            "status": "parked" if parked else "pending",
            "attempts": attempt,
            "reason": f"FlowGone: {GONE}",
        }
        world.clock.forward(timedelta(minutes=5))
    assert (await world.reload(driven)).commitment.assessment == "failed"
    # Retried, an assessment goes to the flow that the program has for it now
    async with world.platform.database.read() as connection:
        (work_id,) = (await connection.execute(select(tables.outbox.c.id))).scalars()
    async with context.platform.desk(world.admin) as desk:
        retried = await engine.retry(desk, work_id)
    assert (retried.consumer, retried.status, retried.attempts) == ("judge", "pending", 0)
    assert await claims.consumers() == [("pangan", "judge")]


async def test_a_dispatcher_that_knows_no_such_flow(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    context, claims = engine_of(world, RENAMED)
    (batch,) = await claims.take("pangan", "pangan-assess", begun=False)
    await Dispatcher(context)._hand_over(cast("Any", None), batch)
    assert await standing(world, driven) == {**UNTOUCHED, "attempts": 1, "reason": f"FlowGone: {GONE}"}


async def test_retried_while_its_program_is_away_it_waits_as_it_was(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    async with world.platform.database.write() as connection:
        await connection.execute(tables.outbox.update().values(status="parked", attempts=5, reason="x"))
        (work_id,) = (await connection.execute(select(tables.outbox.c.id))).scalars()
    context, claims = engine_of(world)
    async with context.platform.desk(world.admin) as desk:
        await engine.retry(desk, work_id)
    assert await standing(world, driven) == {**UNTOUCHED, "reason": "x"}
    assert await claims.consumers() == []


async def test_what_is_shared_out_is_shared_once(world: World) -> None:
    flows = [
        ProgramFlow(name=name, entrypoint="x:y", title=Text("a", "a"), stage=Stage.CLOSED) for name in ("one", "two")
    ]
    context, claims = engine_of(world, replace(FOOD, flows=(*FOOD.flows, *flows)))
    away = replace(world, platform=engine_of(world)[0].platform)
    closed = [await away.close(await world.drive(Step.CONFIRMED)) for _ in range(3)]
    other = Claims(context.platform, 100, LEASE)
    await asyncio.gather(claims.consumers(), other.consumers())
    found: dict[str, list[str]] = {}
    for consumer in ("one", "two"):
        batches: list[Batch] = await claims.take("pangan", consumer, begun=True)
        async with world.platform.database.read() as connection:
            items = [item for batch in batches for item in batch.items]
            query = select(tables.outbox.c.subject_id).where(tables.outbox.c.id.in_(items))
            found[consumer] = sorted((await connection.execute(query)).scalars())
    ids = sorted(driven.commitment.id for driven in closed)
    assert found == {"one": ids, "two": ids}
