"""The items of a batch are done by sets, on both databases: all in one transaction, or one by one where one of them fails."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import structlog
from sqlalchemy import select
from structlog.testing import capture_logs

import ksbb_pangan
from ksbb.domain.events import Event, broken_at
from ksbb.flows.bench import Bench
from ksbb.program import Case, CommitmentView, Finding, ProgramFlow, Rule, Stage, Text
from ksbb.programs import ProgramHost, host_of
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.testing import Step, World
from ksbb.testing.world import QUANTITY

COUNT = 5
UNLUCKY = 13
ENDLESS = 17


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


async def test_a_step_that_awaits_for_ever_holds_up_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ksbb.flows.bench.STEP_SECONDS", 0.5)

    async def assess_or_wait(case: Case) -> None:
        if case.commitment.lines[0].quantity == UNLUCKY:
            await asyncio.Event().wait()
        await assess(case)

    items = await submitted(world, [QUANTITY, UNLUCKY, QUANTITY])
    outcome = await Bench(world.platform, world.platform.programs.require("pangan")).each(items, assess_or_wait)
    assert (outcome.done, outcome.skipped, outcome.failed) == (2, 0, 1)
    assert await standing(world) == [
        ("done", 0, "passed", 3),
        ("pending", 1, "pending", 2),
        ("done", 0, "passed", 3),
    ]
    async with world.platform.database.read() as connection:
        (reason,) = (
            await connection.execute(select(tables.outbox.c.reason).where(tables.outbox.c.id == items[1]))
        ).scalars()
    assert reason == "StepOverdue: not done within 0.5 s; what takes long belongs before `each`: others wait meanwhile"


def endless(view: CommitmentView, _settings: Any) -> list[Finding]:
    """Never comes back for one quantity."""
    while view.lines[0].quantity == ENDLESS:
        continue
    return []


def endless_host() -> ProgramHost:
    """The food program with the endless rule alone, and little patience with it."""
    name = Text("Contoh", "Example")
    rule = Rule(id="endless", title=name, source="a test", codes=("endless",), check=endless)
    flow = ProgramFlow(name="assess", entrypoint=f"{__name__}:assess", title=name, stage=Stage.SUBMITTED)
    host = host_of([replace(ksbb_pangan.PROGRAM, rules=(rule,), flows=(flow,))], {})
    host._calls.seconds = 0.3
    return host


@pytest.mark.parametrize(("quantities", "calls"), [([QUANTITY] * 3, 1), ([QUANTITY, ENDLESS, QUANTITY], 4)])
async def test_rules_are_asked_once_for_a_set_and_one_without_end_parks_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch, quantities: list[int], calls: int
) -> None:
    items = await submitted(world, quantities)
    host, asked = endless_host(), []
    call = host.call

    async def counted(program_id: str, what: str, function: Callable[[], Any], *, seconds: float | None = None) -> Any:
        asked.append((program_id, what))
        return await call(program_id, what, function, seconds=seconds)

    monkeypatch.setattr(host, "call", counted)
    monkeypatch.setattr("ksbb.flows.rules.ALONE_SECONDS", 0.3)
    outcome = await Bench(replace(world.platform, programs=host), host.require("pangan")).each(items, assess)
    parked = quantities.count(ENDLESS)
    assert (outcome.done, outcome.skipped, outcome.failed) == (len(items) - parked, 0, parked)
    assert asked == [("pangan", "rules")] * calls
    assert await standing(world) == [
        ("parked", 1, "failed", 3) if quantity == ENDLESS else ("done", 0, "passed", 3) for quantity in quantities
    ]
    line = endless.__code__.co_firstlineno
    async with world.platform.database.read() as connection:
        reasons = (await connection.execute(select(tables.outbox.c.reason).order_by(tables.outbox.c.id))).scalars()
        told = "a rule hasn't come back within 0.3 s; it stands at core/tests/flows/test_sets.py, line "
        assert [reason for reason in reasons if reason] in (
            [f"{told}{line + 2}"] * parked,
            [f"{told}{line + 3}"] * parked,
        )
    ended = time.monotonic() + 5
    while any(one.name == f"ksbb-{__name__.partition('.')[0]}" for one in threading.enumerate()):
        assert time.monotonic() < ended, "the rule goes on"
        time.sleep(0.01)
