"""Working a batch off: its flow in the right context, its lease extended meanwhile, and what it left undone set aside."""

import asyncio
import contextvars
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from ksbb.domain.errors import KsbbError, Unavailable
from ksbb.flows.bench import Bench, set_aside
from ksbb.flows.catalog import FlowGone, Work, work_for
from ksbb.flows.claims import Batch, Claims
from ksbb.flows.context import EngineContext
from ksbb.flows.watch import watched
from ksbb.program.bench import use_workbench
from ksbb.storage.database import is_passing

if TYPE_CHECKING:
    from prefect import Flow, State

Result = TypeVar("Result")
RunFlow = Callable[["Flow[..., Any]", Sequence[str]], Awaitable["State[Any]"]]
"""Runs a flow over item ids through Prefect; its final state."""
AWAY_WAIT = timedelta(seconds=5)
"""How long items wait whose batch broke off because Prefect or the database was away: no fault of theirs."""
_EXTENSIONS_PER_LEASE = 4
_log = structlog.get_logger("ksbb.flows")


async def work_off(context: EngineContext, claims: Claims, batch: Batch, run_flow: RunFlow) -> Exception | None:
    """Run the flow of a batch that was begun; why it failed, if it did.

    Items that it left undone, or that a failed flow didn't reach, wait for their next attempt. A batch that an absence of Prefect
    or of the database broke off is given back without an attempt, and so is that of a program that is away.
    """
    failure: Exception | None
    passing = False
    try:
        work = work_for(context.host, batch.program_id, batch.consumer)
        flow = work.load(context.flow_seconds)
        async with _lease_held(claims, batch):
            state = await watched(
                context.platform,
                batch.program_id,
                batch.consumer,
                lambda: in_context(surroundings(context, work), run_flow(flow, batch.items)),
                batch.items,
            )
        failure = None
        if not state.is_completed():
            failure = RuntimeError(f"flow {flow.name} ended {state.name}: {state.message}")
            raised = await _raised(state)
            passing = is_passing(raised) and not _is_overrun(raised)
    except Exception as error:  # noqa: BLE001 - foreign code's import or a flow's crash concerns its batch alone
        own = isinstance(error, (KsbbError, FlowGone))
        failure = error if own else RuntimeError(f"{type(error).__name__}: {error}")
        passing = is_prefect_away(error) or is_passing(error) or isinstance(error, Unavailable)
    if passing:
        _log.warning("batch_broken_off", batch=batch.id, reason=str(failure))
        await _patiently(claims, lambda: claims.give_back(batch, AWAY_WAIT))
        return failure
    left = await _patiently(claims, lambda: claims.left(batch))
    for item in left:
        await set_aside(context.platform, item, failure or RuntimeError("the flow left this item undone"))
    _log.info(
        "batch_done",
        batch=batch.id,
        program=batch.program_id,
        consumer=batch.consumer,
        items=len(batch.items),
        left=len(left),
    )
    return failure


async def set_all_aside(context: EngineContext, claims: Claims, batch: Batch, error: Exception) -> None:
    """Count a failed attempt for all items of a batch that can't be handed over, with the reason."""
    for item in await claims.left(batch):
        await set_aside(context.platform, item, error)


def surroundings(context: EngineContext, work: Work) -> contextvars.Context:
    """The context variables for a run of this work: a copy of the present ones, with the program's workbench."""
    inner = contextvars.copy_context()
    if work.active is not None:
        inner.run(use_workbench, Bench(context.platform, work.active))
    return inner


async def in_context(context: contextvars.Context, work: Awaitable[Result]) -> Result:
    """Await `work` in a task of its own with these context variables."""

    async def awaited() -> Result:
        return await work

    return await asyncio.get_running_loop().create_task(awaited(), context=context)


def is_prefect_away(error: BaseException) -> bool:
    """Whether an error says that Prefect's API didn't answer, or not as it should; what flows raise never comes this way."""
    import httpx  # noqa: PLC0415 - both come with Prefect, which is slow to import
    from prefect.exceptions import Abort  # noqa: PLC0415

    return isinstance(error, (httpx.HTTPError, Abort))


def _is_overrun(error: BaseException) -> bool:
    """Whether a flow took longer than its limit: a TimeoutError, and yet nothing was away."""
    from prefect.flow_engine import FlowRunTimeoutError  # noqa: PLC0415 - Prefect is slow to import

    return isinstance(error, FlowRunTimeoutError)


async def _raised(state: "State[Any]") -> BaseException:
    """What a failed flow raised."""
    raised = await state.aresult(raise_on_failure=False)
    return raised if isinstance(raised, BaseException) else RuntimeError(state.message or state.name)


async def _patiently(claims: Claims, act: Callable[[], Awaitable[Result]]) -> Result:
    """Do a small act on the database, again for as long as a lease while it is away; raises what it raised then."""
    end = time.monotonic() + claims.lease.total_seconds()
    while True:
        try:
            return await act()
        except Exception as error:
            if not is_passing(error) or time.monotonic() > end:
                raise
            await asyncio.sleep(1)


@asynccontextmanager
async def _lease_held(claims: Claims, batch: Batch) -> AsyncIterator[None]:
    """Extend the lease regularly while the block runs."""

    async def extend() -> None:
        while True:
            await asyncio.sleep(claims.lease.total_seconds() / _EXTENSIONS_PER_LEASE)
            try:
                await claims.extend(batch)
            except Exception as error:  # noqa: BLE001 - the database may be back before the lease runs out
                _log.warning("lease_not_extended", batch=batch.id, reason=f"{type(error).__name__}: {error}")

    extending = asyncio.create_task(extend())
    try:
        yield
    finally:
        extending.cancel()
        await asyncio.wait([extending])
