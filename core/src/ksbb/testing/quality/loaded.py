"""The flows of a program that can be loaded; the rule `flows_load` tells of the others."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ksbb.flows.catalog import load_flow
from ksbb.program import Program, ProgramFlow

if TYPE_CHECKING:
    from prefect import Flow


def loaded_flows(program: Program) -> Iterator[tuple[ProgramFlow, "Flow[..., Any]"]]:
    """Each flow that can be loaded, as it is declared and as Prefect knows it."""
    for flow in program.flows:
        try:
            loaded = load_flow(flow.entrypoint)
        except (Exception, SystemExit):  # noqa: BLE001 - foreign code: another rule tells what its import raised
            loaded = None
        if loaded is not None:
            yield flow, loaded
