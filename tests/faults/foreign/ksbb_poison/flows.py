"""The flow of the poisonous program. On the path of the processes under test only."""

import os

from prefect import flow

from ksbb.program import Case, workbench

from . import POISON, is_cured


@flow(name="poison-assess")
async def assess(items: list[str]) -> None:
    """Assess each item, and die of one."""
    await workbench().each(items, _assess_one)


async def _assess_one(case: Case) -> None:
    if case.commitment.lines[0].quantity == POISON and not is_cured():
        os._exit(1)
    await case.record_assessment(case.run_rules())
