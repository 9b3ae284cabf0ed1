"""The engine of one machine: a thread with its own event loop, in which Prefect runs flows over the outbox and on schedule."""

import asyncio
import contextvars
import gc
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import structlog
from filelock import FileLock, Timeout

from ksbb.domain.errors import Problem, Unavailable
from ksbb.domain.text import Text
from ksbb.flows.catalog import Work, catalog
from ksbb.flows.claims import Batch, Claims
from ksbb.flows.context import EngineContext, engine_context, enter
from ksbb.flows.embedded import Scheduled, embedded_prefect
from ksbb.flows.slots import UnderWay
from ksbb.flows.watch import watched
from ksbb.flows.work import in_context, surroundings, work_off
from ksbb.storage.database import Database, is_passing

if TYPE_CHECKING:
    from prefect import State
    from prefect.client.schemas.objects import FlowRun

_POLL_SECONDS = 1.0
BATCHES_AT_ONCE = 3
"""Batches under way at the same time: while Prefect's server is at the run of one, the items of another are done."""
_log = structlog.get_logger("ksbb.flows")


class Engine:
    """Works the outbox off and keeps the schedules, until stopped. One per data folder.

    `start` returns at once; Prefect becomes ready beside it (some 14 s in a fresh folder). Until then acts go on, and their
    outbox rows wait.
    """

    def __init__(self, context: EngineContext, data_dir: Path) -> None:
        self._context = context
        self._data_dir = data_dir
        self._lock = FileLock(data_dir / "engine.lock")
        self._thread = threading.Thread(target=self._main, name="ksbb-engine", daemon=True)
        self._ready: Future[None] = Future()
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._main_task: asyncio.Task[None] | None = None
        self._inner: contextvars.Context | None = None

    def start(self) -> None:
        """Start the thread. Raises Unavailable when another process uses the data folder."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise Unavailable(
                Problem(
                    code="folder_in_use",
                    message=Text(
                        f"folder data {self._data_dir} sedang dipakai proses ksbb lain; hentikan proses itu atau pilih folder lain",
                        f"another ksbb process uses the data folder {self._data_dir}; stop it or choose another folder",
                    ),
                )
            ) from error
        self._thread.start()

    async def ready(self) -> None:
        """Wait until flows can run. Raises what kept Prefect from starting."""
        await asyncio.wrap_future(self._ready)

    @property
    def is_ready(self) -> bool:
        """Whether flows can run."""
        return self._ready.done() and self._ready.exception() is None

    @property
    def standing(self) -> Literal["starting", "ready", "failed", "stopped"]:
        """How the engine stands."""
        if self._stopping.is_set():
            return "stopped"
        if not self._ready.done():
            return "starting"
        return "ready" if self.is_ready and self._thread.is_alive() else "failed"

    async def drain(self) -> int:
        """Work off everything in the outbox that is due by the platform's clock; the number of items handed to flows."""
        await self.ready()
        return int(await asyncio.wrap_future(self._submit(self._drain)))

    async def run_schedule(self, name: str) -> None:
        """Run a scheduled flow now (`program.flow` or `ksbb.flow`), through Prefect. Raises LookupError for an unknown name."""
        await self.ready()
        await asyncio.wrap_future(self._submit(lambda: self._run_schedule(name)))

    def stop(self) -> None:
        """Finish the running batch, stop Prefect and its server; a start under way is given up. Safe to call twice."""
        self._stopping.set()
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._leave)
        if self._thread.is_alive():
            self._thread.join()
        self._lock.release()

    def _leave(self) -> None:
        """In the engine's loop: wake it up when it is ready, else give the start up."""
        if self._ready.done() and self._wake is not None:
            self._wake.set()
        elif self._main_task is not None:
            self._main_task.cancel()

    def _submit(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> "Future[Any]":
        outcome: Future[Any] = Future()
        loop, inner = self._loop, self._inner
        if loop is None or inner is None or loop.is_closed():
            raise RuntimeError("the engine isn't running")

        async def carry() -> None:
            try:
                outcome.set_result(await work())
            except BaseException as error:  # handed to whoever waits in another thread
                outcome.set_exception(error)
                if not isinstance(error, Exception):
                    raise

        # The engine's own context, not the caller's: it carries Prefect's settings and client.
        loop.call_soon_threadsafe(lambda: self._tasks.append(loop.create_task(carry(), context=inner.copy())))
        return outcome

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits in another thread
            given_up = self._stopping.is_set()
            if not self._ready.done():
                self._ready.set_exception(
                    RuntimeError("the engine was stopped before it was ready") if given_up else error
                )
            if not given_up:
                _log.exception("engine_stopped")

    async def _run(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._busy = asyncio.Lock()
        self._loop, self._wake, self._main_task = asyncio.get_running_loop(), asyncio.Event(), asyncio.current_task()
        if self._stopping.is_set():
            raise asyncio.CancelledError
        shared = self._context.platform
        own = Database(shared.database.url)
        context = replace(self._context, platform=replace(shared, database=own))
        enter(context)
        try:
            self._claims = Claims(context.platform, context.batch_size, context.lease)
            await self._begin()
            async with embedded_prefect(self._data_dir) as prefect:
                self._prefect = prefect
                self._inner = contextvars.copy_context()
                self._works = catalog(context.host)
                self._schedules = _schedules(self._works.values(), context.flow_seconds)
                await prefect.close_abandoned()
                due = await prefect.deploy(list(self._schedules.values()))
                # What is imported by now stays for good: else each full collection goes through all of Prefect, a tenth of a second
                gc.freeze()
                self._ready.set_result(None)
                while not self._stopping.is_set():
                    await self._turn(due)
                    due = []
                    await self._sleep()
                if self._tasks:
                    await asyncio.wait(self._tasks)
        finally:
            await own.close()

    async def _begin(self) -> None:
        """End the claims of an ended process, once the database is there."""
        while True:
            try:
                await self._claims.end_all()
            except Exception as error:
                if not is_passing(error) or self._stopping.is_set():
                    raise
                _log.warning("engine_waits_for_database", reason=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_POLL_SECONDS)
            else:
                return

    async def _turn(self, missed: "list[tuple[Scheduled, FlowRun]]") -> None:
        """One turn: what is due in the outbox, then what is due by schedule. A fault of either waits for the next turn."""
        try:
            await self._drain()
            for item, run in [*missed, *await self._prefect.take_due()]:
                await self._watch(item, self._prefect.execute(item.flow, run))
        except Exception:  # noqa: BLE001 - the engine outlives whatever befalls one turn: a locked database, a lost connection
            _log.exception("engine_turn_failed", retry_in_seconds=_POLL_SECONDS)

    async def _sleep(self) -> None:
        self._tasks = [task for task in self._tasks if not task.done()]
        if self._wake is None:
            return
        try:
            await asyncio.wait_for(self._wake.wait(), _POLL_SECONDS)
        except TimeoutError:
            return
        self._wake.clear()

    async def _drain(self) -> int:
        handed = 0
        async with self._busy:
            await self._claims.expired()
            under_way = UnderWay(BATCHES_AT_ONCE)
            try:
                while found := await self._begin_more(under_way):
                    handed += found
            finally:
                await under_way.ended()
        return handed

    async def _begin_more(self, under_way: UnderWay) -> int:
        """Begin one batch, or a few small ones, of each consumer, as others end; the number of items. None is left when it is 0."""
        while not self._stopping.is_set():
            begun = 0
            for program_id, consumer in await self._claims.consumers():
                await under_way.room()
                if self._stopping.is_set():
                    break
                for batch in await self._claims.take(program_id, consumer, begun=True):
                    await under_way.room()
                    if self._stopping.is_set():
                        await self._claims.give_back(batch)
                        continue
                    under_way.begin(self._work_off(batch), alone=batch.suspected)
                    begun += len(batch.items)
            # What is under way may cause further work, and new work doesn't wait for a flow that takes long
            if begun or not await under_way.one_ended(_POLL_SECONDS):
                return begun
        return 0

    async def _work_off(self, batch: Batch) -> None:
        async def run(flow: Any, items: Sequence[str]) -> Any:
            name = f"{batch.program_id} {batch.consumer} × {len(items)}"
            tags = [batch.program_id, batch.consumer]
            return await self._prefect.run(flow, items, name=name, tags=tags, batch=batch.id)

        await work_off(engine_context(), self._claims, batch, run)

    async def _run_schedule(self, name: str) -> None:
        item = self._schedules.get(name)
        if item is None:
            raise LookupError(f"no schedule {name!r}; known are: {', '.join(sorted(self._schedules))}")
        state = await self._watch(item, self._prefect.run_once(item.flow, name=name))
        if not state.is_completed():
            raise RuntimeError(f"flow {item.flow.name} ended {state.name}: {state.message}")

    async def _watch(self, item: Scheduled, run: "Awaitable[State[Any]]") -> "State[Any]":
        program, _, name = item.name.partition(".")
        return await watched(engine_context().platform, program, name, lambda: in_context(self._context_of(item), run))

    def _context_of(self, item: Scheduled) -> contextvars.Context:
        work = self._works.get(item.name)
        return surroundings(engine_context(), work) if work is not None else contextvars.copy_context()


def _schedules(works: Iterable[Work], seconds: float) -> dict[str, Scheduled]:
    """All schedules by name; one whose flow can't be loaded is left out."""
    schedules = {}
    for work in works:
        if work.schedule is None:
            continue
        try:
            schedules[work.name] = Scheduled(name=work.name, flow=work.load(seconds), cron=work.schedule)
        except Exception:  # noqa: BLE001 - a program's flow is foreign code: its import concerns this program alone
            _log.exception("flow_not_loaded", work=work.name)
    return schedules
