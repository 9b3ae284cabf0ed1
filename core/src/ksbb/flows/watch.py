"""Every run of a flow is watched here, in all modes: batches and schedules, embedded and on workers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from ksbb.domain.rights import SYSTEM
from ksbb.telemetry import tracing
from ksbb.telemetry.flows import flow_run
from ksbb.usecases.platform import Platform
from ksbb.usecases.read.backlog import read_traces

if TYPE_CHECKING:
    from prefect import State


async def watched(
    platform: Platform,
    program: str,
    consumer: str,
    run: Callable[[], "Awaitable[State[Any]]"],
    items: Sequence[str] = (),
) -> "State[Any]":
    """Run a flow of a program, `ksbb` for core's schedules; its final state. `items` are the outbox rows that it works on.

    Its log lines carry program and flow, its duration and outcome are counted, its span is linked to the requests that caused
    its items. What executes the run tells its id by `ksbb.telemetry.flows.named`.
    """
    tracing.configure()
    traces: list[str] = []
    if items and tracing.is_on():
        async with platform.reading_desk(SYSTEM) as desk:
            traces = await read_traces(desk.unit.connection, items)
    with flow_run(program=program, consumer=consumer, traces=traces) as watching:
        state = await run()
        if state.is_completed():
            watching.outcome = "completed"
        elif state.is_crashed():
            watching.outcome = "crashed"
        return state
