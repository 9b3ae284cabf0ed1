"""The thread in which a worker runs flows: its own event loop, platform and connections.

Apart from the worker's own loop, for three reasons: Prefect's flow engine would take over SIGTERM in the main thread, so that a
stop would cut the running batch; code of programs that blocks must not keep the worker from talking to Prefect; and a flow that
hangs for good is noticed from outside.
"""

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import structlog

from ksbb.flows.context import EngineContext, opened_context
from ksbb.settings import Settings

Result = TypeVar("Result")
HUNG = 70
"""Exit code of a worker whose flow hangs: an internal fault, in the words of sysexits.h."""
_BEAT_SECONDS = 1.0
_log = structlog.get_logger("ksbb.flows")


class FlowThread:
    """Runs coroutines with the platform until closed. When its loop stands still for `patience` seconds the process ends: by then
    the leases of its items have run out, others take them up, and who started the worker starts it again.
    """

    def __init__(self, settings: Settings, patience: float) -> None:
        self._settings = settings
        self._patience = patience
        self._ready: Future[EngineContext] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._beat = time.monotonic()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._main, name="ksbb-flows", daemon=True)

    async def open(self) -> None:
        """Start it. Raises what kept the platform from opening: Conflict when the schema isn't the present one."""
        self._thread.start()
        await asyncio.wrap_future(self._ready)
        threading.Thread(target=self._watch, name="ksbb-watchdog", daemon=True).start()

    async def run(self, work: Callable[[EngineContext], Coroutine[Any, Any, Result]]) -> Result:
        """Do `work` in the thread, with the caller's context variables; its result."""
        loop = self._loop
        if loop is None:
            raise RuntimeError("the thread isn't open")
        context = self._ready.result()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(context), loop))

    async def close(self) -> None:
        """Close the platform and end the thread. Safe to call when it was never open."""
        self._closed.set()
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except Exception as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _run(self) -> None:
        stop = asyncio.Event()
        async with opened_context(self._settings) as context:
            self._loop, self._stop = asyncio.get_running_loop(), stop
            # What is imported by now stays for good: else each full collection goes through all of Prefect
            gc.freeze()
            self._ready.set_result(context)
            while not stop.is_set():
                self._beat = time.monotonic()
                try:
                    await asyncio.wait_for(stop.wait(), _BEAT_SECONDS)
                except TimeoutError:
                    continue
        self._loop = None

    def _watch(self) -> None:
        while not self._closed.wait(_BEAT_SECONDS):
            if time.monotonic() - self._beat > self._patience:
                _log.critical(
                    "flow_hangs", seconds=round(time.monotonic() - self._beat), remedy="the worker ends itself"
                )
                os._exit(HUNG)
