"""Claims on the outbox, on both databases: nobody gets what another has, nothing is lost, and a poison item ends up alone."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from ksbb.flows.bench import MAX_ATTEMPTS
from ksbb.flows.claims import WAITING, Batch, Claims
from ksbb.storage import tables
from ksbb.storage.unit import new_id
from ksbb.testing import FakeClock, Step, World
from ksbb.usecases.platform import Platform

LEASE = timedelta(seconds=60)
LOST = "WorkerLost: the worker that had this item ended before it was done"


async def post(platform: Platform, count: int, consumer: str = "watch", program: str = "pangan") -> list[str]:
    """Rows of made-up work, in their order."""
    ids = [new_id() for _ in range(count)]
    async with platform.database.write() as connection:
        await connection.execute(
            insert(tables.outbox),
            [
                {
                    "id": one,
                    "program_id": program,
                    "consumer": consumer,
                    "stage": "approved",
                    "subject_id": one,
                    "event_id": one,
                    "status": "pending",
                    "attempts": 0,
                    "available_at": platform.clock.now(),
                    "reason": "",
                    "created_at": platform.clock.now(),
                }
                for one in ids
            ],
        )
    return ids


async def rows(platform: Platform, *ids: str) -> list[dict[str, Any]]:
    """How rows stand."""
    table = tables.outbox
    async with platform.database.read() as connection:
        found = await connection.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id))
        return [dict(row) for row in found.mappings()]


async def finish(platform: Platform, *ids: str) -> None:
    """Mark rows as done, as a flow does."""
    table = tables.outbox
    async with platform.database.write() as connection:
        await connection.execute(table.update().where(table.c.id.in_(ids)).values(status="done", claimed_until=None))


def items(batches: list[Batch] | tuple[Batch, ...]) -> list[str]:
    """All items of batches."""
    return [item for batch in batches for item in batch.items]


@pytest.fixture
def claims(platform: Platform) -> Claims:
    """Claims in batches of 64."""
    return Claims(platform, size=64, lease=LEASE)


async def test_each_consumer_has_its_own_batches(claims: Claims, platform: Platform, clock: FakeClock) -> None:
    assert await claims.consumers() == []
    watch, told = await post(platform, 70), await post(platform, 3, "lifecycle", "umkm")
    assert await claims.consumers() == [("pangan", "watch"), ("umkm", "lifecycle")]
    (first,) = await claims.take("pangan", "watch", begun=False)
    assert (first.program_id, first.consumer, first.waited) == ("pangan", "watch", False)
    assert list(first.items) == watch[:64]
    (second,) = await claims.take("pangan", "watch", begun=True)
    assert list(second.items) == watch[64:]
    assert await claims.take("pangan", "watch", begun=True) == []
    (other,) = await claims.take("umkm", "lifecycle", begun=True)
    assert list(other.items) == told
    now = clock.now()
    held = {(row["batch_id"], row["claimed_until"], row["begun_at"]) for row in await rows(platform, *watch, *told)}
    assert held == {
        (first.id, now + LEASE, None),
        (second.id, now + LEASE, now),
        (other.id, now + LEASE, now),
    }


async def test_reports_come_in_small_batches(claims: Claims, platform: Platform) -> None:
    await post(platform, 30, "handover_report")
    (batch,) = await claims.take("pangan", "handover_report", begun=True)
    assert len(batch.items) == 20


async def test_nobody_claims_what_another_has(claims: Claims, platform: Platform) -> None:
    posted = await post(platform, 300)
    taken = await asyncio.gather(*(claims.take("pangan", "watch", begun=True) for _ in range(8)))
    while more := await claims.take("pangan", "watch", begun=True):
        taken.append(more)
    assert sorted(item for batches in taken for item in items(batches)) == posted


async def test_only_so_many_batches_wait_for_workers(platform: Platform) -> None:
    claims = Claims(platform, size=2, lease=LEASE)
    await post(platform, 2 * WAITING + 2)
    waiting = [batch for _ in range(WAITING + 3) for batch in await claims.take("pangan", "watch", begun=False)]
    assert len(waiting) == WAITING
    assert await claims.begin(waiting[0].id, waiting[0].items) == waiting[0]
    assert len(await claims.take("pangan", "watch", begun=False)) == 1


async def test_a_batch_that_waited_keeps_its_name_and_is_begun_once(
    claims: Claims, platform: Platform, clock: FakeClock
) -> None:
    posted = await post(platform, 3)
    (batch,) = await claims.take("pangan", "watch", begun=False)
    clock.forward(LEASE)
    assert (await claims.expired()).waiting == ()
    clock.forward(timedelta(seconds=1))
    (again,) = (await claims.expired()).waiting
    assert again == Batch(id=batch.id, program_id="pangan", consumer="watch", items=batch.items, waited=True)
    assert (await claims.expired()).waiting == ()
    assert await claims.begin(batch.id, batch.items) == batch
    assert await claims.begin(batch.id, batch.items) is None
    assert await claims.begin("another", batch.items) is None
    assert [(row["attempts"], row["losses"]) for row in await rows(platform, *posted)] == [(0, 0)] * 3


async def test_a_lease_that_is_extended_holds(claims: Claims, platform: Platform, clock: FakeClock) -> None:
    await post(platform, 2)
    (batch,) = await claims.take("pangan", "watch", begun=True)
    for _ in range(5):
        clock.forward(LEASE - timedelta(seconds=1))
        await claims.extend(batch)
    assert (await claims.expired()).lost == ()
    assert await claims.left(batch) == list(batch.items)
    clock.forward(LEASE + timedelta(seconds=1))
    assert (await claims.expired()).lost == (batch.id,)
    assert await claims.left(batch) == []
    await claims.extend(batch)
    assert {row["claimed_until"] for row in await rows(platform, *batch.items)} == {None}


async def test_given_back_without_an_attempt(claims: Claims, platform: Platform, clock: FakeClock) -> None:
    posted = await post(platform, 2)
    (batch,) = await claims.take("pangan", "watch", begun=True)
    await finish(platform, posted[0])
    await claims.give_back(batch, timedelta(seconds=5))
    assert await claims.take("pangan", "watch", begun=True) == []
    clock.forward(timedelta(seconds=5))
    assert items(await claims.take("pangan", "watch", begun=True)) == posted[1:]
    assert [row["attempts"] for row in await rows(platform, *posted)] == [0, 0]


async def test_postponed_under_the_same_name(claims: Claims, platform: Platform) -> None:
    await post(platform, 2)
    (batch,) = await claims.take("pangan", "watch", begun=False)
    await claims.postpone(batch)
    (again,) = (await claims.expired()).waiting
    assert (again.id, again.items) == (batch.id, batch.items)


async def test_a_poison_item_ends_up_alone_and_is_parked(claims: Claims, platform: Platform, clock: FakeClock) -> None:
    """Whoever takes the item dies over it. The other 63 are done all the same, and the workers that died are few."""
    posted = await post(platform, 64)
    poison = posted[40]
    sizes, died = [], 0
    for _ in range(20):
        taken = await claims.take("pangan", "watch", begun=True)
        for batch in taken:
            if poison in batch.items:
                died += 1
                sizes.append(len(batch.items))
            else:
                await finish(platform, *batch.items)
        clock.forward(LEASE + timedelta(seconds=1))
        await claims.expired()
    assert (died, sizes) == (MAX_ATTEMPTS, [64, 2, 1, 1, 1])
    found = {row["id"]: row for row in await rows(platform, *posted)}
    assert (found[poison]["status"], found[poison]["attempts"], found[poison]["losses"]) == ("parked", 5, 5)
    assert found[poison]["reason"] == LOST
    assert {row["status"] for one, row in found.items() if one != poison} == {"done"}
    assert max(row["attempts"] for one, row in found.items() if one != poison) == 2


async def test_the_commitment_of_a_poison_item_is_marked(claims: Claims, clock: FakeClock, world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    for _ in range(MAX_ATTEMPTS):
        assert len(await claims.take("pangan", "pangan-assess", begun=True)) == 1
        clock.forward(LEASE + timedelta(seconds=1))
        await claims.expired()
    assert str((await world.reload(driven)).commitment.assessment) == "failed"
    assert await claims.consumers() == []


async def test_all_leases_end_where_there_is_one_process(claims: Claims, platform: Platform) -> None:
    posted = await post(platform, 2)
    (batch,) = await claims.take("pangan", "watch", begun=True)
    await finish(platform, posted[0])
    await claims.end_all()
    assert (await claims.expired()).lost == (batch.id,)
    assert items(await claims.take("pangan", "watch", begun=True)) == posted[1:]
