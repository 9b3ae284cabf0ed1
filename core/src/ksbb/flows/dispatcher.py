"""The dispatcher: hands due outbox rows to flows, in batches per program and consumer."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import or_, select, update

from ksbb.domain.errors import KsbbError
from ksbb.domain.rights import SYSTEM
from ksbb.flows.bench import Bench, set_aside
from ksbb.flows.context import EngineContext
from ksbb.program.bench import use_workbench
from ksbb.storage import tables
from ksbb.usecases.chain import LIFECYCLE
from ksbb.usecases.desk import ActiveProgram
from ksbb.usecases.hand_over import RENDER_REPORT

if TYPE_CHECKING:
    from prefect import Flow, State

BATCH = 100
"""Items handed over at once: a stop waits for them, so that they must be done within seconds."""
LEASE = timedelta(minutes=10)
CORE_FLOWS = {LIFECYCLE: "ksbb.flows.core_flows:lifecycle", RENDER_REPORT: "ksbb.flows.core_flows:handover_reports"}
_log = structlog.get_logger("ksbb.flows")

RunFlow = Callable[["Flow[..., Any]", list[str], str, list[str]], Awaitable["State[Any]"]]
"""Runs a flow over item ids, with a run name and tags; the engine's."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Due rows of one program and consumer; `items` are outbox ids."""

    program_id: str
    consumer: str
    items: tuple[str, ...]


def load_flow(entrypoint: str) -> "Flow[..., Any]":
    """The Prefect flow at `module:function`. Raises what its import raises, TypeError when it is no flow."""
    from prefect import Flow  # noqa: PLC0415 - Prefect is slow to import

    module, _, name = entrypoint.partition(":")
    found = getattr(import_module(module), name)
    if not isinstance(found, Flow):
        raise TypeError(f"{entrypoint} is {type(found).__name__}, expected a Prefect flow")
    return found


async def claim(context: EngineContext) -> list[Batch]:
    """Claim the due rows for `LEASE`, up to `BATCH` of them, grouped. Several dispatchers never claim the same row."""
    table = tables.outbox
    async with context.platform.desk(SYSTEM) as desk:
        due = (
            select(table.c.id)
            .where(
                table.c.status == "pending",
                table.c.available_at <= desk.now,
                or_(table.c.claimed_until.is_(None), table.c.claimed_until < desk.now),
            )
            .order_by(table.c.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        claimed = await desk.unit.connection.execute(
            update(table)
            .where(table.c.id.in_(due.scalar_subquery()))
            .values(claimed_until=desk.now + LEASE)
            .returning(table.c.program_id, table.c.consumer, table.c.id)
        )
        rows = sorted(tuple(row) for row in claimed)
    return [
        Batch(program_id=program_id, consumer=consumer, items=tuple(row[2] for row in group))
        for (program_id, consumer), group in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


async def release_claims(context: EngineContext) -> None:
    """Free the claims that an ended process left behind; for the embedded mode, where no other process claims."""
    table = tables.outbox
    async with context.platform.desk(SYSTEM) as desk:
        await desk.unit.connection.execute(update(table).where(table.c.status == "pending").values(claimed_until=None))


async def work_off(context: EngineContext, batch: Batch, run_flow: RunFlow) -> None:
    """Run the flow of a batch; items that it left undone, or that a failed flow didn't reach, wait for their next attempt."""
    try:
        flow, active = _flow_of(context, batch)
        inner = contextvars.copy_context()
        if active is not None:
            inner.run(use_workbench, Bench(context.platform, active))
        name = f"{batch.program_id} {batch.consumer} × {len(batch.items)}"
        work = run_flow(flow, list(batch.items), name, [batch.program_id, batch.consumer])
        state = await in_context(inner, work)
        failure: Exception | None = (
            None if state.is_completed() else RuntimeError(f"flow {flow.name} ended {state.name}: {state.message}")
        )
    except Exception as error:  # noqa: BLE001 - foreign code's import or a flow's crash concerns its batch alone
        failure = error if isinstance(error, KsbbError) else RuntimeError(f"{type(error).__name__}: {error}")
    table = tables.outbox
    async with context.platform.reading_desk(SYSTEM) as desk:
        query = select(table.c.id).where(
            table.c.id.in_(batch.items), table.c.status == "pending", table.c.claimed_until.is_not(None)
        )
        left = list((await desk.unit.connection.execute(query)).scalars())
    for item in left:
        await set_aside(context.platform, item, failure or RuntimeError("the flow left this item undone"))
    _log.info("batch_done", program=batch.program_id, consumer=batch.consumer, items=len(batch.items), left=len(left))


def _flow_of(context: EngineContext, batch: Batch) -> "tuple[Flow[..., Any], ActiveProgram | None]":
    if batch.consumer in CORE_FLOWS:
        return load_flow(CORE_FLOWS[batch.consumer]), None
    active = context.host.require(batch.program_id)
    for flow in active.program.flows:
        if flow.name == batch.consumer:
            return load_flow(flow.entrypoint), active
    raise LookupError(f"program {batch.program_id} has no flow {batch.consumer} any more")


async def in_context(context: contextvars.Context, work: "Awaitable[State[Any]]") -> "State[Any]":
    """Await `work` in a task of its own with these context variables."""

    async def awaited() -> "State[Any]":
        return await work

    return await asyncio.get_running_loop().create_task(awaited(), context=context)
