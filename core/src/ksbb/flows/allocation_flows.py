"""Core's flows of the allocation: proposals by night and on demand, and what was approved.

A run of a flow is about one allocation run or one proposal, so of one program: its progress stands in the database and at Prefect.
"""

from collections.abc import Awaitable, Callable

import structlog
from prefect import flow
from sqlalchemy import select

from ksbb.domain.rights import SYSTEM
from ksbb.flows.bench import Item, each_item
from ksbb.flows.context import engine_context
from ksbb.storage import tables
from ksbb.usecases.desk import Desk
from ksbb.usecases.platform import Platform
from ksbb.usecases.propose import compute, decide, runs

_log = structlog.get_logger("ksbb.flows")


@flow(name="ksbb-allocation-runs")
async def allocation_runs(items: list[str]) -> None:
    """Compute the proposals that were asked for, one aid type after the other."""
    platform = engine_context().platform

    async def work(run_id: str) -> None:
        await compute.compute(
            platform,
            run_id,
            lambda run: _log.info("allocation_computed", run=run.number, computed=run.computed, of=len(run.aid_types)),
        )

    await _each(platform, items, work)


@flow(name="ksbb-approved-allocations")
async def approved_allocations(items: list[str]) -> None:
    """Make the allocations of proposals that were approved."""
    platform = engine_context().platform
    await _each(platform, items, lambda proposal_id: decide.carry_out_all(platform, proposal_id))


@flow(name="ksbb-nightly-proposals")
async def nightly_proposals() -> None:
    """Ask for proposals for each active program that has aid to place, but not where people are deciding on one."""
    context = engine_context()
    if not context.platform.rules.nightly:
        return
    for active in context.host.active():
        program_id = active.program.id
        async with context.platform.desk(SYSTEM) as desk:
            aid_types = await runs.waiting(desk, program_id)
            if aid_types:
                await runs.ask(desk, program_id, aid_types)


async def _each(platform: Platform, items: list[str], work: Callable[[str], Awaitable[None]]) -> None:
    """Do the work of each item in transactions of its own, which may be repeated, and then note that the item is done."""
    subjects = await _subjects(platform, items)
    failures: dict[str, Exception] = {}
    for item, subject_id in subjects.items():
        try:
            await work(subject_id)
        except Exception as error:  # noqa: BLE001 - it is raised again where the item is noted
            failures[item] = error

    async def note(_desk: Desk, row: Item) -> None:
        if row.id in failures:
            raise failures[row.id]

    await each_item(platform, items, note)


async def _subjects(platform: Platform, items: list[str]) -> dict[str, str]:
    table = tables.outbox
    query = select(table.c.id, table.c.subject_id).where(table.c.id.in_(items), table.c.status == "pending")
    async with platform.reading_desk(SYSTEM) as desk:
        return {row.id: row.subject_id for row in await desk.unit.connection.execute(query.order_by(table.c.id))}
