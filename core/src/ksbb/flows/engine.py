"""The engine of one machine: a thread with its own event loop, in which Prefect runs flows over the outbox and on schedule."""

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from filelock import FileLock, Timeout

from ksbb.domain.errors import Problem, Unavailable
from ksbb.domain.text import Text
from ksbb.flows.bench import Bench
from ksbb.flows.context import EngineContext, engine_context, enter
from ksbb.flows.dispatcher import claim, in_context, load_flow, release_claims, work_off
from ksbb.flows.embedded import Scheduled, embedded_prefect
from ksbb.program.bench import use_workbench
from ksbb.storage.database import Database
from ksbb.usecases.desk import ActiveProgram

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

_CORE_SCHEDULES = (
    ("follow_ups_due", "ksbb.flows.core_flows:follow_ups_due", "15 0 * * *"),
    ("licence_watch", "ksbb.flows.core_flows:licence_watch", "30 0 * * *"),
)
_POLL_SECONDS = 1.0
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
            await release_claims(context)
            async with embedded_prefect(self._data_dir) as prefect:
                self._prefect = prefect
                self._inner = contextvars.copy_context()
                self._schedules, self._owners = _schedules(context)
                await prefect.close_abandoned()
                due = await prefect.deploy(list(self._schedules.values()))
                self._ready.set_result(None)
                while not self._stopping.is_set():
                    await self._turn(due)
                    due = []
                    await self._sleep()
                if self._tasks:
                    await asyncio.wait(self._tasks)
        finally:
            await own.close()

    async def _turn(self, missed: "list[tuple[Scheduled, FlowRun]]") -> None:
        """One turn: what is due in the outbox, then what is due by schedule. A fault of either waits for the next turn."""
        try:
            await self._drain()
            for item, run in [*missed, *await self._prefect.take_due()]:
                await in_context(self._context_of(item), self._prefect.execute(item.flow, run))
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
            while batches := await claim(engine_context()):
                for batch in batches:
                    await work_off(engine_context(), batch, self._run_flow)
                    handed += len(batch.items)
                if self._stopping.is_set():
                    break
        return handed

    async def _run_flow(self, flow: Any, items: list[str], name: str, tags: list[str]) -> Any:
        return await self._prefect.run(flow, items, name=name, tags=tags)

    async def _run_schedule(self, name: str) -> None:
        item = self._schedules.get(name)
        if item is None:
            raise LookupError(f"no schedule {name!r}; known are: {', '.join(sorted(self._schedules))}")
        state = await in_context(self._context_of(item), self._prefect.run_once(item.flow, name=name))
        if not state.is_completed():
            raise RuntimeError(f"flow {item.flow.name} ended {state.name}: {state.message}")

    def _context_of(self, item: Scheduled) -> contextvars.Context:
        inner = contextvars.copy_context()
        active = self._owners.get(item.name)
        if active is not None:
            inner.run(use_workbench, Bench(engine_context().platform, active))
        return inner


def _schedules(context: EngineContext) -> tuple[dict[str, Scheduled], dict[str, ActiveProgram]]:
    """All schedules by name, and the program that each belongs to; a program whose flow can't be loaded is left out."""
    schedules = {
        f"ksbb.{name}": Scheduled(name=f"ksbb.{name}", flow=load_flow(entrypoint), cron=cron)
        for name, entrypoint, cron in _CORE_SCHEDULES
    }
    owners = {}
    for active in context.host.active():
        for flow in active.program.flows:
            if flow.schedule is None:
                continue
            name = f"{active.program.id}.{flow.name}"
            try:
                schedules[name] = Scheduled(name=name, flow=load_flow(flow.entrypoint), cron=flow.schedule)
                owners[name] = active
            except Exception:  # noqa: BLE001 - a program's flow is foreign code: its import concerns this program alone
                _log.exception("flow_not_loaded", program=active.program.id, flow=flow.name)
    return schedules, owners
