"""An engine for tests: Prefect once for the whole session, and the outbox of any platform worked off through it."""

import asyncio
import contextvars
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ksbb.flows.catalog import catalog
from ksbb.flows.claims import Batch, Claims
from ksbb.flows.context import EngineContext, enter
from ksbb.flows.embedded import EmbeddedPrefect, embedded_prefect
from ksbb.flows.work import in_context, surroundings, work_off
from ksbb.programs import ProgramHost
from ksbb.storage.database import Database
from ksbb.testing.api import BASE
from ksbb.usecases.platform import Platform

if TYPE_CHECKING:
    from prefect import Flow, State


class PrefectForTests:
    """Prefect with its server, in a thread with its own event loop. It takes seconds to start: begin early, and once."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._thread = threading.Thread(target=self._main, name="ksbb-test-engine", daemon=True)
        self._ready: Future[tuple[asyncio.AbstractEventLoop, contextvars.Context, EmbeddedPrefect]] = Future()
        self._ended: asyncio.Event | None = None

    def start(self) -> None:
        """Start it beside the tests."""
        self._thread.start()

    def stop(self) -> None:
        """Stop it, and its server with it. A start under way is waited for."""
        if self._ready.exception() is None and self._ended is not None:
            loop, _, _ = self._ready.result()
            loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    async def do(self, work: Callable[[EmbeddedPrefect], Coroutine[Any, Any, Any]]) -> Any:
        """Do asynchronous work in Prefect's thread and context. Raises what it raises, or what kept Prefect from starting."""
        loop, inner, prefect = await asyncio.wrap_future(self._ready)
        outcome: Future[Any] = Future()

        async def carry() -> None:
            try:
                outcome.set_result(await work(prefect))
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits in another thread
                outcome.set_exception(error)

        loop.call_soon_threadsafe(lambda: loop.create_task(carry(), context=inner.copy()))
        return await asyncio.wrap_future(outcome)

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits in another thread
            if not self._ready.done():
                self._ready.set_exception(error)

    async def _run(self) -> None:
        self._ended = asyncio.Event()
        async with embedded_prefect(self._data_dir) as prefect:
            self._ready.set_result((asyncio.get_running_loop(), contextvars.copy_context(), prefect))
            await self._ended.wait()


@dataclass(frozen=True, slots=True)
class OutboxEngine:
    """Runs what the outbox of one platform holds, through Prefect and the programs' real flows."""

    prefect: PrefectForTests
    platform: Platform
    host: ProgramHost

    async def drain(self) -> int:
        """Work off all that is due by the platform's clock, and what comes of it; the number of items handed to flows."""
        return int(await self.prefect.do(self._drain))

    async def run_schedule(self, name: str) -> None:
        """Run a scheduled flow now, such as `pangan.pangan-expiry-watch`. Raises LookupError for an unknown name, RuntimeError when
        the run fails.
        """
        await self.prefect.do(lambda prefect: self._run_schedule(prefect, name))

    async def _drain(self, prefect: EmbeddedPrefect) -> int:
        return int(await self._in_own(lambda context: _drain(prefect, context)))

    async def _run_schedule(self, prefect: EmbeddedPrefect, name: str) -> None:
        works = {work.name: work for work in catalog(self.host).values() if work.schedule is not None}
        if name not in works:
            raise LookupError(f"no schedule {name!r}; known are: {', '.join(sorted(works))}")

        async def run(context: EngineContext) -> "State[Any]":
            flow = works[name].load()
            return await in_context(surroundings(context, works[name]), prefect.run_once(flow, name=name))

        state = await self._in_own(run)
        if not state.is_completed():
            raise RuntimeError(f"flow {name} ended {state.name}: {state.message}")

    async def _in_own(self, work: Callable[[EngineContext], Awaitable[Any]]) -> Any:
        """Do work with a database connection of this thread's own."""
        own = Database(self.platform.database.url)
        context = EngineContext(platform=replace(self.platform, database=own), host=self.host, public_url=BASE)
        enter(context)
        try:
            return await work(context)
        finally:
            await own.close()


async def _drain(prefect: EmbeddedPrefect, context: EngineContext) -> int:
    claims = Claims(context.platform, context.batch_size, context.lease)
    handed = 0
    while True:
        batches = [
            batch
            for program_id, consumer in await claims.consumers()
            for batch in await claims.take(program_id, consumer, begun=True)
        ]
        if not batches:
            return handed
        for batch in batches:
            await work_off(context, claims, batch, partial(_run, prefect, batch))
            handed += len(batch.items)


async def _run(prefect: EmbeddedPrefect, batch: Batch, flow: "Flow[..., Any]", items: Sequence[str]) -> "State[Any]":
    name = f"{batch.program_id} {batch.consumer} × {len(items)}"
    return await prefect.run(flow, items, batch=batch.id, name=name, tags=[batch.program_id, batch.consumer])
