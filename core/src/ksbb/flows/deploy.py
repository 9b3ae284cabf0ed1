"""`ksbb deploy`: makes the deployments at Prefect's server equal to the work that there is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from ksbb.flows.catalog import Work, catalog
from ksbb.flows.dispatcher import TAG, ours
from ksbb.programs.host import ProgramHost
from ksbb.settings import EngineSettings

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.responses import DeploymentResponse

TIMEZONE = "Asia/Jakarta"
Did = Literal["created", "changed", "unchanged", "removed", "failed"]


@dataclass(frozen=True, slots=True)
class Change:
    """What was done about the work pool or a deployment; `reason` says what differed, or why it failed."""

    kind: Literal["work pool", "deployment"]
    name: str
    did: Did
    reason: str = ""


async def deploy(host: ProgramHost, engine: EngineSettings) -> list[Change]:
    """Make pool and deployments as they should be; what was done. Doing it again changes nothing.

    A flow that can't be loaded is told as failed and what is deployed of it stays; deployments that aren't tagged as ours are left
    alone. Raises httpx.HTTPError when Prefect's API is away or refuses.
    """
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - Prefect is slow to import

    async with get_client() as client:
        changes = [await _pool(client, engine.work_pool)]
        present = {found.name: found for found in await _all_ours(client)}
        works = catalog(host)
        changes += [
            await _deployment(client, work, present.get(name), engine.work_pool) for name, work in works.items()
        ]
        for name, found in sorted(present.items()):
            if name not in works:
                await client.delete_deployment(found.id)
                changes.append(Change("deployment", name, "removed", "no active program has this flow"))
        return changes


async def _all_ours(client: "PrefectClient") -> "list[DeploymentResponse]":
    found: list[DeploymentResponse] = []
    while page := await client.read_deployments(deployment_filter=ours(), limit=200, offset=len(found)):
        found.extend(page)
    return found


async def _pool(client: "PrefectClient", name: str) -> Change:
    from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate  # noqa: PLC0415 - Prefect is slow to import
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415

    from ksbb.flows.worker import KsbbWorker  # noqa: PLC0415 - imports Prefect

    template = KsbbWorker.get_default_base_job_template()
    try:
        pool = await client.read_work_pool(name)
    except ObjectNotFound:
        await client.create_work_pool(WorkPoolCreate(name=name, type=KsbbWorker.type, base_job_template=template))
        return Change("work pool", name, "created")
    if pool.type != KsbbWorker.type:
        reason = f"it is of type {pool.type}, expected {KsbbWorker.type}; choose another engine.work_pool or delete it"
        return Change("work pool", name, "failed", reason)
    if pool.base_job_template != template:
        await client.update_work_pool(name, WorkPoolUpdate(base_job_template=template))
        return Change("work pool", name, "changed", "template")
    return Change("work pool", name, "unchanged")


async def _deployment(client: "PrefectClient", work: Work, present: "DeploymentResponse | None", pool: str) -> Change:
    from prefect.client.schemas.actions import DeploymentScheduleCreate  # noqa: PLC0415 - Prefect is slow to import
    from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions  # noqa: PLC0415
    from prefect.client.schemas.schedules import CronSchedule  # noqa: PLC0415

    try:
        flow = work.load()
    except Exception as error:  # noqa: BLE001 - a program's flow is foreign code: its import concerns this flow alone
        return Change("deployment", work.name, "failed", f"{work.entrypoint}: {type(error).__name__}: {error}")
    flow_id = await client.create_flow(flow)
    differing = _differing(work, flow_id, present, pool)
    if present is not None:
        if not differing:
            return Change("deployment", work.name, "unchanged")
        if present.flow_id != flow_id:
            await client.delete_deployment(present.id)
    schedules = (
        [DeploymentScheduleCreate(schedule=CronSchedule(cron=work.schedule, timezone=TIMEZONE), active=True)]
        if work.schedule
        else []
    )
    await client.create_deployment(
        flow_id=flow_id,
        name=work.name,
        work_pool_name=pool,
        schedules=schedules,
        # A sweep that is still running makes the next one needless; batches don't touch the same rows
        concurrency_limit=1 if work.schedule else None,
        concurrency_options=ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
        if work.schedule
        else None,
        enforce_parameter_schema=False,
        **_plain(work),
    )
    return Change("deployment", work.name, "created" if present is None else "changed", ", ".join(differing))


def _plain(work: Work) -> dict[str, Any]:
    """The values of a deployment that Prefect keeps as they are."""
    program = work.active.program.id if work.active else "core"
    return {
        "description": work.title,
        "version": work.version,
        "entrypoint": work.entrypoint,
        "tags": [TAG, program],
        "job_variables": {"work": work.name},
    }


def _differing(work: Work, flow_id: UUID, present: "DeploymentResponse | None", pool: str) -> list[str]:
    """What of a deployment isn't as it should be."""
    if present is None:
        return []
    limit = present.global_concurrency_limit
    found = {
        **{name: getattr(present, name) for name in _plain(work)},
        "flow": present.flow_id,
        "work pool": present.work_pool_name,
        "schedule": [
            (getattr(one.schedule, "cron", None), getattr(one.schedule, "timezone", None)) for one in present.schedules
        ],
        "concurrency limit": limit.limit if limit else None,
    }
    wanted = {
        **_plain(work),
        "flow": flow_id,
        "work pool": pool,
        "schedule": [(work.schedule, TIMEZONE)] if work.schedule else [],
        "concurrency limit": 1 if work.schedule else None,
    }
    return [name for name, value in wanted.items() if found[name] != value]
