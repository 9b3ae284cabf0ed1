"""Code of programs in the engine's event loop: what it raises ends its run and nothing else."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prefect import Flow, State
    from prefect.client.schemas.objects import FlowRun


class ExitCalled(Exception):
    """Code of a program called for the end of the whole process, which it doesn't get: asyncio would end its loop for that."""

    def __init__(self, asked: SystemExit) -> None:
        super().__init__(f"sys.exit({asked.code!r}) was called")


async def execute(flow: "Flow[..., Any]", run: "FlowRun", parameters: Mapping[str, Any]) -> "State[Any]":
    """Execute a run that Prefect knows; its final state. A flow that calls `sys.exit` has crashed."""
    from prefect.flow_engine import run_flow_async  # noqa: PLC0415 - Prefect is slow to import
    from prefect.states import Crashed  # noqa: PLC0415

    try:
        state = await run_flow_async(flow, flow_run=run, parameters=dict(parameters), return_type="state")
    except SystemExit as asked:
        return Crashed(message=str(ExitCalled(asked)))
    if state is None:
        raise RuntimeError(f"Prefect gave no state for run {run.name} of {flow.name}")
    return state
