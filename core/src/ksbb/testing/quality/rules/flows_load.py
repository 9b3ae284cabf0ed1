"""Flows can be loaded, and their names say whose they are."""

import inspect
from collections.abc import Iterator

from ksbb.flows.catalog import load_flow
from ksbb.program import ProgramFlow
from ksbb.programs.limits import told
from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Every entry point is an asynchronous Prefect flow, named for the program."""
    for flow in subject.program.flows:
        yield from _check_flow(subject.program.id, flow)


def _check_flow(program_id: str, flow: ProgramFlow) -> Iterator[Flaw]:
    where = f"flow {flow.name}"
    try:
        loaded = load_flow(flow.entrypoint)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code: whatever its import raises is what we report
        yield Flaw(
            where=where,
            expected=f"a Prefect flow at {flow.entrypoint}",
            given=told(error),
            remedy="Write `module:function`, and decorate the function with `@flow`",
        )
        return
    if not inspect.iscoroutinefunction(loaded.fn):
        yield Flaw(
            where=where,
            expected="an `async def`: the workbench is asynchronous",
            given="a plain function",
            remedy="Write `async def`, and await the workbench",
        )
    name = flow.name if flow.name.startswith(f"{program_id}-") else f"{program_id}-{flow.name}".replace("_", "-")
    if loaded.name != name:
        yield Flaw(
            where=where,
            expected=f"Prefect's name {name!r}",
            given=repr(loaded.name),
            remedy=f"Decorate it with `@flow(name={name!r})`",
        )


RULE = QualityRule(
    id="flows_load",
    tier=Tier.BRONZE,
    title="Flows can be loaded and are named for the program",
    asks="Every flow's entry point leads to an `async` Prefect flow whose name at Prefect is `<program>-<flow>`.",
    why="A flow that can't be imported leaves its items undone, and who watches Prefect must see whose flow runs.",
    waiver=Waiver.NEVER,
    check=check,
)
