"""What there is to run: core's flows and those of the active programs, by one name each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ksbb.flows.execution import ExitCalled
from ksbb.programs.host import ProgramHost
from ksbb.usecases.chain import LIFECYCLE
from ksbb.usecases.desk import ActiveProgram, require_running
from ksbb.usecases.hand_over import RENDER_REPORT
from ksbb.usecases.propose.decide import CARRY_OUT
from ksbb.usecases.propose.runs import ALLOCATION_RUNS

if TYPE_CHECKING:
    from prefect import Flow

_CORE = "ksbb.flows.core_flows:"
_ALLOCATION = "ksbb.flows.allocation_flows:"
_CORE_CONSUMERS = {
    LIFECYCLE: f"{_CORE}lifecycle",
    RENDER_REPORT: f"{_CORE}handover_reports",
    ALLOCATION_RUNS: f"{_ALLOCATION}allocation_runs",
    CARRY_OUT: f"{_ALLOCATION}approved_allocations",
}
_CORE_SCHEDULES = {
    "needs_roll": (f"{_CORE}needs_roll", "5 0 * * *"),
    "follow_ups_due": (f"{_CORE}follow_ups_due", "15 0 * * *"),
    "licence_watch": (f"{_CORE}licence_watch", "30 0 * * *"),
    "statistics_fold": (f"{_CORE}statistics_fold", "45 0 * * *"),
    "idempotency_purge": (f"{_CORE}idempotency_purge", "15 1 * * *"),
    "nightly_proposals": (f"{_ALLOCATION}nightly_proposals", "0 2 * * *"),
}
_SMALL_BATCHES = {RENDER_REPORT: 20, ALLOCATION_RUNS: 1, CARRY_OUT: 1}
"""Consumers whose items take long: a batch must be done within the seconds that a stop may take."""


class FlowGone(LookupError):
    """A program runs that doesn't have the flow of an outbox row any more; says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One flow: `name` is `program.flow`, or `ksbb.flow` for core's own. With a `schedule` (cron, Asia/Jakarta) it runs by the
    clock, without one over batches of the outbox. `active` is the program that it belongs to.
    """

    name: str
    entrypoint: str
    title: str
    version: str
    schedule: str | None = None
    active: ActiveProgram | None = None

    def load(self, seconds: float | None = None) -> "Flow[..., Any]":
        """The Prefect flow; a program's has `seconds` for each run, where its author set no limit.

        Raises what its import raises, TypeError when it is no flow.
        """
        flow = load_flow(self.entrypoint)
        return flow if self.active is None or seconds is None else limited(flow, seconds)


def load_flow(entrypoint: str) -> "Flow[..., Any]":
    """The Prefect flow at `module:function`. Raises what its import raises, TypeError when it is no flow."""
    from prefect import Flow  # noqa: PLC0415 - Prefect is slow to import

    module, _, name = entrypoint.partition(":")
    try:
        found = getattr(import_module(module), name)
    except SystemExit as asked:
        raise ExitCalled(asked) from asked
    if not isinstance(found, Flow):
        raise TypeError(f"{entrypoint} is {type(found).__name__}, expected a Prefect flow")
    return keeping_no_results(found)


@lru_cache(maxsize=256)
def keeping_no_results(flow: "Flow[..., Any]") -> "Flow[..., Any]":
    """The flow, with a word on results where it says none: else Prefect asks its server twice in each run what the default is."""
    from prefect.settings import get_current_settings  # noqa: PLC0415 - Prefect is slow to import

    if flow.persist_result is not None or flow.result_storage is not None:
        return flow
    return flow.with_options(persist_result=False, result_storage=get_current_settings().results.local_storage_path)


@lru_cache(maxsize=256)
def limited(flow: "Flow[..., Any]", seconds: float) -> "Flow[..., Any]":
    """The flow, with a limit of time for its runs where it has none: one that awaits for ever would keep its batch for good."""
    return flow if flow.timeout_seconds is not None else flow.with_options(timeout_seconds=seconds)


def catalog(host: ProgramHost) -> dict[str, Work]:
    """All work by name: core's, then that of the active programs."""
    return {work.name: work for work in _all(host)}


def work_for(host: ProgramHost, program_id: str, consumer: str) -> Work:
    """The work of an outbox row.

    Raises Unavailable for a program that is away, FlowGone for a flow that it hasn't any more.
    """
    works = catalog(host)
    if consumer in _CORE_CONSUMERS:
        return works[f"ksbb.{consumer}"]
    require_running(host, program_id)
    found = works.get(f"{program_id}.{consumer}")
    if found is None or found.schedule is not None:
        raise FlowGone(
            f"program {program_id} has no flow {consumer} any more; install a version of the program that has it and retry this "
            "work, or drop it with the reason; an assessment goes to the program's present flow when it is retried"
        )
    return found


def batch_size(consumer: str, usual: int) -> int:
    """How many items of a consumer go into one batch, where `usual` is the setting."""
    return min(usual, _SMALL_BATCHES.get(consumer, usual))


def _all(host: ProgramHost) -> Iterator[Work]:
    for name, entrypoint in _CORE_CONSUMERS.items():
        yield Work(name=f"ksbb.{name}", entrypoint=entrypoint, title=name, version=_core_version())
    for name, (entrypoint, cron) in _CORE_SCHEDULES.items():
        yield Work(name=f"ksbb.{name}", entrypoint=entrypoint, title=name, version=_core_version(), schedule=cron)
    versions = {status.id: status.version or "" for status in host.statuses()}
    for active in host.active():
        for flow in active.program.flows:
            yield Work(
                name=f"{active.program.id}.{flow.name}",
                entrypoint=flow.entrypoint,
                title=flow.title.en,
                version=versions.get(active.program.id, ""),
                schedule=flow.schedule,
                active=active,
            )


@cache
def _core_version() -> str:
    return version("ksbb")
