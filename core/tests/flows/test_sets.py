"""The items of a batch are done by sets, on both databases: all in one transaction, or one by one where one of them fails."""

from typing import Any

import pytest
import structlog
from sqlalchemy import select
from structlog.testing import capture_logs

from ksbb.domain.events import Event, broken_at
from ksbb.flows.bench import Bench
from ksbb.program import Case
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.testing import Step, World
from ksbb.testing.world import QUANTITY

COUNT = 5
UNLUCKY = 13


@pytest.fixture(autouse=True)
def _all_is_told(_quiet: None) -> None:
    """Other tests of flows hear warnings only."""
    structlog.reset_defaults()


async def assess(case: Case) -> None:
    """Run the rules, but not on the unlucky quantity."""
    if case.commitment.lines[0].quantity == UNLUCKY:
        raise ZeroDivisionError("division by zero")
    await case.record_assessment(case.run_rules())


async def submitted(world: World, quantities: list[int]) -> list[str]:
    """The outbox items of as many submitted commitments."""
    for quantity in quantities:
        await world.drive(Step.SUBMITTED, lines=world.lines("pangan", quantity=quantity))
    table = tables.outbox
    async with world.platform.database.read() as connection:
        return list((await connection.execute(select(table.c.id).order_by(table.c.id))).scalars())


async def standing(world: World) -> list[tuple[Any, ...]]:
    """Status and attempts of each item, and the state of its commitment's assessment."""
    outbox, commitment = tables.outbox, tables.commitments
    query = select(outbox.c.status, outbox.c.attempts, commitment.c.assessment, commitment.c.version).join(
        commitment, commitment.c.id == outbox.c.subject_id
    )
    async with world.platform.database.read() as connection:
        found = [tuple(row) for row in await connection.execute(query.order_by(outbox.c.id))]
        events = await fetch_all(connection, select(tables.events).order_by(tables.events.c.sequence), Event)
    for stream in {event.stream for event in events}:
        assert broken_at([event for event in events if event.stream == stream]) is None
    return found


async def test_a_set_is_one_transaction(world: World) -> None:
    items = await submitted(world, [QUANTITY] * COUNT)
    bench = Bench(world.platform, world.platform.programs.require("pangan"))
    with capture_logs() as logs:
        outcome = await bench.each(items, assess)
    assert (outcome.done, outcome.skipped, outcome.failed) == (COUNT, 0, 0)
    assert [log for log in logs if log["event"] == "set_done_one_by_one"] == []
    assert await standing(world) == [("done", 0, "passed", 3)] * COUNT
    again = await bench.each(items, assess)
    assert (again.done, again.skipped, again.failed) == (0, COUNT, 0)
    assert await standing(world) == [("done", 0, "passed", 3)] * COUNT


async def test_one_that_fails_holds_up_nobody(world: World) -> None:
    items = await submitted(world, [QUANTITY, UNLUCKY, QUANTITY])
    bench = Bench(world.platform, world.platform.programs.require("pangan"))
    with capture_logs() as logs:
        outcome = await bench.each(items, assess)
    assert (outcome.done, outcome.skipped, outcome.failed) == (2, 0, 1)
    (told,) = (log for log in logs if log["event"] == "set_done_one_by_one")
    assert (told["items"], told["reason"]) == (3, "ZeroDivisionError: division by zero")
    assert await standing(world) == [
        ("done", 0, "passed", 3),
        ("pending", 1, "pending", 2),
        ("done", 0, "passed", 3),
    ]
