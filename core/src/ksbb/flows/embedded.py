"""Prefect for one machine: its API in a child process, runs and schedules in the event loop of whoever enters it."""

import asyncio
import logging
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ksbb.flows.execution import execute
from ksbb.flows.prefect_home import configure
from ksbb.telemetry.flows import named

if TYPE_CHECKING:
    from prefect import Flow, State
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

_STOP_SECONDS = 2.0
_log = logging.getLogger("ksbb.flows")


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A flow with its cron schedule (Asia/Jakarta), under a name that is unique among the flow's schedules."""

    name: str
    flow: "Flow[..., Any]"
    cron: str


@dataclass(slots=True)
class EmbeddedPrefect:
    """A connection to the Prefect server of this process. Made by `embedded_prefect`."""

    client: "PrefectClient"
    scheduled: dict[UUID, Scheduled] = field(default_factory=dict)

    async def run(
        self, flow: "Flow[..., Any]", items: Sequence[str], *, name: str, tags: Sequence[str], batch: str = ""
    ) -> "State[Any]":
        """One run of `flow` over the items of a batch; its final state. A flow that fails gives a failed state.

        Prefect is told the batch alone: which items it has stands in the outbox, and hundreds of ids would go through most requests
        of a run.
        """
        from prefect.states import Pending  # noqa: PLC0415 - Prefect is slow to import

        run = await self.client.create_flow_run(
            flow, parameters={"batch": batch} if batch else {}, name=name, tags=list(tags), state=Pending()
        )
        return await self.execute(flow, run, {"items": list(items)})

    async def run_once(self, flow: "Flow[..., Any]", *, name: str) -> "State[Any]":
        """One run of a scheduled flow now, outside its schedule; its final state."""
        from prefect.states import Pending  # noqa: PLC0415 - Prefect is slow to import

        return await self.execute(flow, await self.client.create_flow_run(flow, name=name, state=Pending()))

    async def execute(
        self, flow: "Flow[..., Any]", run: "FlowRun", parameters: Mapping[str, Any] | None = None
    ) -> "State[Any]":
        """Execute a run that Prefect knows, with its own parameters or with these; its final state."""
        named(str(run.id))
        return await execute(flow, run, run.parameters if parameters is None else parameters)

    async def close_abandoned(self) -> None:
        """Mark runs that an ended process left behind as crashed; a data folder has one process, so nobody else runs them."""
        from prefect.client.schemas.filters import FlowRunFilter  # noqa: PLC0415 - Prefect is slow to import
        from prefect.states import Crashed  # noqa: PLC0415

        unfinished = FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING", "PENDING"]}}})
        while runs := await self.client.read_flow_runs(flow_run_filter=unfinished, limit=200):
            for run in runs:
                message = "The process ended before the run; its items stand in the outbox."
                await self.client.set_flow_run_state(run.id, Crashed(message=message), force=True)

    async def deploy(self, schedules: Sequence[Scheduled]) -> list[tuple[Scheduled, "FlowRun"]]:
        """Make Prefect's deployments equal to `schedules`; the runs that fell due while nothing ran are claimed and returned.

        They are claimed first, because writing a deployment deletes the runs that it had planned.
        """
        from prefect.client.schemas.actions import DeploymentScheduleCreate  # noqa: PLC0415 - Prefect is slow to import
        from prefect.client.schemas.schedules import CronSchedule  # noqa: PLC0415

        wanted = {(item.flow.name, item.name): item for item in schedules}
        self.scheduled = {}
        for deployment in await self.client.read_deployments():
            flow = await self.client.read_flow(deployment.flow_id)
            known = wanted.get((flow.name, deployment.name))
            if known is None:
                await self.client.delete_deployment(deployment.id)
            else:
                self.scheduled[deployment.id] = known
        missed = await self.take_due()
        self.scheduled = {}
        for item in schedules:
            made = await self.client.create_deployment(
                flow_id=await self.client.create_flow(item.flow),
                name=item.name,
                enforce_parameter_schema=False,
                schedules=[
                    DeploymentScheduleCreate(
                        schedule=CronSchedule(cron=item.cron, timezone="Asia/Jakarta"), active=True
                    )
                ],
            )
            self.scheduled[made] = item
        return missed

    async def take_due(self) -> list[tuple[Scheduled, "FlowRun"]]:
        """Claim the newest due run of each schedule; older ones were missed while nothing ran, and are cancelled."""
        from prefect.states import Cancelled, Pending  # noqa: PLC0415 - Prefect is slow to import

        if not self.scheduled:
            return []
        due = await self.client.get_scheduled_flow_runs_for_deployments(list(self.scheduled), datetime.now(UTC))
        due.sort(key=lambda run: run.next_scheduled_start_time or datetime.min.replace(tzinfo=UTC))
        newest = {run.deployment_id: run.id for run in due}
        taken = []
        for run in due:
            if run.deployment_id is None or newest[run.deployment_id] != run.id:
                await self.client.set_flow_run_state(
                    run.id, Cancelled(message="Missed; a later run does its work."), force=True
                )
                continue
            await self.client.set_flow_run_state(run.id, Pending())
            taken.append((self.scheduled[run.deployment_id], await self.client.read_flow_run(run.id)))
        return taken


