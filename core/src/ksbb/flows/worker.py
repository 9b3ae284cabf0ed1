"""The worker of the server mode: a Prefect worker type that runs flows in its own process.

Known to Prefect by the entry point group `prefect.collections`: `prefect worker start --pool ksbb --type ksbb` works wherever ksbb
is installed and configured; `ksbb worker` is the same with Prefect's settings taken from ksbb's. See decision 0006.
"""

import asyncio
import os
import socket
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import anyio
import anyio.abc
import httpx
import structlog
from prefect import Flow, State
from prefect.client.schemas.objects import FlowRun
from prefect.settings import temporary_settings
from prefect.states import Cancelled, Failed
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult
from pydantic import Field

from ksbb.flows.bench import lost_a_worker
from ksbb.flows.catalog import catalog
from ksbb.flows.claims import Claims
from ksbb.flows.context import EngineContext, enter
from ksbb.flows.execution import execute
from ksbb.flows.flow_thread import FlowThread
from ksbb.flows.slots import Slots
from ksbb.flows.watch import watched
from ksbb.flows.work import in_context, surroundings, work_off
from ksbb.settings import Settings, load_settings
from ksbb.telemetry.flows import named

RUNS_AT_ONCE = 2
"""Runs of one worker at the same time: while one waits for the database or Prefect, the other works."""
_LONGEST_WAIT_SECONDS = 10.0
_LEAST_PATIENCE = 60.0
_log = structlog.get_logger("ksbb.flows")


class KsbbVariables(BaseVariables):
    """What a deployment gives: `work` is the name in the catalog."""

    work: str = Field(default="", description="The name of the work: program.flow, or ksbb.flow.")


class KsbbJob(BaseJobConfiguration):
    """What a run is to do."""

    work: str = ""


class KsbbWorkerResult(BaseWorkerResult):
    """How a run ended; its outcome stands in the database."""


class KsbbWorker(BaseWorker[KsbbJob, KsbbVariables, KsbbWorkerResult]):
    """Runs batches and schedules in this process: a process of its own for each run would cost seconds."""

    type = "ksbb"
    job_configuration = KsbbJob
    job_configuration_variables = KsbbVariables
    _description = "Runs KSBB's flows in the worker's own process."

    def __init__(self, *args: Any, settings: Settings | None = None, **options: Any) -> None:
        options["limit"] = options.get("limit") or RUNS_AT_ONCE
        # A run fetched ahead of its time would wait in a slot
        options["prefetch_seconds"] = 0
        super().__init__(*args, **options)
        self._settings = settings or load_settings()
        self._flows = FlowThread(self._settings, max(2.0 * self._settings.engine.lease_seconds, _LEAST_PATIENCE))
        self._slots = Slots(RUNS_AT_ONCE)
        self._away_for = 0.0

    async def setup(self) -> None:
        """Connect to the database and load the programs, then to Prefect. Raises Conflict when the schema isn't the present one."""
        await self._flows.open()
        await super().setup()

    async def teardown(self, *exc_info: Any) -> None:
        """Finish the running batches, then disconnect."""
        try:
            await super().teardown(*exc_info)
        finally:
            await self._flows.close()

    async def run(
        self, flow_run: FlowRun, configuration: KsbbJob, task_status: anyio.abc.TaskStatus[Any] | None = None
    ) -> KsbbWorkerResult:
        """Run a batch or a schedule to its end; a stop of the worker waits for it."""
        identifier = f"{socket.gethostname()}:{os.getpid()}"
        if task_status is not None:
            task_status.started(identifier)
        with anyio.CancelScope(shield=True):
            bound = {"flow_run_id": str(flow_run.id), "work": configuration.work}
            with structlog.contextvars.bound_contextvars(**bound):
                try:
                    unsaid = await self._flows.run(
                        lambda context: _carry_out(context, flow_run, configuration.work, self._slots)
                    )
                except Exception as error:  # noqa: BLE001 - whatever befalls one run, the worker goes on; its lease runs out
                    _log.exception("run_failed")
                    unsaid = _failed(error)
                if unsaid is not None:
                    await self._tell(flow_run.id, unsaid)
        return KsbbWorkerResult(identifier=identifier, status_code=0)

    async def _tell(self, run_id: UUID, state: State[Any]) -> None:
        """Tell Prefect how a run ended that never got as far as its flow, or whose flow couldn't tell."""
        try:
            run = await self.client.read_flow_run(run_id)
            if run.state is None or not run.state.is_final():
                await self.client.set_flow_run_state(run_id, state, force=True)
        except httpx.HTTPError as error:
            _log.warning("run_not_closed", reason=f"{type(error).__name__}: {error}")

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Look for runs. While Prefect is away: a growing wait, and none; a worker doesn't end for that."""
        try:
            if not self._has_successfully_synced:
                await super().sync_with_backend()
            found = await super().get_and_submit_flow_runs()
        except httpx.HTTPError as error:
            if not self._away_for:
                _log.error("prefect_away", reason=f"{type(error).__name__}: {error}"[:500])
            self._away_for = min(max(self._away_for * 2, 0.5), _LONGEST_WAIT_SECONDS)
            await asyncio.sleep(self._away_for)
            return []
        if self._away_for:
            _log.info("prefect_back")
            self._away_for = 0.0
        return found

    async def sync_with_backend(self) -> None:
        """Tell Prefect that the worker lives; not while Prefect is away."""
        try:
            await super().sync_with_backend()
        except httpx.HTTPError as error:
            if not self.is_setup:
                raise
            _log.debug("worker_not_announced", reason=f"{type(error).__name__}: {error}")

    async def _submit_run(self, flow_run: FlowRun) -> None:
        """Take a run; one that can't be taken because Prefect is away is taken later, by whoever comes first."""
        try:
            await super()._submit_run(flow_run)
        except httpx.HTTPError as error:
            _log.warning("run_not_taken", flow_run=str(flow_run.id), reason=f"{type(error).__name__}: {error}")
            self._submitting_flow_run_ids.discard(flow_run.id)
            self._release_limit_slot(flow_run.id)


