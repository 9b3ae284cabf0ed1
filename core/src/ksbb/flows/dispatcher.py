"""The dispatcher of the server mode: hands due outbox rows to Prefect's server, for workers to take. Any number run at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from ksbb.domain.errors import Unavailable
from ksbb.flows.catalog import FlowGone, work_for
from ksbb.flows.claims import Batch, Claims
from ksbb.flows.context import EngineContext
from ksbb.flows.work import is_prefect_away, set_all_aside
from ksbb.storage.database import is_passing

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

TAG = "ksbb"
"""The tag of every deployment and run that is ours."""
_POLL_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 10.0
_TIDY_EVERY = timedelta(seconds=30)
_LONGEST_SCHEDULE = timedelta(hours=6)
_UNDEPLOYED_WAIT = timedelta(seconds=10)
_log = structlog.get_logger("ksbb.flows")


class NotDeployed(Exception):
    """Prefect's server has no deployment of a flow."""


class Dispatcher:
    """Claims what is due and makes a run of it at Prefect's server: one per batch, named by the claim, so that a batch that is
    handed over twice runs once. When Prefect or the database is away it tries again after growing waits.
    """

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._claims = Claims(context.platform, context.batch_size, context.lease)
        self._deployments: dict[str, UUID] = {}
        self._undeployed: set[str] = set()
        self._away = ""
        self._tidy_at = datetime.min.replace(tzinfo=UTC)

    async def run(self, stopping: asyncio.Event) -> None:
        """Hand over until `stopping` is set; what is claimed then is still handed over."""
        from prefect.client.orchestration import get_client  # noqa: PLC0415 - Prefect is slow to import

        wait = _POLL_SECONDS
        async with get_client() as client:
            while not stopping.is_set():
                try:
                    busy = await self._turn(client)
                    self._note("")
                    wait = 0.0 if busy else _POLL_SECONDS
                except Exception as error:  # noqa: BLE001 - the dispatcher outlives whatever befalls one turn
                    what = "prefect" if is_prefect_away(error) else "database" if is_passing(error) else "dispatcher"
                    self._note(what, error)
                    wait = min(max(wait * 2, _POLL_SECONDS), _LONGEST_WAIT_SECONDS)
                try:
                    await asyncio.wait_for(stopping.wait(), wait)
                except TimeoutError:
                    continue

    def _note(self, away: str, error: Exception | None = None) -> None:
        """Log a change between all is well and something is away, once."""
        if away == self._away:
            return
        if error is not None:
            unexpected = error if away == "dispatcher" else None
            _log.error(f"{away}_away", reason=f"{type(error).__name__}: {error}"[:500], exc_info=unexpected)
        else:
            _log.info(f"{self._away}_back")
        self._away = away

    async def _turn(self, client: "PrefectClient") -> bool:
        """Hand over what is due; whether more may be."""
        expired = await self._claims.expired()
        if expired.lost:
            _log.warning("workers_lost", batches=list(expired.lost))
        await self._hand_over_all(client, expired.waiting)
        await self._tidy(client)
        busy = False
        for program_id, consumer in await self._claims.consumers():
            batches = await self._claims.take(program_id, consumer, begun=False)
            await self._hand_over_all(client, batches)
            busy = busy or bool(batches)
        return busy

    async def _hand_over_all(self, client: "PrefectClient", batches: "list[Batch] | tuple[Batch, ...]") -> None:
        """Hand batches over; when Prefect is away, what is left waits under its ids for the next turn."""
        for position, batch in enumerate(batches):
            try:
                await self._hand_over(client, batch)
            except Exception:
                for left in batches[position:]:
                    await self._claims.postpone(left)
                raise

    async def _hand_over(self, client: "PrefectClient", batch: Batch) -> None:
        try:
            work = work_for(self._context.host, batch.program_id, batch.consumer)
        except Unavailable:
            # Claimed while the program ran: its work waits until it does again
            await self._claims.give_back(batch)
            return
        except FlowGone as error:
            await set_all_aside(self._context, self._claims, batch, error)
            return
        try:
            run = await self._create_run(client, work.name, batch)
        except NotDeployed:
            if work.name not in self._undeployed:
                _log.error("flow_not_deployed", work=work.name, remedy="run `ksbb deploy`")
            self._undeployed.add(work.name)
            await self._claims.give_back(batch, _UNDEPLOYED_WAIT)
            return
        self._undeployed.discard(work.name)
        if batch.waited and not self._will_be_taken(run):
            await self._close(client, run, "No worker took it up; its items go into a new run.")
            await self._claims.give_back(batch)
        tell = _log.debug if batch.waited else _log.info
        tell("batch_handed_over", batch=batch.id, work=work.name, items=len(batch.items))

    async def _create_run(self, client: "PrefectClient", name: str, batch: Batch) -> "FlowRun":
        """The run of a batch: a new one, or the one that was made for it before. Raises NotDeployed."""
        from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - Prefect is slow to import

        if name not in self._deployments:
            found = await client.read_deployments(deployment_filter=ours())
            self._deployments = {deployment.name: deployment.id for deployment in found}
            if name not in self._deployments:
                raise NotDeployed(name)
        try:
            return await client.create_flow_run_from_deployment(
                self._deployments[name],
                parameters={"items": list(batch.items)},
                name=f"{batch.program_id} {batch.consumer} × {len(batch.items)}",
                tags=[batch.program_id, batch.consumer],
                idempotency_key=batch.id,
            )
        except ObjectNotFound as error:
            self._deployments.clear()
            raise NotDeployed(name) from error

    def _will_be_taken(self, run: "FlowRun") -> bool:
        """Whether a worker will begin the run, or is about to: else it ended between taking and beginning it."""
        state = run.state
        if state is None or state.is_scheduled():
            return True
        return state.is_pending() and datetime.now(UTC) - state.timestamp < self._context.lease

    async def _tidy(self, client: "PrefectClient") -> None:
        """Close the runs that ended without telling Prefect, with their worker or while Prefect was away. Only what Prefect shows
        depends on it.
        """
        from prefect.client.schemas.filters import FlowRunFilter  # noqa: PLC0415 - slow to import

        now = datetime.now(UTC)
        if now < self._tidy_at:
            return
        self._tidy_at = now + _TIDY_EVERY
        which = FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING", "PENDING"]}}})
        runs = await client.read_flow_runs(flow_run_filter=which, deployment_filter=ours(), limit=200)
        held = await self._claims.held([run.idempotency_key for run in runs if run.idempotency_key])
        for run in runs:
            patience = 2 * self._context.lease if "items" in run.parameters else _LONGEST_SCHEDULE
            if run.state is not None and run.idempotency_key not in held and now - run.state.timestamp > patience:
                await self._close(client, run, "It ended without telling; what it did stands in the database.")

    async def _close(self, client: "PrefectClient", run: "FlowRun", why: str) -> None:
        from prefect.states import Crashed  # noqa: PLC0415 - Prefect is slow to import

        if run.state is None or not run.state.is_final():
            await client.set_flow_run_state(run.id, Crashed(message=why), force=True)


def ours() -> Any:
    """Prefect's filter for our deployments."""
    from prefect.client.schemas.filters import DeploymentFilter  # noqa: PLC0415 - Prefect is slow to import

    return DeploymentFilter.model_validate({"tags": {"all_": [TAG]}})