@asynccontextmanager
async def embedded_prefect(data_dir: Path) -> AsyncIterator[EmbeddedPrefect]:
    """Prefect's server as a child of this process, and its client, until the block ends.

    A fresh data folder takes some 14 s to be ready, a used one 6 s. Raises RuntimeError when the server ends before that.
    """
    home = configure(data_dir)
    was_ready = home / "was-ready"
    if not was_ready.exists():
        # A first start that was cut off may have left half a schema, which Prefect couldn't repair; nothing else is in it
        for rest in home.glob("prefect.db*"):
            rest.unlink()
    password = f"ksbb:{secrets.token_urlsafe(24)}"
    with (home / "server.log").open("wb") as errors:
        server = subprocess.Popen(
            [sys.executable, "-m", "ksbb.flows.server_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=home,
            env={**os.environ, "PREFECT_SERVER_API_AUTH_STRING": password},
            start_new_session=True,
        )
    try:
        # Prefect is imported beside the server's start, not after it: both take seconds.
        port, connect = await asyncio.gather(
            asyncio.to_thread(_read_port, server, home), asyncio.to_thread(_import_prefect)
        )
        was_ready.touch()
        async with AsyncExitStack() as stack:
            yield EmbeddedPrefect(await connect(stack, port, password))
            await asyncio.to_thread(_drain_events)
    finally:
        await asyncio.to_thread(_end, server)


def _read_port(server: "subprocess.Popen[bytes]", home: Path) -> int:
    # Prefect, or what it imports, may have said something before
    for line in server.stdout or ():
        if line.strip().isdigit():
            return int(line)
    raise RuntimeError(f"Prefect's server ended before it was ready; {home / 'server.log'} says why")


def _import_prefect() -> Any:
    from prefect.context import AsyncClientContext, SyncClientContext  # noqa: PLC0415 - Prefect is slow to import
    from prefect.settings import temporary_settings  # noqa: PLC0415

    async def connect(stack: AsyncExitStack, port: int, password: str) -> "PrefectClient":
        stack.enter_context(
            temporary_settings(
                {
                    "api.url": f"http://127.0.0.1:{port}/api",
                    "api.auth_string": password,
                    "flows.heartbeat_frequency": None,  # the environment has no way to say "none"
                }
            )
        )
        # Prefect asks by a client of its own for each run where results are kept; making one takes some 40 ms of a core
        stack.enter_context(SyncClientContext.get_or_create())
        return (await stack.enter_async_context(AsyncClientContext.get_or_create())).client

    return connect


def _drain_events() -> None:
    from prefect.events.worker import EventsWorker  # noqa: PLC0415 - Prefect is slow to import

    EventsWorker.drain_all(1)


def _end(server: "subprocess.Popen[bytes]") -> None:
    if server.stdin:
        server.stdin.close()
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    if server.stdout:
        server.stdout.close()