async def _carry_out(context: EngineContext, run: FlowRun, name: str, slots: Slots) -> State[Any] | None:
    """Run a batch or a schedule, in the thread of the flows; the state that Prefect doesn't know yet, if any."""
    enter(context)
    # The lease of a batch does what Prefect's heartbeats would, which also delay the end of short runs
    with temporary_settings({"flows.heartbeat_frequency": None}):
        return await (_batch(context, run, slots) if "items" in run.parameters else _schedule(context, run, name))


async def _batch(context: EngineContext, run: FlowRun, slots: Slots) -> State[Any] | None:
    claims = Claims(context.platform, context.batch_size, context.lease)
    suspected = await lost_a_worker(context.platform, run.parameters["items"])
    async with slots.taken(alone=suspected):
        batch = await claims.begin(run.idempotency_key or "", run.parameters["items"])
        if batch is None:
            return Cancelled(message="Its items are done or in another run.")

        async def execute(flow: Flow[..., Any], given: Sequence[str]) -> State[Any]:
            return await _execute(flow, run, {"items": list(given)})

        failure = await work_off(context, claims, batch, execute)
    return _failed(failure) if failure is not None else None


async def _schedule(context: EngineContext, run: FlowRun, name: str) -> State[Any] | None:
    work = catalog(context.host).get(name)
    if work is None:
        return Failed(message=f"this worker has no work {name}: is the program installed and enabled here?")
    flow = work.load(context.flow_seconds)
    program, _, consumer = name.partition(".")
    state = await watched(
        context.platform,
        program,
        consumer,
        lambda: in_context(surroundings(context, work), _execute(flow, run, {})),
    )
    if not state.is_completed():
        _log.error("schedule_failed", state=state.name, reason=state.message)
    return None


def _failed(error: Exception) -> State[Any]:
    return Failed(message=f"{type(error).__name__}: {error}"[:500])


async def _execute(flow: Flow[..., Any], run: FlowRun, parameters: dict[str, Any]) -> State[Any]:
    named(str(run.id))
    # For a deployment's run Prefect would start a thread that listens for "suspend", and wait for it: nobody suspends a batch
    plain = run.model_copy(update={"deployment_id": None})
    return await execute(flow, plain, parameters)
